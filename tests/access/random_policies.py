"""Random policies with every form of condition, whose values match each other now and then."""

from __future__ import annotations

import json
from random import Random

from permission_guard.iam import Policy
from permission_guard.iam.policy import Json
from permission_guard.model.facts import Trusted

OWN = "123456789012"
FUNCTION = f"arn:aws:lambda:us-east-1:{OWN}:function:f"
PARTNER = "210987654321"
UNTRUSTED = ("999999999999", "111122223333", "123456789013", "555544443333")
OURS, OTHER = "o-ownorg0000", "o-other00000"
ZONES = (Trusted(OWN), Trusted(OWN, (PARTNER,), (OURS,)), Trusted(OWN, (), (OURS,)))

_ACCOUNTS = (OWN, PARTNER, *UNTRUSTED[:2], "12345678901?", "*", "1*", "*3", "????????????", "*12*", "9*")
_SERVICES = ("sns", "s3", "events", "logs", "alexa-appkit", "pinpoint", "secretsmanager", "iot")
_ARNS = (
    "arn:aws:sns:us-east-1:{a}:prod-topic",
    "arn:aws:sns:*:{a}:*",
    "arn:aws:sns:eu-*-3:{a}:t",
    "arn:aws:s3:::bucket",
    "arn:aws:s3:::*",
    "arn:aws:events:us-east-1:{a}:rule/r",
    "arn:aws:logs:*:{a}:log-group:*",
    "arn:*:*:*:{a}:*",
    "*:{a}:*",
    "*prod*",
    "*deploy*",
    "*",
    "arn:aws:sns:*",
    "arn:aws:sns:*:${{aws:SourceAccount}}:*",
    "arn:aws:sns:US-*:{a}:*",
)
_PRINCIPAL_ARNS = (
    "arn:aws:iam::{a}:role/prod",
    "arn:aws:iam::{a}:role/*prod*",
    "arn:aws:iam::*:role/*deploy*",
    "arn:aws:iam::{a}:*",
    "arn:aws:iam::{a}:root",
    "arn:aws:iam::{a}:user/bob",
    "*:{a}:*",
    "*",
)
_ORGANIZATIONS = (OURS, OTHER, "o-a*", "*z", "o-*")
_PATHS = (f"{OURS}/*", f"{OTHER}/*", f"{OURS}/r-ab12/ou-1/", "*/ou-1/*", "o-*")
_TEXTS = ("a", "b", "ab", "*a*", "*b*", "a*", "*b", "A*", "", "?", "é*")


def _account(random: Random) -> str:
    return random.choice(_ACCOUNTS)


def _arn(random: Random) -> str:
    return random.choice(_ARNS).format(a=_account(random))


def _principal_arn(random: Random) -> str:
    return random.choice(_PRINCIPAL_ARNS).format(a=_account(random))


_OF_TEXT = ("StringEquals", "StringLike", "StringNotEquals", "StringNotLike", "StringEqualsIgnoreCase")
_OF_ARN = ("ArnLike", "ArnEquals", "ArnNotLike", "StringLike", "StringNotLike", "StringEquals")


def _condition(random: Random) -> tuple[str, str, list[str]]:
    """Draw an operator, a key and values that go together."""
    kinds = (
        ("aws:SourceAccount", _OF_TEXT, _account, 6),
        ("aws:SourceArn", _OF_ARN, _arn, 8),
        ("aws:PrincipalAccount", _OF_TEXT, _account, 5),
        ("aws:PrincipalArn", _OF_ARN, _principal_arn, 6),
        ("aws:PrincipalOrgID", _OF_TEXT, lambda r: r.choice(_ORGANIZATIONS), 4),
        ("aws:PrincipalOrgPaths", _OF_TEXT[:4], lambda r: r.choice(_PATHS), 2),
        ("aws:SourceOrgID", _OF_TEXT, lambda r: r.choice(_ORGANIZATIONS), 2),
        ("aws:SourceOrgPaths", _OF_TEXT[:4], lambda r: r.choice(_PATHS), 1),
        ("aws:PrincipalTag/team", _OF_TEXT, lambda r: r.choice(_TEXTS), 3),
        ("aws:UserAgent", _OF_TEXT, lambda r: r.choice(_TEXTS), 1),
        ("aws:TagKeys", _OF_TEXT, lambda r: r.choice(_TEXTS), 2),
        ("aws:RequestTag/t", _OF_TEXT, lambda r: r.choice(_TEXTS), 1),
        ("aws:userid", _OF_TEXT, lambda r: r.choice(("AROAABCDEF:*", "*:bob", "*", "AIDAXYZ")), 2),
        ("aws:username", _OF_TEXT, lambda r: r.choice(("bob", "b*", "*")), 1),
        ("aws:PrincipalType", _OF_TEXT, lambda r: r.choice(("AssumedRole", "User", "*", "Anonymous")), 1),
        ("aws:PrincipalServiceName", _OF_TEXT, lambda r: r.choice(("sns.amazonaws.com", "*", "s3*")), 1),
        ("aws:PrincipalServiceNamesList", _OF_TEXT, lambda r: r.choice(("sns.amazonaws.com", "*", "s3*")), 1),
        ("aws:PrincipalIsAWSService", ("Bool", "StringEquals"), lambda r: r.choice(("true", "false")), 2),
        ("aws:SecureTransport", ("Bool",), lambda r: r.choice(("true", "false")), 1),
        ("aws:MultiFactorAuthPresent", ("Bool",), lambda r: r.choice(("true", "false")), 1),
        (
            "aws:MultiFactorAuthAge",
            ("NumericLessThan", "NumericGreaterThan", "NumericEquals"),
            lambda r: r.choice(("10", "3600", "0")),
            1,
        ),
        (
            "aws:CurrentTime",
            ("DateLessThan", "DateGreaterThan"),
            lambda r: r.choice(("2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z")),
            1,
        ),
        (
            "aws:SourceIp",
            ("IpAddress", "NotIpAddress"),
            lambda r: r.choice(("10.0.0.0/8", "0.0.0.0/1", "128.0.0.0/1", "203.0.113.0/24", "::/0")),
            3,
        ),
        ("aws:SourceVpce", _OF_TEXT, lambda r: r.choice(("vpce-0abc", "vpce-*", "*")), 1),
        ("aws:SourceVpc", _OF_TEXT, lambda r: r.choice(("vpc-0abc", "vpc-*")), 1),
        ("lambda:FunctionUrlAuthType", _OF_TEXT[:3], lambda r: r.choice(("NONE", "AWS_IAM")), 2),
        ("lambda:InvokedViaFunctionUrl", ("Bool",), lambda r: r.choice(("true", "false")), 1),
        ("lambda:EventSourceToken", _OF_TEXT, lambda r: r.choice(("amzn1.ask", "a*", "*k")), 1),
        (
            "aws:TokenIssueTime",
            ("DateLessThan", "DateGreaterThan"),
            lambda r: r.choice(("2026-08-21T00:00:00Z", "2020-01-01T00:00:00Z")),
            1,
        ),
        ("aws:ViaAWSService", ("Bool",), lambda r: r.choice(("true", "false")), 1),
        ("aws:SourceIdentity", _OF_TEXT, lambda r: r.choice(("bob", "b*", "*")), 1),
        ("s3:prefix", _OF_TEXT, lambda r: r.choice(_TEXTS), 1),
        ("aws:NoSuchKey", _OF_TEXT, lambda r: r.choice(_TEXTS), 1),
    )
    key, operators, value, _ = random.choices(kinds, [one[3] for one in kinds])[0]
    operator = random.choice(operators)
    if random.random() < 0.06:
        return "Null", key, [random.choice(("true", "false"))]
    if random.random() < 0.15:
        operator += "IfExists"
    chance = 0.5 if key == "aws:TagKeys" else 0.12
    if random.random() < chance:
        operator = random.choice(("ForAllValues:", "ForAnyValue:")) + operator
    if random.random() < 0.04:
        return operator, key, ["${aws:ResourceAccount}" if "Account" in key else "${aws:PrincipalAccount}"]
    return operator, key, [value(random) for _ in range(random.choice((1, 1, 1, 2)))]


def _principal(random: Random) -> tuple[str, Json]:
    draw = random.random()
    element = "NotPrincipal" if random.random() < 0.08 else "Principal"
    account = random.choice((OWN, PARTNER, *UNTRUSTED[:2]))
    if draw < 0.35:
        return element, "*"
    if draw < 0.65:
        suffix = "amazon.com" if (name := random.choice(_SERVICES)).startswith("alexa") else "amazonaws.com"
        return element, {"Service": f"{name}.{suffix}"}
    if draw < 0.8:
        return element, {"AWS": random.choice((account, f"arn:aws:iam::{account}:root"))}
    if draw < 0.95:
        names = ("role/prod", "user/bob", "role/deploy")
        arns: list[Json] = [f"arn:aws:iam::{account}:{random.choice(names)}", f"arn:aws:iam::{OWN}:root"]
        return element, {"AWS": arns[: random.choice((1, 2))]}
    return element, {"AWS": f"arn:aws:sts::{account}:assumed-role/prod/bob"}


_ACTIONS = (
    "lambda:InvokeFunction",
    "lambda:InvokeFunction",
    "lambda:*",
    "lambda:InvokeFunctionUrl",
    "lambda:TagResource",
)


def _statement(random: Random, effect: str) -> dict[str, Json]:
    element, principal = (
        _principal(random) if effect == "Allow" or random.random() < 0.3 else ("Principal", "*")
    )
    block: dict[str, dict[str, Json]] = {}
    for _ in range(random.choice((0, 1, 1, 2, 2, 3) if effect == "Allow" else (1, 1, 1, 2))):
        operator, key, values = _condition(random)
        if key == "aws:SourceAccount" and random.random() < 0.2:
            block.setdefault("ArnLikeIfExists", {})["aws:SourceArn"] = f"arn:aws:*:*:{OWN}:*"
            operator = "StringEqualsIfExists"
        block.setdefault(operator, {})[key] = list(values)
    action = "NotAction" if random.random() < 0.04 else "Action"
    body: dict[str, Json] = {"Effect": effect, element: principal, action: random.choice(_ACTIONS)}
    body["Resource"] = "*" if random.random() < 0.1 else FUNCTION
    return {**body, "Condition": dict(block)} if block else body


def random_policy(random: Random) -> Policy:
    """Draw a policy of one or two Allows and up to four Denies."""
    allows = [_statement(random, "Allow") for _ in range(random.choice((1, 1, 1, 2)))]
    denies = [_statement(random, "Deny") for _ in range(random.choice((0, 0, 1, 1, 2, 3, 4)))]
    return Policy.parse(json.dumps({"Version": "2012-10-17", "Statement": [*allows, *denies]}))
