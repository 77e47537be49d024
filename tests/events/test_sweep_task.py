"""The tasks of a sweep: what is malformed is refused with the field's name, and what is written is read back."""

from __future__ import annotations

import json
from typing import Final

import pytest

from permission_guard.events.record import BadEvent, Record
from permission_guard.events.sweep_task import SweepAll, SweepFunction, task_of, written
from permission_guard.events.trigger import Ignored, Installation
from permission_guard.iam import FunctionArn
from permission_guard.iam.policy import Json

HOME: Final = Installation("123456789012", "us-east-1", "arn:aws:iam::123456789012:role/guard")
ORDERS: Final = "arn:aws:lambda:us-east-1:123456789012:function:orders"


def read(**fields: Json) -> SweepAll | SweepFunction | Ignored:
    return task_of(Record({"function": ORDERS, **fields}, "event"), "message", HOME)


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"function": "orders"}, "function "),
        ({"all_versions": "yes"}, "all_versions "),
        ({"roles": ["live"]}, "roles holds 'live', which is no version"),
        ({"open": "live"}, "open is no list"),
        ({"open": {}}, "open is no list"),
        ({"open": ["live", 1]}, "open[1]"),
        ({"open": ["not a name"]}, "open holds 'not a name', which names no version or alias"),
    ],
)
def test_a_malformed_task_is_refused_with_the_name_of_its_field(
    fields: dict[str, Json], problem: str
) -> None:
    with pytest.raises(BadEvent) as refused:
        read(**fields)

    assert str(refused.value).startswith(problem)


def test_a_task_about_another_region_is_ignored() -> None:
    elsewhere = ORDERS.replace("us-east-1", "eu-west-1")

    assert read(function=elsewhere) == Ignored(f"{elsewhere} belongs to another account or Region")


def test_a_task_that_says_nothing_else_has_everything_evaluated() -> None:
    task = read()

    assert task == SweepFunction(FunctionArn.parse(ORDERS), "message", roles=(None,), all_versions=True)


def test_a_task_is_read_as_it_was_written() -> None:
    task = SweepFunction(
        FunctionArn.parse(ORDERS),
        "message",
        roles=(None, "7"),
        versions=("1", "7"),
        open=(None, "live"),
        seen="a",
    )

    assert task_of(Record.of(json.loads(written(task)), "event"), "message", HOME) == task
