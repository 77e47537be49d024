"""A sweep: everything is evaluated once, what no event told of is found, and what was left unfinished is finished."""

from __future__ import annotations

from dataclasses import replace

import pytest

from permission_guard.events.sweep_task import SweepAll, SweepFunction
from permission_guard.events.trigger import Kind
from permission_guard.fake_aws import ApiError
from permission_guard.journal.fault import digest_of_all, statement_digest
from permission_guard.ports import Refused, RetryLater
from permission_guard.repair.outcome import Ending
from permission_guard.sweep import seen_in
from tests.fake_aws.builders import BASIC, FUNCTION, TARGET, facts_with, statement
from tests.swept import FINE, S3, STREAMS, Swept, cautious
from tests.watched import LOGGING, Watched


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


def test_what_passes_costs_one_write_into_the_journal_which_has_what_was_seen_if_that_has_changed() -> None:
    swept = Swept()
    swept.put(FINE)
    (task,) = swept.begin()
    swept.evaluate(task)
    assert [one for one in swept.there.account.calls if one in {"Query", "UpdateItem"}] == ["UpdateItem"]
    assert swept.there.journal.seen == {TARGET: (frozenset({statement_digest(TARGET, FINE)}), frozenset())}
    (task,) = swept.begin()
    swept.evaluate(task)
    assert swept.there.account.calls == ["ListAliases", "GetPolicy", "UpdateItem"]
    done = swept.records.evaluated[TARGET]
    assert (done.task, done.at, done.seen, done.is_gone) == (task.id, swept.there.now, None, False)
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
    swept.evaluate(replace(task, roles=(None,)))
    assert swept.there.waiting == []
    assert swept.records.evaluated[TARGET].is_gone


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
