"""A statement as the parameters of one AddPermission call, and the statement that Lambda makes of that call.

https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html; the forms are those of recorded calls (facts 3.2).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Final

from permission_guard.frozen import frozen
from permission_guard.iam.arn import is_account
from permission_guard.iam.policy import Json
from permission_guard.model.document import Body, canonical

_SID: Final = re.compile(r"[A-Za-z0-9_-]{1,100}")
_ACTION: Final = re.compile(r"lambda:[A-Za-z]+|lambda:\*|\*")
_VALUES: Final = {
    # The Region and the account may be empty, but may hold no wildcard.
    "source_arn": re.compile(
        r"arn:aws[a-zA-Z0-9-]*:[a-zA-Z0-9-]+:(?:(?:eusc-)?[a-z]{2}(?:-gov|-iso[a-z]?)?-[a-z]+-[0-9])?:(?:[0-9]{12})?:.*"
    ),
    "source_account": re.compile(r"[0-9]{12}"),
    "event_source_token": re.compile(r"[a-zA-Z0-9._-]{0,256}"),
    "principal_org_id": re.compile(r"o-[a-z0-9]{10,32}"),
    "function_url_auth_type": re.compile(r"NONE|AWS_IAM"),
    # AWS does not document what Lambda makes of `false`.
    "invoked_via_function_url": re.compile(r"true"),
}
"""The values that botocore's model of AddPermission accepts for each parameter that becomes a condition."""

_CONDITIONS: Final = {
    ("ArnLike", "aws:sourcearn"): "source_arn",
    ("StringEquals", "aws:sourceaccount"): "source_account",
    ("StringEquals", "lambda:eventsourcetoken"): "event_source_token",
    ("StringEquals", "aws:principalorgid"): "principal_org_id",
    ("StringEquals", "lambda:functionurlauthtype"): "function_url_auth_type",
    ("Bool", "lambda:invokedviafunctionurl"): "invoked_via_function_url",
}
_SID_ROOM: Final = 83


class NotExpressible(ValueError):
    """AddPermission cannot write this statement; the message says which part."""


@frozen
class Grant:
    """The parameters of one AddPermission call; None where one is left out."""

    sid: str
    action: str
    principal: str
    source_arn: str | None = None
    source_account: str | None = None
    event_source_token: str | None = None
    principal_org_id: str | None = None
    function_url_auth_type: str | None = None
    invoked_via_function_url: str | None = None

    @classmethod
    def of(cls, statement: Body, target: str) -> Grant:
        """Read a statement back. Raises NotExpressible if no AddPermission call on the target makes this statement."""
        given: dict[str, str] = {}
        for operator, keys in _block(statement).items():
            for key, value in keys.items() if isinstance(keys, Mapping) else ():
                name = _CONDITIONS.get((operator, key.lower()))
                if name is None or not isinstance(value, str):
                    raise NotExpressible(f"AddPermission cannot write the condition {operator} on {key}")
                given[name] = value
        sid, action = statement.get("Sid"), statement.get("Action")
        if not isinstance(sid, str) or not _SID.fullmatch(sid):
            raise NotExpressible("AddPermission needs a Sid of letters, digits, '-' and '_'")
        if not isinstance(action, str) or not _ACTION.fullmatch(action):
            raise NotExpressible("AddPermission takes one action, not a list or a pattern")
        for name, value in given.items():
            if not _VALUES[name].fullmatch(value):
                raise NotExpressible(f"AddPermission takes no {value!r} as {_WRITTEN[name]}")
        grant = replace(cls(sid, action, _principal(statement.get("Principal"))), **given)
        if canonical(grant.statement(target)) != canonical(statement):
            raise NotExpressible("AddPermission would write this statement differently")
        return grant

    def statement(self, target: str) -> Body:
        """Return the statement that Lambda makes of this call on a function, version or alias."""
        block: dict[str, dict[str, str]] = {}
        for (operator, _), name in _CONDITIONS.items():
            value: str | None = getattr(self, name)
            if value is not None:
                block.setdefault(operator, {})[_WRITTEN[name]] = value
        body: dict[str, Json] = {
            "Sid": self.sid,
            "Effect": "Allow",
            "Principal": self._written_principal(target),
            "Action": self.action,
            "Resource": target,
        }
        return {**body, "Condition": block} if block else body

    def _written_principal(self, target: str) -> Json:
        """AWS writes an account as its root, and takes a dotted name for a service (facts 3.2)."""
        if self.principal == "*":
            return "*"
        if is_account(self.principal):
            return {"AWS": f"arn:{target.split(':')[1]}:iam::{self.principal}:root"}
        return {"AWS" if self.principal.startswith("arn:") else "Service": self.principal}

    def twin(self) -> Grant:
        """Return the same grant under a Sid derived from its content, so that a second run finds what the first made."""
        return replace(self, sid=derived_sid(self.sid, repr(self)))


def derived_sid(sid: str, content: str) -> str:
    """Return a Sid derived from another Sid and from a content."""
    return f"{sid[:_SID_ROOM]}-{sha256(content.encode()).hexdigest()[:16]}"


_WRITTEN: Final = {
    "source_arn": "AWS:SourceArn",
    "source_account": "AWS:SourceAccount",
    "event_source_token": "lambda:EventSourceToken",
    "principal_org_id": "aws:PrincipalOrgID",
    "function_url_auth_type": "lambda:FunctionUrlAuthType",
    "invoked_via_function_url": "lambda:InvokedViaFunctionUrl",
}


def _block(statement: Body) -> Mapping[str, Json]:
    block = statement.get("Condition", {})
    return block if isinstance(block, Mapping) else {}


def _principal(value: Json) -> str:
    if value == "*":
        return "*"
    if isinstance(value, Mapping) and len(value) == 1:
        (kind, name), *_ = value.items()
        if kind in {"AWS", "Service"} and isinstance(name, str):
            return name
    raise NotExpressible("AddPermission takes one principal: a service, an account, a role, a user, or *")
