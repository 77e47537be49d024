"""The guard's dead-letter queues in a person's hands: read to their end, and each message on its way back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, assert_never

from permission_guard.aws.calls import Calls
from permission_guard.aws.checkup.parts import queue_of
from permission_guard.aws.failures import translated
from permission_guard.aws.login import Login
from permission_guard.aws.stack import FUNCTION, GUARD, QUEUE, TOPIC_OUTPUT, Stack, stack_of
from permission_guard.dead_letters import Enqueue, Foreign, Home, Invoke, Letter, Message, Publish, read
from permission_guard.ports import TryAgain

if TYPE_CHECKING:
    from mypy_boto3_sns.type_defs import MessageAttributeValueTypeDef
    from mypy_boto3_sqs.type_defs import MessageTypeDef

HOLD: Final = 600
"""Seconds for which nobody else is given what was read: time enough for a person to read it and say yes."""
_PAGE: Final = 10
"""Messages of one call, the most that SQS gives (API_ReceiveMessage)."""
_WAIT: Final = 1
"""Seconds; with none, SQS asks only some of its servers, and an empty answer would not mean an empty queue (same page)."""
_ACCEPTED: Final = 202
"""What Lambda answers to an asynchronous invocation that it has taken (API_Invoke)."""


@dataclass(frozen=True, slots=True)
class Held:
    """A letter that nobody else is given for a while, and what it is deleted by."""

    letter: Letter
    queue_url: str
    receipt: str


class DeadLetters:
    """The dead-letter queues of a stack."""

    def __init__(self, caller: Login, stack_name: str) -> None:
        """Find the queues. Raises NoStack, Refused and TryAgain."""
        self._clients = caller.clients
        calls = Calls(caller.clients, caller.region)
        stack = stack_of(calls, stack_name)
        self._urls = {part.id.rpartition("/")[2]: part.id for part in stack.of(QUEUE)}
        self.queues = tuple(
            name for name, url in self._urls.items() if queue_of(calls, url).is_for_dead_letters
        )
        self._topic = stack.outputs.get(TOPIC_OUTPUT, "")
        self._home = _home(caller, stack)

    def read(self) -> Iterator[Held]:
        """Read every queue until nothing new comes, each message once. Raises Refused and TryAgain."""
        seen: set[str] = set()
        for name in self.queues:
            while page := [one for one in self._page(self._urls[name]) if one["MessageId"] not in seen]:
                for one in page:
                    seen.add(one["MessageId"])
                    yield Held(read(_message(one), self._home), self._urls[name], one["ReceiptHandle"])

    def _page(self, url: str) -> list[MessageTypeDef]:
        with translated():
            return self._clients.sqs.receive_message(
                QueueUrl=url,
                MaxNumberOfMessages=_PAGE,
                VisibilityTimeout=HOLD,
                WaitTimeSeconds=_WAIT,
                MessageAttributeNames=["All"],
                MessageSystemAttributeNames=["SentTimestamp", "DeadLetterQueueSourceArn"],
            ).get("Messages", [])

    def put_back(self, held: Held) -> bool:
        """Send a letter on its way; say whether it had one. Raises Refused, TryAgain and ChangedMeanwhile."""
        match held.letter.way:
            case Invoke(function, payload):
                self._invoke(function, payload)
            case Enqueue(queue, body):
                with translated():
                    self._clients.sqs.send_message(QueueUrl=self._urls[queue], MessageBody=body)
            case Publish() as alert:
                self._publish(alert)
            case Foreign():
                return False
            case _:
                assert_never(held.letter.way)
        return True

    def delete(self, held: Held) -> None:
        """Take a letter out of its queue. Raises Refused and TryAgain: then it may be sent once more, which the guard bears."""
        with translated():
            self._clients.sqs.delete_message(QueueUrl=held.queue_url, ReceiptHandle=held.receipt)

    def _invoke(self, function: str, payload: str) -> None:
        with translated():
            answer = self._clients.lambda_.invoke(
                FunctionName=function, InvocationType="Event", Payload=payload.encode()
            )
        if answer["StatusCode"] != _ACCEPTED:
            raise TryAgain(f"Invoke: Lambda answered {answer['StatusCode']}")

    def _publish(self, alert: Publish) -> None:
        versions = {"default": alert.alert} | ({"email": alert.mail} if alert.mail else {})
        attributes: dict[str, MessageAttributeValueTypeDef] = {
            name: {"DataType": "String", "StringValue": value} for name, value in alert.attributes.items()
        }
        topic = alert.topic or self._topic
        with translated():
            self._clients.in_region(topic.split(":")[3]).sns.publish(
                TopicArn=topic,
                Subject=alert.subject or "Lambda Permission Guard: an alert that was late",
                MessageStructure="json",
                Message=json.dumps(versions),
                MessageAttributes=attributes,
            )

    def release(self, held: Iterable[Held]) -> None:
        """Let whoever comes next have these at once. Raises Refused and TryAgain; they are free after HOLD anyway."""
        for one in held:
            with translated():
                self._clients.sqs.change_message_visibility(
                    QueueUrl=one.queue_url, ReceiptHandle=one.receipt, VisibilityTimeout=0
                )


def _home(caller: Login, stack: Stack) -> Home:
    functions = {part.name: part.id for part in stack.of(FUNCTION)}
    prefix = f"arn:{caller.partition}:lambda:{caller.region}:{caller.account}:function:"
    queues = frozenset(part.id.rpartition("/")[2] for part in stack.of(QUEUE))
    return Home(prefix + functions[GUARD], frozenset(prefix + name for name in functions.values()), queues)


def _message(one: MessageTypeDef) -> Message:
    attributes = {
        name: value.get("StringValue", "") for name, value in one.get("MessageAttributes", {}).items()
    }
    own = one.get("Attributes", {})
    sent = datetime.fromtimestamp(int(own.get("SentTimestamp", "0")) / 1000, UTC)
    return Message(one["MessageId"], one["Body"], attributes, own.get("DeadLetterQueueSourceArn"), sent)
