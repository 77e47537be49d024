"""Policies and requests made at random from a world so small that they often meet.

A document here is a list of statements as JSON has them, so that a property may rewrite it before it is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hypothesis import strategies as st

from permission_guard.iam import (
    UNKNOWN,
    Anonymous,
    IamPrincipal,
    Policy,
    Principal,
    Request,
    ServicePrincipal,
)
from permission_guard.iam.policy import Json
from permission_guard.iam.request import Context, Values

Statement = dict[str, Json]

ACCOUNT: Final = "123456789012"
ROLE_ARN: Final = f"arn:aws:iam::{ACCOUNT}:role/r"
SESSION_ARN: Final = f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s"

KEYS: Final = ("aws:SourceArn", "aws:PrincipalTag/Team", "a:Number", "a:Flag")
HELD: Final = (
    *("", "x", "X", "x*", "true", "false", "1", "1.0", "2020-01-01", "10.0.0.1"),
    *("arn:aws:s3:::b", "arn:aws:s3:::b/x", ROLE_ARN),
)
WANTED: Final = (
    *HELD,
    *("*", "?", "x?", "arn:*", "arn:aws:s3:::*", "arn:*:*:*:*:*", "10.0.0.0/8", "no such", "${*}"),
    *("${aws:SourceArn}", "${aws:PrincipalTag/Team}", "${a:Flag, 'x'}", "x${a:Number}"),
)
BASES: Final = (
    *("StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"),
    *("StringLike", "StringNotLike", "ArnLike", "ArnNotLike", "ArnEquals", "ArnNotEquals"),
    *("NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericGreaterThanEquals"),
    *("DateEquals", "DateNotEquals", "DateLessThan", "DateGreaterThanEquals"),
    *("Bool", "BinaryEquals", "IpAddress", "NotIpAddress", "Null", "NoSuchOperator"),
)
OPERATORS: Final = tuple(
    f"{quantifier}{base}{suffix}"
    for quantifier in ("", "ForAllValues:", "ForAnyValue:")
    for base in BASES
    for suffix in ("", "IfExists")
)
ACTIONS: Final = ("s3:GetObject", "s3:PutObject", "iam:PassRole")
ACTION_PATTERNS: Final = (*ACTIONS, "*", "s3:*", "s3:?etObject", "iam:*")
RESOURCES: Final = ("arn:aws:s3:::b", "arn:aws:s3:::b/x", ROLE_ARN)
RESOURCE_PATTERNS: Final = (
    *RESOURCES,
    *(
        "*",
        "arn:aws:s3:::*",
        "arn:aws:s3:::b?x",
        "arn:aws:s3:::b/${aws:PrincipalTag/Team}",
        "${aws:SourceArn}",
    ),
)
NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "AWS": ("*", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root", ROLE_ARN, SESSION_ARN, "AROAEXAMPLE"),
    "Service": ("s3.amazonaws.com", "*.amazonaws.com"),
    "CanonicalUser": ("79a59df900b949e5",),
    "Federated": ("accounts.google.com",),
}
CALLERS: Final[tuple[Principal, ...]] = (
    IamPrincipal(ROLE_ARN, ACCOUNT, SESSION_ARN),
    IamPrincipal(f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT),
    IamPrincipal("arn:aws:iam::999999999999:user/u", "999999999999"),
    ServicePrincipal("s3.amazonaws.com"),
    Anonymous(),
)


def lists(texts: tuple[str, ...]) -> st.SearchStrategy[Json]:
    """One text, or a list of one to three."""
    text = st.sampled_from(texts)
    several: st.SearchStrategy[Json] = st.lists(text, min_size=1, max_size=3).map(list)
    return text | several


def either(element: str, values: st.SearchStrategy[Json]) -> st.SearchStrategy[Statement]:
    """An element, or its Not form."""
    return st.tuples(st.sampled_from((element, f"Not{element}")), values).map(lambda pair: {pair[0]: pair[1]})


def named() -> st.SearchStrategy[Json]:
    """A value of a Principal element: not empty, and most often with one type."""
    some = st.dictionaries(st.sampled_from(tuple(NAMES)), st.none(), min_size=1, max_size=2)
    maps: st.SearchStrategy[Json] = some.flatmap(
        lambda types: st.fixed_dictionaries({type_: lists(NAMES[type_]) for type_ in types})
    )
    return st.just("*") | maps


def conditions() -> st.SearchStrategy[Json]:
    """A Condition block of at most two operators."""
    keys: st.SearchStrategy[Json] = st.dictionaries(st.sampled_from(KEYS), lists(WANTED), max_size=2)
    return st.dictionaries(st.sampled_from(OPERATORS), keys, max_size=2)


@st.composite
def statements(draw: st.DrawFn, effect: str | None = None) -> Statement:
    """A statement that AWS's grammar admits, whatever kind of policy it stands in."""
    body: Statement = {"Effect": effect or draw(st.sampled_from(("Allow", "Deny")))}
    body |= draw(either("Action", lists(ACTION_PATTERNS)))
    if draw(st.booleans()):
        body |= draw(either("Resource", lists(RESOURCE_PATTERNS)))
    if draw(st.booleans()):
        body |= draw(either("Principal", named()))
    if draw(st.booleans()):
        body["Condition"] = draw(conditions())
    return body


documents = st.lists(statements(), max_size=2)


def parsed(document: list[Statement]) -> Policy:
    return Policy.parse({"Version": "2012-10-17", "Statement": document})


known: st.SearchStrategy[Values] = st.lists(st.sampled_from(HELD), max_size=2, unique=True).map(tuple)
values: st.SearchStrategy[Values] = known | st.just(UNKNOWN)


@st.composite
def requests(draw: st.DrawFn, held: st.SearchStrategy[Values] = values) -> Request:
    """A request that says of each key what it has, that it has none, or that this is not known."""
    context = Context.of({key: draw(held) for key in KEYS}, unlisted=())
    return Request(
        draw(st.sampled_from(ACTIONS)),
        draw(st.sampled_from(RESOURCES)),
        draw(st.sampled_from(CALLERS)),
        context,
    )
