"""Which fault it is: the same name each time the same thing is found, another for anything else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from permission_guard.iam.policy import Json
from permission_guard.journal.fault import fault_of, faults_alike, statement_digest
from permission_guard.model.facts import FunctionFacts, RoleFacts, Unreadable
from permission_guard.model.finding import Finding, Missing, Proof, Recorded
from permission_guard.rules import evaluate
from tests.fake_aws.builders import FUNCTION, OWN, ROLE, TARGET, facts_with, facts_with_role, statement

S3 = "s3.amazonaws.com"


def found(facts: FunctionFacts) -> tuple[Finding, ...]:
    return evaluate(facts, OWN)


def names(facts: FunctionFacts) -> list[str]:
    return [fault_of(finding, facts) for finding in found(facts)]


def test_a_fault_is_named_by_sixteen_hexadecimal_digits_that_never_change() -> None:
    assert names(facts_with(statement(S3))) == ["3a64e49f03637aca"]


def test_the_sid_does_not_count_because_tools_make_up_a_new_one() -> None:
    assert names(facts_with(statement(S3, sid="a"))) == names(facts_with(statement(S3, sid="b")))


def test_two_statements_that_say_the_same_are_two_faults() -> None:
    first, second = names(facts_with(statement(S3, sid="a"), statement(S3, sid="b")))
    assert first != second
    assert [first] == names(facts_with(statement(S3, sid="a")))


def test_where_the_statement_stands_does_not_count() -> None:
    _, second = names(facts_with(statement("sns.amazonaws.com", sid="x"), statement(S3)))
    assert [second] == names(facts_with(statement(S3)))


@pytest.mark.parametrize(
    "other",
    [
        facts_with(statement(S3, Resource="*")),
        facts_with(statement("sns.amazonaws.com")),
        facts_with(statement(S3), qualifier="live"),
    ],
)
def test_another_content_or_place_is_another_fault(other: FunctionFacts) -> None:
    assert set(names(other)).isdisjoint(names(facts_with(statement(S3))))


def test_a_role_that_lacks_another_right_has_another_fault() -> None:
    bare = facts_with_role(RoleFacts(ROLE))
    elsewhere = facts_with_role(RoleFacts(ROLE + "2"))
    assert names(bare) != names(elsewhere)


@pytest.mark.parametrize(
    ("one", "same", "other"),
    [
        (Unreadable("role x", "denied, request 1"), Unreadable("role x", "denied, request 2"), None),
        (Missing("role x"), Missing("role x"), Missing("role y")),
        (Recorded("witness", "it is so"), Recorded("witness", "it is so"), Recorded("witness", "it was")),
    ],
)
def test_messages_that_differ_from_call_to_call_do_not_count(one: Proof, same: Proof, other: Proof) -> None:
    facts = FunctionFacts(FUNCTION)
    (finding,) = found(facts_with_role(RoleFacts(ROLE)))
    named = [fault_of(replace(finding, proof=proof), facts) for proof in (one, same, other)]
    assert named[0] == named[1]
    assert named[0] != named[2]


def test_statements_that_differ_only_in_their_sids_are_alike_and_no_others() -> None:
    one = facts_with(statement(S3, sid="terraform-1"))
    both = facts_with(
        statement("sns.amazonaws.com"), statement(S3, sid="terraform-2"), statement(S3, sid="3")
    )
    _, first, second = (faults_alike(finding, both) for finding in found(both))
    assert first == second == set(names(both)[1:])
    assert set(names(one)) < first


def test_a_fault_of_the_role_is_like_itself_alone() -> None:
    facts = facts_with_role(RoleFacts(ROLE))
    (finding,) = found(facts)
    assert faults_alike(finding, facts) == {fault_of(finding, facts)}


def test_a_statement_is_known_by_its_content_and_its_place_and_not_by_its_sid() -> None:
    known = statement_digest(TARGET, statement(S3, sid="a"))
    assert known == statement_digest(TARGET, statement(S3, sid=None))
    assert known != statement_digest(f"{TARGET}:live", statement(S3, sid="a"))
    assert known != statement_digest(TARGET, statement(S3, sid="a", Effect="Deny"))


def deny(action: str, account: str) -> Mapping[str, Json]:
    return {**statement("*", sid="d", Action=action), "Effect": "Deny", "Principal": {"AWS": account}}


def test_without_a_deny_about_the_same_calls_more_callers_may_have_access_so_it_is_another_fault() -> None:
    bare = names(facts_with(statement(S3)))
    limited = names(facts_with(statement(S3), deny("lambda:InvokeFunction", "999999999999")))
    other = names(facts_with(statement(S3), deny("lambda:*", "888888888888")))
    assert len({*bare, *limited, *other}) == 3
    assert names(facts_with(statement(S3), deny("lambda:DeleteFunction", "999999999999"))) == bare
