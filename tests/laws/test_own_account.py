"""Own account only: no message, whatever it names, causes a call to another account or Region."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from permission_guard.events.message import Message, QueueName
from permission_guard.events.record import BadEvent
from permission_guard.events.sweep_task import SweepFunction
from permission_guard.events.trigger import Installation, Trigger
from tests.laws.stories import NOW
from tests.samples import ACCOUNT, GUARD_ROLE, NAMES, sample
from tests.thorough import examples

REGION: Final = "eu-west-1"
OTHERS: Final = {ACCOUNT: "999999999999", REGION: "us-east-1"}
TASK: Final = json.dumps({"function": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:orders"})
BODIES: Final = (*(json.dumps(sample(name)) for name in NAMES), TASK)


def moved(text: str, own: str, moves: list[bool]) -> str:
    """The text with another account or Region in some places of the own one."""
    first, *rest = text.split(own)
    names = (OTHERS[own] if move else own for move in moves)
    return first + "".join(name + part for name, part in zip(names, rest, strict=False))


MOVES = st.lists(st.booleans(), min_size=40, max_size=40)


@settings(max_examples=examples(300, 3000), derandomize=True, database=None, deadline=None)
@given(st.sampled_from(BODIES) | st.just(TASK), MOVES, MOVES, st.sampled_from(QueueName))
def test_no_message_causes_a_call_to_another_account_or_region(
    body: str, accounts: list[bool], regions: list[bool], queue: QueueName
) -> None:
    text = moved(moved(body, ACCOUNT, accounts), REGION, regions)
    with suppress(BadEvent):
        asked = Message("m-1", text, queue, "receipt", 1, NOW).request(
            Installation(ACCOUNT, REGION, GUARD_ROLE)
        )
        if isinstance(asked, Trigger):
            detail = json.loads(text)["detail"]
            assert (asked.subject.account, asked.subject.region) == (ACCOUNT, REGION)
            assert (detail["recipientAccountId"], detail["awsRegion"]) == (ACCOUNT, REGION)
        if isinstance(asked, SweepFunction):
            assert (asked.function.account, asked.function.region) == (ACCOUNT, REGION)
