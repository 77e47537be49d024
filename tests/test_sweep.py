"""A sweep: everything is looked at once, what was missed is found, and what was left unfinished is finished."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from permission_guard.task import Layer, Layers, Listing, Page, Part, Sweep

from permission_guard.actor import SWEEP
from permission_guard.alert.mail import text
from permission_guard.journal.entry import State
from permission_guard.outcome import Ending
from permission_guard.ports import TryAgain
from permission_guard.report import Report
from permission_guard.sweep import PART, Listed, Sweeper
from permission_guard.trigger import Kind
from permission_guard.world import ApiError, WorldInventory, WorldLayers, WorldQueue, WorldRevisions
from tests.watched import LOGGING, Watched
from tests.world.builders import FUNCTION, document, settings, statement


@dataclass
class Swept:
    """What is watched, and a queue from which each task is taken in turn."""

    there: Watched = field(default_factory=Watched)
    page: int = 50

    def __post_init__(self) -> None:
        self.queue = WorldQueue(self.there.account)
        self.memory = WorldRevisions(self.there.account)

    @property
    def sweeper(self) -> Sweeper:
        account = self.there.account
        inventory, layers = WorldInventory(account, self.page), WorldLayers(account, self.page, self.page)
        return Sweeper(self.there.guard, inventory, layers, self.memory, self.queue)

    def sweep(self) -> list[Report]:
        """Sweep, and do every task until none is left."""
        self.queue.tasks.append(Page(Sweep(f"sweep at {self.there.now}", self.there.now)))
        reports: list[Report] = []
        while self.queue.tasks:
            task = self.queue.tasks.pop(0)
            if isinstance(task, Listing):
                self.sweeper.list_page(task)
            elif isinstance(task, Part | Layer):
                reports += self.sweeper.look_at(task, self.there.now)
        return reports

    def qualifiers(self, *names: str) -> None:
        self.there.account.functions["orders"].qualifiers = set(names)


def looked_at(reports: list[Report]) -> list[str]:
    return [report.facts.target.removeprefix(f"{FUNCTION}:") for report in reports]


def test_every_function_version_and_alias_is_looked_at_once_on_however_many_pages() -> None:
    swept = Swept(page=2)
    swept.there.account.with_function("bills")
    swept.qualifiers("1", "2", "live")
    found = sorted(looked_at(swept.sweep()))
    assert found == ["1", "2", str(FUNCTION).replace("orders", "bills"), str(FUNCTION), "live"]
    assert swept.there.account.calls.count("ListFunctions") == 2


def test_what_a_sweep_lists_settles_first_as_a_function_that_was_just_made_must() -> None:
    swept = Swept(page=1)
    swept.there.account.with_function("bills")
    swept.sweep()
    assert {type(task) for task in swept.queue.settling} == {Part}
    assert {task.function.name for task in swept.queue.settling if isinstance(task, Part)} == {
        "bills",
        "orders",
    }


def test_the_role_is_looked_at_with_the_function_and_not_again_with_its_policies() -> None:
    swept = Swept()
    swept.qualifiers("1", "live")
    swept.sweep()
    assert swept.there.account.calls.count("GetFunctionConfiguration") == 1
    assert swept.there.account.calls.count("GetResourcePolicy") == 3


def test_a_page_is_a_task_for_each_function_and_one_for_the_next_page() -> None:
    swept = Swept(page=1)
    swept.there.account.with_function("bills")
    asked = Sweep("1", swept.there.now)
    assert swept.sweeper.list_page(Page(asked)) == Listed(3, is_last=False)
    bills = swept.there.account.functions["bills"].arn
    assert swept.queue.tasks == [Part(asked, bills, (None,)), Page(asked, "1"), Layers(asked)]


def test_a_function_with_many_versions_is_more_than_one_task() -> None:
    swept = Swept()
    swept.qualifiers(*map(str, range(1, PART + 5)))
    assert swept.sweeper.list_page(Page(Sweep("1", swept.there.now))) == Listed(3, is_last=True)
    parts = [task for task in swept.queue.tasks if isinstance(task, Part)]
    assert [len(part.qualifiers) for part in parts] == [PART, 5]
    assert [None in part.qualifiers for part in parts] == [True, False]


def test_aliases_are_tasks_of_their_own_and_ask_for_none_themselves() -> None:
    swept = Swept()
    swept.qualifiers(*(f"alias-{number}" for number in range(PART + 1)))
    asked = Sweep("1", swept.there.now)
    list(swept.sweeper.look_at(Part(asked, FUNCTION, (None,)), swept.there.now))
    parts = [task for task in swept.queue.tasks if isinstance(task, Part)]
    assert [len(part.qualifiers) for part in parts] == [PART, 1]
    swept.queue.tasks.clear()
    list(swept.sweeper.look_at(parts[1], swept.there.now))
    assert swept.queue.tasks == []
    assert swept.there.account.calls.count("ListAliases") == 1


def test_an_account_without_functions_and_layers_is_swept_with_a_call_for_each() -> None:
    swept = Swept()
    del swept.there.account.functions["orders"]
    assert swept.sweep() == []
    assert swept.there.account.calls == ["ListFunctions", "SendMessageBatch", "ListLayers"]


def test_replicas_of_the_edge_are_passed_over() -> None:
    swept = Swept()
    swept.there.account.with_function("us-east-1.orders")
    assert looked_at(swept.sweep()) == [str(FUNCTION), "live"]


def test_a_function_that_is_gone_when_its_turn_comes_is_no_error() -> None:
    swept = Swept()
    swept.sweeper.list_page(Page(Sweep("1", swept.there.now)))
    task, _ = swept.queue.tasks
    swept.queue.tasks.clear()
    assert isinstance(task, Part)
    swept.there.account.functions.clear()
    assert [report.is_gone for report in swept.sweeper.look_at(task, swept.there.now)] == [True]
    assert swept.there.told == []


def test_where_aws_cannot_answer_for_one_policy_the_others_are_looked_at_and_it_is_raised_in_the_end() -> (
    None
):
    swept = Swept()
    part = Part(Sweep("1", swept.there.now), FUNCTION, ("1", "2"))
    swept.qualifiers("1", "2")
    swept.there.account.functions["orders"].policies["2"] = (document(statement("s3.amazonaws.com")), "r")
    asked: list[str] = []

    def first_fails(call: str) -> None:
        asked.append(call)
        if asked.count("GetResourcePolicy") == 1 and call == "GetResourcePolicy":
            raise ApiError("TooManyRequestsException", "Rate exceeded")

    swept.there.account.before = first_fails
    reports: list[Report] = []
    with pytest.raises(TryAgain, match="Rate exceeded"):
        reports.extend(swept.sweeper.look_at(part, swept.there.now))
    assert looked_at(reports) == ["2"]


def test_a_role_that_no_event_told_of_is_repaired() -> None:
    swept = Swept()
    swept.sweep()
    assert swept.there.told == [[Ending.REPAIRED]]
    swept.there.later(days=1)
    swept.sweep()
    assert swept.there.told == [[Ending.REPAIRED]]


@pytest.mark.parametrize(
    ("existing", "ending"), [(False, Ending.TOLD), (True, Ending.REPAIRED)], ids=["told", "repaired"]
)
def test_a_statement_that_was_there_before_is_repaired_only_if_the_settings_say_so(
    ending: Ending, *, existing: bool
) -> None:
    swept = Swept(Watched(settings=settings(repair_existing=existing)))
    swept.there.account.with_role("role", logs=LOGGING)
    swept.there.open()
    swept.sweep()
    assert swept.there.told == [[ending]]
    (report,) = swept.there.herald.told
    reasons = [one.reason for one in report.plan.tells]
    assert (
        any(reason.startswith("the statement was there before this sweep") for reason in reasons) != existing
    )


def test_a_fault_that_stands_there_is_told_once_and_then_as_a_reminder() -> None:
    swept = Swept(Watched(settings=settings(repair_existing=False)))
    swept.there.account.with_role("role", logs=LOGGING)
    swept.there.open()
    for _ in range(10):
        swept.sweep()
        swept.there.later(days=1)
    assert swept.there.told == [[Ending.TOLD], [Ending.TOLD]]


@pytest.mark.parametrize(
    "at", ["TransactWriteItems", "PutResourcePolicy", "Publish"], ids=lambda at: f"died at {at}"
)
@pytest.mark.parametrize("after", [False, True], ids=["before it", "after it"])
def test_what_an_event_left_unfinished_is_finished_and_told_by_the_sweep(at: str, *, after: bool) -> None:
    swept = Swept()
    there = swept.there
    there.account.with_role("role", logs=LOGGING)
    there.open()
    there.handle_and_die(at, after=after)
    there.later(days=1)
    swept.sweep()
    assert there.told[-1] == [Ending.REPAIRED]
    assert [(one.state, one.told_as) for one in there.entries] == [(State.TOLD, Ending.REPAIRED)]
    there.later(days=1)
    told = len(there.told)
    swept.sweep()
    assert len(there.told) == told


def test_what_the_sweep_finds_again_keeps_whoever_did_it_as_its_cause() -> None:
    swept = Swept(Watched(settings=settings(repair_existing=False)))
    there = swept.there
    there.account.with_role("role", logs=LOGGING)
    there.open()
    there.handle(brought=None)
    there.later(days=8)
    swept.sweep()
    (entry,) = there.entries
    assert entry.cause.kind is Kind.POLICY_WRITTEN
    assert entry.last_seen == there.now


def test_what_only_a_sweep_has_seen_has_the_sweep_as_its_cause_until_an_event_tells_more() -> None:
    swept = Swept(Watched(settings=settings(repair_existing=False)))
    there = swept.there
    there.account.with_role("role", logs=LOGGING)
    there.open()
    swept.sweep()
    assert [one.cause.actor for one in there.entries] == [SWEEP]
    there.later(days=8)
    there.handle(brought=None)
    assert [one.cause.kind for one in there.entries] == [Kind.POLICY_WRITTEN]


def test_a_mail_says_that_a_sweep_found_it_and_not_that_it_did_it() -> None:
    swept = Swept()
    swept.sweep()
    (report,) = swept.there.herald.told
    assert text(report).splitlines()[1:3] == [
        f"Sweep      at {swept.there.now.isoformat()} (sweep at {swept.there.now})",
        "Found by   the guard's sweep",
    ]


def escalated(swept: Swept) -> str:
    """Take off what the guard attaches until it has stopped; the mail that says so."""
    there = swept.there
    for _ in range(there.settings.put_back_limit + 1):
        swept.sweep()
        there.attached.clear()
        there.later(minutes=10)
    assert there.told[-1] == [Ending.ESCALATED]
    return text(there.herald.told[-1])


def test_whose_source_it_is_nobody_knows_of_what_only_sweeps_have_seen() -> None:
    assert "Owner    not known: the guard's sweep found it" in escalated(Swept())


def test_whose_source_it_is_the_journal_knows_of_what_an_event_brought() -> None:
    swept = Swept()
    swept.there.handle(Kind.FUNCTION_CREATED)
    swept.there.attached.clear()
    swept.there.later(minutes=10)
    assert "Owner    somebody with unknown from an address" in escalated(swept)
