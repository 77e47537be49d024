"""The calls that users, roles and roots of accounts make: strangers, and those who are trusted."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Final

from permission_guard.exposure.actions import INVOKE_URL
from permission_guard.exposure.origins import Kin, Origin
from permission_guard.exposure.question import VIA_URL, Member, Question
from permission_guard.exposure.wildcards import Filling, account_of
from permission_guard.iam import ABSENT, UNKNOWN, IamPrincipal
from permission_guard.iam.request import Values

_CHOSEN_BY_CALLER: Final = ("aws:principaltag/", "aws:useragent", "aws:referer", "aws:username", "aws:userid")
"""Keys that whoever calls from an account of his own can set as he likes."""

_VARYING: Final = ("aws:principaltype", "aws:multifactorauth")
"""Keys of which a caller may have another value than a role's plain session: whether he has is not ours to tell."""


def principal_calls(asked: Question, origin: Origin, filling: Filling) -> Iterator[Member]:
    """Yield what principals of an account could send."""
    for arn, kin in _arns(asked, origin, filling):
        yield from _calls(arn, kin, asked, origin, filling)


def _arns(asked: Question, origin: Origin, filling: Filling) -> tuple[tuple[str, Kin], ...]:
    head = f"arn:{asked.subject.partition}:iam::{origin.account}:"
    roles = f"{head}role/"
    found = {f"{roles}{filling.name}": origin.kin}
    if "aws:principalarn" in asked.constants:
        found |= dict.fromkeys((f"{head}user/{filling.name}", f"{head}root"), origin.kin)
    named = (
        one.name for one in asked.named_principals() if one.type == "AWS" and not one.name.endswith(":root")
    )
    for pattern in (*named, *asked.constants.get("aws:principalarn", ())):
        arn = filling.arn(pattern)
        if arn is not None and account_of(arn) == origin.account:
            found.setdefault(arn, origin.named)
    if origin.is_foreign:
        for pattern in asked.constants.get("aws:principalarn", ()):
            names = (name for name in filling.names(pattern, roles) if ":" not in name)
            found.update((f"{roles}{name}", origin.kin) for name in names)
    return tuple(found.items())


def _calls(arn: str, kin: Kin, asked: Question, origin: Origin, filling: Filling) -> Iterator[Member]:
    principal = IamPrincipal(arn, origin.account, _session(arn))
    authentications: tuple[Values, ...] = (
        (("AWS_IAM",), ("NONE",)) if asked.action == INVOKE_URL else (ABSENT,)
    )
    paths = origin.paths(asked.constants.get("aws:principalorgpaths", ()), filling)
    for chosen, authentication, path in product(_choices(asked, origin, filling), authentications, paths):
        keys: dict[str, str | Values] = {
            "aws:PrincipalArn": arn,
            "aws:PrincipalAccount": origin.account,
            "aws:PrincipalType": _type(arn),
            "aws:PrincipalOrgID": origin.organization_id,
            "aws:PrincipalOrgPaths": path,
            "lambda:FunctionUrlAuthType": authentication,
            **chosen,
        }
        yield Member(asked.request(principal, keys, tagged=True), kin, f"{arn} of account {origin.account}")


def _choices(asked: Question, origin: Origin, filling: Filling) -> tuple[dict[str, Values], ...]:
    """What a caller puts into the keys of his own choosing: what the policy wants, something else, nothing.

    A friend may also come through the function's URL; a stranger who does so is asked for under InvokeFunctionUrl.
    """
    keys = [key for key in asked.constants if key.startswith(_CHOSEN_BY_CALLER)]
    choices: list[dict[str, Values]] = [{}]
    if keys:
        choices = [{key: (filling.text(asked.constants[key][0]),) for key in keys}]
        choices += [dict.fromkeys(keys, (filling.name,)), dict.fromkeys(keys, ABSENT)]
        # Whatever else he may choose: what is certain without knowing it is certain whatever it is.
        choices.append(dict.fromkeys(keys, UNKNOWN))
    varying = [key for key in asked.constants if key.startswith(_VARYING)]
    if varying:
        choices += [{**choice, **dict.fromkeys(varying, UNKNOWN)} for choice in choices]
    if VIA_URL in asked.constants and not origin.is_foreign:
        choices += [{**choice, VIA_URL: ("true",)} for choice in choices]
    return tuple(choices)


def _type(arn: str) -> str:
    """Return aws:PrincipalType (IAM/latest/UserGuide/reference_policies_variables.html, "Principal key values")."""
    if arn.endswith(":root"):
        return "Account"
    return "User" if ":user/" in arn else "AssumedRole"


def _session(arn: str) -> str | None:
    """Return the ARN of a session of a role; None for a user or the root."""
    head, found, path = arn.partition(":role/")
    return (
        f"{head.replace(':iam:', ':sts:')}:assumed-role/{path.rsplit('/', 1)[-1]}/session" if found else None
    )
