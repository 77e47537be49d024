"""The condition keys of the calls that Lambda makes with a role."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import pytest

from permission_guard.iam import ABSENT, UNKNOWN, Context, FunctionArn, Policy
from permission_guard.iam.policy import Json
from permission_guard.iam.request import Values
from permission_guard.model.document import Body
from permission_guard.model.facts import RoleFacts
from permission_guard.rules.role_session import sessions, without_tags

FUNCTION: Final = FunctionArn.parse("arn:aws:lambda:us-east-1:111122223333:function:orders")
ROLE: Final = "arn:aws:iam::111122223333:role/orders"
NOW, ISSUED, MFA = "aws:CurrentTime", "aws:TokenIssueTime", "aws:MultiFactorAuthPresent"
FIRST, LAST = "2026-01-01T00:00:00Z", "9999-12-31T23:59:59Z"


def asking(*conditions: Json, resource: Json = "*") -> RoleFacts:
    allow: Body = {"Effect": "Allow", "Action": "logs:*", "Resource": resource}
    policies: list[Body] = [
        {"Version": "2012-10-17", "Statement": {**allow, "Condition": one}} for one in conditions
    ]
    return RoleFacts(ROLE, tuple(map(Policy.parse, policies)), id="AROAEXAMPLE")


def of(role: RoleFacts, *, at_the_edge: bool = False) -> tuple[Context, ...]:
    region = "eu-west-1" if at_the_edge else "us-east-1"
    return sessions(role, FUNCTION, region, datetime(2026, 1, 1, tzinfo=UTC), at_the_edge=at_the_edge)


def times(key: str, *conditions: Json, resource: Json = "*") -> list[Values]:
    return [one.values(key.lower()) for one in of(asking(*conditions, resource=resource))]


def until(*dates: str, key: str = NOW) -> Json:
    return {"DateLessThan": {key: list(dates)}}


def test_a_call_shows_its_function_its_role_and_its_region_and_no_key_of_another_service_or_caller() -> None:
    asked: Json = {
        "StringEquals": {"s3:prefix": "x", "logs:x": "x", "lambda:x": "x", "x": "x", "aws:x/s:x": "x"}
    }
    (session,) = of(RoleFacts(ROLE, asking(asked).identity, tags={"Team": "shop"}, id="AROAEXAMPLE"))

    assert {key: values for key, values in session.keys.items() if values != ABSENT} == {
        "lambda:sourcefunctionarn": (str(FUNCTION),),
        "aws:principalarn": (ROLE,),
        "aws:principalaccount": ("111122223333",),
        "aws:resourceaccount": ("111122223333",),
        "aws:principaltype": ("AssumedRole",),
        "aws:principalisawsservice": ("false",),
        "aws:requestedregion": ("us-east-1",),
        "aws:securetransport": ("true",),
        "aws:userid": ("AROAEXAMPLE:orders",),
        "aws:principaltag/team": ("shop",),
        **dict.fromkeys(("aws:currenttime", "aws:epochtime", "aws:tokenissuetime"), UNKNOWN),
    }
    absent = ("aws:username", "aws:sourcearn", "aws:multifactorauthpresent", "aws:principaltag/x")
    assert [session.values(key) for key in (*absent, "s3:prefix", "lambda:x")] == [ABSENT] * 6
    assert [session.values(key) for key in ("logs:x", "x", "aws:x/s:x", "aws:sourceip")] == [UNKNOWN] * 4


def test_at_the_edge_neither_the_function_nor_the_sessions_name_is_known() -> None:
    (session,) = of(asking(), at_the_edge=True)

    assert session.values("aws:requestedregion") == ("eu-west-1",)
    assert session.values("lambda:sourcefunctionarn") is session.values("aws:userid") is UNKNOWN


def test_only_creating_a_group_takes_tags() -> None:
    (session,) = of(asking())
    bare = without_tags(session)

    assert [session.values(key) for key in ("aws:tagkeys", "aws:requesttag/x")] == [UNKNOWN, UNKNOWN]
    assert [bare.values(key) for key in ("aws:tagkeys", "aws:requesttag/x")] == [ABSENT, ABSENT]
    assert bare.values("aws:principaltag/x") == ABSENT


def test_whether_a_second_factor_is_shown_as_false_or_not_at_all_is_left_open_where_a_policy_asks() -> None:
    assert times(MFA, {"Bool": {MFA: "true"}}) == [ABSENT, ("false",)]
    assert times(MFA, {"Bool": {"aws:MultiFactorAuthAge": "1"}}) == [ABSENT]


@pytest.mark.parametrize(("key", "other"), [(NOW, ISSUED), (ISSUED, NOW)])
def test_the_seconds_around_each_time_that_a_policy_names_stand_for_all(key: str, other: str) -> None:
    around = ["2030-01-01T00:00:00Z", "2030-01-01T00:00:01Z", "2029-12-31T23:59:59Z"]
    ends = [FIRST, "2026-01-01T00:00:01Z", "9999-12-31T23:59:58Z", LAST]
    named = until("2030-01-01", "2001-01-01", key=key)

    assert times(key, named) == [(one,) for one in sorted([*around, *ends])]
    assert times(key, named, {"Null": {key: "false"}}) == times(key, named)
    assert times(other, named) == [UNKNOWN] * 7


def test_the_time_in_seconds_is_the_time_of_the_call() -> None:
    named: Json = {"DateLessThan": {"aws:EpochTime": "1893456000"}}
    seconds = (1767225600, 1767225601, 1893455999, 1893456000, 1893456001, 253402300798, 253402300799)

    assert times("aws:EpochTime", named) == [(f"{one}",) for one in seconds]
    assert times(NOW, named) == times(NOW, until("2030-01-01"))


@pytest.mark.parametrize(
    ("conditions", "resource"),
    [
        ([until("2030-01-01"), {"StringEquals": {NOW: "2030-01-01"}}], "*"),
        ([until("2030-01-01")], f"arn:aws:logs:*:*:${{{NOW}}}"),
        ([until("2030-01-01"), {"StringEquals": {"aws:PrincipalTag/x": f"${{{NOW}}}"}}], "*"),
    ],
)
def test_a_time_that_a_policy_takes_for_a_text_is_not_known(conditions: list[Json], resource: Json) -> None:
    assert times(NOW, *conditions, resource=resource) == [UNKNOWN]


def test_of_more_than_sixteen_sessions_no_time_is_known() -> None:
    years = [f"{year}-01-01" for year in range(2030, 2035)]
    both: Json = {"Bool": {MFA: "false"}}

    assert len(times(NOW, until(*years[:4]))) == 16
    assert times(NOW, until(*years)) == [UNKNOWN]
    assert len(times(NOW, until(*years[:2]), both)) == 2
    assert len(times(NOW, until(years[0]), both)) == 14
    assert times(NOW, until(years[0]), until(years[0], key=ISSUED)) == [UNKNOWN]


def test_the_boundary_is_asked_too() -> None:
    (boundary,) = asking(until("2030-01-01")).identity

    assert len(of(RoleFacts(ROLE, boundary=boundary))) == 7
