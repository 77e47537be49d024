"""The tasks of a sweep: what is written down reads as it was meant, and what cannot be read is named by its field."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from permission_guard.actor import SWEEP
from permission_guard.door import asked_by, correlation_id
from permission_guard.facts import Look
from permission_guard.iam import FunctionArn
from permission_guard.record import BadEvent
from permission_guard.task import Layer, Layers, Moved, Page, Part, Sweep, Task, written
from permission_guard.trigger import Ignored, Kind, trigger_of
from tests.samples import GUARD_ROLE, sample

AT = datetime(2026, 11, 20, 3, tzinfo=UTC)
SWEPT = Sweep("sweep-1", AT)
ORDERS = FunctionArn("aws", "eu-west-1", "111122223333", "orders")
BODY: dict[str, Any] = {
    "sweep": {"id": "sweep-1", "time": AT.isoformat()},
    "function": str(ORDERS),
    "qualifiers": ["$LATEST", "7", "live"],
}


@pytest.mark.parametrize(
    "task",
    [
        Page(SWEPT),
        Page(SWEPT, "next"),
        Part(SWEPT, ORDERS, (None,)),
        Part(SWEPT, ORDERS, (None, "7", "live")),
        Part(SWEPT, ORDERS, ("live",)),
        Moved(SWEPT),
        Moved(SWEPT, "next"),
        Layers(SWEPT),
        Layers(SWEPT, "next"),
        Layer(SWEPT, "tools"),
        Layer(SWEPT, "tools", "next"),
    ],
    ids=str,
)
def test_a_task_reads_as_it_was_written(task: Task) -> None:
    message = json.loads(written(task))
    assert asked_by(message, guard_role_arn=GUARD_ROLE) == task
    assert correlation_id(message) == "sweep-1"


def test_a_part_looks_at_the_role_once_and_at_each_policy() -> None:
    function, version, alias = Part(SWEPT, ORDERS, (None, "7", "live")).triggers
    assert [one.qualifier for one in (function, version, alias)] == [None, "7", "live"]
    assert [one.looks for one in (function, version, alias)] == [
        Look.ROLE | Look.POLICY,
        Look.POLICY,
        Look.POLICY,
    ]
    assert {
        (one.kind, one.actor, one.event_id, one.at, one.arrived) for one in (function, version, alias)
    } == {(Kind.SWEEP, SWEEP, "sweep-1", AT, None)}


def test_nobody_knows_with_what_or_from_where_a_sweep_found_it_done() -> None:
    assert str(SWEEP) == "the guard's sweep"


MALFORMED: dict[str, tuple[dict[str, Any], str]] = {
    "the sweep": ({"sweep": "all"}, "sweep is a text, not an object"),
    "its id": ({"sweep": {"time": AT.isoformat()}}, "sweep.id is missing"),
    "its time": ({"sweep": {"id": "1", "time": "now"}}, "sweep.time is no time with a zone: 'now'"),
    "the marker": ({**BODY, "function": None, "marker": 7}, "marker is a number, not a text"),
    "the function": ({**BODY, "function": "orders"}, "function not a function ARN: 'orders'"),
    "the layer": ({**BODY, "layer": "../tools"}, "layer is no layer's name: '../tools'"),
    "what moved": ({**BODY, "moved": "all"}, "moved is a text, neither true nor false"),
    "the layers": ({**BODY, "layers": "all"}, "layers is a text, neither true nor false"),
    "the qualifiers": ({**BODY, "qualifiers": []}, "qualifiers is no list with something in it"),
    "their list": ({**BODY, "qualifiers": "live"}, "qualifiers is no list with something in it"),
    "one of them": ({**BODY, "qualifiers": ["live", 7]}, "qualifiers[1].text is a number, not a text"),
    "its form": ({**BODY, "qualifiers": ["a:b"]}, "qualifiers hold what is no version or alias: 'a:b'"),
}


@pytest.mark.parametrize("what", MALFORMED)
def test_a_task_that_cannot_be_read_is_named_by_its_field(what: str) -> None:
    body, problem = MALFORMED[what]
    with pytest.raises(BadEvent) as caught:
        asked_by(body, guard_role_arn=GUARD_ROLE)
    assert str(caught.value) == problem


def test_a_schedules_event_without_an_id_is_named_by_its_field() -> None:
    with pytest.raises(BadEvent, match="id is missing"):
        asked_by({**sample("a-sweep-is-due"), "id": None}, guard_role_arn=GUARD_ROLE)


def test_no_call_is_taken_for_a_sweep() -> None:
    event = sample("anyone-was-let-in")
    event["detail"]["eventName"] = Kind.SWEEP.value
    assert trigger_of(event, guard_role_arn=GUARD_ROLE) == Ignored("Sweep changes no verdict")


@pytest.mark.parametrize("message", [None, 7, "x", [], {}, {"id": 7}, {"sweep": "all", "id": "1"}])
def test_what_has_no_id_has_none_in_the_log(message: object) -> None:
    assert correlation_id(message) is None


def test_the_log_of_an_event_is_found_by_the_events_id() -> None:
    event = sample("anyone-was-let-in")
    assert correlation_id(event) == event["id"]
