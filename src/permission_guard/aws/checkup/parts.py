"""The parts of the stack, each as it is now."""

from __future__ import annotations

from collections.abc import Mapping

from permission_guard.aws.answer import Answer
from permission_guard.aws.calls import Calls
from permission_guard.aws.checkup.looking import seen
from permission_guard.aws.stack import ALIAS, GUARD, Part
from permission_guard.doctor.seen import Function, Key, Queue, Rule, Table, Topic
from permission_guard.facts import Unreadable


def rule(calls: Calls, part: Part) -> Rule | Unreadable:
    """DescribeRule and ListTargetsByRule."""
    # CloudFormation calls a rule of another bus than the default one BUS|RULE.
    bus, _, name = part.id.rpartition("|")
    bus = bus or "default"

    def look() -> Rule:
        found = calls.call("events", "DescribeRule", Name=name, EventBusName=bus)
        pages = calls.pages("events", "ListTargetsByRule", "NextToken", Rule=name, EventBusName=bus)
        targets = tuple(target.text("Arn") for page in pages for target in page.each("Targets"))
        return Rule(name, found.text("State"), targets)

    return seen(f"the rule {name}", look)


def function(calls: Calls, part: Part) -> Function | Unreadable:
    """GetFunctionConfiguration, of the guard for what its alias names too, and GetFunctionConcurrency."""
    is_guard = part.name == GUARD

    def look() -> Function:
        found = calls.call("lambda", "GetFunctionConfiguration", FunctionName=part.id)
        return Function(
            part.id,
            is_guard=is_guard,
            state=found.text("State"),
            state_reason=found.text("StateReason"),
            update=found.text("LastUpdateStatus"),
            update_reason=found.text("LastUpdateStatusReason"),
            reserved=seen("its reserved concurrency", lambda: _reserved(calls, part.id)),
            environment=environment(found),
            live=seen(f"the alias {ALIAS}", lambda: _live(calls, part.id)) if is_guard else None,
        )

    return seen(f"the function {part.id}", look)


def _live(calls: Calls, name: str) -> Mapping[str, str] | Unreadable:
    return environment(calls.call("lambda", "GetFunctionConfiguration", FunctionName=name, Qualifier=ALIAS))


def _reserved(calls: Calls, name: str) -> int | None:
    found = calls.call("lambda", "GetFunctionConcurrency", FunctionName=name)
    reserved = found.at("ReservedConcurrentExecutions").value
    return reserved if isinstance(reserved, int) else None


def environment(found: Answer) -> Mapping[str, str] | Unreadable:
    """The variables of a function. Lambda says so if the caller may not decrypt it (API_EnvironmentResponse)."""
    if found.has("Environment", "Error"):
        return Unreadable("the guard's environment", found.text("Environment", "Error", "Message"))
    variables = found.at("Environment", "Variables").value
    return (
        {str(key): str(value) for key, value in variables.items()} if isinstance(variables, Mapping) else {}
    )


def topic(calls: Calls, part: Part) -> Topic | Unreadable:
    """ListSubscriptionsByTopic: an ARN is what a confirmed subscription has."""

    def look() -> Topic:
        pages = calls.pages("sns", "ListSubscriptionsByTopic", "NextToken", TopicArn=part.id)
        arns = [one.text("SubscriptionArn") for page in pages for one in page.each("Subscriptions")]
        confirmed = sum(arn.startswith("arn:") for arn in arns)
        return Topic(part.id.rpartition(":")[2], part.id, confirmed, arns.count("PendingConfirmation"))

    return seen(f"the subscriptions of {part.id}", look)


def key(calls: Calls, part: Part) -> Key | Unreadable:
    """DescribeKey."""
    return seen(
        f"the key {part.id}",
        lambda: Key(part.id, calls.call("kms", "DescribeKey", KeyId=part.id).text("KeyMetadata", "KeyState")),
    )


def queue(calls: Calls, part: Part) -> Queue | Unreadable:
    """GetQueueAttributes."""
    return seen(f"the queue {part.id.rpartition('/')[2]}", lambda: queue_of(calls, part.id))


def queue_of(calls: Calls, url: str) -> Queue:
    """GetQueueAttributes. Raises Refused and TryAgain."""
    wanted = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "RedrivePolicy"]
    found = calls.call("sqs", "GetQueueAttributes", QueueUrl=url, AttributeNames=wanted).at("Attributes")
    return Queue(
        url.rpartition("/")[2],
        is_for_dead_letters=not found.has("RedrivePolicy"),
        messages=sum(int(found.text(name) or "0") for name in wanted[:2]),
    )


def table(calls: Calls, part: Part) -> Table | Unreadable:
    """DescribeTable, DescribeTimeToLive and DescribeContinuousBackups."""

    def look() -> Table:
        found = calls.call("dynamodb", "DescribeTable", TableName=part.id)
        return Table(
            part.id,
            found.text("Table", "TableStatus"),
            seen("its time to live", lambda: _time_to_live(calls, part.id)),
            seen("its point-in-time recovery", lambda: _point_in_time_recovery(calls, part.id)),
        )

    return seen(f"the table {part.id}", look)


def _time_to_live(calls: Calls, name: str) -> str:
    found = calls.call("dynamodb", "DescribeTimeToLive", TableName=name)
    return found.text("TimeToLiveDescription", "TimeToLiveStatus")


def _point_in_time_recovery(calls: Calls, name: str) -> str:
    found = calls.call("dynamodb", "DescribeContinuousBackups", TableName=name)
    return found.text(
        "ContinuousBackupsDescription", "PointInTimeRecoveryDescription", "PointInTimeRecoveryStatus"
    )
