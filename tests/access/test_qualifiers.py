"""The versions and aliases that a Resource covers: those that the Denies leave out."""

from __future__ import annotations

import json

import pytest

from permission_guard.access.meter import Meter
from permission_guard.access.qualifiers import left_out
from permission_guard.iam import Policy
from permission_guard.iam.pattern import Patterns
from tests.access.setting import FUNCTION

F = FUNCTION


def patterns(text: str) -> Patterns:
    """A Resource element, or NotResource behind a `!`."""
    element = "NotResource" if text.startswith("!") else "Resource"
    statement = {"Effect": "Allow", "Action": "lambda:*", element: text.removeprefix("!").split()}
    (found,) = Policy.parse(json.dumps({"Version": "2012-10-17", "Statement": [statement]})).statements
    assert found.resources is not None
    return found.resources


@pytest.mark.parametrize(
    ("allowed", "denied", "examples"),
    [
        (F, [], ""),
        (f"{F}:live", [], ""),
        (f"{F}:*", [], "a"),
        (f"{F}:*", [f"{F}:live {F}:1", f"{F}:$LATEST"], "a"),
        (f"!{F}", [f"{F}:live"], "a"),
        (f"{F}:*", [f"!{F}:live"], "live"),
        (f"{F}:*", ["*"], "a"),
        (f"{F}:*", [f"!{F}:a", f"!{F}:b"], "a b"),
        (f"{F}:*", [f"!{F}:a", f"!{F}:b", f"{F}:c"], "a b"),
        (f"{F}:${{aws:PrincipalTag/x}}", [], "a"),
        (f"{F}:a*", [f"{F}:${{aws:PrincipalTag/x}}"], "a"),
        (f"{F}:a*", [f"{F}:b${{aws:PrincipalTag/x}}"], "a"),
        (f"{F}:$L*", [], "$LATEST"),
        (f"{F}:?LATEST", [], "aLATEST"),
        (f"{F}:l*", ["!arn:*:a"], "l"),
    ],
)
def test_there_is_an_example_for_each_largest_set_of_denies_that_leave_it_out(
    allowed: str, denied: list[str], examples: str
) -> None:
    denies = [patterns(one) for one in denied]

    assert list(left_out(F, patterns(allowed), denies, Meter())) == [f"{F}:{one}" for one in examples.split()]
