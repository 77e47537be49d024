"""Stands in for CloudTrail: every change that somebody makes to a function becomes an event on the default bus.

No emulator sends these events. Their shape is CloudTrail's, their content is the call that was really made, and from the
bus on everything is as on AWS: EventBridge matches the stack's own rule and sends to its queue, and that invokes the
deployed function. The one thing that is not true is their time: a minute ago. The guard leaves a new function alone for
a minute, and nobody who watches wants to wait for it.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from permission_guard.events.message import SETTLE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from botocore.hooks import BaseEventHooks
    from botocore.model import OperationModel

    from tests.embedded.clients import Clients

# Lambda's event names carry the date of the API and, for some, a version. These are the calls that the story makes.
EVENT_NAMES = {
    "AddPermission": "AddPermission20150331v2",
    "CreateFunction": "CreateFunction20150331",
    "DeleteFunction": "DeleteFunction20150331",
    "RemovePermission": "RemovePermission20150331v2",
}
# CloudTrail never records what is in these.
HIDDEN = frozenset({"code", "environment"})


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who works under an assumed role."""

    account: str
    role_arn: str
    session_arn: str

    def identity(self) -> dict[str, object]:
        """The `userIdentity` of a record."""
        issuer = {"type": "Role", "arn": self.role_arn, "accountId": self.account}
        return {
            "type": "AssumedRole",
            "arn": self.session_arn,
            "accountId": self.account,
            "sessionContext": {"sessionIssuer": {**issuer, "userName": self.role_arn.rpartition("/")[2]}},
        }


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One call as it was made and answered."""

    operation: str
    parameters: Mapping[str, object]
    answer: Mapping[str, object]
    user_agent: str
    region: str


def record_of(call: ApiCall, caller: Caller, at: datetime) -> dict[str, object]:
    """The CloudTrail record of a call; the `detail` of the event."""
    failure = call.answer.get("Error")
    record: dict[str, object] = {
        "eventVersion": "1.11",
        "userIdentity": caller.identity(),
        "eventTime": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": "lambda.amazonaws.com",
        "eventName": EVENT_NAMES[call.operation],
        "awsRegion": call.region,
        "sourceIPAddress": "127.0.0.1",
        "userAgent": call.user_agent,
        "requestParameters": _recorded(call.parameters),
        "responseElements": None if failure else _recorded(call.answer) or None,
        "requestID": str(uuid.uuid4()),
        "eventID": str(uuid.uuid4()),
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": caller.account,
        "eventCategory": "Management",
    }
    if isinstance(failure, dict):
        record |= {"errorCode": failure.get("Code"), "errorMessage": failure.get("Message")}
    return record


def watch(events: BaseEventHooks, region: str, record: Callable[[ApiCall], None]) -> None:
    """From now on, every call of the story's that changes something in Lambda is recorded.

    `events` are those of a client, or of a session: then of every client that it makes from now on.
    """

    def remember_parameters(params: dict[str, Any], context: dict[str, Any], **_: object) -> None:
        context["recorded_parameters"] = dict(params)

    def remember_agent(params: dict[str, Any], context: dict[str, Any], **_: object) -> None:
        context["recorded_agent"] = params["headers"]["User-Agent"]

    def send(model: OperationModel, parsed: dict[str, Any], context: dict[str, Any], **_: object) -> None:
        if model.name in EVENT_NAMES:
            asked, agent = context["recorded_parameters"], context["recorded_agent"]
            record(ApiCall(model.name, asked, parsed, agent, region))

    events.register("provide-client-params.lambda", remember_parameters)
    events.register("before-call.lambda", remember_agent)
    events.register("after-call.lambda", send)


@dataclass(slots=True)
class Trail:
    """CloudTrail: what it has recorded of one caller; and the schedules, which are AWS itself, too."""

    sender: Clients
    caller: Caller
    records: list[dict[str, object]] = field(default_factory=list)

    def record(self, call: ApiCall) -> None:
        """Record a call, and deliver the record."""
        self.records.append(record_of(call, self.caller, datetime.now(UTC) - SETTLE))
        self.deliver(self.records[-1])

    def deliver(self, record: dict[str, object]) -> None:
        """Put a record on the bus, for the first time or once more: EventBridge may deliver an event twice.

        https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-troubleshooting.html
        """
        self._put("aws.lambda", "AWS API Call via CloudTrail", record, [])

    def schedule(self, rule: str) -> None:
        """Send the event of a schedule, as if its time had come (see `launcher.py`)."""
        arn = self.sender.events.describe_rule(Name=rule)["Arn"]
        self._put("aws.events", "Scheduled Event", {}, [arn])

    def _put(self, source: str, kind: str, detail: dict[str, object], resources: list[str]) -> None:
        text = json.dumps(detail)
        answer = self.sender.events.put_events(
            Entries=[{"Source": source, "DetailType": kind, "Detail": text, "Resources": resources}]
        )
        if answer["FailedEntryCount"]:
            raise RuntimeError(f"the bus refused the event: {answer['Entries']}")


def _recorded(value: Mapping[str, object]) -> dict[str, object]:
    """The members as CloudTrail writes them: first letter small, secrets left out, no transport details."""
    small = {
        name[0].lower() + name[1:]: member for name, member in value.items() if name != "ResponseMetadata"
    }
    return {name: {} if name in HIDDEN else _plain(member) for name, member in small.items()}


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return _recorded(value)
    if isinstance(value, (list, tuple)):
        return [_plain(member) for member in value]
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)
