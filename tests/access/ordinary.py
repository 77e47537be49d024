"""Policies of 20 KB as a large organization has them: many statements that differ in an account, a source or a role.

The zone of trust has two hundred accounts and two organizations.
"""

from __future__ import annotations

from typing import Final

from permission_guard.access import EVERY
from permission_guard.iam.policy import Json
from permission_guard.model.facts import Trusted
from tests.access.hostile import Statement
from tests.access.setting import FUNCTION, OWN, allow, deny

ACCOUNTS: Final = tuple(str(100_000_000_000 + one * 3_939_393_937) for one in range(1, 201))
ORGANIZATIONS: Final = ("o-abcdefghij", "o-klmnopqrst")
ZONE: Final = Trusted(OWN, ACCOUNTS, ORGANIZATIONS)
_SOURCES: Final = (
    ("sns", "arn:aws:sns:us-east-1:{account}:orders-{number}"),
    ("s3", "arn:aws:s3:::orders-{number}"),
    ("events", "arn:aws:events:us-east-1:{account}:rule/nightly-{number}"),
    ("apigateway", "arn:aws:execute-api:us-east-1:{account}:api{number}/*/GET/orders"),
    ("logs", "arn:aws:logs:us-east-1:{account}:log-group:/aws/orders-{number}:*"),
)


def _statement(number: int, principal: Json, condition: Json = None, **more: Json) -> Statement:
    one = allow(principal, condition, Action="lambda:InvokeFunction", Resource=FUNCTION)
    return {"Sid": f"statement{number}", **one, **more}


def _one(account: str, number: int) -> dict[str, str]:
    return {"aws:PrincipalArn": f"arn:aws:iam::{account}:role/deploy-{number}"}


def _member(number: int) -> dict[str, Json]:
    return {"aws:PrincipalOrgID": ORGANIZATIONS[number % 2]}


def account_of_each(number: int) -> Statement:
    return _statement(number, "*", {"StringEquals": {"aws:SourceAccount": ACCOUNTS[number]}})


def topic_of_each(number: int) -> Statement:
    arn = _SOURCES[0][1].format(account=ACCOUNTS[number], number=number)
    return _statement(number, "*", {"ArnLike": {"aws:SourceArn": arn}})


def any_source_of_each(number: int) -> Statement:
    return _statement(number, "*", {"ArnLike": {"aws:SourceArn": f"arn:aws:*:*:{ACCOUNTS[number]}:*"}})


def topic_of_members(number: int) -> Statement:
    arn = _SOURCES[0][1].format(account="*", number=number)
    block: dict[str, Json] = {"StringEquals": {"aws:SourceOrgID": ORGANIZATIONS[number % 2]}}
    return _statement(number, "*", {**block, "ArnLike": {"aws:SourceArn": arn}})


def role_of_each(number: int) -> Statement:
    return _statement(number, "*", {"ArnEquals": dict(_one(ACCOUNTS[number], number))})


def role_of_a_member(number: int) -> Statement:
    block: dict[str, Json] = {"StringEquals": _member(number)}
    return _statement(number, "*", {**block, "ArnLike": dict(_one(ACCOUNTS[number], number))})


def role_of_members(number: int) -> Statement:
    block: dict[str, Json] = {"StringEquals": _member(number)}
    return _statement(number, "*", {**block, "ArnLike": dict(_one("*", number))})


def sources_of_each(number: int) -> Statement:
    return own_sources(number, ACCOUNTS[number])


def own_sources(number: int, account: str = OWN) -> Statement:
    service, form = _SOURCES[number % 5]
    block: dict[str, Json] = {"ArnLike": {"aws:SourceArn": form.format(account=account, number=number)}}
    if service == "s3":
        block["StringEquals"] = {"aws:SourceAccount": account}
    return _statement(number, {"Service": f"{service}.amazonaws.com"}, block)


def an_action_for_each(number: int) -> Statement:
    return _statement(number, {"AWS": ACCOUNTS[number]}, Action=EVERY[number % len(EVERY)])


def everything(number: int) -> Statement:
    made = EACH[number % len(EACH)](number)
    return {**made, "Action": "lambda:*"} if number % 3 == 0 else made


EACH: Final = (
    *(account_of_each, topic_of_each, topic_of_members, role_of_each, role_of_a_member, role_of_members),
    *(own_sources, sources_of_each, an_action_for_each),
)


def _unless_absent(operator: str, key: str, values: Json) -> dict[str, Json]:
    return {operator: {key: values}, "Null": {key: "false"}}


_OURS: Final[list[Json]] = [f"arn:aws:*:*:{one}:*" for one in (OWN, *ACCOUNTS[:60])]
DENIES: Final[tuple[Statement, ...]] = tuple(
    {**deny(dict(condition)), "Action": "lambda:*", "Resource": FUNCTION}
    for condition in (
        {"Bool": {"aws:SecureTransport": "false"}},
        _unless_absent("StringNotEquals", "aws:SourceAccount", [OWN, *ACCOUNTS]),
        _unless_absent("StringNotEquals", "aws:PrincipalAccount", [OWN, *ACCOUNTS]),
        _unless_absent("ArnNotLike", "aws:SourceArn", ["arn:aws:s3:::*", *_OURS]),
        {"ArnLike": {"aws:PrincipalArn": ["arn:aws:iam::*:role/*break-glass*", "arn:aws:iam::*:user/*"]}},
        {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*-test"}},
        {"StringLike": {"aws:UserAgent": "*curl*"}},
        {"StringEquals": {"aws:PrincipalTag/state": "left"}},
        _unless_absent("NotIpAddress", "aws:SourceIp", ["10.0.0.0/7", "2600::/16"]),
        {"Null": {"aws:PrincipalTag/team": "true"}, "Bool": {"aws:PrincipalIsAWSService": "false"}},
    )
)
