"""From CloudTrail's record, as EventBridge delivers it, to what the guard must read.

An event is not trusted to show the present state. Only this is read from it: the function, the kind of call, who made it,
and the statement that it added (`compliant_event.py`). https://docs.aws.amazon.com/lambda/latest/dg/logging-using-cloudtrail.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from enum import Enum
from typing import Final

from permission_guard.events.actor import Actor, actor_of
from permission_guard.events.record import BadEvent, Record
from permission_guard.frozen import frozen
from permission_guard.iam import ArnError, FunctionArn, LayerVersionArn, PolicyError
from permission_guard.iam.arn import named, partition_of
from permission_guard.iam.policy import loads
from permission_guard.model.facts import FactKind, Subject


class Kind(Enum):
    """What happened to the function, or to the layer version."""

    FUNCTION_CREATED = "CreateFunction"
    FUNCTION_CHANGED = "UpdateFunctionConfiguration"
    FUNCTION_DELETED = "DeleteFunction"
    PERMISSION_ADDED = "AddPermission"
    PERMISSION_REMOVED = "RemovePermission"
    POLICY_WRITTEN = "PutResourcePolicy"
    ALIAS_CREATED = "CreateAlias"
    ALIAS_CHANGED = "UpdateAlias"
    URL_CREATED = "CreateFunctionUrlConfig"
    URL_CHANGED = "UpdateFunctionUrlConfig"
    LAYER_SHARED = "AddLayerVersionPermission"
    SWEEP = "Sweep"
    """No event: a sweep evaluates every function."""


_ABOUT_THE_FUNCTION: Final = frozenset({Kind.FUNCTION_CREATED, Kind.FUNCTION_CHANGED, Kind.FUNCTION_DELETED})
"""A deleted function may have been created again by the time that it is read."""


class Everything(Enum):
    """PutResourcePolicy writes the whole document, so the call added every statement."""

    EVERYTHING = "every statement"


EVERYTHING: Final = Everything.EVERYTHING


@frozen
class Installation:
    """The account and Region that the guard works for, and the ARN of its own role."""

    account: str
    region: str
    guard_role_arn: str


@frozen
class Trigger:
    """Why a function or layer version is evaluated."""

    kind: Kind
    subject: Subject
    qualifier: str | None
    actor: Actor
    event_id: str
    at: datetime
    arrived: str | Everything | None = None
    """The Sid of the statement that the call added; EVERYTHING; or None if it added none."""
    event_name: str = ""
    """CloudTrail's name of the call, for example CreateFunction20150331; empty for a sweep."""
    statement: str | None = field(default=None, compare=False)
    """The statement that AddPermission made, as JSON, where its event shows it. The journal does not keep it."""
    role: str | None = field(default=None, compare=False)
    """The function's role, if the event shows it: read at the same time as the function, and not relied on."""
    removed: str | None = field(default=None, compare=False)
    """The Sid that RemovePermission named, whether or not it was there."""
    first_received: datetime | None = field(default=None, compare=False)
    """When the message of the event was first received."""
    receives: int = field(default=1, compare=False)
    """How often it has been received, this time included."""
    reads_role: bool = field(default=False, compare=False)
    """Whether a sweep reads the role of this published version too, because the function itself has another."""

    @property
    def to_read(self) -> FactKind:
        """What to read. A sweep reads the role with the function itself, and with a version only if that has its own."""
        is_with_role = self.qualifier is None or self.reads_role
        if self.kind is Kind.SWEEP and is_with_role and isinstance(self.subject, FunctionArn):
            return FactKind.ROLE | FactKind.POLICY
        return FactKind.ROLE if self.kind in _ABOUT_THE_FUNCTION else FactKind.POLICY

    def added(self, sid: str | None) -> bool:
        """Return whether this call added the statement with this Sid."""
        return self.arrived is EVERYTHING or (sid is not None and self.arrived == sid)


@frozen
class Ignored:
    """An event that is not handled, and why."""

    why: str


_DATED: Final = re.compile(r"[0-9]{8}(?:v[0-9]+)?$")
_QUALIFIER: Final = re.compile(r"\$LATEST(?:\.PUBLISHED)?|[A-Za-z0-9_-]{1,128}")
"""lambda/latest/api/API_AddPermission.html, Qualifier."""
_REPLICA: Final = "us-east-1."
"""How the names of Lambda@Edge's replicas begin in other regions (facts 1.5, unsure; no other name can have a dot)."""
_KINDS: Final = {kind.value: kind for kind in Kind if kind is not Kind.SWEEP}
"""The calls to Lambda; a sweep is none."""


def is_replica(subject: Subject) -> bool:
    """Return whether a function is a replica that Lambda@Edge made."""
    return subject.name.startswith(_REPLICA)


def is_qualifier(text: str) -> bool:
    """Return whether a text can name a version or an alias."""
    return _QUALIFIER.fullmatch(text) is not None


def trigger_of(event: object, installation: Installation) -> Trigger | Ignored:
    """Read an event of EventBridge. Raises BadEvent, which names the field, if it is malformed.

    Ignored: other sources and calls, reads, failed calls, the guard's own calls, and events of another account or Region.
    One failed call counts, a RemovePermission that found no such statement: its owner removes a statement that the guard
    has replaced under another Sid.
    """
    envelope = Record.of(event, "event")
    if (
        envelope.text("source") != "aws.lambda"
        or envelope.text("detail-type") != "AWS API Call via CloudTrail"
    ):
        return Ignored("not a call to Lambda recorded by CloudTrail")
    detail = envelope.inner("detail")
    if detail.text("eventSource") != "lambda.amazonaws.com":
        return Ignored("not a call to Lambda")
    # A rule also receives the events that other accounts send to its bus (eb-cross-account).
    own = (installation.account, installation.region)
    if (detail.text("recipientAccountId"), detail.text("awsRegion")) != own:
        return Ignored("the event belongs to another account or Region")
    kind = _KINDS.get(_DATED.sub("", detail.text("eventName")))
    if kind is None:
        return Ignored(f"{detail.text('eventName')} changes no verdict")
    if detail.has("errorCode") and not _removed_nothing(kind, detail):
        return Ignored(f"the call failed: {detail.text('errorCode')}")
    if detail.flag("readOnly"):
        return Ignored("the call only reads")
    actor = actor_of(detail)
    if actor.role_arn == installation.guard_role_arn:
        return Ignored("the guard made this call itself")
    return _triggered(kind, detail, actor, installation)


def _removed_nothing(kind: Kind, detail: Record) -> bool:
    return kind is Kind.PERMISSION_REMOVED and detail.text("errorCode") == "ResourceNotFoundException"


def _triggered(kind: Kind, detail: Record, actor: Actor, installation: Installation) -> Trigger | Ignored:
    request = detail.inner("requestParameters")
    found = (_layer(detail, request), None) if kind is Kind.LAYER_SHARED else _function(kind, detail, request)
    if found is None:
        return Ignored("not about a function")
    subject, qualifier = found
    if (subject.account, subject.region) != (installation.account, installation.region):
        return Ignored(f"{subject} belongs to another account or Region")
    if is_replica(subject):
        return Ignored("it is a replica that Lambda@Edge made; the function itself is evaluated in us-east-1")
    if kind is Kind.FUNCTION_DELETED and qualifier is not None:
        return Ignored("only one version was deleted")
    answer = detail.inner_or_empty("responseElements")
    return Trigger(
        kind=kind,
        subject=subject,
        qualifier=qualifier if qualifier != "$LATEST" else None,
        actor=actor,
        event_id=detail.text("eventID"),
        at=detail.moment("eventTime"),
        arrived=_arrived(kind, request),
        event_name=detail.text("eventName"),
        statement=answer.text_or("statement") or None,
        role=answer.text_or("role") or None,
        removed=request.text("statementId") if kind is Kind.PERMISSION_REMOVED else None,
    )


def _layer(detail: Record, request: Record) -> LayerVersionArn:
    """Return the layer version. The fields are assumed to be those of the API (facts 1.4); no such event was recorded."""
    name, version = request.text("layerName"), str(request.whole("versionNumber"))
    if not name.startswith("arn:"):
        region = detail.text("awsRegion")
        name = f"arn:{partition_of(region)}:lambda:{region}:{detail.text('recipientAccountId')}:layer:{name}"
    try:
        return LayerVersionArn.parse(f"{name}:{version}")
    except ArnError as error:
        raise BadEvent("detail.requestParameters.layerName", str(error)) from error


def _arrived(kind: Kind, request: Record) -> str | Everything | None:
    if kind is Kind.POLICY_WRITTEN:
        return EVERYTHING
    adds = kind in {Kind.PERMISSION_ADDED, Kind.LAYER_SHARED}
    return request.text("statementId") if adds else None


def _function(kind: Kind, detail: Record, request: Record) -> tuple[FunctionArn, str | None] | None:
    """Return the function, version or alias: from the ARN in the response, else from the name in the request (facts 1.4)."""
    account, region = detail.text("recipientAccountId"), detail.text("awsRegion")
    field = "resourceArn" if kind is Kind.POLICY_WRITTEN else "functionName"
    text = request.text(field)
    if field == "resourceArn" and ":function:" not in text:
        return None
    try:
        function, qualifier = named(text, partition=partition_of(region), region=region, account=account)
    except ArnError as error:
        raise BadEvent(f"detail.requestParameters.{field}", str(error)) from error
    function = _function_in_response(detail) or function
    if kind in {Kind.ALIAS_CREATED, Kind.ALIAS_CHANGED}:
        return function, _qualifier(request, "name")
    return function, _qualifier(request, "qualifier") if request.has("qualifier") else qualifier


def _qualifier(request: Record, field: str) -> str:
    text = request.text(field)
    if not is_qualifier(text):
        raise BadEvent(f"detail.requestParameters.{field}", f"is no version or alias: {text!r}")
    return text


def _function_in_response(detail: Record) -> FunctionArn | None:
    """Return the function as Lambda answered: with the right partition, whatever the caller wrote."""
    if not detail.has("responseElements"):
        return None
    response = detail.inner("responseElements")
    field = next((name for name in ("functionArn", "statement") if response.has(name)), None)
    if field is None:
        return None
    try:
        arn = response.text(field) if field == "functionArn" else _resource(response.text(field))
        return FunctionArn.parse(arn) if arn is not None else None
    except ArnError as error:
        raise BadEvent(f"detail.responseElements.{field}", str(error)) from error
    except PolicyError as error:
        raise BadEvent(f"detail.responseElements.{field}", error.problem) from error


def _resource(text: str) -> str | None:
    statement = loads(text)
    resource = statement.get("Resource") if isinstance(statement, Mapping) else None
    return resource if isinstance(resource, str) else None
