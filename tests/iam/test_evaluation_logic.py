"""How policies of several kinds decide together, what the decision cites, and what is undecided.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

from itertools import product
from typing import Final

import pytest

from permission_guard.iam import (
    ABSENT,
    UNKNOWN,
    Cited,
    Context,
    Decision,
    EvalDecision,
    Layer,
    Policy,
    Request,
    Truth,
    decide,
)
from permission_guard.iam.policy import Json
from permission_guard.iam.truth import all_of, any_of, truth
from tests.iam.asking import BUCKET, ROLE, policy, request, statement

ALLOWED, DENIED, NOT_ALLOWED, UNDECIDED = (
    EvalDecision.ALLOWED,
    EvalDecision.DENIED,
    EvalDecision.NOT_ALLOWED,
    EvalDecision.UNDECIDED,
)
IDENTITY, BOUNDARY, RESOURCE = Layer.IDENTITY, Layer.BOUNDARY, Layer.RESOURCE
YES, NO, CANNOT_TELL = Truth.YES, Truth.NO, Truth.UNKNOWN

MAYBE: Final[Json] = {"StringEquals": {"aws:SourceVpce": "vpce-1"}}
ASKED = request(keys={"aws:SourceVpce": UNKNOWN})

ALLOW = policy(statement(Sid="Allow"), name="allow")
DENY = policy(statement("Deny", Sid="Deny"), name="deny")
OTHER = policy(statement(Sid="Other", Action="iam:*"), name="other")
MAY_ALLOW = policy(statement(Sid="MayAllow", Condition=MAYBE), name="may-allow")
MAY_DENY = policy(statement("Deny", Sid="MayDeny", Condition=MAYBE), name="may-deny")

KINDS = {YES: ALLOW, CANNOT_TELL: MAY_ALLOW, NO: OTHER}
NAMES = {YES: "yes", CANNOT_TELL: "perhaps", NO: "no"}
ANSWERS = {YES: ALLOWED, CANNOT_TELL: UNDECIDED, NO: NOT_ALLOWED}

PAIRS = list(product(Truth, repeat=2))


def reported(decision: Decision) -> tuple[EvalDecision, Layer, list[str]]:
    return decision.answer, decision.layer, [str(cited) for cited in decision.statements]


def test_a_request_is_not_allowed_unless_something_allows_it() -> None:
    assert reported(decide(ASKED)) == (NOT_ALLOWED, IDENTITY, [])
    assert reported(decide(ASKED, identity=[OTHER])) == (NOT_ALLOWED, IDENTITY, [])


def test_identity_policies_are_united_and_every_allowing_statement_is_cited() -> None:
    two = policy(
        statement(Sid="First"), statement(Action="s3:Get*"), statement("Deny", Action="x:*"), name="two"
    )

    assert reported(decide(ASKED, identity=[OTHER, ALLOW])) == (ALLOWED, IDENTITY, ["Allow of allow"])
    assert reported(decide(ASKED, identity=[MAY_ALLOW, two, ALLOW])) == (
        *(ALLOWED, IDENTITY),
        ["First of two", "Statement[1] of two", "Allow of allow"],
    )


def test_a_citation_holds_the_statement_and_the_name_of_its_policy() -> None:
    assert decide(ASKED, identity=[ALLOW]).statements == (Cited("allow", ALLOW.statements[0]),)


@pytest.mark.parametrize("layer", Layer, ids=lambda layer: layer.value)
def test_an_explicit_deny_anywhere_wins_over_every_allow(layer: Layer) -> None:
    both = policy(statement(Sid="Allow"), statement("Deny", Sid="Deny"), name="deny")
    asked = ask(
        identity=both if layer is IDENTITY else ALLOW,
        boundary=both if layer is BOUNDARY else ALLOW,
        resource=both if layer is RESOURCE else ALLOW,
    )

    assert reported(asked) == (DENIED, layer, ["Deny of deny"])


def ask(identity: Policy, boundary: Policy | None, resource: Policy | None = None) -> Decision:
    return decide(ASKED, identity=[identity], boundary=boundary, resource=resource)


def test_an_explicit_deny_wins_even_where_nothing_allows() -> None:
    assert reported(decide(ASKED, identity=[DENY])) == (DENIED, IDENTITY, ["Deny of deny"])
    assert reported(decide(ASKED, identity=[MAY_DENY, DENY])) == (DENIED, IDENTITY, ["Deny of deny"])


def test_a_deny_about_something_else_denies_nothing() -> None:
    elsewhere = policy(
        statement("Deny", Resource=f"{BUCKET}/*"),
        statement("Deny", Action="s3:Put*"),
        statement("Deny", Condition={"Bool": {"aws:SecureTransport": "false"}}),
    )

    assert (
        decide(request(keys={"aws:SecureTransport": "true"}), identity=[ALLOW, elsewhere]).answer is ALLOWED
    )


@pytest.mark.parametrize(("given", "bound"), PAIRS, ids=NAMES.get)
def test_a_boundary_takes_away_what_it_does_not_allow_and_gives_nothing(given: Truth, bound: Truth) -> None:
    decision = ask(KINDS[given], KINDS[bound])

    assert decision.answer is ANSWERS[min(given, bound)]
    assert decision.layer is (BOUNDARY if bound < given else IDENTITY)


@pytest.mark.parametrize(("given", "added"), PAIRS, ids=NAMES.get)
def test_within_the_account_a_resource_policy_allows_by_itself(given: Truth, added: Truth) -> None:
    decision = ask(KINDS[given], None, KINDS[added])

    assert decision.answer is ANSWERS[max(given, added)]
    assert decision.layer is (RESOURCE if added >= given else IDENTITY)


@pytest.mark.parametrize(
    ("given", "bound", "expected", "layer"),
    [
        (YES, YES, ALLOWED, RESOURCE),
        (NO, YES, ALLOWED, RESOURCE),
        (YES, NO, UNDECIDED, RESOURCE),
        (NO, NO, UNDECIDED, RESOURCE),
        (YES, CANNOT_TELL, UNDECIDED, RESOURCE),
    ],
)
def test_whether_a_boundary_stands_against_a_resource_policy_is_undecided(
    given: Truth, bound: Truth, expected: EvalDecision, layer: Layer
) -> None:
    """It does if the policy names the role, and does not if it names the session or everyone."""
    decision = ask(KINDS[given], KINDS[bound], ALLOW)

    assert reported(decision) == (expected, layer, ["Allow of allow"])


def test_a_deny_that_may_apply_makes_the_answer_undecided() -> None:
    for layer, decision in {
        IDENTITY: decide(ASKED, identity=[ALLOW, MAY_DENY]),
        BOUNDARY: decide(ASKED, identity=[ALLOW], boundary=both(MAY_DENY)),
        RESOURCE: decide(ASKED, identity=[ALLOW], resource=MAY_DENY),
    }.items():
        assert (decision.answer, decision.layer) == (UNDECIDED, layer)
        assert [cited.statement.sid for cited in decision.statements] == ["MayDeny"]


def both(other: Policy) -> Policy:
    return Policy("both", (*ALLOW.statements, *other.statements))


def test_a_deny_that_may_apply_changes_nothing_where_nothing_allows() -> None:
    assert reported(decide(ASKED, identity=[OTHER, MAY_DENY])) == (NOT_ALLOWED, IDENTITY, [])


def test_where_an_allow_and_a_deny_may_apply_the_deny_is_cited() -> None:
    decision = decide(ASKED, identity=[MAY_ALLOW, MAY_DENY])

    assert reported(decision) == (UNDECIDED, IDENTITY, ["MayDeny of may-deny"])


def test_an_allow_that_may_apply_is_cited_as_what_the_answer_rests_on() -> None:
    assert reported(decide(ASKED, identity=[OTHER, MAY_ALLOW])) == (
        *(UNDECIDED, IDENTITY),
        ["MayAllow of may-allow"],
    )
    assert reported(decide(ASKED, identity=[ALLOW], boundary=MAY_ALLOW)) == (
        *(UNDECIDED, BOUNDARY),
        ["MayAllow of may-allow"],
    )


@pytest.mark.parametrize(
    "elements",
    [
        {"Action": "iam:*"},
        {"Resource": "arn:aws:s3:::other"},
        {"Principal": {"AWS": "999999999999"}},
        {"Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1", "aws:PrincipalTag/team": "blue"}}},
        {
            "Condition": {
                "StringEquals": {"aws:SourceVpce": "vpce-1"},
                "Bool": {"aws:SecureTransport": "true"},
            }
        },
    ],
    ids=["action", "resource", "principal", "another-key", "another-operator"],
)
def test_what_is_unknown_spoils_nothing_that_is_decided_without_it(elements: dict[str, Json]) -> None:
    doubtful = statement("Deny", **{"Condition": MAYBE, **elements})

    assert decide(ASKED, identity=[policy(statement(), doubtful)]).answer is ALLOWED
    assert decide(ASKED, identity=[policy({**doubtful, "Effect": "Allow"})]).answer is NOT_ALLOWED


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("aws:SourceVpce", CANNOT_TELL),
        ("aws:username", NO),
        ("aws:RequestTag/a", NO),
        ("AWS:REQUESTTAG/b", YES),
    ],
)
def test_a_key_that_is_not_listed_is_unknown_unless_all_of_its_kind_are_listed(
    key: str, expected: Truth
) -> None:
    context = Context.of(
        {"aws:requestTAG/b": "here", "aws:username": ABSENT}, complete=("AWS:RequestTag/",)
    ).with_keys({"aws:RequestTag/c": "too"})
    asked = Request("s3:GetObject", BUCKET, ROLE, context)

    assert decide(
        asked, identity=[policy(statement(Condition={"StringEquals": {key: "here"}}))]
    ).answer is ANSWERS[expected]  # fmt: skip
    assert context.values("aws:requesttag/c") == ("too",)


def test_a_request_without_context_has_no_known_key() -> None:
    assert Context().values("aws:username") is UNKNOWN
    assert Context.of({"a:b": "x"}).values("aws:username") is UNKNOWN


def test_several_operators_and_several_keys_must_all_hold() -> None:
    condition: Json = {
        "StringEquals": {"a:b": "x", "a:c": ["y", "z"]},
        "NumericLessThan": {"a:d": "10"},
    }
    (read,) = (allowing := policy(statement(Condition=condition))).statements

    assert [(one.operator, one.key, one.texts) for one in read.conditions] == [
        ("StringEquals", "a:b", ("x",)),
        ("StringEquals", "a:c", ("y", "z")),
        ("NumericLessThan", "a:d", ("10",)),
    ]
    for b, c, d, expected in [
        ("x", "z", "9", ALLOWED),
        ("y", "z", "9", NOT_ALLOWED),
        ("x", "x", "9", NOT_ALLOWED),
        ("x", "z", "10", NOT_ALLOWED),
    ]:
        asked = request(keys={"a:b": b, "a:c": c, "a:d": d})
        assert decide(asked, identity=[allowing]).answer is expected


@pytest.mark.parametrize("several", list(product(Truth, repeat=3)), ids=str)
def test_and_is_the_least_of_the_three_values_and_or_the_greatest(several: tuple[Truth, ...]) -> None:
    assert all_of(several) is min(several)
    assert any_of(several) is max(several)
    assert any_of(~one for one in several) is ~all_of(several)


def test_an_empty_and_is_yes_and_an_empty_or_is_no() -> None:
    assert (all_of(()), any_of(())) == (YES, NO)
    assert (truth(True), truth(False)) == (YES, NO)  # noqa: FBT003  # its one argument
    assert [~one for one in Truth] == [YES, CANNOT_TELL, NO]
