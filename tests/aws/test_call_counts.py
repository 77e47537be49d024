"""Exactly which calls an event costs, as lists: a call more is a failing test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from permission_guard.aws.revisions import DynamoRevisions
from permission_guard.task import Layer, Layers, Page, Part, Sweep

from permission_guard.aws.inventory import AwsInventory
from permission_guard.aws.layers import AwsLayers
from permission_guard.aws.queue import SqsQueue
from permission_guard.document import dumped
from permission_guard.facts import Trusted
from permission_guard.finding import Verdict
from permission_guard.shown import shown
from permission_guard.sweep import Sweeper
from permission_guard.trigger import Kind, Trigger, trigger_of
from tests.aws.guarded import NOW, WAITING, Guarded, guarded
from tests.aws.rounds import Rounds
from tests.samples import LOGGING, sample

DOCS = Path(__file__).parent.parent.parent / "docs" / "performance.md"

READ = "Query"
"""What the journal knows of the function."""
PLANNED = TOLD = "PutItem"
"""The journal's two notes about a repair."""
FUNCTION, POLICY = "GetFunctionConfiguration", "GetResourcePolicy"
ROLE = ("GetRole", "ListAttachedRolePolicies", "ListRolePolicies")
ITS_ROLE = "arn:aws:iam::111122223333:role/role"
"""What the event of a function shows."""
TO_THE_ROLE = ((READ, FUNCTION, *ROLE),)
"""As it is read where the function is new and its event shows which role that is."""
TO_A_ROLE = ((READ,), (FUNCTION,), ROLE)
"""As it is read where only the function says which."""

COSTS: dict[str, tuple[tuple[str, ...], ...]] = {
    "a compliant permission": (),
    "a compliant permission whose event does not show all of it": ((READ,), (POLICY,)),
    "a repaired permission": (
        *((READ,), (POLICY,), (PLANNED,), ("PutResourcePolicy",)),
        *(("Publish",), (TOLD,)),
    ),
    "the same event again": ((READ,), (POLICY,)),
    "a compliant new function": (*TO_THE_ROLE, ("GetRolePolicy",)),
    "a repaired new function": (
        *(*TO_THE_ROLE, ("GetPolicyVersion",), (PLANNED,), ("AttachRolePolicy",)),
        *(("Publish",), (TOLD,)),
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
    told = {what: (int(calls), int(trips)) for what, calls, trips, _ in rows}
    assert told == {what: (sum(map(len, rounds)), len(rounds)) for what, rounds in COSTS.items()}


def test_a_compliant_permission_costs_nothing() -> None:
    """The door's own test holds that no call is made (tests/test_handler.py); here, that its event needs no guard."""
    event = trigger_of(sample("s3-was-let-in-for-one-bucket-of-this-account"), guard_role_arn="")
    assert isinstance(event, Trigger)
    assert shown(event, Trusted(event.subject.account))


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
        there.let_in("s3.amazonaws.com", source_account="111122223333")


def test_a_repaired_permission_costs_one_read_one_write_and_the_alert() -> None:
    there = guarded()
    with costs(there, "a repaired permission"):
        there.let_in("s3.amazonaws.com")


def test_the_same_event_again_costs_two_reads_and_tells_nothing() -> None:
    there = guarded()
    there.let_in("s3.amazonaws.com")
    with costs(there, "the same event again"):
        there.happen(Kind.PERMISSION_ADDED, arrived="it")
    assert len(there.wire.published) == 1


def test_without_the_document_calls_a_repair_adds_reads_back_and_only_then_removes() -> None:
    there = guarded(documents=False)
    there.let_in("s3.amazonaws.com")
    assert there.wire.calls == [
        READ,
        "GetResourcePolicy",
        "GetPolicy",
        PLANNED,
        "GetPolicy",
        "AddPermission",
        "GetPolicy",
        "RemovePermission",
        "Publish",
        TOLD,
    ]


def test_that_the_document_calls_are_missing_is_found_out_once() -> None:
    there = guarded(documents=False)
    there.let_in("s3.amazonaws.com", source_account="111122223333")
    there.wire.calls.clear()
    there.happen(Kind.PERMISSION_REMOVED)
    assert there.wire.calls == [READ, "GetPolicy"]


def test_a_function_that_is_gone_costs_the_call_that_finds_it_out() -> None:
    there = guarded()
    del there.account.functions["orders"]
    report = there.happen(Kind.FUNCTION_CREATED)
    assert report.is_gone
    assert sorted(there.wire.calls) == ["GetFunctionConfiguration", READ]


def test_its_role_is_asked_for_too_where_the_event_shows_it() -> None:
    there = guarded()
    del there.account.functions["orders"]
    rounds = Rounds(there.wire, *TO_THE_ROLE)
    assert there.happen(Kind.FUNCTION_CREATED, role=ITS_ROLE).is_gone
    assert rounds.left == []


@pytest.mark.parametrize(
    "shown", ["arn:aws:iam::999999999999:role/role", "", "role/", "*" * 3000, "arn:aws:iam::1:role/\x00"]
)
def test_a_role_that_the_event_alone_names_is_never_believed(shown: str) -> None:
    """The event is somebody's text. IAM knows roles of the account by name alone, so here it finds one that may log."""
    there = guarded()
    there.account.with_role("role", logs=LOGGING)
    mute = there.account.with_role("mute")
    there.account.functions["orders"].role_arn = mute.arn
    report = there.happen(Kind.FUNCTION_CREATED, role=shown)
    assert [line.finding.verdict for line in report.lines] == [Verdict.FAIL]
    assert mute.attached == [there.guard.settings.logging_policy_arn]


def swept(there: Guarded) -> Sweeper:
    clients = there.wire.clients()
    return Sweeper(
        there.guard,
        AwsInventory(clients),
        AwsLayers(clients),
        DynamoRevisions(clients, "journal"),
        SqsQueue(clients, WAITING),
    )


PAGE = Page(Sweep("sweep-1", NOW))


@pytest.mark.parametrize(
    ("functions", "calls"),
    {
        # The first page of the layers is a message too, and so is the next page of the functions.
        0: ["ListFunctions", "SendMessageBatch"],
        9: ["ListFunctions", "SendMessageBatch"],
        10: ["ListFunctions", *["SendMessageBatch"] * 2],
        50: ["ListFunctions", *["SendMessageBatch"] * 6],
        51: ["ListFunctions", *["SendMessageBatch"] * 6],
    }.items(),
)
def test_a_page_of_a_sweep_costs_one_list_and_a_message_for_each_function_ten_at_a_time(
    functions: int, calls: list[str]
) -> None:
    there = guarded()
    there.account.functions.clear()
    for number in range(functions):
        there.account.with_function(f"orders-{number}")
    swept(there).list_page(PAGE)
    assert there.wire.calls == calls


def test_a_compliant_function_costs_a_sweep_its_aliases_its_role_and_its_policy() -> None:
    there = guarded()
    there.account.with_role("role", logs=LOGGING)
    there.account.functions["orders"].qualifiers.clear()
    rounds = Rounds(
        there.wire,
        ("ListAliases",),
        *TO_A_ROLE,
        ("GetRolePolicy",),
        ("GetResourcePolicy",),
        ("GetPolicy",),
    )
    list(swept(there).look_at(Part(PAGE.sweep, there.account.functions["orders"].arn, (None,)), NOW))
    assert rounds.left == []


def test_a_version_or_an_alias_without_a_policy_of_its_own_costs_a_sweep_the_question_whether_it_has_one() -> (
    None
):
    there = guarded()
    there.let_in("s3.amazonaws.com", source_account="111122223333")
    there.wire.calls.clear()
    list(swept(there).look_at(Part(PAGE.sweep, there.account.functions["orders"].arn, ("live",)), NOW))
    assert there.wire.calls == [READ, "GetResourcePolicy"]


def test_a_layer_costs_a_sweep_a_call_for_ten_versions_and_two_for_each_of_them() -> None:
    there = guarded()
    there.account.layers["tools"] = 12
    sweeper = swept(there)
    assert sweeper.list_page(Layers(PAGE.sweep)).tasks == 1
    assert there.wire.calls == ["ListLayers", "SendMessageBatch"]
    there.wire.calls.clear()
    list(sweeper.look_at(Layer(PAGE.sweep, "tools"), NOW))
    assert there.wire.calls == [
        "ListLayerVersions",
        "SendMessageBatch",
        *[READ, "GetLayerVersionPolicy"] * 10,
    ]
    there.wire.calls.clear()
    list(sweeper.look_at(Layer(PAGE.sweep, "tools", "10"), NOW))
    assert there.wire.calls == ["ListLayerVersions", *[READ, "GetLayerVersionPolicy"] * 2]
