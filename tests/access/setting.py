"""What most tests of the analysis share: the function, the time, and policies written in one line."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from permission_guard.access import Answer, analyze
from permission_guard.access.shape import Shape
from permission_guard.iam import Policy
from permission_guard.iam.policy import Json
from permission_guard.model.facts import Trusted

OWN: Final = "123456789012"
PARTNER: Final = "210987654321"
UNTRUSTED: Final = "555544443333"
OURS: Final = "o-ownorg0000"
FUNCTION: Final = f"arn:aws:lambda:us-east-1:{OWN}:function:f"
NOW: Final = datetime(2026, 8, 22, tzinfo=UTC)
ALONE: Final = Trusted(OWN)
IN_ORGANIZATION: Final = Trusted(OWN, (PARTNER,), (OURS,))
SNS: Final[Json] = {"Service": "sns.amazonaws.com"}


def policy(*statements: Mapping[str, Json]) -> Policy:
    """A policy of statements that allow InvokeFunction on the function unless they say otherwise."""
    written = [{"Effect": "Allow", "Resource": FUNCTION, **_with_action(one)} for one in statements]
    return Policy.parse(json.dumps({"Version": "2012-10-17", "Statement": written}))


def _with_action(statement: Mapping[str, Json]) -> Mapping[str, Json]:
    return statement if "NotAction" in statement else {"Action": "lambda:InvokeFunction", **statement}


def equals(key: str, value: Json, operator: str = "StringEquals") -> Json:
    """A condition on one key."""
    return {operator: {key: value}}


def allow(principal: Json, condition: Json = None, **more: Json) -> dict[str, Json]:
    """An Allow."""
    block: dict[str, Json] = {"Condition": condition} if condition else {}
    return {"Effect": "Allow", "Principal": principal, **block, **more}


def deny(condition: Json = None, **more: Json) -> dict[str, Json]:
    """A Deny for everybody."""
    return {**allow("*", condition), "Effect": "Deny", **more}


def answer(
    *statements: Mapping[str, Json], trusted: Trusted = ALONE, actions: Sequence[str] | None = None
) -> Answer:
    """The answer for the first Allow."""
    return analyze(policy(*statements), FUNCTION, trusted, NOW, actions=actions)[0]


def after(shape: Shape, text: str, states: set[int]) -> set[int]:
    """The states of a shape to which a text leads, by whatever tracks."""
    for letter in text:
        moves = [move for one in states for move in shape.moves[one]]
        states = {
            move.target
            for move in moves
            if (letter == move.letters if isinstance(move.letters, str) else move.letters.has(letter))
        }
    return states


def reads(shape: Shape, state: int, word: str) -> bool:
    """Whether a shape has a word from a state on."""
    return any(shape.final[one] for one in after(shape, word, {state}))
