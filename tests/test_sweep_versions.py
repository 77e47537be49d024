"""A published version's own role: the weekly sweep evaluates it and leaves it to a person."""

from __future__ import annotations

from permission_guard.events.sweep_task import SweepFunction
from permission_guard.journal.entry import State
from tests.fake_aws.builders import BASIC, FUNCTION, TARGET
from tests.swept import S3, Swept
from tests.watched import LOGGING


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
