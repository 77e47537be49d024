"""Keys that nobody knows, where the verdict is the same whatever they are."""

from __future__ import annotations

from typing import Final

import pytest

from permission_guard.iam import EvalDecision, Policy, decide
from permission_guard.iam.policy import Json
from permission_guard.model.document import Body
from permission_guard.model.facts import RoleFacts
from permission_guard.model.finding import DeniedRequest, Finding, Verdict
from permission_guard.rules import evaluate
from tests.fake_aws.builders import OWN, ROLE, facts_with_role

PASS, FAIL, UNKNOWN = Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN
VPC, AGENT = "aws:SourceVpc", "aws:UserAgent"
OURS: Final[Json] = {"StringEquals": {VPC: "ours"}}
NOT_OURS: Final[Json] = {"StringNotEquals": {VPC: "ours"}}
ABSENT: Final[Json] = {"Null": {VPC: "true"}}
PRESENT: Final[Json] = {"Null": {VPC: "false"}}
ANY: Final[Json] = {"StringLike": {VPC: "*"}}


def statement(effect: str, condition: Json = None, action: Json = "logs:*") -> Body:
    block: Body = {"Condition": condition} if condition else {}
    return {"Effect": effect, "Action": action, "Resource": "*", **block}


def policy(*statements: Body) -> Policy:
    return Policy.parse({"Version": "2012-10-17", "Statement": list(statements)}, name="mine")


def found(*statements: Body, boundary: Policy | None = None) -> Finding:
    (finding,) = evaluate(facts_with_role(RoleFacts(ROLE, (policy(*statements),), boundary)), OWN)
    return finding


def both(*conditions: Json) -> Json:
    merged: dict[str, Json] = {}
    for one in conditions:
        assert isinstance(one, dict)
        merged |= one
    return merged


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        (OURS, NOT_OURS, PASS),
        (ABSENT, PRESENT, PASS),
        (ABSENT, ANY, PASS),
        (OURS, {"StringNotEqualsIfExists": {VPC: "ours"}}, PASS),
        (OURS, {"StringNotEquals": {VPC: "theirs"}}, UNKNOWN),
        (OURS, PRESENT, UNKNOWN),
        (ABSENT, both(PRESENT, NOT_OURS), UNKNOWN),
        (ABSENT, both(ANY, NOT_OURS), UNKNOWN),
        ({"StringNotLike": {VPC: "*"}}, NOT_OURS, UNKNOWN),
        (OURS, {"StringNotEqualsIgnoreCase": {VPC: "ours"}}, UNKNOWN),
        (
            {"StringEquals": {VPC: "${aws:UserAgent}"}},
            {"StringNotEquals": {VPC: "${aws:UserAgent}"}},
            UNKNOWN,
        ),
        (OURS, {"StringNotEquals": {AGENT: "ours"}}, UNKNOWN),
        ({"ForAnyValue:StringLike": {VPC: "a*"}}, {"ForAllValues:StringNotLike": {VPC: "a*"}}, PASS),
        ({"StringLike": {VPC: "a*"}}, {"StringNotEquals": {VPC: "a1"}}, PASS),
        ({"StringLike": {VPC: "a*"}}, {"StringNotEquals": {VPC: "b1"}}, UNKNOWN),
        ({"ForAnyValue:StringEquals": {VPC: "a"}}, {"ForAnyValue:StringNotEquals": {VPC: "a"}}, UNKNOWN),
    ],
)
def test_two_conditions_that_leave_no_value_out_are_none_together(
    one: Json, other: Json, together: Verdict
) -> None:
    assert found(statement("Allow", one), statement("Allow", other)).verdict is together
    refused = {PASS: FAIL}.get(together, together)
    assert found(statement("Allow"), statement("Deny", one), statement("Deny", other)).verdict is refused


@pytest.mark.parametrize(
    ("condition", "allowed"),
    [
        (both(OURS, NOT_OURS), FAIL),
        (both(OURS, ABSENT), FAIL),
        ({"StringLikeIfExists": {VPC: "*"}}, PASS),
        ({"ForAllValues:StringLike": {VPC: ["ours", "*"]}}, PASS),
        ({"ForAnyValue:StringNotLike": {VPC: "*"}}, FAIL),
        ({"ForAllValues:StringNotLike": {VPC: "*"}}, UNKNOWN),
        (ANY, UNKNOWN),
        (both(OURS, PRESENT), UNKNOWN),
        ({"NullIfExists": {VPC: "true"}}, UNKNOWN),
        ({"NoOperator": {VPC: "x"}}, UNKNOWN),
    ],
)
def test_a_condition_that_every_value_meets_or_none_is_decided(condition: Json, allowed: Verdict) -> None:
    denied = {PASS: FAIL, FAIL: PASS}.get(allowed, allowed)

    assert found(statement("Allow", condition)).verdict is allowed
    assert found(statement("Allow"), statement("Deny", condition)).verdict is denied


def test_what_the_same_condition_allows_and_denies_is_refused_and_so_is_what_the_boundary_excludes() -> None:
    by_deny = found(statement("Allow", OURS), statement("Deny", OURS))
    by_boundary = found(statement("Allow", OURS), boundary=policy(statement("Allow", NOT_OURS)))

    assert (by_deny.verdict, by_boundary.verdict) == (FAIL, FAIL)


@pytest.mark.parametrize(
    ("wider", "verdict"),
    [
        ({"StringEquals": {VPC: ["ours", "theirs"]}}, FAIL),
        ({"StringLike": {VPC: "ou*"}}, FAIL),
        ({"StringEqualsIgnoreCase": {VPC: "OURS"}}, FAIL),
        ({"StringLike": {VPC: "our?s"}}, UNKNOWN),
        ({"StringEqualsIgnoreCase": {VPC: "${aws:PrincipalTag/vpc}"}}, UNKNOWN),
    ],
)
def test_a_deny_of_more_values_refuses_what_is_allowed_for_one(wider: Json, verdict: Verdict) -> None:
    tagged = statement("Allow", OURS), statement("Deny", wider)
    (finding,) = evaluate(facts_with_role(RoleFacts(ROLE, (policy(*tagged),), tags={"vpc": "x"})), OWN)

    assert finding.verdict is verdict


def test_a_deny_of_one_spelling_leaves_the_others() -> None:
    any_case: Json = {"StringEqualsIgnoreCase": {VPC: "ours"}}

    assert found(statement("Allow", any_case), statement("Deny", OURS)).verdict is UNKNOWN


def test_of_more_values_than_make_sixteen_cases_nothing_is_said_together() -> None:
    def comparing(count: int) -> Verdict:
        texts = [f"v{place}" for place in range(count)]
        each = [statement("Allow", {"StringEquals": {VPC: text}}) for text in texts]
        return found(*each, *(statement("Deny", {"StringEquals": {VPC: text}}) for text in texts)).verdict

    assert [comparing(count) for count in (3, 4, 7)] == [FAIL, UNKNOWN, UNKNOWN]


def test_an_empty_text_counts_too_which_may_be_none() -> None:
    unlike: Json = {"ForAnyValue:StringNotLike": {VPC: "a*"}}
    denies = [statement("Deny", one) for one in (ABSENT, {"StringLike": {VPC: "a*"}}, unlike)]

    assert found(statement("Allow"), *denies).verdict is UNKNOWN
    assert found(statement("Allow"), *denies, statement("Deny", {"StringEquals": {VPC: ""}})).verdict is FAIL


def test_the_refused_call_is_one_without_the_key() -> None:
    statements = statement("Allow"), statement("Deny", OURS), statement("Deny", NOT_OURS)
    proof = found(*statements).proof

    assert isinstance(proof, DeniedRequest)
    assert proof.request.context.values(VPC.lower()) == ()
    again = decide(proof.request, identity=(policy(*statements),))
    assert again == proof.decision
    assert again.answer is EvalDecision.DENIED


def test_the_refusal_says_that_the_boundary_refuses_the_call() -> None:
    limit = policy(statement("Allow"), statement("Deny", OURS), statement("Deny", NOT_OURS))
    proof = found(statement("Allow"), boundary=limit).proof

    assert isinstance(proof, DeniedRequest)
    assert proof.decision == decide(proof.request, identity=(policy(statement("Allow")),), boundary=limit)
    assert proof.blocker is not None


USER: Final = "aws:userid"


@pytest.mark.parametrize(
    ("condition", "verdict"),
    [
        ({"StringLike": {USER: "AROA1*"}}, UNKNOWN),
        ({"StringEqualsIgnoreCase": {USER: "aroaexample:orders"}}, UNKNOWN),
        ({"StringEquals": {USER: "AROAEXAMPLE:orders"}}, UNKNOWN),
        ({"StringEquals": {USER: "AROAEXAMPLE:other"}}, PASS),
    ],
)
def test_a_role_whose_id_was_not_read_may_have_any(condition: Json, verdict: Verdict) -> None:
    assert found(statement("Allow"), statement("Deny", condition)).verdict is verdict


def test_a_time_that_is_compared_as_a_text_is_not_known() -> None:
    ends: Json = {"StringLike": {"aws:EpochTime": "*77"}}

    assert found(statement("Allow"), statement("Deny", ends)).verdict is UNKNOWN


@pytest.mark.parametrize(("role_id", "verdict"), [("", UNKNOWN), ("AROAOWN", PASS)])
def test_beside_many_times_the_id_of_the_role_counts_too(role_id: str, verdict: Verdict) -> None:
    times = [f"20{year}-01-01T00:00:00Z" for year in range(30, 60)]
    dated: list[Json] = [{"DateEquals": {key: times}} for key in ("aws:CurrentTime", "aws:TokenIssueTime")]
    other: Json = {"StringEquals": {USER: "AROAEXAMPLE:orders"}}
    document = policy(
        statement("Allow"),
        *(statement("Deny", both(one, other)) for one in dated),
    )
    (finding,) = evaluate(facts_with_role(RoleFacts(ROLE, (document,), id=role_id)), OWN)

    assert finding.verdict is verdict


def test_two_calls_may_show_different_values() -> None:
    one = statement("Allow", OURS, ["logs:CreateLogStream", "logs:CreateLogGroup"])
    other = statement("Allow", NOT_OURS, "logs:PutLogEvents")

    assert found(one, other).verdict is UNKNOWN


def test_so_may_calls_of_one_action_for_two_streams() -> None:
    def denied(year: int, condition: Json) -> Body:
        deny = statement("Deny", condition, "logs:CreateLogStream")
        return {**deny, "Resource": f"arn:aws:logs:*:*:log-group:*:log-stream:{year}/*"}

    assert found(statement("Allow"), denied(2027, ABSENT), denied(2028, PRESENT)).verdict is UNKNOWN
    assert found(statement("Allow"), denied(2027, ABSENT), denied(2027, PRESENT)).verdict is FAIL


def test_an_empty_text_may_be_one_of_several() -> None:
    condition: Json = {"ForAnyValue:StringEquals": {VPC: ""}, "ForAnyValue:StringLike": {VPC: "a"}}

    assert found(statement("Allow", condition)).verdict is UNKNOWN
    assert found(statement("Allow"), statement("Deny", condition)).verdict is UNKNOWN


def test_more_than_sixteen_cases_are_not_told_apart() -> None:
    keys = [f"aws:New{place}" for place in range(3)]
    asked = [statement("Allow", {"StringEquals": {key: "x"}}) for key in keys]
    rest = statement("Allow", {"StringNotEquals": dict.fromkeys(keys, "x")})

    assert found(*asked[:1], statement("Allow", {"StringNotEquals": {keys[0]: "x"}})).verdict is PASS
    assert found(*asked, rest).verdict is UNKNOWN


def test_cases_that_take_too_many_steps_are_not_decided() -> None:
    """No text has an `a` before its last twenty characters and is shorter than twenty: all texts of that length are tried."""
    tail = "?" * 20
    denies = [{"StringLike": {VPC: text}} for text in (f"*a{tail}", f"*{tail}")]

    assert found(statement("Allow"), *(statement("Deny", one) for one in denies)).verdict is UNKNOWN
