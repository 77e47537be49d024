"""A sweep: everything is evaluated once, what no event told of is found, and what was left unfinished is finished."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from permission_guard.events.sweep_task import SweepAll, SweepFunction
from permission_guard.events.trigger import Kind
from permission_guard.fake_aws import ApiError, FakeInventory, FakeQueue, FakeSweepRecords
from permission_guard.journal.entry import State
from permission_guard.journal.fault import statement_digest
from permission_guard.journal.seen import digest_of_all
from permission_guard.model.document import Body
from permission_guard.ports import Refused, RetryLater
from permission_guard.repair.outcome import Ending
from permission_guard.sweep import Sweeper, seen_in
from tests.fake_aws.builders import BASIC, FUNCTION, TARGET, document, facts_with, settings, statement
from tests.watched import LOGGING, LOGS, Watched

S3 = statement("s3.amazonaws.com", sid="s3")
FINE = statement(
    "s3.amazonaws.com", sid="fine", Condition={"StringEquals": {"aws:SourceAccount": "111122223333"}}
)
STREAMS: Body = {**LOGS, "Action": ["logs:CreateLogStream", "logs:PutLogEvents"]}


def cautious() -> Watched:
    """A guard that repairs what is new, and a function without aliases whose role can log."""
    there = Watched(settings=settings(repair_existing=False))
    there.account.with_role("role", logs=LOGGING)
    there.account.functions["orders"].qualifiers.clear()
    return there


@dataclass
class Swept:
    """What is watched, and a queue from which each task is taken in turn."""

    there: Watched = field(default_factory=cautious)
    page: int = 50

    def __post_init__(self) -> None:
        self.queue = FakeQueue(self.there.account)
        self.records = FakeSweepRecords(self.there.journal)

    @property
    def sweeper(self) -> Sweeper:
        inventory = FakeInventory(self.there.account, self.page)
        return Sweeper(self.there.guard, inventory, self.records, self.queue)

    def begin(self) -> list[SweepFunction]:
        """List everything, a day later, and take the tasks out of the queue."""
        self.there.later(days=1)
        self.sweeper.begin(SweepAll(f"sweep at {self.there.now}"), self.there.now)
        tasks, self.queue.tasks = self.queue.tasks, []
        return tasks

    def evaluate(self, task: SweepFunction) -> list[str]:
        """Evaluate one function; return the calls of Lambda that it cost."""
        self.there.account.calls.clear()
        list(self.sweeper.evaluate(task, self.there.now))
        return [one for one in self.there.account.calls if one.startswith(("List", "Get"))]

    def sweep(self) -> None:
        for task in self.begin():
            self.evaluate(task)

    def put(self, *statements: Body, qualifier: str | None = None) -> None:
        """Write a policy."""
        policies = self.there.account.functions["orders"].policies
        policies[qualifier] = (document(*statements), f"somebody's {self.there.now}")

    def deny(self, call: str) -> None:
        self.there.fail(call, "AccessDeniedException")


def test_every_function_of_every_page_gets_one_task_and_replicas_of_the_edge_none() -> None:
    swept = Swept(page=2)
    for number in range(4):
        swept.there.account.with_function(f"f{number}")
    swept.there.account.with_function("us-east-1.edge")
    assert [task.function.name for task in swept.begin()] == ["f0", "f1", "f2", "f3", "orders"]
    assert swept.there.account.calls.count("ListFunctions") == 3


def test_a_sweep_that_begins_while_another_one_does_lists_nothing() -> None:
    swept = Swept()
    swept.begin()
    swept.there.account.calls.clear()
    assert swept.sweeper.begin(SweepAll("another"), swept.there.now) is None
    assert swept.there.account.calls == ["UpdateItem"]


def test_a_role_is_read_by_the_task_only_if_the_lists_do_not_show_that_it_can_log() -> None:
    there = Watched()
    there.account.with_role("role", logs=LOGGING)
    there.account.with_role("bare")
    there.account.with_role("streams", logs={"Version": "2012-10-17", "Statement": [STREAMS]})
    for name, role in {"bare": "bare", "gone": "gone", "old": "streams", "new": "streams"}.items():
        there.account.with_function(name, role=role)
    there.account.log_groups.add("/aws/lambda/old")
    swept = Swept(there)
    assert {task.function.name: task.roles for task in swept.begin()} == {
        "orders": (),
        "old": (),
        "bare": (None,),
        "gone": (None,),
        "new": (None,),
    }
    assert there.account.calls.count("DescribeLogGroups") == 1


def test_where_roles_may_not_be_listed_each_task_reads_its_own() -> None:
    swept = Swept()
    swept.deny("GetAccountAuthorizationDetails")
    (task,) = swept.begin()
    assert task.roles == (None,)
    assert "GetRole" in swept.evaluate(task)


def with_old_versions() -> Swept:
    """A function whose versions 1, 2 and 10 have a role that cannot log, 3 another that can, and 4 the function's own."""
    swept = Swept()
    account, orders = swept.there.account, swept.there.account.functions["orders"]
    account.with_role("mute")
    account.with_role("old", logs=LOGGING)
    orders.qualifiers = {"1", "2", "3", "4", "10"}
    mute, old = (account.role_arn(one) for one in ("mute", "old"))
    orders.version_roles = {"1": mute, "2": mute, "10": mute, "3": old}
    return swept


def test_the_weekly_sweep_evaluates_each_role_of_a_published_version_once_and_leaves_it_to_a_person() -> None:
    swept = with_old_versions()
    there = swept.there
    (task,) = swept.begin()
    assert (task.roles, there.account.calls.count("GetRole")) == (("10",), 0)
    calls = swept.evaluate(task)
    assert [calls.count(one) for one in ("GetFunctionConfiguration", "GetRole")] == [1, 1]
    (entry,) = there.journal.entries.values()
    assert (entry.cause.qualifier, entry.finding.subject) == ("10", there.account.role_arn("mute"))
    assert "/[10]" in entry.finding.summary
    (waiting,) = there.journal.alerts.values()
    assert f"only {TARGET}:10 has the role" in waiting.body
    assert (there.waiting, there.account.roles["mute"].attached) == ([["REPORTED"]], [])


def test_a_versions_own_role_is_evaluated_every_day_while_its_entry_is_open_and_closed_alone() -> None:
    swept = with_old_versions()
    there = swept.there
    swept.sweep()
    (task,) = swept.begin()
    assert (task.roles, task.open, task.versions) == (("10",), ("10",), None)
    swept.evaluate(task)
    assert there.waiting == [["REPORTED"]]
    there.account.with_role("mute", logs=LOGGING)
    swept.sweep()
    assert [one.state for one in there.journal.entries.values()] == [State.GONE]
    assert swept.begin()[0].roles == ()


def test_a_version_that_is_deleted_closes_its_own_entries_and_not_those_of_the_function() -> None:
    swept = with_old_versions()
    there, orders = swept.there, swept.there.account.functions["orders"]
    swept.put(S3)
    swept.sweep()
    orders.qualifiers.clear()
    (task,) = swept.begin()
    assert (task.roles, task.open) == (("10",), ("10", None))
    swept.evaluate(task)
    states = {one.cause.qualifier: one.state for one in there.journal.entries.values()}
    assert states == {"10": State.GONE, None: State.REPORTED}


def test_what_is_attached_for_the_function_is_not_detached_for_the_sake_of_a_versions_own_role() -> None:
    swept = with_old_versions()
    there = swept.there
    there.account.roles["role"].inline.clear()
    swept.sweep()
    assert (there.attached, there.waiting) == ([BASIC], [["REPAIRED"], ["REPORTED"]])
    swept.sweep()
    assert (there.attached, len(there.waiting)) == ([BASIC], 2)


def test_the_task_of_a_new_function_finds_the_roles_of_its_versions_itself() -> None:
    swept = with_old_versions()
    list(swept.sweeper.evaluate(SweepFunction(FUNCTION, "task", roles=()), swept.there.now))
    assert swept.there.waiting == [["REPORTED"]]
    assert [one.cause.qualifier for one in swept.there.journal.entries.values()] == ["10"]


def test_a_list_that_is_throttled_or_refused_ends_the_sweep_and_the_same_message_begins_it_again() -> None:
    swept = Swept()
    for code, kind in {"TooManyRequestsException": RetryLater, "AccessDeniedException": Refused}.items():
        swept.there.fail("ListFunctions", code)
        with pytest.raises(kind):
            swept.sweeper.begin(SweepAll("one"), swept.there.now)
    swept.there.account.before = lambda _call: None
    assert swept.sweeper.begin(SweepAll("one"), swept.there.now) == 1


def versions_of(tasks: list[SweepFunction]) -> tuple[tuple[str, ...] | None, bool]:
    (task,) = tasks
    return task.versions, task.all_versions


def test_every_version_is_looked_at_in_a_functions_first_sweep_and_then_once_a_week() -> None:
    swept = Swept()
    swept.there.account.functions["orders"].qualifiers = {"1", "2"}
    seen = []
    for _ in range(9):
        tasks = swept.begin()
        seen.append(versions_of(tasks)[0])
        for task in tasks:
            swept.evaluate(task)
    assert seen == [("1", "2"), *[None] * 6, ("1", "2"), None]


def test_a_function_that_is_new_since_the_weekly_sweep_has_its_versions_listed_by_its_task() -> None:
    swept = Swept()
    swept.sweep()
    swept.there.account.with_function("later").qualifiers.add("1")
    later, orders = swept.begin()
    assert (later.versions, later.all_versions, orders.all_versions) == (None, True, False)
    assert swept.evaluate(later) == ["ListVersionsByFunction", "ListAliases", *["GetPolicy"] * 2]
    assert swept.evaluate(orders) == ["ListAliases", "GetPolicy"]


def test_an_alias_is_evaluated_with_each_version_to_which_it_points_and_no_policy_twice() -> None:
    swept = Swept()
    swept.sweep()
    orders = swept.there.account.functions["orders"]
    orders.qualifiers = {"live", "next", "7", "8"}
    orders.alias_versions = {"live": ("7", "8"), "next": ("8",)}
    (task,) = swept.begin()
    assert swept.evaluate(task).count("GetPolicy") == 5  # the function, two aliases, two versions


def test_what_passes_costs_no_call_of_the_journal_and_what_was_seen_is_written_once() -> None:
    swept = Swept()
    swept.put(FINE)
    (task,) = swept.begin()
    swept.evaluate(task)
    assert [one for one in swept.there.account.calls if one in {"Query", "UpdateItem"}] == ["UpdateItem"]
    assert swept.there.journal.seen == {TARGET: (frozenset({statement_digest(TARGET, FINE)}), frozenset())}
    (task,) = swept.begin()
    swept.evaluate(task)
    assert swept.there.account.calls == ["ListAliases", "GetPolicy"]
    assert task.seen == digest_of_all({statement_digest(TARGET, FINE)})


def test_what_the_first_sweep_finds_is_reported_as_existing_and_what_appears_later_is_repaired() -> None:
    swept = Swept()
    swept.put(S3)
    swept.sweep()
    assert swept.there.waiting == [["REPORTED"]]
    swept.put(S3, statement("sns.amazonaws.com", sid="sns"))
    swept.sweep()
    assert ["Condition" in one for one in swept.there.statements] == [False, True]
    assert swept.there.waiting == [["REPORTED"], ["REPAIRED"]]
    swept.sweep()
    assert len(swept.there.waiting) == 2


def test_a_statement_that_appears_in_a_version_or_an_alias_is_repaired_there() -> None:
    swept = Swept()
    orders = swept.there.account.functions["orders"]
    orders.qualifiers, orders.alias_versions = {"live", "7"}, {"live": ("7",)}
    swept.sweep()
    for qualifier in ("live", "7"):
        swept.put({**S3, "Resource": f"{TARGET}:{qualifier}"}, qualifier=qualifier)
    swept.sweep()
    assert sorted(swept.there.waiting) == [["REPAIRED"]] * 2
    assert all('"Condition"' in orders.policies[one][0] for one in ("live", "7"))


def test_a_role_without_an_event_is_repaired_with_its_function() -> None:
    there = cautious()
    there.account.with_role("role")
    swept = Swept(there)
    swept.sweep()
    assert (there.attached, there.waiting) == ([BASIC], [["REPAIRED"]])


def test_an_open_entry_has_its_alias_or_role_looked_at_until_it_is_closed() -> None:
    swept = Swept()
    there = swept.there
    there.account.with_role("role")
    there.handle_and_die("AttachRolePolicy", after=True, kind=Kind.FUNCTION_CREATED)
    (task,) = swept.begin()
    assert (task.roles, task.open) == ((None,), (None,))
    swept.evaluate(task)
    assert there.reported == [[Ending.REPAIRED]]
    orders = there.account.functions["orders"]
    orders.qualifiers.add("live")
    for principal in ("s3.amazonaws.com", "999988887777"):
        swept.put({**statement(principal), "Resource": f"{TARGET}:live"}, qualifier="live")
        swept.sweep()
    del orders.policies["live"]
    (task,) = swept.begin()
    assert (task.roles, task.open) == ((None,), (None, "live"))
    swept.evaluate(task)
    (task,) = swept.begin()
    assert task.open == (None,)


def test_where_aws_cannot_answer_for_one_policy_the_others_are_evaluated_and_nothing_is_marked_as_seen() -> (
    None
):
    swept = Swept()
    swept.there.account.functions["orders"].qualifiers = {"live"}
    swept.put({**S3, "Resource": f"{TARGET}:live"}, qualifier="live")
    (task,) = swept.begin()
    reads = 0

    def hook(call: str) -> None:
        nonlocal reads
        reads += call == "GetPolicy"
        if call == "GetPolicy" and reads == 1:
            raise ApiError("TooManyRequestsException", "slow down")

    swept.there.account.before = hook
    with pytest.raises(RetryLater, match="slow down"):
        swept.evaluate(task)
    assert swept.there.waiting == [["REPORTED"]]
    assert swept.there.journal.seen == {}


def test_a_policy_that_may_not_be_read_is_reported_and_marks_nothing_as_seen() -> None:
    swept = Swept()
    swept.put(S3)
    swept.deny("GetPolicy")
    swept.there.account.has_resource_policy_calls = False
    (task,) = swept.begin()
    swept.evaluate(task)
    assert swept.there.waiting == [["REPORTED"]]
    assert swept.there.journal.seen == {}


def test_a_function_that_is_gone_when_its_turn_comes_is_no_error() -> None:
    swept = Swept()
    (task,) = swept.begin()
    swept.there.account.functions.clear()
    swept.evaluate(task)
    assert swept.there.waiting == []


def test_the_statements_of_versions_are_noted_apart_and_only_if_all_were_read() -> None:
    live, seven = (facts_with(S3, qualifier=one) for one in ("live", "7"))
    assert seen_in([facts_with(), live, seven]) == (
        frozenset({statement_digest(f"{TARGET}:live", S3)}),
        frozenset({statement_digest(f"{TARGET}:7", S3)}),
    )
    swept = Swept()
    orders = swept.there.account.functions["orders"]
    orders.qualifiers, orders.alias_versions = {"live", "7"}, {"live": ("7",)}
    swept.put({**FINE, "Resource": f"{TARGET}:7"}, qualifier="7")
    noted = []
    for is_all in (False, True):
        swept.evaluate(SweepFunction(FUNCTION, "task", roles=(), all_versions=is_all))
        noted.append(swept.there.journal.seen[TARGET])
    digest = statement_digest(f"{TARGET}:7", {**FINE, "Resource": f"{TARGET}:7"})
    assert noted == [(frozenset(), None), (frozenset(), frozenset({digest}))]
