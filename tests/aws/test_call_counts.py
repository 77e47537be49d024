"""Exactly which calls an event costs, as lists: a call more is a failing test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from permission_guard.compliant_event import compliant_findings
from permission_guard.events.sweep_task import SweepAll, SweepFunction
from permission_guard.events.trigger import Installation, Kind, Trigger, trigger_of
from permission_guard.journal.fault import digest_of_all
from permission_guard.model.document import dumped
from permission_guard.model.facts import Trusted
from permission_guard.model.finding import Verdict
from permission_guard.repair.grant import Grant
from tests.aws.guarded import NOW, Guarded, guarded
from tests.aws.rounds import Rounds
from tests.samples import ACCOUNT, GUARD_ROLE, LOGGING, sample

DOCS = Path(__file__).parent.parent.parent / "docs" / "performance.md"

READ = "Query"
"""What the journal knows of the function."""
PLANNED = ("PutItem", "UpdateItem")
"""The journal's note before a repair, and the counting of its alert."""
REPORTED = "PutItem"
FUNCTION, POLICY = "GetFunctionConfiguration", "GetResourcePolicy"
ROLE = ("GetRole", "ListAttachedRolePolicies", "ListRolePolicies")
ITS_ROLE = "arn:aws:iam::111122223333:role/role"
"""What the event of a function shows."""
TO_THE_ROLE = ((READ, FUNCTION, *ROLE),)
"""As it is read where the function is new and its event shows which role that is."""

COSTS: dict[str, tuple[tuple[str, ...], ...]] = {
    "a compliant permission": (),
    "a compliant permission whose event does not show all of it": ((READ, POLICY),),
    "a repaired permission": (
        (READ, POLICY),
        ("ListTags",),
        PLANNED,
        ("PutResourcePolicy",),
        ("Publish",),
        (REPORTED,),
    ),
    "the same event again": ((READ, POLICY), (POLICY,)),
    "a compliant new function": (*TO_THE_ROLE, ("GetRolePolicy",)),
    "a repaired new function": (
        *TO_THE_ROLE,
        ("GetPolicyVersion",),
        ("ListTags",),
        PLANNED,
        ("AttachRolePolicy",),
        ("Publish",),
        (REPORTED,),
    ),
}
"""What each event costs: its round trips in order, and the calls that are made together in each."""


@contextmanager
def costs(there: Guarded, what: str) -> Iterator[None]:
    """Hold that what happens within costs exactly that."""
    there.wire.calls.clear()
    rounds = Rounds(there.wire, *COSTS[what])
    yield
    assert (rounds.left, len(there.wire.calls)) == ([], sum(map(len, COSTS[what])))


def test_the_page_says_what_each_event_costs() -> None:
    section = DOCS.read_text().split("\n## ")[1]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| ")][1:]
    reported = {what: (int(calls), int(trips)) for what, calls, trips, _ in rows}
    assert reported == {what: (sum(map(len, rounds)), len(rounds)) for what, rounds in COSTS.items()}


def test_a_compliant_permission_costs_nothing() -> None:
    """The handler's own test holds that no call is made; here, that its event needs no guard."""
    event = trigger_of(
        sample("s3-permission-for-one-bucket-of-this-account"), Installation(ACCOUNT, "eu-west-1", GUARD_ROLE)
    )
    assert isinstance(event, Trigger)
    assert compliant_findings(event, Trusted(event.subject.account))


def test_a_compliant_new_function_costs_its_role() -> None:
    there = guarded()
    there.account.with_role("role", logs=LOGGING)
    with costs(there, "a compliant new function"):
        there.happen(Kind.FUNCTION_CREATED, role=ITS_ROLE)


def test_it_costs_as_much_if_its_role_has_the_policy_of_awss_own() -> None:
    there = guarded()
    there.account.with_role("role").attached.append(there.guard.settings.logging_policy_arn)
    rounds = Rounds(there.wire, *TO_THE_ROLE, ("GetPolicyVersion",))
    there.happen(Kind.FUNCTION_CREATED, role=ITS_ROLE)
    assert (len(there.wire.calls), rounds.left) == (6, [])


def test_all_policies_of_a_role_are_read_in_one_round_trip() -> None:
    there = guarded()
    role = there.account.with_role("role", logs=LOGGING, more=LOGGING)
    role.attached.append(there.guard.settings.logging_policy_arn)
    documents = ("GetRolePolicy", "GetRolePolicy", "GetPolicyVersion")
    rounds = Rounds(there.wire, *TO_THE_ROLE, documents)
    there.happen(Kind.FUNCTION_CREATED, role=ITS_ROLE)
    assert rounds.left == []


def test_a_repaired_new_function_costs_the_policy_to_attach_the_attaching_and_the_alert() -> None:
    there = guarded()
    with costs(there, "a repaired new function"):
        there.happen(Kind.FUNCTION_CREATED, role=ITS_ROLE)


def test_whether_the_log_group_exists_is_asked_only_if_all_hangs_on_it() -> None:
    there = guarded()
    streams = {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"}
    there.account.with_role("role", logs={"Version": "2012-10-17", "Statement": [streams]})
    there.account.log_groups.add("/aws/lambda/orders")
    rounds = Rounds(there.wire, *TO_THE_ROLE, ("GetRolePolicy",), ("DescribeLogGroups",))
    report = there.happen(Kind.FUNCTION_CREATED, role=ITS_ROLE)
    assert rounds.left == []
    assert report.lines == ()


def test_the_version_of_a_managed_policy_is_asked_once_and_then_only_whether_it_is_the_default_still() -> (
    None
):
    there, own = guarded(), "arn:aws:iam::111122223333:policy/own"
    there.account.managed[own] = dumped(LOGGING)
    there.account.with_role("role").attached.append(own)
    before = [READ, "GetFunctionConfiguration", *ROLE]
    there.happen(Kind.FUNCTION_CREATED, role=ITS_ROLE)
    assert sorted(there.wire.calls) == sorted([*before, "GetPolicy", "GetPolicyVersion"])
    there.wire.calls.clear()
    there.happen(Kind.FUNCTION_CREATED, role=ITS_ROLE)
    assert sorted(there.wire.calls) == sorted([*before, "GetPolicyVersion"])


def test_a_permission_that_must_be_looked_at_costs_one_read() -> None:
    there = guarded()
    with costs(there, "a compliant permission whose event does not show all of it"):
        there.permission_added("s3.amazonaws.com", source_account="111122223333")


def test_a_repaired_permission_costs_one_read_one_write_and_the_alert() -> None:
    there = guarded()
    with costs(there, "a repaired permission"):
        there.permission_added("s3.amazonaws.com")


def test_the_same_event_again_costs_two_reads_and_reports_nothing() -> None:
    there = guarded()
    there.permission_added("s3.amazonaws.com")
    with costs(there, "the same event again"):
        there.happen(Kind.PERMISSION_ADDED, arrived="it")
    assert len(there.wire.published) == 1


def test_without_the_document_calls_a_repair_adds_reads_back_and_only_then_removes() -> None:
    there = guarded(documents=False)
    there.account.add_permission("orders", Grant("it", "lambda:InvokeFunction", "s3.amazonaws.com"))
    repair = ("GetPolicy", "AddPermission", "GetPolicy", "RemovePermission")
    rounds = Rounds(
        there.wire,
        (READ, "GetResourcePolicy"),
        ("GetPolicy",),
        ("ListTags",),
        PLANNED,
        *((call,) for call in repair),
        ("Publish",),
        (REPORTED,),
    )
    there.happen(Kind.PERMISSION_ADDED, arrived="it")
    assert rounds.left == []


def test_that_the_document_calls_are_missing_is_found_out_once() -> None:
    there = guarded(documents=False)
    there.permission_added("s3.amazonaws.com", source_account="111122223333")
    rounds = Rounds(there.wire, (READ, "GetPolicy"))
    there.happen(Kind.PERMISSION_REMOVED)
    assert rounds.left == []


def test_a_function_that_is_gone_costs_the_call_that_finds_it_out() -> None:
    there = guarded()
    del there.account.functions["orders"]
    report = there.happen(Kind.FUNCTION_CREATED)
    assert report.report.is_gone
    assert sorted(there.wire.calls) == ["GetFunctionConfiguration", READ]


def test_its_role_is_asked_for_too_where_the_event_shows_it() -> None:
    there = guarded()
    del there.account.functions["orders"]
    rounds = Rounds(there.wire, *TO_THE_ROLE)
    assert there.happen(Kind.FUNCTION_CREATED, role=ITS_ROLE).report.is_gone
    assert rounds.left == []


@pytest.mark.parametrize(
    "named", ["arn:aws:iam::999999999999:role/role", "", "role/", "*" * 3000, "arn:aws:iam::1:role/\x00"]
)
def test_a_role_that_the_event_alone_names_is_never_believed(named: str) -> None:
    """The event is somebody's text. IAM knows roles of the account by name alone, so here it finds one that may log."""
    there = guarded()
    there.account.with_role("role", logs=LOGGING)
    mute = there.account.with_role("mute")
    there.account.functions["orders"].role_arn = mute.arn
    report = there.happen(Kind.FUNCTION_CREATED, role=named)
    assert [line.finding.verdict for line in report.lines] == [Verdict.FAIL]
    assert mute.attached == [there.guard.settings.logging_policy_arn]


@pytest.mark.parametrize(
    ("functions", "pages", "batches"), [(0, 1, 0), (9, 1, 1), (10, 1, 1), (50, 1, 5), (51, 2, 6)]
)
def test_the_listing_of_a_sweep_costs_a_call_for_fifty_functions_and_one_for_ten_tasks(
    functions: int, pages: int, batches: int
) -> None:
    there = guarded()
    there.account.functions.clear()
    for number in range(functions):
        there.account.with_function(f"orders-{number}")
    there.sweeper.begin(SweepAll("sweep-1"), NOW)
    assert there.wire.calls == [
        *["UpdateItem", "Scan"],
        *["ListFunctions"] * pages,
        *["GetAccountAuthorizationDetails"] * 2,
        *["SendMessageBatch"] * batches,
        "UpdateItem",
    ]


def test_a_compliant_function_costs_its_first_sweep_its_lists_its_policy_and_the_note_and_later_ones_one_list_less() -> (
    None
):
    there = guarded()
    orders = there.account.functions["orders"]
    orders.qualifiers.clear()
    list(there.sweeper.evaluate(SweepFunction(orders.arn, "task", roles=()), NOW))
    assert there.wire.calls == ["ListVersionsByFunction", "ListAliases", "GetPolicy", "UpdateItem"]
    seen = SweepFunction(orders.arn, "task", roles=(), all_versions=False, seen=EMPTY)
    there.wire.calls.clear()
    list(there.sweeper.evaluate(seen, NOW))
    assert there.wire.calls == ["ListAliases", "GetPolicy", "UpdateItem"]


def test_each_alias_costs_a_sweep_its_policy_and_that_of_the_version_to_which_it_points() -> None:
    there = guarded()
    orders = there.account.functions["orders"]
    orders.qualifiers = {"live", "7"}
    orders.alias_versions["live"] = ("7",)
    list(
        there.sweeper.evaluate(
            SweepFunction(orders.arn, "task", roles=(), all_versions=False, seen=EMPTY), NOW
        )
    )
    assert there.wire.calls == ["ListAliases", *["GetPolicy"] * 3, "UpdateItem"]


EMPTY = digest_of_all(())
