"""What accounts, Regions, ARNs, organizations and names can be, form by form."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from permission_guard.access import forms
from permission_guard.access.automaton import Automaton, Form
from permission_guard.access.forms import (
    ACCOUNT,
    ARN,
    ELEMENT,
    FUNCTION,
    SOURCE,
    SOURCE_ACCOUNT,
    USERID,
    USERNAME,
)
from permission_guard.access.letters import SEPARATOR, Letters
from permission_guard.access.meter import Meter
from permission_guard.access.shape import Shape, compiled
from permission_guard.access.word import Need, Words
from tests.access.setting import OWN, UNTRUSTED


def can_show(shape: Shape, shown: dict[int, str]) -> bool:
    """Whether a word of a shape reads so on each of these tracks."""
    needs = [
        Need(track, Automaton([(value,) if value else ()], Form.TEXT, Meter()), wanted=True)
        for track, value in shown.items()
    ]
    return Words(Meter()).find(shape, needs) is not None


@pytest.mark.parametrize(
    ("shape", "right", "wrong"),
    [
        (forms.digits, ["123456789012", "000000000000"], ["12345678901", "1234567890123", "12345678901x"]),
        (
            lambda: compiled(forms.region(1)),
            ["us-east-1", "us-gov-west-1", "eu-isoe-west-12", "abc-d-0"],
            [
                "u-east-1",
                "us-1",
                "us-east",
                "us-east-",
                "us-east-123",
                "us-a-b-c-1",
                "US-east-1",
                "us--1",
                "us1-a-1",
            ],
        ),
        (
            lambda: compiled(forms.form("bus:{name}", 1, None)),
            ["bus:a", "bus:a-_.b"],
            ["bus:", "bus:a/b", "bus", "bus:a:b"],
        ),
        (lambda: compiled(forms.form("{path}", 1, None)), ["a/b", "#"], ["", "a:b", "é"]),
        (lambda: compiled(forms.form("{any}", 1, None)), ["a/b:c", "é "], ["", f"a{SEPARATOR}"]),
        (
            lambda: compiled(forms.form("a/{name}/{path}/b", 1, "N")),
            ["a/N/N/b"],
            ["a/N/x/b", "a/x/N/b", "a/{name}/N/b"],
        ),
        (lambda: forms.plain(Letters("xy")), ["x", "yx"], ["", "z"]),
        (lambda: forms.plain(Letters("xy"), "vpc-"), ["vpc-x"], ["vpc-", "x", "xvpc-x"]),
        (
            lambda: forms.service_name(documented=True),
            ["s3.amazonaws.com", "a-1.b.amazonaws.com.cn", "alexa-appkit.amazon.com"],
            ["s3", "amazonaws.com", ".amazonaws.com", "s3.example.com", "S3.amazonaws.com", "a_b.amazon.com"],
        ),
        (lambda: forms.service_name(documented=False), ["s3", "a.example", "x-1"], ["", "A", "a_b"]),
    ],
)
def test_a_value_of_one_key(shape: Callable[[], Shape], right: list[str], wrong: list[str]) -> None:
    assert [value for value in (*right, *wrong) if can_show(shape(), {1: value})] == right


def test_an_organizations_path_begins_with_its_id() -> None:
    path, identity, zone = 1, 2, 4
    shape, ours = forms.organization(path, identity, zone), "o-abcdefghij"

    def can(shown: str, of: str = ours) -> bool:
        return can_show(shape, {path: shown, identity: of, zone: of})

    assert all(map(can, (f"{ours}/r-a1/", f"{ours}/r-a/ou-b-1/", f"{ours}/r-a/ou-b/ou-c/")))
    assert not any(
        map(can, (f"{ours}/r-a", f"{ours}/", f"{ours}/r-/", f"{ours}/r-a/ou-/", f"{ours}/r-a/b/", ""))
    )
    assert not can("o-abcdefghik/r-a/")
    assert not can("o-abcdefghi/r-a/", "o-abcdefghi")
    assert can("o-abcdefghij0/r-a/", "o-abcdefghij0")
    assert not can_show(shape, {identity: ours, zone: "o-abcdefghik"})


def of(
    kind: str, name: str | None = None, *, tail: bool = False, function: bool = False
) -> Callable[[], Shape]:
    return partial(forms.principal, kind, "aws", name, tail=tail, function=function)


FUNCTION_ARN = f"arn:aws:lambda:us-east-1:{OWN}:function:f"
ROOT, FEDERATED = f"arn:aws:iam::{OWN}:root", f"arn:aws:sts::{OWN}:federated-user/f"
ROLE, USER = f"arn:aws:iam::{OWN}:role/", f"arn:aws:iam::{OWN}:user/"


@pytest.mark.parametrize(
    ("shape", "shown", "possible"),
    [
        (of("role"), {ARN: f"{ROLE}r", ELEMENT: f"{ROLE}r"}, True),
        (of("role"), {ARN: f"{ROLE}r", ELEMENT: f"{ROLE}s"}, False),
        (of("role"), {ARN: f"{ROLE}!/a/r", ACCOUNT: OWN}, True),
        (of("role"), {ARN: f"{ROLE}r", ACCOUNT: UNTRUSTED}, False),
        (of("role"), {ARN: f"{ROLE}a!"}, False),
        (of("role"), {ARN: f"{ROLE}!r"}, False),
        (of("role", "N"), {ARN: f"{ROLE}r"}, False),
        (of("role", "N", function=True), {ARN: f"{ROLE}r"}, False),
        (of("role"), {ARN: f"{ROLE}a/"}, False),
        (of("role"), {ARN: ROLE}, False),
        (of("role"), {ARN: f"{USER}r"}, False),
        (lambda: forms.principal("role", "aws-cn", None, tail=False), {ARN: f"{ROLE}r"}, False),
        (
            lambda: forms.principal("role", "aws-cn", None, tail=False),
            {ARN: f"arn:aws-cn:iam::{OWN}:role/r"},
            True,
        ),
        (of("role", "N"), {ARN: f"{ROLE}N", ELEMENT: f"{ROLE}N"}, True),
        (of("role", "N"), {ARN: f"{ROLE}a/N"}, False),
        (
            of("role", tail=True),
            {ARN: f"{ROLE}r", USERID: "AROAX1:me", ELEMENT: f"{ROLE}r{SEPARATOR}me"},
            True,
        ),
        (of("role", tail=True), {USERID: "AIDAX:me"}, False),
        (of("role", tail=True), {USERID: "AROAX:m"}, True),
        (of("role", tail=True), {USERID: "AROAX:"}, False),
        (of("role", tail=True), {USERID: "AROAX"}, False),
        (of("role", tail=True), {USERID: "AROA:me"}, False),
        (of("role", tail=True), {USERID: "AROAx:me"}, False),
        (of("user"), {ARN: f"{USER}a/u", USERNAME: "u", ACCOUNT: OWN}, True),
        (of("user"), {ARN: f"{USER}a/u", USERNAME: "a/u"}, False),
        (of("user", "N"), {ARN: f"{USER}N", USERNAME: "N"}, True),
        (of("user", tail=True), {ELEMENT: f"{USER}u", USERID: "AIDAX"}, True),
        (of("user", tail=True), {USERID: "AROAX"}, False),
        (of("user", tail=True), {USERID: "AIDAX:me"}, False),
        (of("root"), {ARN: ROOT, ELEMENT: ROOT, ACCOUNT: OWN, USERID: OWN}, True),
        (of("root"), {ARN: f"arn:aws:sts::{OWN}:root"}, False),
        (of("federated"), {ARN: FEDERATED, ELEMENT: FEDERATED, ACCOUNT: OWN, USERID: f"{OWN}:f"}, True),
        (of("federated", "N"), {USERID: f"{OWN}:N"}, True),
        (of("federated"), {ARN: f"arn:aws:iam::{OWN}:federated-user/f"}, False),
        (
            of("role", function=True),
            {**dict.fromkeys((ARN, ELEMENT), f"{ROLE}a/r"), ACCOUNT: OWN, FUNCTION: f"{FUNCTION_ARN}-_1"},
            True,
        ),
        (
            of("role", "N", tail=True, function=True),
            {ARN: f"{ROLE}N", USERID: "AROAX:me", FUNCTION: FUNCTION_ARN},
            True,
        ),
        (
            of("role", function=True),
            {ARN: f"{ROLE}r", FUNCTION: f"arn:aws:lambda:us-east-1:{UNTRUSTED}:function:f"},
            False,
        ),
    ],
)
def test_a_principal_shows_its_arn_its_account_its_name_and_its_unique_id(
    shape: Callable[[], Shape], shown: dict[int, str], *, possible: bool
) -> None:
    assert can_show(shape(), shown) == possible


RULES = ("rule/{name}", "rule/{name}/{name}")


def of_events(place: str, name: str | None = None) -> Callable[[], Shape]:
    return partial(forms.owned_arn, "aws", "events", RULES, place, name)


@pytest.mark.parametrize(
    ("shape", "shown", "possible"),
    [
        (
            of_events("us-east-1"),
            {SOURCE: f"arn:aws:events:us-east-1:{OWN}:rule/a/b", SOURCE_ACCOUNT: OWN},
            True,
        ),
        (
            of_events("us-east-1"),
            {SOURCE: f"arn:aws:events:us-east-1:{OWN}:rule/a", SOURCE_ACCOUNT: UNTRUSTED},
            False,
        ),
        (of_events("us-east-1"), {SOURCE: f"arn:aws:events:us-east-2:{OWN}:rule/a"}, False),
        (of_events("us-east-1"), {SOURCE: f"arn:aws:sns:us-east-1:{OWN}:rule/a"}, False),
        (of_events(forms.ANYWHERE, "N"), {SOURCE: f"arn:aws:events:us-east-2:{OWN}:rule/N/N"}, True),
        (of_events(forms.ANYWHERE), {SOURCE: f"arn:aws:events::{OWN}:rule/a"}, False),
        (
            lambda: forms.owned_arn("aws", None, RULES, "", None),
            {SOURCE: f"arn:aws:any-1::{OWN}:rule/a"},
            True,
        ),
        (
            lambda: forms.owned_arn("aws", None, RULES, "", None),
            {SOURCE: f"arn:aws:any:us-east-1:{OWN}:rule/a"},
            False,
        ),
        (
            lambda: forms.owned_arn("aws", None, RULES, None, None),
            {SOURCE: f"arn:aws:any::{OWN}:rule/a"},
            True,
        ),
        (
            lambda: forms.owned_arn("aws", None, RULES, None, None),
            {SOURCE: f"arn:aws:any:us-east-1:{OWN}:rule/a"},
            True,
        ),
        (lambda: forms.owned_arn("aws", None, RULES, None, None), {SOURCE: f"arn:aws:::{OWN}:rule/a"}, False),
        (lambda: forms.owned_arn("aws", None, RULES, None, None), {SOURCE: f"arn:aws:any::{OWN}:a"}, False),
        (
            lambda: forms.unowned_arn("aws", "s3", ("{name}",), "", None),
            {SOURCE: "arn:aws:s3:::bucket", SOURCE_ACCOUNT: OWN},
            True,
        ),
        (lambda: forms.unowned_arn("aws", "s3", ("{name}",), "", "N"), {SOURCE: "arn:aws:s3:::N"}, True),
        (
            lambda: forms.unowned_arn("aws", "s3", ("{name}",), "", "N"),
            {SOURCE: "arn:aws:s3:::bucket"},
            False,
        ),
        (
            lambda: forms.unowned_arn("aws", "s3", ("{name}",), "", None),
            {SOURCE: f"arn:aws:s3::{OWN}:bucket"},
            False,
        ),
        (
            lambda: forms.unowned_arn("aws", None, RULES, None, None),
            {SOURCE: "arn:aws:any:us-east-1::rule/a"},
            True,
        ),
        (forms.source_account, {SOURCE_ACCOUNT: OWN}, True),
        (forms.source_account, {SOURCE_ACCOUNT: OWN[1:]}, False),
    ],
)
def test_a_source_shows_its_arn_and_the_account_for_which_it_calls(
    shape: Callable[[], Shape], shown: dict[int, str], *, possible: bool
) -> None:
    assert can_show(shape(), shown) == possible


def test_only_an_arn_in_which_the_account_stands_is_owned() -> None:
    assert forms.owned_arn("aws", None, RULES, None, None).owned
    assert not forms.unowned_arn("aws", None, RULES, None, None).owned
    assert not forms.source_account().owned
