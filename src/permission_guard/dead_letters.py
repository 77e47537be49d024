"""What a message in the guard's dead-letter queue is, why it is there, and by which way it goes back.

Four kinds come there: the record of an invocation that failed (Lambda's on-failure destination), an event that EventBridge could
not deliver, a message that another queue gave up, and an alert that could not be sent. Everything else is foreign.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeAlias, assert_never

from permission_guard.door import asked_by
from permission_guard.iam import ArnError, PolicyError
from permission_guard.iam.arn import named
from permission_guard.iam.policy import Json, loads
from permission_guard.record import BadEvent, Record
from permission_guard.role_change import RoleChange
from permission_guard.task import Layer, Layers, Moved, Page, Part, User, Users
from permission_guard.trigger import Ignored, Kind, Trigger


@dataclass(frozen=True, slots=True)
class Message:
    """A message as SQS gave it; `source` is the ARN of the queue that gave it up, if one did."""

    id: str
    body: str
    attributes: Mapping[str, str]
    source: str | None
    sent: datetime


@dataclass(frozen=True, slots=True)
class Home:
    """What belongs to the stack: the ARNs of the guard and of all functions, and the names of the queues."""

    guard: str
    functions: frozenset[str]
    queues: frozenset[str]


@dataclass(frozen=True, slots=True)
class Invoke:
    """A function is invoked with the event once more, asynchronously as it was."""

    function: str
    payload: str

    def __str__(self) -> str:
        return f"invoke {self.function} with it"


@dataclass(frozen=True, slots=True)
class Enqueue:
    """It goes back into the queue that gave it up, or that EventBridge could not put it into."""

    queue: str
    """The queue's name."""
    body: str

    def __str__(self) -> str:
        return f"put it into {self.queue}"


@dataclass(frozen=True, slots=True)
class Publish:
    """An alert is published once more: the JSON, and what mail gets, if that was kept."""

    alert: str
    mail: str | None = None
    subject: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    topic: str | None = None
    """The ARN of the topic that did not take it; the stack's own, if that was not kept."""

    def __str__(self) -> str:
        return f"publish it to {self.topic}" if self.topic else "publish it"


@dataclass(frozen=True, slots=True)
class Foreign:
    """It is not the guard's, or nobody knows whose it is: it is left."""

    why: str

    def __str__(self) -> str:
        return f"none, it is left: {self.why}"


Way: TypeAlias = Invoke | Enqueue | Publish | Foreign


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that was read: what it is, why it is here, and its way back."""

    message: Message
    what: str
    why: str
    way: Way


def read(message: Message, home: Home) -> Letter:
    """Read a message. What cannot be read is foreign."""
    try:
        body = loads(message.body)
    except PolicyError as error:
        return Letter(message, "a message that is no JSON", "", Foreign(str(error)))
    if not isinstance(body, Mapping):
        return Letter(
            message, "a message that is no JSON object", "", Foreign("nothing of ours looks like it")
        )
    if message.source is not None:
        name = _name(message.source)
        why = f"{name} gave it up: it was tried too often"
        what = described(body) if "detail-type" in body else f"a message of {name}"
        return Letter(message, what, why, _into(name, message, home))
    if "undelivered" in body:
        return _alert(message, body)
    if "requestPayload" in body:
        return _invocation(message, body, home)
    return _event(message, body, home)


def _into(queue: str, message: Message, home: Home) -> Way:
    return Enqueue(queue, message.body) if queue in home.queues else Foreign(f"{queue} is not of this stack")


def _alert(message: Message, body: Mapping[str, Json]) -> Letter:
    alert, kept = body.get("alert"), Record(body, "event")
    if not isinstance(alert, Mapping):
        return Letter(message, "an alert without its text", "", Foreign("nothing is there to be published"))
    attributes = kept.inner_or_empty("attributes").body
    way = Publish(
        json.dumps(alert),
        kept.text_or("mail") or None,
        kept.text_or("subject") or None,
        {name: value for name, value in attributes.items() if isinstance(value, str)},
        kept.text_or("topic") or None,
    )
    subject = way.subject or Record(alert, "event").text_or("subject") or "without a subject"
    return Letter(message, f"an alert: {subject}", kept.text_or("undelivered"), way)


def _invocation(message: Message, body: Mapping[str, Json], home: Home) -> Letter:
    """A record of a failed invocation (lambda/latest/dg/invocation-async-retain-records.html)."""
    whole = Record(body, "event")
    context, answer = whole.inner_or_empty("requestContext"), whole.inner_or_empty("responsePayload")
    error = ": ".join(filter(None, (answer.text_or("errorType"), answer.text_or("errorMessage"))))
    condition = context.text_or("condition")
    why = f"{error} ({condition})" if error and condition else error or condition
    payload = json.dumps(body["requestPayload"])
    return Letter(
        message, described(body["requestPayload"]), why, _to(context.text_or("functionArn"), payload, home)
    )


def _event(message: Message, body: Mapping[str, Json], home: Home) -> Letter:
    """An event that EventBridge could not deliver; it says why in attributes (eventbridge/latest/userguide/eb-rule-dlq.html)."""
    said = [message.attributes.get(name, "") for name in ("ERROR_CODE", "ERROR_MESSAGE")]
    why = ": ".join(filter(None, said))
    if not {"detail-type", "source", "detail"} <= set(body):
        return Letter(
            message, "a message of another kind", why, Foreign("it is neither an event nor an alert")
        )
    target = message.attributes.get("TARGET_ARN", home.guard)
    way = _into(_name(target), message, home) if ":sqs:" in target else _to(target, message.body, home)
    return Letter(message, described(body), why, way)


def _to(arn: str, payload: str, home: Home) -> Way:
    """A version that was invoked may be gone since: the function is invoked as it is now. An alias stays."""
    try:
        function, qualifier = named(arn, partition="", region="", account="")
    except ArnError:
        return Foreign(f"{arn or 'nothing'} is no function of this stack")
    if str(function) not in home.functions:
        return Foreign(f"{arn} is no function of this stack")
    is_alias = qualifier is not None and qualifier != "$LATEST" and not qualifier.isdigit()
    return Invoke(f"{function}:{qualifier}" if is_alias else str(function), payload)


def _name(arn: str) -> str:
    return arn.rpartition(":")[2]


def described(event: object) -> str:
    """Say in a few words what an event or a task is about."""
    try:
        found = asked_by(event, guard_role_arn="")
    except BadEvent as error:
        return f"an event that cannot be read: {error}"
    match found:
        case Trigger():
            return _called(found.kind, str(found.subject), found.at)
        case RoleChange():
            return _called(found.kind, found.subject, found.at)
        case Ignored(why):
            return f"an event that the guard would ignore: {why}"
        case Page() | Part() | Layers() | Layer() | Moved():
            return f"a task of the sweep {found.sweep.id}"
        case Users() | User():
            return f"a task after {_called(found.change.kind, found.change.subject, found.change.at)}"
        case _:
            assert_never(found)


def _called(kind: Kind, subject: str, at: datetime) -> str:
    return f"{kind.value} of {subject} at {at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
