"""Policies of 20 KB that are slow to analyze. Each family has as many statements or values as fit."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from random import Random
from typing import Final

from permission_guard.access import EVERY
from permission_guard.iam import Policy
from permission_guard.iam.policy import Json
from tests.access.setting import OWN

LARGEST: Final = 20_480
"""Lambda's limit for a resource-based policy (lambda/latest/dg/gettingstarted-limits.html)."""
_DRAWN = Random(7)
WORDS: Final = ["".join(_DRAWN.choice("abcdefghij") for _ in range(4)) for _ in range(5_000)]
ARN: Final = "aws:PrincipalArn"

Statement = dict[str, Json]
Family = Callable[[int], list[Statement]]


def _statement(effect: str, condition: Mapping[str, Mapping[str, Json]], action: Json) -> Statement:
    block: dict[str, Json] = (
        {"Condition": {operator: dict(keys) for operator, keys in condition.items()}} if condition else {}
    )
    return {"Effect": effect, "Principal": "*", "Action": action, "Resource": "*", **block}


def _allow(action: Json = "lambda:InvokeFunction", /, **condition: Mapping[str, Json]) -> Statement:
    return _statement("Allow", condition, action)


def _deny(action: Json = "lambda:InvokeFunction", /, **condition: Mapping[str, Json]) -> Statement:
    return _statement("Deny", condition, action)


def question_marks(size: int) -> list[Statement]:
    longer = [_deny(StringLike={"aws:UserAgent": f"*a{'?' * one}b"}) for one in range(1, min(size, 100))]
    return [_allow(StringLike={"aws:UserAgent": f"*a{'?' * 2000}b"}), *longer]


def patterns_of_arns(size: int) -> list[Statement]:
    return [
        _allow(),
        *(_deny(ArnNotLike={ARN: f"arn:aws:iam::*:role/*{WORDS[one]}*"}) for one in range(size)),
    ]


def three_tags(size: int) -> list[Statement]:
    random = Random(2)

    def condition() -> dict[str, dict[str, Json]]:
        block: dict[str, dict[str, Json]] = {}
        for _ in range(3):
            block.setdefault(random.choice(("StringEquals", "StringNotEquals")), {})[
                f"aws:PrincipalTag/{random.randrange(20)}"
            ] = "1"
        return block

    return [_allow(), *(_deny(**condition()) for _ in range(size))]


def digits_wanted(size: int) -> list[Statement]:
    random = Random(4)
    return [
        _allow(),
        *(
            _deny(StringNotLike={"aws:PrincipalAccount": [f"*{random.randrange(100):02}*" for _ in range(6)]})
            for _ in range(size)
        ),
    ]


def digits_refused(size: int) -> list[Statement]:
    random = Random(3)
    return [
        _allow(),
        *(_deny(StringLike={"aws:PrincipalAccount": f"*{random.randrange(1000):03}*"}) for _ in range(size)),
    ]


def address_ranges(size: int) -> list[Statement]:
    random = Random(5)

    def ranges() -> list[Json]:
        return [
            f"{random.randrange(256)}.{random.randrange(256)}.0.0/{random.randrange(1, 24)}" for _ in range(6)
        ]

    return [
        _allow(),
        *(
            _deny(**{random.choice(("IpAddress", "NotIpAddress")): {"aws:SourceIp": ranges()}})
            for _ in range(size)
        ),
    ]


def a_list_and_its_negation(size: int) -> list[Statement]:
    patterns: list[Json] = [f"*{WORDS[one]}*" for one in range(size)]
    return [_allow(StringLike={ARN: patterns}), *(_deny(StringLike={ARN: one}) for one in patterns)]


def accounts(size: int) -> list[Statement]:
    return [
        _allow(
            StringEquals={"aws:PrincipalAccount": [str(100_000_000_000 + one * 7_919) for one in range(size)]}
        )
    ]


def many_allows(size: int) -> list[Statement]:
    return [
        _allow(
            "lambda:*",
            StringEquals={"aws:PrincipalAccount": OWN},
            StringLike={"aws:UserAgent": f"*{WORDS[one]}*"},
        )
        for one in range(size)
    ]


def allows_and_denies(size: int) -> list[Statement]:
    allows = [_allow("lambda:*", StringLike={ARN: f"*{WORDS[one]}*"}) for one in range(size)]
    own = f"arn:aws:iam::{OWN}:role/*"
    return [
        *allows,
        *(
            _deny(ArnNotLike={ARN: f"{own}{WORDS[one]}*"}, StringNotLike={"aws:UserAgent": f"{WORDS[one]}*"})
            for one in range(size)
        ),
    ]


def one_long_pattern(size: int) -> list[Statement]:
    return [_allow(StringLike={"aws:UserAgent": "?" * (5 * size)})]


def stars_and_marks(size: int) -> list[Statement]:
    return [
        _allow(StringLike={"aws:UserAgent": "*a?" * size}),
        _deny(StringLike={"aws:UserAgent": "*?a?*?a?"}),
    ]


def tag_keys(size: int) -> list[Statement]:
    denies = (
        _deny("lambda:*", **{"ForAllValues:StringNotLike": {"aws:TagKeys": f"*{WORDS[one]}*"}})
        for one in range(size)
    )
    return [_allow("lambda:*", **{"ForAnyValue:StringLike": {"aws:TagKeys": "x"}}), *denies]


def times(size: int) -> list[Statement]:
    return [
        _allow(),
        *(
            _deny(
                DateLessThan={"aws:CurrentTime": f"20{one % 90 + 10}-01-01T00:00:00Z"},
                StringNotLike={"aws:UserAgent": f"{WORDS[one]}*"},
            )
            for one in range(size)
        ),
    ]


def source_arns(size: int) -> list[Statement]:
    denies = (_deny(StringNotLike={"aws:SourceArn": f"*{WORDS[one]}*"}) for one in range(size))
    return [_allow(), *denies, _deny(StringEquals={"aws:PrincipalIsAWSService": "false"})]


def except_principals(size: int) -> list[Statement]:
    def deny(account: str) -> Statement:
        named: list[Json] = [f"arn:aws:iam::{account}:root", f"arn:aws:iam::{account}:role/x"]
        return {"Effect": "Deny", "NotPrincipal": {"AWS": named}, "Action": "lambda:*", "Resource": "*"}

    return [_allow(), *(deny(str(100_000_000_000 + one)) for one in range(size))]


def services_and_actions(size: int) -> list[Statement]:
    allow = _allow("lambda:*", StringEquals={"aws:SourceAccount": OWN})
    allow["Principal"] = {"Service": [f"{WORDS[one]}.amazonaws.com" for one in range(size)]}
    return [allow, *(_deny(action, StringEquals={"aws:UserAgent": "x"}) for action in EVERY)]


def globs_of_actions(size: int) -> list[Statement]:
    globs: list[Json] = [f"lambda:*{'*'.join(WORDS[one])}*" for one in range(size)]
    return [
        _allow(globs, StringEquals={"aws:PrincipalAccount": OWN}),
        _allow("lambda:*", StringEquals={"aws:PrincipalAccount": OWN}),
    ]


def twelve_keys(size: int) -> list[Statement]:
    names = ("SourceArn", "SourceAccount", "SourceOrgID", "SourceOrgPaths", "PrincipalArn", "userid")
    more = ("PrincipalOrgPaths", "UserAgent", "PrincipalTag/a", "TagKeys", "SourceVpc", "SourceVpce")
    keys = [f"aws:{one}" for one in (*names, *more)]
    return [
        _allow("lambda:*"),
        *(
            _deny(
                "lambda:*",
                StringNotLike={keys[one % 12]: f"*{WORDS[one]}*"},
                StringLikeIfExists={keys[(one * 5 + 1) % 12]: f"*{WORDS[one][1:3]}*"},
            )
            for one in range(size)
        ),
    ]


def variables(size: int) -> list[Statement]:
    return [
        _allow("lambda:*"),
        *(
            _deny("lambda:*", StringNotLike={ARN: f"*${{aws:PrincipalTag/{WORDS[one]}}}*"})
            for one in range(size)
        ),
    ]


def two_of_each(size: int) -> list[Statement]:
    pairs = (
        _deny(
            ArnLike={ARN: f"arn:aws:iam::*:*/*{WORDS[one]}*"},
            StringNotLike={"aws:userid": f"*:*{WORDS[one + 1]}*"},
        )
        for one in range(size)
    )
    return [_allow(), *pairs, _deny(ArnNotLike={ARN: f"arn:aws:iam::*:role/{'*'.join(WORDS[:size])}"})]


FAMILIES: Final[tuple[Family, ...]] = (
    *(question_marks, patterns_of_arns, three_tags, digits_wanted, digits_refused, address_ranges),
    *(
        a_list_and_its_negation,
        accounts,
        many_allows,
        allows_and_denies,
        one_long_pattern,
        stars_and_marks,
        tag_keys,
    ),
    *(
        times,
        source_arns,
        except_principals,
        services_and_actions,
        globs_of_actions,
        twelve_keys,
        variables,
        two_of_each,
    ),
)


def largest(family: Family, most: int = 4_000) -> Policy:
    """The largest policy of a family that Lambda accepts."""
    least = 1
    while least < most:
        size = (least + most + 1) // 2
        least, most = (size, most) if len(_written(family(size))) <= LARGEST else (least, size - 1)
    return Policy.parse(_written(family(least)))


def _written(statements: list[Statement]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))
