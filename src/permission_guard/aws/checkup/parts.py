"""The parts of the stack, each as it is now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TypeVar

from permission_guard.aws.calls import Calls, Incomplete
from permission_guard.aws.dynamodb import LAST, SWEEP
from permission_guard.aws.response import Response
from permission_guard.aws.stack import QUEUE_OF, Stack, StackResource
from permission_guard.doctor.stack_state import (
    EventRule,
    EventSource,
    GuardFunction,
    JournalTable,
    Key,
    LastSweep,
    Queue,
    Topic,
)
from permission_guard.model.facts import Unreadable
from permission_guard.ports import Refused, RetryLater

_Seen = TypeVar("_Seen")


def seen(what: str, read: Callable[[], _Seen]) -> _Seen | Unreadable:
    """Return what was read, or Unreadable: what may not be read does not hide the rest."""
    try:
        return read()
    except (Refused, RetryLater, Incomplete) as error:
        return Unreadable(what, str(error))


def rule(calls: Calls, part: StackResource, stack: Stack) -> EventRule | Unreadable:
    """DescribeRule and ListTargetsByRule."""

    def read() -> EventRule:
        state = calls.call("events", "DescribeRule", Name=part.id).text("State")
        targets = seen(f"the targets of {part.id}", lambda: _targets(calls, part.id))
        return EventRule(part.id, state, stack.queue_name(QUEUE_OF[part.name]), targets)

    return seen(f"the rule {part.id}", read)


def _targets(calls: Calls, rule: str) -> tuple[str, ...]:
    found = calls.call("events", "ListTargetsByRule", Rule=rule)  # a rule has five at most
    return tuple(_named(one.text("Arn")) for one in found.each("Targets"))


def _named(arn: str) -> str:
    return arn.rpartition(":")[2]


def source(calls: Calls, part: StackResource) -> EventSource | Unreadable:
    """GetEventSourceMapping."""

    def read() -> EventSource:
        found = calls.call("lambda", "GetEventSourceMapping", UUID=part.id)
        return EventSource(part.id, _named(found.text("EventSourceArn")), found.text("State"))

    return seen(f"the event source mapping {part.id}", read)


def function(calls: Calls, part: StackResource) -> GuardFunction | Unreadable:
    """GetFunctionConfiguration and GetFunctionConcurrency."""

    def read() -> GuardFunction:
        found = calls.call("lambda", "GetFunctionConfiguration", FunctionName=part.id)
        return GuardFunction(
            part.id,
            state=found.text("State"),
            state_reason=found.text("StateReason"),
            update=found.text("LastUpdateStatus"),
            update_reason=found.text("LastUpdateStatusReason"),
            reserved=seen("its reserved concurrency", lambda: _reserved(calls, part.id)),
            environment=environment(found),
        )

    return seen(f"the function {part.id}", read)


def _reserved(calls: Calls, name: str) -> int | None:
    found = calls.call("lambda", "GetFunctionConcurrency", FunctionName=name)
    reserved = found.at("ReservedConcurrentExecutions").value
    return reserved if isinstance(reserved, int) else None


def environment(found: Response) -> Mapping[str, str] | Unreadable:
    """Return the variables of a function. Lambda says if the caller may not decrypt them (API_EnvironmentResponse)."""
    if found.has("Environment", "Error"):
        return Unreadable("the guard's environment", found.text("Environment", "Error", "Message"))
    variables = found.at("Environment", "Variables").value
    return (
        {str(key): str(value) for key, value in variables.items()} if isinstance(variables, Mapping) else {}
    )


def topic(calls: Calls, part: StackResource) -> Topic | Unreadable:
    """ListSubscriptionsByTopic: a confirmed subscription has an ARN."""

    def read() -> Topic:
        pages = calls.pages("sns", "ListSubscriptionsByTopic", "NextToken", TopicArn=part.id)
        arns = [one.text("SubscriptionArn") for page in pages for one in page.each("Subscriptions")]
        confirmed = sum(arn.startswith("arn:") for arn in arns)
        return Topic(_named(part.id), part.id, confirmed, arns.count("PendingConfirmation"))

    return seen(f"the subscriptions of {part.id}", read)


def key(calls: Calls, part: StackResource) -> Key | Unreadable:
    """DescribeKey."""
    return seen(
        f"the key {part.id}",
        lambda: Key(part.id, calls.call("kms", "DescribeKey", KeyId=part.id).text("KeyMetadata", "KeyState")),
    )


def queue(calls: Calls, part: StackResource) -> Queue | Unreadable:
    """GetQueueAttributes."""
    name = part.id.rpartition("/")[2]
    wanted = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "RedrivePolicy"]

    def read() -> Queue:
        found = calls.call("sqs", "GetQueueAttributes", QueueUrl=part.id, AttributeNames=wanted)
        attributes = found.at("Attributes")
        messages = sum(int(attributes.text(counted) or "0") for counted in wanted[:2])
        return Queue(
            name, part.id, is_for_dead_letters=not attributes.has("RedrivePolicy"), messages=messages
        )

    return seen(f"the queue {name}", read)


def table(calls: Calls, part: StackResource) -> JournalTable | Unreadable:
    """DescribeTable."""

    def read() -> JournalTable:
        found = calls.call("dynamodb", "DescribeTable", TableName=part.id).at("Table")
        made = found.at("CreationDateTime").value
        return JournalTable(part.id, found.text("TableStatus"), made if isinstance(made, datetime) else None)

    return seen(f"the table {part.id}", read)


def last_sweep(calls: Calls, part: StackResource) -> LastSweep | Unreadable:
    """GetItem: what `aws/sweep_records.py` has written."""
    what = "the time of the last sweep"

    def read() -> LastSweep:
        found = calls.call(
            "dynamodb",
            "GetItem",
            TableName=part.id,
            Key={"subject": {"S": SWEEP}, "fault": {"S": LAST}},
            ConsistentRead=True,
        )
        return LastSweep(*(_moment(found.text("Item", name, "S")) for name in ("began", "ended")))

    try:
        return seen(what, read)
    except ValueError as error:
        return Unreadable(what, f"the journal's item is damaged: {error}")


def _moment(text: str) -> datetime | None:
    """Read a time; None if there is none. Raises ValueError."""
    return datetime.fromisoformat(text).astimezone(UTC) if text else None
