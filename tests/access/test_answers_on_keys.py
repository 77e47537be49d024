"""Who has access by a wildcard principal with conditions on one key, or on keys that depend on each other."""

from __future__ import annotations

import pytest

from permission_guard.access import Access
from permission_guard.iam.policy import Json
from tests.access.setting import (
    FUNCTION,
    IN_ORGANIZATION,
    OURS,
    OWN,
    SNS,
    UNTRUSTED,
    allow,
    answer,
    deny,
)

TAGGING: Json = "lambda:TagResource"
OPEN, CLOSED, UNKNOWN = Access.OPEN, Access.CLOSED, Access.UNKNOWN


@pytest.mark.parametrize(
    ("condition", "access"),
    [
        ({"Null": {"aws:TagKeys": "true"}}, OPEN),
        ({"Null": {"aws:TagKeys": "true"}, "ForAnyValue:StringLike": {"aws:TagKeys": "*"}}, CLOSED),
        ({"Null": {"aws:TagKeys": "false"}, "ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]}}, OPEN),
        ({"NumericEquals": {"aws:TagKeys": "1"}}, UNKNOWN),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": "${aws:PrincipalTag/a}"}}, OPEN),
        ({"ForAnyValue:StringEquals": {"aws:TagKeys": "${aws:PrincipalTag/a}"}}, OPEN),
        ({"StringEquals": {"aws:RequestTag/a": ""}}, OPEN),
        ({"StringEquals": {"aws:PrincipalArn": "${aws:PrincipalArn}"}}, OPEN),
        (
            {
                "StringNotEquals": {"aws:PrincipalArn": "${aws:PrincipalArn}"},
                "Null": {"aws:PrincipalArn": "false"},
            },
            CLOSED,
        ),
        ({"StringEquals": {"aws:PrincipalTag/a": "${aws:SourceAccount, 'x'}"}}, OPEN),
        ({"StringEquals": {"aws:PrincipalTag/a": "${aws:SourceAccount}"}}, CLOSED),
        ({"NumericLessThan": {"aws:MultiFactorAuthAge": "10.5"}}, OPEN),
        ({"NumericLessThan": {"aws:MultiFactorAuthAge": "0"}}, CLOSED),
        ({"NumericGreaterThanEquals": {"aws:MultiFactorAuthAge": "129600"}}, OPEN),
        ({"NumericEquals": {"aws:MultiFactorAuthAge": "soon"}}, UNKNOWN),
        (
            {
                "NumericNotEquals": {"aws:MultiFactorAuthAge": "soon"},
                "Null": {"aws:MultiFactorAuthAge": "false"},
            },
            UNKNOWN,
        ),
        ({"StringLike": {"aws:MultiFactorAuthAge": "1*"}}, UNKNOWN),
        ({"Null": {"aws:MultiFactorAuthAge": "false"}}, OPEN),
        ({"DateGreaterThan": {"aws:TokenIssueTime": "2026-08-21T12:00:00Z"}}, OPEN),
        ({"DateLessThan": {"aws:TokenIssueTime": "2026-08-01T00:00:00Z"}}, CLOSED),
        ({"DateGreaterThan": {"aws:TokenIssueTime": "2030-01-01T00:00:00Z"}}, UNKNOWN),
        ({"NumericLessThanEquals": {"aws:EpochTime": "1787356800"}}, OPEN),
        ({"DateLessThan": {"aws:EpochTime": "1787356800"}}, CLOSED),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::9*"}}, UNKNOWN),
        ({"ArnEquals": {"aws:PrincipalArn": "somebody"}}, CLOSED),
        ({"StringSortOfEquals": {"aws:PrincipalTag/a": "x"}}, UNKNOWN),
        ({"StringEquals": {"aws:ResourceOrgID": OURS}}, UNKNOWN),
        ({"StringLike": {"lambda:SourceFunctionArn": "arn:aws:lambda:*:9*:function:x"}}, OPEN),
        ({"StringEquals": {"lambda:SourceFunctionArn": FUNCTION}}, CLOSED),
        ({"ForAnyValue:StringEquals": {"aws:CalledVia": ["athena.amazonaws.com"]}}, OPEN),
        ({"StringEquals": {"aws:VpceOrgID": "o-other00000"}}, Access.NAMED),
        ({"StringEquals": {"aws:SourceOwner": OWN}}, CLOSED),
        ({"StringEquals": {"aws:SourceOwner": UNTRUSTED}}, UNKNOWN),
    ],
)
def test_one_condition_on_a_wildcard_principal_decides_who_has_access(
    condition: Json, access: Access
) -> None:
    assert answer(allow("*", condition, Action=TAGGING)).access is access


ATHENA, GLUE = "athena.amazonaws.com", "glue.amazonaws.com"


@pytest.mark.parametrize(
    ("via", "first", "last", "every", "access"),
    [
        ("false", None, None, None, OPEN),
        ("true", None, None, None, OPEN),
        ("false", None, None, ATHENA, CLOSED),
        ("true", None, None, ATHENA, OPEN),
        ("true", None, None, "", UNKNOWN),  # a service that does not support aws:CalledVia
        ("false", ATHENA, None, None, CLOSED),
        ("false", "", None, None, OPEN),
        ("true", ATHENA, ATHENA, ATHENA, OPEN),
        (None, ATHENA, None, "", UNKNOWN),
        (None, ATHENA, GLUE, None, UNKNOWN),  # two services
        (None, ATHENA, None, GLUE, UNKNOWN),
        (None, ATHENA, None, None, OPEN),
        (None, None, GLUE, None, OPEN),
    ],
)
def test_the_services_that_pass_a_call_on_are_the_same_in_all_keys(
    via: str | None, first: str | None, last: str | None, every: str | None, access: Access
) -> None:
    """An empty text stands for an absent key."""
    keys = {"aws:CalledViaFirst": first, "aws:CalledViaLast": last, "aws:CalledVia": every}
    condition: Json = {
        "Bool": {} if via is None else {"aws:ViaAWSService": via},
        "ForAllValues:StringEquals": {key: one for key, one in keys.items() if one},
        "Null": {key: str(not one).lower() for key, one in keys.items() if one is not None},
    }
    assert answer(allow("*", condition)).access is access


def test_two_services_in_a_chain_are_sure_if_no_other_key_is_compared() -> None:
    both: Json = {
        "ForAnyValue:StringEquals": {"aws:CalledVia": ATHENA},
        "ForAnyValue:StringLike": {"aws:CalledVia": "glue*"},
    }
    assert answer(allow("*", both)).access is OPEN


@pytest.mark.parametrize(
    ("account", "more", "access"),
    [
        (UNTRUSTED, {}, Access.NAMED),
        ("8*", {}, CLOSED),
        ("8*", {"StringLike": {"aws:userid": "*:me"}}, CLOSED),
        ("*", {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*x"}}, Access.NAMED),
        ("*", {"StringEquals": {"aws:PrincipalType": "User"}}, CLOSED),
    ],
)
def test_a_function_calls_with_a_role_of_its_own_account(
    account: str, more: dict[str, dict[str, str]], access: Access
) -> None:
    function = {"lambda:SourceFunctionArn": f"arn:aws:lambda:*:{UNTRUSTED}:function:x"}
    asked = {"ArnLike": function, "StringLike": {"aws:PrincipalAccount": account}}
    condition: Json = {
        operator: {**asked.get(operator, {}), **more.get(operator, {})} for operator in {**asked, **more}
    }
    assert answer(allow("*", condition)).access is access


def test_whether_the_functions_organization_is_the_callers_is_unknown_if_it_may_be_in_none() -> None:
    condition: dict[str, Json] = {
        "StringEqualsIfExists": {"aws:ResourceOrgID": "${aws:PrincipalOrgID}"},
    }

    assert answer(allow("*", condition)).access is Access.UNKNOWN


@pytest.mark.parametrize(
    "operator", ["StringEqualsIfExists", "ForAllValues:StringLike", "ForAnyValue:StringEquals"]
)
@pytest.mark.parametrize(("key", "variable"), [("Account", "PrincipalAccount"), ("OrgID", "PrincipalOrgID")])
def test_what_every_request_shows_once_is_compared_in_the_same_way_by_every_form_of_an_operator(
    operator: str, key: str, variable: str
) -> None:
    condition: Json = {operator: {f"aws:Resource{key}": f"${{aws:{variable}}}"}}
    but: Json = {"StringNotEqualsIfExists": {f"aws:Resource{key}": f"${{aws:{variable}}}"}}

    assert answer(allow("*", condition), trusted=IN_ORGANIZATION).access is CLOSED
    assert answer(allow("*", but), trusted=IN_ORGANIZATION).access is Access.OPEN


NEW = "aws:SomethingNew"
HAS: Json = {"StringEquals": {NEW: "x"}}
LACKS: Json = {"Null": {NEW: "true"}}


@pytest.mark.parametrize(
    ("condition", "access"),
    [
        ({"StringLikeIfExists": {NEW: "*"}}, OPEN),
        ({"ForAllValues:StringLike": {NEW: ["x", "*"]}}, OPEN),
        ({"ForAnyValue:StringNotLike": {NEW: "*"}}, CLOSED),
        ({"StringEquals": {NEW: "x"}, "StringNotEquals": {NEW: "x"}}, CLOSED),
        ({"StringEquals": {NEW: "x"}, "Null": {NEW: "true"}}, CLOSED),
        ({"StringEquals": {NEW: "x"}, "Null": {NEW: "false"}}, UNKNOWN),
        ({"StringNotEquals": {NEW: "x"}, "Null": {NEW: "true"}}, UNKNOWN),
        ({"ForAllValues:StringNotLike": {NEW: "*"}}, UNKNOWN),
        ({"StringLike": {NEW: "*"}}, UNKNOWN),
        ({"ArnLikeIfExists": {NEW: "*"}}, UNKNOWN),
        ({"ForAnyValue:StringEquals": {NEW: ""}, "ForAnyValue:StringLike": {NEW: "a"}}, UNKNOWN),
    ],
)
def test_a_key_that_nobody_knows_leaves_open_only_what_its_values_decide(
    condition: Json, access: Access
) -> None:
    assert answer(allow("*", condition)).access is access


def test_a_truth_that_nobody_knows_may_be_written_in_capitals() -> None:
    key = "aws:ViaAWSService"
    condition: Json = {"Bool": {key: "True"}, "ForAllValues:Bool": {key: "true"}}

    assert answer(allow(SNS, condition)).access is UNKNOWN


def test_a_unique_id_that_a_deny_refuses_is_refused_to_a_service_too_whatever_its_id_is() -> None:
    mine: Json = {"StringLike": {"aws:userid": "AROAEXAMPLE:*"}}

    assert answer(allow("*", mine), deny({"StringLike": {"aws:userid": "AROA*"}})).access is CLOSED
    assert answer(allow("*", mine), deny({"StringLike": {"aws:userid": "AROA*:me"}})).access is UNKNOWN


@pytest.mark.parametrize(
    ("denied", "access"),
    [
        ([{"StringLikeIfExists": {NEW: "*"}}], CLOSED),
        ([HAS, {"StringNotEquals": {NEW: "x"}}], CLOSED),
        ([LACKS, {"Null": {NEW: "false"}}], CLOSED),
        ([LACKS, {"StringLike": {NEW: "*"}}], CLOSED),
        (
            [LACKS, {"StringLike": {NEW: "*a"}}, {"StringLike": {NEW: "?*"}}, {"StringEquals": {NEW: ""}}],
            CLOSED,
        ),
        ([LACKS, {"StringLike": {NEW: "*a"}}, {"StringLike": {NEW: "?*"}}], UNKNOWN),
        ([LACKS, {"StringLike": {NEW: "a*"}}, {"ForAnyValue:StringNotLike": {NEW: "a*"}}], UNKNOWN),
        ([HAS, LACKS], UNKNOWN),
    ],
)
def test_denies_that_together_leave_no_value_of_a_key_refuse_everybody(
    denied: list[Json], access: Access
) -> None:
    assert answer(allow("*"), *map(deny, denied)).access is access
