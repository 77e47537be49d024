"""Read declared policies whose parts may not be resolved: once for the worst case, once for the best case.

A verdict that is the same in both cases holds for all values of the unresolved parts. If it differs, it is UNKNOWN.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from permission_guard.frozen import frozen
from permission_guard.iam import FunctionArn, LayerVersionArn
from permission_guard.iam.policy import Json
from permission_guard.model.document import Body, dumped
from permission_guard.repair.grant import Grant
from permission_guard.services import service_of
from permission_guard.template.declared import Document, Permission
from permission_guard.template.destination import Destination, with_own_account
from permission_guard.template.value import (
    Partial,
    Removed,
    Unresolved,
    Value,
    filled,
    is_known,
    is_same,
    table,
    text_of,
)

_TOKEN: Final = "unresolved"  # noqa: S105  # stands for a token that is not known
_NEGATED: Final = frozenset({"NotAction", "NotResource", "NotPrincipal"})


class NotResolved(Exception):
    """A part of a statement is not resolved and has no substitute in this reading: the statement is left out."""


@frozen
class Reading:
    """How the unresolved parts of Allow statements are read. Deny statements are read the opposite way.

    With `wide`, they allow as much as possible, else as little. With `own_account`, accounts and Regions in the template
    are the own ones if the user gave none, else they are others. `unknown` replaces a statement that is not known at all.
    """

    destination: Destination
    wide: bool
    own_account: bool
    unknown: Body | None
    is_any_group: bool = False
    """Whether the log group is not known. Then every Resource pattern may match it, but none surely does."""

    @property
    def of_deny(self) -> Reading:
        """The reading of Deny statements."""
        return replace(self, wide=not self.wide, own_account=not self.own_account)

    def text(self, text: str) -> str:
        """Return a text with its accounts and Region as this reading takes them."""
        return with_own_account(text, self.destination) if self.own_account else text


def document(one: Document, reading: Reading) -> str | None:
    """Return a policy document as JSON; None if it is not known. A value that is no document is returned unchanged."""
    body = one.body
    try:
        if not isinstance(body, Mapping):
            return dumped(_plain(body, reading))
        statements = body.get("Statement")
        if not isinstance(statements, Sequence) or isinstance(statements, str):
            statements = [statements]
        read = (_statement(each, reading) for each in statements)
        kept = [each for each in read if each is not None]
        return dumped(
            {key: kept if key == "Statement" else _plain(value, reading) for key, value in body.items()}
        )
    except NotResolved:
        return None


def _statement(value: Value, reading: Reading) -> Json:
    if not isinstance(value, Mapping):
        # A value that is no statement stays, so that the parser reports it.
        return reading.unknown if isinstance(value, Unresolved) else _plain(value, reading)
    inner = reading.of_deny if value.get("Effect") == "Deny" else reading
    try:
        return dict(_element(key, part, inner) for key, part in value.items())
    except NotResolved:
        return None


def _element(key: str, value: Value, reading: Reading) -> tuple[str, Json]:
    """Return one element. A Not... element that is not resolved excludes nothing in a wide reading."""
    if key == "Condition":
        return key, _condition(value, reading)
    if key in _NEGATED:
        if is_known(value) and not (reading.is_any_group and key == "NotResource"):
            return key, _plain(value, reading)
        if not reading.wide:
            raise NotResolved
        return key.removeprefix("Not"), "*"
    if key == "Principal" and isinstance(value, Mapping):
        return key, {kind: _alternatives(names, reading) for kind, names in value.items()}
    return key, _resource(value, reading) if key == "Resource" else _alternatives(value, reading)


def _alternatives(value: Value, reading: Reading) -> Json:
    """Read a value, or a list of alternatives; those that are not resolved are left out."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        return _one(value, reading)
    read: list[Json] = []
    for each in value:
        try:
            read.append(_one(each, reading))
        except NotResolved:
            continue
    if value and not read:
        raise NotResolved
    return read


def _one(value: Value, reading: Reading) -> Json:
    if isinstance(value, Partial) and reading.wide:
        return reading.text(value.widest)
    if isinstance(value, Unresolved) and reading.wide:
        return "*"
    return _plain(value, reading)


def _resource(value: Value, reading: Reading) -> Json:
    """Read a Resource element. Its unresolved parts become tokens, which are equal to those of the same name elsewhere."""
    if reading.wide:
        return "*" if reading.is_any_group else _alternatives(value, reading)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return _alternatives([_token(one) for one in value], reading)
    return _alternatives(_token(value), reading)


def _token(value: Value) -> Value:
    return filled(value) if is_same(value, value) and isinstance(value, Partial | Unresolved) else value


def _plain(value: Value, reading: Reading) -> Json:
    """Return a resolved value. Raises NotResolved for any other."""
    if isinstance(value, Unresolved | Partial | Removed):
        raise NotResolved
    if isinstance(value, str):
        return reading.text(value)
    if isinstance(value, Mapping):
        return {key: _plain(one, reading) for key, one in value.items()}
    if isinstance(value, Sequence):
        return [_plain(one, reading) for one in value]
    return value


def _condition(value: Value, reading: Reading) -> Json:
    """Read a Condition block. In the wide reading, conditions that are not resolved are left out."""
    if is_known(value):
        return _plain(value, reading)
    if not reading.wide:
        raise NotResolved
    block: dict[str, dict[str, Json]] = {}
    for operator, keys in table(value).items():
        likes = operator.lower().removesuffix("ifexists").endswith(("like", "arnequals"))
        kept = block.setdefault(operator, {})
        for key, wanted in table(keys).items():
            if is_known(wanted):
                kept[key] = _plain(wanted, reading)
            elif isinstance(wanted, Partial) and likes:
                kept[key] = reading.text(wanted.widest)
    return block


def grant_of(one: Permission, reading: Reading) -> Body | None:
    """Return the statement that Lambda makes of a permission; None if it is left out of this reading."""
    given = {name: value for name, value in one.given.items() if value is not None}
    principal = _scalar(given.pop("principal", None), reading, "*" if reading.wide else None)
    action = _scalar(given.pop("action", None), reading, "lambda:*" if reading.wide else None)
    if principal is None or action is None:
        return None
    fields: dict[str, str | None] = {}
    for name, value in given.items():
        text = text_of(value)
        if text is not None:
            fields[name] = reading.text(text)
            continue
        try:
            fields[name] = _unresolved(name, value, principal, one.function, reading)
        except NotResolved:
            return None
    if fields.get("invoked_via_function_url") == "false":
        # AWS does not document the effect of `false` (see `Grant`). Without the condition, the statement allows the most.
        fields["invoked_via_function_url"] = None
    arn = one.function
    target = arn.qualified(one.qualifier) if isinstance(arn, FunctionArn) else str(arn)
    return Grant(one.sid, action, principal, **fields).statement(target)


def _scalar(value: Value, reading: Reading, otherwise: str | None) -> str | None:
    text = text_of(value)
    return otherwise if text is None else reading.text(text)


def _unresolved(
    name: str, value: Value, principal: str, arn: FunctionArn | LayerVersionArn, reading: Reading
) -> str | None:
    """Return the value for a parameter that is not resolved; None leaves its condition out."""
    if name == "event_source_token":
        # Callers must know the token, whatever its value.
        return _TOKEN
    if name == "function_url_auth_type":
        return "NONE" if reading.wide else "AWS_IAM"
    if reading.wide:
        return value.widest if name == "source_arn" and isinstance(value, Partial) else None
    if name == "source_account":
        return reading.destination.account
    row = service_of(principal)
    if name == "source_arn" and row is not None:
        return row.arn_of(
            arn.partition, reading.destination.region, reading.destination.account, name="unresolved"
        )
    raise NotResolved
