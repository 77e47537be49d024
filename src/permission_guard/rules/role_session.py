"""The condition keys of a session in which Lambda calls CloudWatch Logs with a function's execution role.

Sources: IAM/latest/UserGuide/reference_policies_condition-keys.html for the global keys,
lambda/latest/dg/permissions-source-function-arn.html for lambda:SourceFunctionArn. A key that such a session never
has is absent. What AWS does not document, or only each call shows (addresses, tags of the log group, the organization), is
unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import product
from typing import Final

from permission_guard.access.literal import Literals
from permission_guard.access.span import LAST_SECOND, as_moment
from permission_guard.iam import ABSENT, UNKNOWN, Context
from permission_guard.iam.operators import moment, number
from permission_guard.iam.request import Values
from permission_guard.model.facts import RoleFacts, Subject

_MFA: Final = "aws:MultiFactorAuthPresent"
_ABSENT: Final = (
    "aws:username",
    "aws:MultiFactorAuthAge",
    # Sent by service principals only.
    *("aws:SourceArn", "aws:SourceAccount", "aws:SourceOrgID", "aws:SourceOrgPaths"),
    *("aws:PrincipalServiceName", "aws:PrincipalServiceNamesList"),
    # Only in sessions that other principals open.
    *("aws:SourceIdentity", "aws:FederatedProvider", "aws:ChatbotSourceArn"),
    *("aws:Ec2InstanceSourceVpc", "aws:Ec2InstanceSourcePrivateIPv4"),
)
_ANYBODYS: Final = frozenset({"aws", "logs"})
"""Of which services a call to CloudWatch Logs shows condition keys, besides lambda:SourceFunctionArn."""
_NOW: Final = "aws:CurrentTime"
_NOW_IN_SECONDS: Final = "aws:EpochTime"
_ISSUED: Final = "aws:TokenIssueTime"
_USER: Final = "aws:userid"
OPEN_KEYS: Final = (_MFA, _NOW, _ISSUED, _USER)
"""Keys that have several values among the sessions of a role."""
_ROLE_IDS: Final = "AROA"
"""How the unique id of a role begins (IAM/latest/UserGuide/reference_identifiers.html)."""
_WILD: Final = re.compile(r"[*?$]")
_ROLE_ID: Final = re.compile(r"AROA[A-Za-z0-9]+")
_ANY_ROLE: Final = frozenset({"*", "AROA*"})
_MOST: Final = 16
"""How many sessions are distinguished; with more, times are unknown."""


def sessions(
    role: RoleFacts, function: Subject, region: str, since: datetime, *, at_the_edge: bool
) -> tuple[Context, ...]:
    """Return the contexts that calls with the role can have: more than one where AWS's pages leave a key's value open.

    Calls are made from the time `since` on.
    Which function's ARN Lambda injects at the edge, and what the session is called there, is not documented.
    """
    read = Literals()
    for policy in (*role.identity, *([role.boundary] if role.boundary else [])):
        read.read(policy)
    known: dict[str, str | Values] = {
        **dict.fromkeys(_ABSENT, ABSENT),
        "lambda:SourceFunctionArn": UNKNOWN if at_the_edge else str(function),
        "aws:PrincipalArn": role.arn,
        "aws:PrincipalAccount": function.account,
        "aws:ResourceAccount": function.account,
        "aws:PrincipalType": "AssumedRole",
        "aws:PrincipalIsAWSService": "false",
        "aws:RequestedRegion": region,
        "aws:SecureTransport": "true",
        _USER: UNKNOWN,
        **{f"aws:PrincipalTag/{key}": value for key, value in role.tags.items()},
    }
    context = Context.of(known, complete=("aws:PrincipalTag/",))
    context = context.with_keys(dict(_of_others(read.mentioned, context)))
    users = () if at_the_edge else _users(read, role.id, function.name)
    return tuple(context.with_keys(keys) for keys in _left_open(read, users, int(since.timestamp())))


def without_tags(context: Context) -> Context:
    """Return the context of a call that takes no tags, as all but CreateLogGroup.

    (service-authorization/latest/reference/list_amazoncloudwatchlogs.html.)
    """
    return replace(
        context.with_keys({"aws:TagKeys": ABSENT}), complete=(*context.complete, "aws:requesttag/")
    )


def _of_others(mentioned: Iterable[str], context: Context) -> Iterator[tuple[str, Values]]:
    """Yield the keys of other services, which calls to CloudWatch Logs do not have."""
    for key in mentioned:
        service, colon, _ = key.partition(":")
        if colon and service not in _ANYBODYS and key not in context.keys:
            yield key, ABSENT


def _users(read: Literals, role_id: str, session: str) -> tuple[str, ...]:
    """Return the values of aws:userid that stand for all: `ROLEID:session`, where the session is called as the function.

    A role's id that was not read is one that the policies spell, or another; none where they spell one with wildcards.
    """
    if role_id:
        return (f"{role_id}:{session}",)
    conditions = [one.condition for one in read.by_key.get(_USER, ()) if one.condition]
    written = {text.partition(":")[0] for one in conditions if one.base != "null" for text in one.texts}
    spelled = {one for one in written if _ROLE_IDS.startswith(_WILD.split(one)[0][: len(_ROLE_IDS)].upper())}
    if _USER in read.variables or any(map(_WILD.search, spelled - _ANY_ROLE)):
        return ()
    another = "AROA" + "X" * max(map(len, spelled), default=0)
    roles = {one for text in spelled for one in (text, text.upper()) if _ROLE_ID.fullmatch(one)}
    return tuple(f"{one}:{session}" for one in (another, *sorted(roles)))


def _left_open(read: Literals, users: tuple[str, ...], since: int) -> Iterator[Mapping[str, str | Values]]:
    """Yield the values of the keys that can have several.

    aws:MultiFactorAuthPresent is absent or false, AWS's pages differ; the call's time and the session's begin are any from
    now on, so those around each time that the policies name stand for all. `users` are the values of aws:userid.
    """
    second_factors: tuple[Values, ...] = (ABSENT, ("false",)) if _MFA.lower() in read.mentioned else (ABSENT,)
    now, issued = _times(read, since, _NOW, _NOW_IN_SECONDS), _times(read, since, _ISSUED)
    if len(second_factors) * len(now) * len(issued) * len(users or " ") > _MOST:
        now = issued = (None,)
        users = users[:1] if len(users) == 1 else ()
    for factor, at, begun, user in product(second_factors, now, issued, users or (UNKNOWN,)):
        yield {
            _MFA: factor,
            _USER: user,
            _NOW: UNKNOWN if at is None else as_moment(at),
            _NOW_IN_SECONDS: UNKNOWN if at is None else str(at),
            _ISSUED: UNKNOWN if begun is None else as_moment(begun),
        }


def _times(read: Literals, since: int, *keys: str) -> tuple[int | None, ...]:
    """Return the times that stand for all, in seconds since 1970; only None where the policies compare a time as a text."""
    lower = {key.lower() for key in keys}
    conditions = [one.condition for key in lower for one in read.by_key.get(key, ()) if one.condition]
    orderly = all(
        one.base == "null"
        or one.base.startswith("date")
        # Of the times, aws:EpochTime alone takes numeric operators too (reference_policies_condition-keys.html).
        or (one.base.startswith("numeric") and one.lower_key == _NOW_IN_SECONDS.lower())
        for one in conditions
    )
    if not conditions or not orderly or lower & read.variables.keys():
        return (None,)
    ends = [since, LAST_SECOND, *(_second(text) for one in conditions for text in one.texts)]
    around = {one for end in ends for one in range(end - 1, end + 2)}
    return tuple(sorted(one for one in around if since <= one <= LAST_SECOND))


def _second(text: str) -> int:
    at = moment(text)
    return int(number(text) or 0) if at is None else int(at.timestamp())
