"""The guard's stack as it is deployed: its resources and its outputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from permission_guard.aws.calls import Calls
from permission_guard.aws.login import no_stack
from permission_guard.frozen import frozen
from permission_guard.ports import Refused

VERSION_OUTPUT: Final = "Version"
"""The output of the guard's stack with its version."""
TOPIC_OUTPUT: Final = "AlertsTopicArn"
"""The output that names the topic of the alerts."""
GUARD: Final = "Guard"
"""The logical id of the guard's function."""
QUEUE_OF: Final = {"Changes": "Events", "DigestIsDue": "Events", "SweepIsDue": "SweepTasks"}
"""The logical ids of the rules, and of the queue that each sends to."""

FUNCTION: Final = "AWS::Lambda::Function"
MAPPING: Final = "AWS::Lambda::EventSourceMapping"
RULE: Final = "AWS::Events::Rule"
TOPIC: Final = "AWS::SNS::Topic"
QUEUE: Final = "AWS::SQS::Queue"
TABLE: Final = "AWS::DynamoDB::Table"
KEY: Final = "AWS::KMS::Key"

_NO_STACK: Final = "ValidationError"
"""CloudFormation's error code for a stack that does not exist (AWSCloudFormation/latest/APIReference/API_DescribeStacks.html)."""


class NoStack(Exception):
    """The stack does not exist, or is not the guard's."""


@frozen
class StackResource:
    """A resource of the stack: CloudFormation's type, its logical and its physical id."""

    kind: str
    name: str
    id: str


@frozen
class Stack:
    """What is deployed."""

    name: str
    outputs: Mapping[str, str]
    parts: tuple[StackResource, ...]

    def of(self, kind: str) -> tuple[StackResource, ...]:
        """Return the parts of a type."""
        return tuple(part for part in self.parts if part.kind == kind)

    def queue_name(self, logical: str) -> str:
        """Return the name of the queue with a logical id; the logical id itself if there is none."""
        return next((part.id.rpartition("/")[2] for part in self.of(QUEUE) if part.name == logical), logical)


def stack_of(calls: Calls, account: str, name: str) -> Stack:
    """Read a stack (DescribeStacks, DescribeStackResources). Raises NoStack, Refused and RetryLater."""
    try:
        described = calls.call("cloudformation", "DescribeStacks", StackName=name)
        listed = calls.call("cloudformation", "DescribeStackResources", StackName=name)
    except Refused as error:
        if error.code == _NO_STACK:
            raise NoStack(no_stack(name, calls.region, account)) from error
        raise
    parts = tuple(
        StackResource(one.text("ResourceType"), one.text("LogicalResourceId"), one.text("PhysicalResourceId"))
        for one in listed.each("StackResources")
        if not one.text("ResourceStatus").startswith("DELETE_")
    )
    outputs = {
        output.text("OutputKey"): output.text("OutputValue")
        for stack in described.each("Stacks")
        for output in stack.each("Outputs")
    }
    found = Stack(name, outputs, parts)
    is_guards = GUARD in {part.name for part in found.of(FUNCTION)} and found.of(TABLE)
    if not is_guards or not outputs.get(TOPIC_OUTPUT):
        raise NoStack(
            f'Stack "{name}" has no function {GUARD}, no table or no output {TOPIC_OUTPUT}: it is not the guard\'s stack'
        )
    return found
