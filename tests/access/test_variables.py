"""Policy variables whose values are not known: all possible values count, and a caller's tags are chosen to match."""

from __future__ import annotations

import pytest

from permission_guard.access import Access, Scale
from permission_guard.iam.policy import Json
from tests.access.setting import FUNCTION, OWN, PARTNER, SNS, allow, answer, deny

TAG = "aws:PrincipalTag/"
APP = f"${{{TAG}app}}"


@pytest.mark.parametrize(
    ("key", "pattern", "scale"),
    [
        ("aws:PrincipalArn", f"arn:aws:iam::{OWN}:role/{APP}", Scale.ACCOUNT),
        ("aws:PrincipalArn", f"arn:aws:iam::{OWN}:*{APP}*", Scale.ACCOUNT),
    ],
)
def test_a_variable_behind_the_account_opens_no_other_account(key: str, pattern: str, scale: Scale) -> None:
    found = answer(allow("*", {"ArnLike": {key: pattern}}))

    assert (found.access, found.scale) == (Access.CLOSED, scale)


def test_a_variable_before_the_account_may_stand_for_any_part_of_an_arn() -> None:
    for arn in (f"arn:aws:iam::{APP}:role/r", f"arn:aws:iam:{APP}:{OWN}:role/r"):
        assert answer(allow("*", {"ArnLike": {"aws:PrincipalArn": arn}})).access is Access.UNKNOWN


@pytest.mark.parametrize("account", [OWN, "*"])
def test_a_service_has_no_tags_so_that_a_variable_of_one_matches_nothing(account: str) -> None:
    found = answer(allow(SNS, {"ArnLike": {"aws:SourceArn": f"arn:aws:sns:us-east-1:{account}:{APP}"}}))

    assert (found.access, found.scale) == (Access.CLOSED, Scale.DEAD)


@pytest.mark.parametrize(("default", "access"), [(OWN, Access.CLOSED), (PARTNER, Access.NAMED)])
def test_the_default_of_a_variable_counts_where_the_key_is_never_there(default: str, access: Access) -> None:
    found = answer(allow(SNS, {"StringEquals": {"aws:SourceAccount": f"${{{TAG}x, '{default}'}}"}}))

    assert found.access is access


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (f"{TAG}a", f"${{{TAG}b}}"),
        (f"{TAG}a", "${aws:PrincipalAccount}"),
        (f"{TAG}a", "team-${aws:PrincipalAccount}"),
        (f"{TAG}a", f"${{{TAG}x, 'red'}}"),
        ("aws:PrincipalAccount", f"${{{TAG}a}}"),
        ("aws:PrincipalOrgID", f"${{{TAG}a}}"),
        ("aws:username", f"${{{TAG}name}}"),
    ],
)
def test_tags_that_a_caller_can_choose_to_fit_leave_the_function_open(key: str, text: str) -> None:
    assert answer(allow("*", {"StringEquals": {key: text}})).access is Access.OPEN


@pytest.mark.parametrize(
    ("name", "access"),
    [(APP, Access.OPEN), (f"?{APP}", Access.UNKNOWN), (f"{APP}{APP}", Access.UNKNOWN), ("*", Access.OPEN)],
)
def test_a_tag_is_chosen_for_the_function_that_a_resource_names(name: str, access: Access) -> None:
    resource = FUNCTION.removesuffix("f") + name

    assert answer(allow("*", Resource=resource)).access is access
    assert (
        answer(allow(SNS, {"StringEquals": {"aws:SourceAccount": OWN}}, Resource=resource)).access
        is Access.CLOSED
    )


@pytest.mark.parametrize("pattern", [f"arn:aws:iam::*:role/{APP}", f"arn:aws:iam::????????????:role/{APP}"])
def test_a_tag_is_chosen_for_the_name_of_the_role(pattern: str) -> None:
    assert answer(allow("*", {"ArnLike": {"aws:PrincipalArn": pattern}})).access is Access.OPEN


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:username": f"${{{TAG}a}}-${{{TAG}b}}"}},
        {"StringEquals": {"aws:username": f"role-${{{TAG}a}}", f"{TAG}a": "x"}},
        {"StringEquals": {f"{TAG}a": "${aws:UserAgent}"}},
    ],
)
def test_if_no_single_tag_matches_the_answer_is_not_closed(condition: Json) -> None:
    assert answer(allow("*", condition)).access in {Access.UNKNOWN, Access.OPEN}


def test_a_tag_that_fits_and_that_a_deny_refuses_opens_nothing() -> None:
    condition: Json = {"StringEquals": {f"{TAG}a": f"${{{TAG}b}}"}}
    tagged = deny({"StringLike": {f"{TAG}a": "*"}})

    assert answer(allow("*", condition), tagged).access is Access.CLOSED


def test_a_caller_in_no_organization_is_outside_the_functions_organization() -> None:
    assert (
        answer(allow("*", {"StringNotLike": {"aws:PrincipalOrgID": "${aws:ResourceOrgID}"}})).access
        is Access.OPEN
    )
