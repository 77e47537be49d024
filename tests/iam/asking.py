"""Shorthands for the tests of `iam/`: a policy from its statements, a request, and the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from permission_guard.iam import (
    Context,
    EvalDecision,
    IamPrincipal,
    Policy,
    Principal,
    Request,
    Truth,
    decide,
)
from permission_guard.iam.condition import Condition
from permission_guard.iam.policy import Json
from permission_guard.iam.request import Values

ACCOUNT: Final = "123456789012"
ROLE: Final = IamPrincipal(f"arn:aws:iam::{ACCOUNT}:role/service-role/writer", ACCOUNT)
BUCKET: Final = "arn:aws:s3:::reports"
KEY: Final = "aws:PrincipalTag/team"

Keys = Mapping[str, str | Values]


def policy(
    *statements: Mapping[str, Json], version: str | None = "2012-10-17", name: str = "policy"
) -> Policy:
    body: dict[str, Json] = {"Statement": list(statements)}
    if version is not None:
        body["Version"] = version
    return Policy.parse(body, name=name)


def statement(effect: str = "Allow", /, **elements: Json) -> dict[str, Json]:
    """A statement about everything, but for the elements that are given."""
    body: dict[str, Json] = {"Effect": effect, **elements}
    if "NotAction" not in body:
        body.setdefault("Action", "*")
    if "NotResource" not in body:
        body.setdefault("Resource", "*")
    return body


def request(
    action: str = "s3:GetObject",
    resource: str = BUCKET,
    *,
    keys: Keys | None = None,
    unlisted: Values = (),
    principal: Principal = ROLE,
) -> Request:
    """A request of which every key that is not listed is known to be absent."""
    return Request(action, resource, principal, Context.of(keys or {}, unlisted=unlisted))


def answer(
    asked: Request, *statements: Mapping[str, Json], version: str | None = "2012-10-17"
) -> EvalDecision:
    return decide(asked, identity=[policy(*statements, version=version)]).answer


def holds(operator: str, wanted: str | tuple[str, ...], have: str | Values, **others: str | Values) -> Truth:
    """Whether a condition on KEY with these values holds for a request that has `have` for it."""
    texts = (wanted,) if isinstance(wanted, str) else wanted
    condition = Condition.compiled(operator, KEY, texts, variables=True)
    return condition.holds(Context.of({KEY: have, **others}, unlisted=()))
