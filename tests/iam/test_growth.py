"""A hostile document costs time linear in its size and the request's: counted in calls and in characters, not in seconds."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, Self, SupportsIndex

import pytest

from permission_guard.iam import Policy, PolicyError, Truth, decide
from permission_guard.iam.condition import Condition
from permission_guard.iam.pattern import Glob, Wild
from permission_guard.iam.policy import Json
from permission_guard.iam.request import Context
from tests.iam.asking import KEY
from tests.iam.growing import KINDS

SIZE = 500
TWICE = 2.1
"""Twice the size may cost twice the work; the rest is what does not grow smoothly, as digits in a name."""


def calls(run: Callable[[], object]) -> int:
    """How many functions are called, in Python and in C: no loop of ours goes round without calling one."""
    count = 0

    def seen(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(seen)
    try:
        run()
    finally:
        sys.setprofile(None)
    return count


def read_and_decided(kind: str, size: int) -> Callable[[], object]:
    document, request = KINDS[kind](size)
    return lambda: decide(request, identity=(Policy.parse(document),))


@pytest.mark.parametrize("kind", KINDS)
def test_twice_the_document_costs_at_most_twice_the_calls(kind: str) -> None:
    read_and_decided(kind, 1)()  # fills the caches of `re` and the standard library
    once, twice = (calls(read_and_decided(kind, size)) for size in (SIZE, 2 * SIZE))

    assert twice <= TWICE * once


@pytest.mark.parametrize(
    "operator", ["StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "Bool"]
)
def test_plain_values_are_looked_up_and_not_compared_one_by_one(operator: str) -> None:
    def asked(size: int) -> Callable[[], object]:
        texts = tuple(f"arn:aws:s3:::{number}" for number in range(size))
        condition = Condition.compiled(f"ForAllValues:{operator}", KEY, texts, variables=True)
        context = Context.of({KEY: texts})
        return lambda: condition.holds(context)

    once, twice = (calls(asked(size)) for size in (SIZE, 2 * SIZE))

    assert twice <= TWICE * once


def test_plain_actions_are_looked_up_and_not_tried_one_by_one() -> None:
    def asked(size: int) -> Callable[[], object]:
        actions: list[Json] = [f"s3:Action{number}{'*' * (number % 2)}" for number in range(size)]
        body: Json = {"Statement": {"Effect": "Allow", "Action": actions, "Resource": "*"}}
        assert isinstance(body, dict)
        policy, request = Policy.parse(body), KINDS["statements"](1)[1]
        return lambda: decide(request, identity=(policy,))

    assert calls(asked(2 * SIZE)) == calls(asked(SIZE))


class Text(str):
    """A text that counts how many of its characters are looked at."""

    __slots__ = ("read",)

    def __new__(cls, text: str) -> Self:
        made = super().__new__(cls, text)
        made.read = 0
        return made

    read: int

    def find(self, sub: str, start: SupportsIndex | None = None, end: SupportsIndex | None = None, /) -> int:
        found = super().find(sub, start, end)
        first, last = int(start or 0), len(self) if end is None else int(end)
        self.read += (last if found < 0 else found + len(sub)) - first
        return found

    def startswith(
        self, prefix: Any, start: SupportsIndex | None = None, end: SupportsIndex | None = None, /
    ) -> bool:
        self.read += len(prefix)
        return super().startswith(prefix, start, end)

    def lower(self) -> str:
        self.read += len(self)
        return super().lower()

    def __format__(self, spec: str) -> str:
        self.read += len(self)
        return super().__format__(spec)


@pytest.mark.parametrize("fragment", ["a", "ab", "a" * 50, "b"])
@pytest.mark.parametrize("size", [1_000, 10_000])
def test_no_character_of_a_text_is_searched_twice(fragment: str, size: int) -> None:
    text = Text("a" * size)

    Glob((Wild.RUN, fragment) * size + (Wild.RUN,)).matches(text)
    Glob((Wild.RUN, fragment) * (size // 100) + (Wild.RUN,)).matches(text)

    assert text.read <= 2 * size


def test_a_long_operator_is_read_once_and_not_once_for_each_of_its_keys() -> None:
    operator = Text("StringLike" + "x" * 10_000)
    keys: Json = {f"key-{number}": "value" for number in range(100)}
    body: dict[str, Json] = {"Effect": "Allow", "Action": "*", "Condition": {operator: keys}}

    read = Policy.parse({"Statement": body})

    assert len(read.statements[0].conditions) == 100
    assert operator.read <= 2 * len(operator)


@pytest.mark.parametrize("element", ["Effect", "Version", "Action", "Condition"])
@pytest.mark.parametrize("depth", [10, 900, 100_000])
def test_deep_nesting_is_refused_however_deep(element: str, depth: int) -> None:
    deep = "[" * depth + "]" * depth
    statement = f'"Effect": "Allow", "Action": "*", "{element}": {deep}'
    statement = statement.replace(f'"{element}": "Allow", ', "").replace(f'"{element}": "*", ', "")
    document = (
        f'{{"Version": {deep}, "Statement": []}}'
        if element == "Version"
        else f'{{"Statement": {{{statement}}}}}'
    )

    with pytest.raises(PolicyError):
        Policy.parse(document)


def test_nesting_as_deep_as_json_is_read_is_refused_by_its_place() -> None:
    """The message must not need a deeper recursion than the document did."""
    for depth in range(800, 1_100):
        document = '{"Statement": {"Effect": ' + "[" * depth + "]" * depth + "}}"
        with pytest.raises(PolicyError):
            Policy.parse(document)


@pytest.mark.parametrize(
    ("number", "holds"),
    [("9" * 1_001, None), ("0." + "3" * 100_000, Truth.NO), ("1e999999999", Truth.UNKNOWN)],
)
def test_a_giant_number_is_refused_or_read_in_one_go(number: str, holds: Truth | None) -> None:
    document = json.dumps(
        {"Statement": {"Effect": "Allow", "Action": "*", "Condition": {"NumericEquals": {KEY: "N"}}}}
    ).replace('"N"', number)

    if holds is None:
        with pytest.raises(PolicyError, match="digits"):
            Policy.parse(document)
    else:
        condition = Policy.parse(document).statements[0].conditions[0]
        assert condition.holds(Context.of({KEY: "1"})) is holds
