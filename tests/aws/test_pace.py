"""Calls of Lambda are spread over time, each attempt of them."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from permission_guard.aws.clients import Clients
from permission_guard.aws.pace import RATE, Pace, Stopped, paced

SHARED = 15
"""Requests a second that Lambda gives an account and region (gettingstarted-limits.html)."""


@dataclass
class Time:
    """Time that passes only while somebody waits."""

    now: float = 100.0
    waits: list[float] = field(default_factory=list)

    def wait(self, seconds: float) -> None:
        self.waits.append(round(seconds, 6))
        self.now += seconds

    def pace(self) -> Pace:
        return Pace(4.0, lambda: self.now, self.wait)


def test_calls_at_once_are_spread_and_one_that_comes_late_need_not_wait() -> None:
    time = Time()
    pace = time.pace()
    for _ in range(3):
        pace()
    assert time.waits == [0.25, 0.25]
    time.now += 10
    pace()
    assert time.waits == [0.25, 0.25]


def test_threads_that_come_at_the_same_time_get_turns_one_after_the_other() -> None:
    waits: list[float] = []
    pace = Pace(4.0, lambda: 100.0, waits.append)
    for _ in range(4):
        pace()
    assert waits == [0.25, 0.5, 0.75]


def test_two_thirds_of_the_requests_are_left_to_others() -> None:
    assert SHARED / 3 >= RATE


def test_each_attempt_of_a_call_of_lambda_takes_a_turn_until_nobody_waits_for_an_answer() -> None:
    time = Time()
    session = boto3.Session("AKIAEXAMPLE", "secret", region_name="us-east-1")
    pace = time.pace()
    clients = paced(Clients(session), pace)
    sent: list[str] = []

    def answer(request: Any, event_name: str, **_: Any) -> AWSResponse:
        sent.append(event_name.rpartition(".")[2])
        return AWSResponse(request.url, 200, HTTPHeaders(), _Raw(b"{}"))

    def once_more(attempts: int, **_: Any) -> int | None:
        return 0 if attempts == 1 else None

    events: Any = clients.lambda_.meta.events
    events.register_last("before-send.lambda", answer)
    events.register_first("needs-retry.lambda", once_more)
    clients.lambda_.list_aliases(FunctionName="orders")
    clients.lambda_.get_policy(FunctionName="orders")
    clients.lambda_.list_functions()
    assert sent == ["ListAliases"] * 2 + ["GetPolicy"] * 2 + ["ListFunctions"] * 2
    assert time.waits == [0.25] * 5
    pace.stop()
    for call in (clients.lambda_.list_functions, partial(clients.lambda_.get_policy, FunctionName="orders")):
        with pytest.raises(Stopped):
            call()
    assert len(sent) == 6


class _Raw(io.BytesIO):
    def stream(self) -> list[bytes]:
        return [self.read()]
