"""Mutations of JSON: what somebody may write in the place of what we know, from a hostile text to another tree.

A mutation is drawn from a `Random` and depends on nothing else, so that what was found is found again by its number.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Final

from permission_guard.iam.policy import Json

TEXTS: Final = (
    "",
    " ",
    "*",
    "?",
    "**",
    "*" * 60,
    "$",
    "${",
    "${aws:SourceAccount}",
    "${*}",
    "${aws:username,'*'}",
    "null",
    "true",
    "arn:aws:s3:::*",
    "arn:aws:sns:us-east-1:111122223333:*",
    "arn:aws:lambda:us-east-1:111122223333:function:orders:live",
    "arn:aws:lambda:us-east-1:111122223333:function:orders:$LATEST",
    "arn:::::",
    "arn:aws:iam::111122223333:root",
    "111122223333",
    "999999999999",
    "o-0123456789",
    "$LATEST",
    "lambda:*",
    "lambda:Invoke*",
    "s3.amazonaws.com",
    "2026-11-20T10:15:30Z",
    "9999-12-31T23:59:59+00:00",
    "0001-01-01T00:00:00+23:59",
    "10.0.0.0/8",
    "x\r\n1. PASS all is well",
    "\x1b[2J\x1b]0;mine\x07",
    "\u202egnorw\u2066",
    "\u2028\u2029\x85",
    "\ud800",
    "\udc80\ud800",
    "\U000e0001\U0001f600",
    "é" * 40,
    "=cmd|' /C calc'!A0",
    '"; rm -rf / #',
    "<script>alert(1)</script>",
    "%7B%22a%22%3A1%7D",
    "a" * 4_097,
    "1e999",
    "0x10",
    "٣",
    "-0",
    "1.0",
)
"""What has a meaning to some reader of a name, a pattern, a number, a time, a terminal or a page."""
NUMBERS: Final[tuple[Json, ...]] = (0, -1, 1, 2**63, 10**400, 1e308, 1e-308, -0.0, True, False, None, 1.5)
KEYS: Final = (
    "Action",
    "NotAction",
    "Principal",
    "NotPrincipal",
    "Resource",
    "NotResource",
    "Condition",
    "Sid",
    "Effect",
    "AWS",
    "Service",
    "StringEquals",
    "StringNotEqualsIfExists",
    "ForAllValues:StringLike",
    "ForAnyValue:ArnLike",
    "ArnNotLike",
    "Null",
    "Bool",
    "NumericLessThanEquals",
    "DateGreaterThan",
    "IpAddress",
    "BinaryEquals",
    "aws:SourceArn",
    "AWS:sourcearn",
    "aws:SourceAccount",
    "aws:PrincipalOrgID",
    "aws:PrincipalTag/team",
    "lambda:FunctionUrlAuthType",
    "lambda:InvokedViaFunctionUrl",
    "functionName",
    "qualifier",
    "statementId",
    "errorCode",
    "sweep",
    "Records",
)
DEEP: Final = 300
"""How deep a nested value is at most: deeper than anything that is meant, and not as deep as Python's own limit."""


def mutated(value: Json, random: Random, others: Sequence[Json]) -> Json:
    """Return the value with one to six places changed; `others` are what a part may be taken from."""
    for _ in range(random.choice((1, 1, 1, 2, 2, 3, 6))):
        value = _changed(value, random, others)
    return value


def _changed(value: Json, random: Random, others: Sequence[Json]) -> Json:
    """Change one place, reached by going down at random."""
    if isinstance(value, dict) and value and random.random() < 0.85:
        key = random.choice(list(value))
        return {**value, key: _changed(value[key], random, others)}
    if isinstance(value, list) and value and random.random() < 0.85:
        place = random.randrange(len(value))
        return [*value[:place], _changed(value[place], random, others), *value[place + 1 :]]
    way: _Way = random.choice(_WAYS)
    return way(value, random, others)


def _text(value: Json, random: Random, _others: Sequence[Json]) -> Json:
    """Change a text in the middle; what is none becomes one."""
    if not isinstance(value, str):
        return random.choice(TEXTS)
    start = random.randint(0, len(value))
    end = random.randint(start, min(len(value), start + 8))
    put: str = random.choice((*TEXTS, *value[start:end], "*", "?", ":", ""))
    return value[:start] + put + value[end:]


def _other(_value: Json, random: Random, others: Sequence[Json]) -> Json:
    """A part of another value."""
    parts: list[Json] = list(_parts(random.choice(others)))
    return random.choice(parts)


def _nested(value: Json, random: Random, _others: Sequence[Json]) -> Json:
    for _ in range(random.choice((1, 1, 2, DEEP))):
        value = [value] if random.random() < 0.5 else {random.choice(KEYS): value}
    return value


def _shape(value: Json, random: Random, others: Sequence[Json]) -> Json:
    """Add, take away, rename, double or exchange something in an object or a list."""
    if isinstance(value, dict):
        made = dict(value)
        gone = made.pop(random.choice(list(made)), None) if made and random.random() < 0.7 else None
        if random.random() < 0.7:
            made[random.choice((*KEYS, random.choice(TEXTS)))] = (
                gone if gone is not None and random.random() < 0.6 else _other(None, random, others)
            )
        return made
    if isinstance(value, list):
        made_list = list(value)
        random.shuffle(made_list)
        times = random.choice((0, 1, 2, 3, 40))
        return [
            *made_list[: random.randint(0, len(made_list))],
            *(random.sample(made_list, 1) * times if made_list else []),
        ]
    return [value, value]


def _plain(_value: Json, random: Random, _others: Sequence[Json]) -> Json:
    chosen: Json = random.choice((*NUMBERS, *TEXTS, [], {}))
    return chosen


_Way = Callable[[Json, Random, Sequence[Json]], Json]
_WAYS: Final[tuple[_Way, ...]] = (_text, _text, _other, _nested, _shape, _shape, _plain)


def _parts(value: Json) -> Iterator[Json]:
    yield value
    if isinstance(value, dict):
        for inner in value.values():
            yield from _parts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _parts(inner)


def spoiled(text: str, random: Random) -> str:
    """Return a text in which something is cut out, doubled or put in, so that it may be no JSON any more."""
    start = random.randint(0, len(text))
    end = random.randint(start, min(len(text), start + 40))
    return (
        text[:start]
        + random.choice((*TEXTS, text[start:end] * 2, "{", "]", ",", "NaN", "1e999"))
        + text[end:]
    )


def written(value: Json) -> str:
    """Write a value as JSON that keeps whatever a text holds, halves of characters too."""
    return json.dumps(value)
