"""The answers about one policy: the versions and aliases that a statement covers, and AWS's own topics."""

from __future__ import annotations

import pytest

from permission_guard.access import BUDGET, INVOKING, Access, Answer, Scale
from permission_guard.iam.policy import Json
from permission_guard.model.document import Body, statements_of
from permission_guard.model.finding import Concern, Verdict
from permission_guard.rules import evaluate
from permission_guard.rules.review import review_of
from tests.access.hostile import digits_wanted, largest
from tests.fake_aws.builders import ACCOUNT, OWN, TARGET, facts_with, statement


def found(*statements: Body, qualifier: str | None = None) -> tuple[Verdict, Concern]:
    (finding,) = evaluate(facts_with(*statements, qualifier=qualifier), OWN)
    return finding.verdict, finding.concern


DEAD = (Verdict.FAIL, Concern.PERMISSION_IS_USABLE)
UNKNOWN = (Verdict.UNKNOWN, Concern.FUNCTION_IS_NOT_PUBLIC)
CLOSED = (Verdict.PASS, Concern.FUNCTION_IS_NOT_PUBLIC)


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (f"{TARGET}:beta", UNKNOWN),
        (f"{TARGET}:beta-*", UNKNOWN),
        (f"{TARGET}:beta-?", UNKNOWN),
        (f"{TARGET}:be ta", DEAD),
        (f"{TARGET}:", DEAD),
    ],
)
def test_a_statement_about_an_alias_that_can_exist_is_in_doubt_and_about_another_is_dead(
    resource: str, expected: tuple[Verdict, Concern]
) -> None:
    assert found(statement(Resource=resource)) == expected


def test_a_version_or_alias_has_no_versions_of_its_own() -> None:
    assert found(statement(Resource=f"{TARGET}:live:*"), qualifier="live") == DEAD


def test_a_deny_closes_the_aliases_that_it_covers_and_no_others() -> None:
    on_all = statement(Resource=f"{TARGET}:*")
    deny = statement(sid="d", Effect="Deny")
    everywhere = {key: value for key, value in deny.items() if key != "Resource"}

    assert found(on_all, {**deny, "Resource": f"{TARGET}:1"}) == UNKNOWN
    assert found(on_all, {**deny, "Resource": f"{TARGET}:*"}) == CLOSED
    assert found(on_all, everywhere) == CLOSED


def test_a_deny_of_a_resource_with_a_variable_may_close_an_alias() -> None:
    deny = statement(sid="d", Effect="Deny", Resource=f"{TARGET}:${{aws:PrincipalTag/alias}}")
    assert found(statement(Resource=f"{TARGET}:*"), deny) == UNKNOWN


def test_a_statement_that_is_dead_at_this_moment_is_so_by_its_time() -> None:
    past: Json = {"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}
    assert found(statement(Condition=past)) == DEAD


def test_what_single_statements_cost_has_one_budget_for_all_of_them() -> None:
    review, other = (review_of(facts_with(statement(), statement({"AWS": ACCOUNT})), OWN) for _ in range(2))
    first, second = review.others

    assert review.alone(first, INVOKING).access is Access.OPEN
    spent = review._spent
    assert [one.alone(second, INVOKING).access for one in (review, other)] == [Access.CLOSED] * 2
    assert 0 < spent < review._spent == spent + other._spent
    other._spent = BUDGET
    assert other.alone(first, INVOKING) == Answer(0, Access.TOO_COMPLEX, Scale.UNKNOWN)
    assert other._spent == BUDGET


def test_several_statements_about_versions_that_cannot_be_analyzed_in_time_are_each_unknown() -> None:
    allow, *denies = statements_of(largest(digits_wanted).text)
    versions = [{**one, "Resource": f"{TARGET}:*"} for one in (allow, *denies)]
    findings = evaluate(facts_with(*versions, {**allow, "Sid": "live", "Resource": f"{TARGET}:live"}), OWN)

    doubt = "whether an untrusted account has access is unknown: the policy is too complex to evaluate"
    assert [one.summary for one in findings] == [f"Statement[0]: {doubt}", f'Statement "live": {doubt}']
