"""The tags that a caller chooses so that they fit a policy's variables, and what a witness says of itself."""

from __future__ import annotations

import pytest

from permission_guard.access import Access, analyze
from permission_guard.access.answer import WitnessRequest
from permission_guard.access.choices import with_fitting_tags
from permission_guard.iam import (
    ABSENT,
    Anonymous,
    Context,
    IamPrincipal,
    Policy,
    Principal,
    Request,
    ServicePrincipal,
)
from permission_guard.iam.policy import Json
from permission_guard.iam.request import Values
from tests.access.setting import ALONE, FUNCTION, NOW, OWN, allow, policy

ROLE = IamPrincipal(f"arn:aws:iam::{OWN}:role/r", OWN)
TAG = "aws:principaltag/"
SHOWN: dict[str, Values] = {
    "aws:principalarn": (f"arn:aws:iam::{OWN}:role/app-r.x",),
    "aws:username": ("a.b\nc",),
    "aws:tagkeys": ("x", "y"),
    "aws:useragent": ABSENT,
    f"{TAG}has": ("red",),
    f"{TAG}lacks": ABSENT,
}


def witness(principal: Principal = ROLE, **more: Values) -> WitnessRequest:
    context = Context.of({**SHOWN, **more}, unlisted=ABSENT)
    return WitnessRequest(Request("lambda:InvokeFunction", FUNCTION, principal, context))


@pytest.mark.parametrize(
    ("operator", "key", "text", "chosen"),
    [
        ("StringEquals", f"{TAG}a", f"${{{TAG}has}}", {"a": "red"}),
        ("StringEquals", f"{TAG}a", f"${{{TAG}lacks}}", {"a": "x", "lacks": "x"}),
        ("StringEquals", f"{TAG}a", f"${{{TAG}lacks, 'blue'}}", {"a": "blue"}),
        ("StringEquals", f"{TAG}a", f"b-${{{TAG}lacks}}-${{{TAG}has}}", {"a": "b-x-red", "lacks": "x"}),
        ("StringLike", f"{TAG}a", f"*-?${{{TAG}has}}", {"a": "x-xred"}),
        ("StringEquals", "aws:RequestTag/a", f"${{{TAG}has}}", {"aws:requesttag/a": "red"}),
        ("StringEquals", f"{TAG}a", "${aws:username}", {"a": "a.b\nc"}),
        ("StringEquals", f"{TAG}a", "${aws:useragent}", {}),
        ("StringEquals", f"{TAG}a", "plain", {}),
        ("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::*:role/app-${{{TAG}a}}", {"a": "r.x"}),
        ("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::????????????:role/*-${{{TAG}a}}.x", {"a": "r"}),
        ("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::*:role/app_${{{TAG}a}}", {}),
        ("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::*:role/app-r.x${{{TAG}a}}", {}),
        ("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::*:role/app-r${{{TAG}a}}y", {}),
        ("StringEquals", "aws:username", f"${{{TAG}a}}", {"a": "a.b\nc"}),
        ("StringLike", "aws:username", f"*.${{{TAG}a}}", {"a": "b\nc"}),
        ("StringLike", "aws:username", f"a?${{{TAG}a}}", {"a": "b\nc"}),
        ("StringEquals", "aws:username", f"a-${{{TAG}a}}", {}),
        ("StringEquals", "aws:username", f"${{{TAG}a}}${{{TAG}b}}", {}),
        ("StringEquals", "aws:username", "${aws:useragent}", {}),
        ("StringEquals", "aws:TagKeys", f"${{{TAG}a}}", {}),
        ("StringEquals", "aws:Referer", f"${{{TAG}a}}", {}),
        ("Null", f"{TAG}a", "true", {}),
    ],
)
def test_the_tags_that_are_chosen(operator: str, key: str, text: str, chosen: dict[str, str]) -> None:
    before = witness()

    after = with_fitting_tags(before, policy(allow("*", {operator: {key: text}})).statements)

    more = {key if ":" in key else f"{TAG}{key}": (value,) for key, value in chosen.items()}
    assert dict(after.request.context.keys) == {**SHOWN, **more}
    assert after.request.principal == ROLE


def test_the_tags_of_all_statements_and_conditions_are_chosen() -> None:
    both: Json = {"StringEquals": {f"{TAG}a": f"${{{TAG}has}}", f"{TAG}b": f"${{{TAG}a}}"}}

    after = with_fitting_tags(
        witness(),
        policy(
            allow("*"), allow("*", both), allow("*", {"StringEquals": {f"{TAG}c": f"${{{TAG}b}}"}})
        ).statements,
    )

    assert [after.request.context.values(f"{TAG}{name}") for name in "abc"] == [("red",)] * 3


def test_only_a_principal_of_an_account_has_tags_to_choose() -> None:
    before = witness(ServicePrincipal("sns.amazonaws.com"))

    assert (
        with_fitting_tags(
            before, policy(allow("*", {"StringEquals": {f"{TAG}a": f"${{{TAG}has}}"}})).statements
        )
        == before
    )


@pytest.mark.parametrize(
    ("principal", "shown", "account", "text"),
    [
        (ROLE, {}, OWN, f"arn:aws:iam::{OWN}:role/r calls lambda:GetPolicy"),
        (Anonymous(), {}, None, "an anonymous caller calls lambda:GetPolicy"),
        (ServicePrincipal("s3.aws"), {}, None, "s3.aws for any account calls lambda:GetPolicy"),
        (
            ServicePrincipal("s3.aws"),
            {"aws:SourceAccount": (OWN,), "aws:SourceArn": ("arn:aws:sns:us-east-1:999999999999:t",)},
            OWN,
            (
                f"s3.aws for account {OWN} calls lambda:GetPolicy with aws:sourceaccount = {OWN}; "
                "aws:sourcearn = arn:aws:sns:us-east-1:999999999999:t"
            ),
        ),
        (
            ServicePrincipal("s3.aws"),
            {"aws:SourceArn": (f"arn:aws:sns:us-east-1:{OWN}:t",), "aws:SourceAccount": ABSENT},
            OWN,
            (
                f"s3.aws for account {OWN} calls lambda:GetPolicy with aws:sourceaccount = absent; "
                f"aws:sourcearn = arn:aws:sns:us-east-1:{OWN}:t"
            ),
        ),
        (
            ServicePrincipal("s3.aws"),
            {"aws:SourceArn": ("arn:aws:s3:::b",), "aws:TagKeys": ("a", "b"), "aws:Unheard": None},
            None,
            (
                "s3.aws for any account calls lambda:GetPolicy with aws:sourcearn = arn:aws:s3:::b; "
                "aws:tagkeys = a, b; aws:unheard = unknown"
            ),
        ),
        (
            ServicePrincipal("s3.aws"),
            {"aws:SourceArn": (f"a:b:c:d:{OWN}",)},
            None,
            f"s3.aws for any account calls lambda:GetPolicy with aws:sourcearn = a:b:c:d:{OWN}",
        ),
    ],
)
def test_a_witness_says_who_calls_for_whom_and_what_it_shows(
    principal: Principal, shown: dict[str, Values], account: str | None, text: str
) -> None:
    found = WitnessRequest(Request("lambda:GetPolicy", FUNCTION, principal, Context.of(shown)))

    assert (found.account, str(found)) == (account, text)


def test_a_statement_without_resource_has_no_tags_in_it() -> None:
    condition = '"Condition": {"StringEquals": {"aws:PrincipalTag/a": "${aws:PrincipalTag/b}"}}'
    statement = f'"Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunction", {condition}'
    document = Policy.parse(f'{{"Version": "2012-10-17", "Statement": [{{{statement}}}]}}')

    assert analyze(document, FUNCTION, ALONE, NOW)[0].access is Access.OPEN
