"""Keys with several values: ForAllValues, ForAnyValue, and neither.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

from __future__ import annotations

import pytest

from permission_guard.iam import ABSENT, UNKNOWN, EvalDecision, Truth
from permission_guard.iam.policy import Json
from tests.iam.asking import answer, holds, request, statement

YES, NO, CANNOT_TELL = Truth.YES, Truth.NO, Truth.UNKNOWN

WANTED = ("environment", "costcenter")

TABLE = [
    ("ForAllValues:StringEquals", ("environment",), YES),
    ("ForAllValues:StringEquals", ("environment", "costcenter"), YES),
    ("ForAllValues:StringEquals", ("environment", "project"), NO),
    ("ForAllValues:StringEquals", ("project",), NO),
    ("ForAllValues:StringEquals", ABSENT, YES),
    ("ForAllValues:StringEquals", ("",), YES),
    ("ForAllValues:StringEquals", ("", "project"), NO),
    ("ForAllValues:StringEqualsIfExists", ABSENT, YES),
    ("ForAllValues:StringNotEquals", ("project", "stack"), YES),
    ("ForAllValues:StringNotEquals", ("project", "environment"), NO),
    ("ForAllValues:StringNotEquals", ABSENT, YES),
    ("ForAllValues:StringNotEquals", ("",), YES),
    ("ForAllValues:StringLike", ("environment", "x"), NO),
    ("ForAnyValue:StringEquals", ("environment",), YES),
    ("ForAnyValue:StringEquals", ("environment", "project"), YES),
    ("ForAnyValue:StringEquals", ("project", "stack"), NO),
    ("ForAnyValue:StringEquals", ABSENT, NO),
    ("ForAnyValue:StringEquals", ("",), NO),
    ("ForAnyValue:StringEqualsIfExists", ABSENT, YES),
    ("ForAnyValue:StringEqualsIfExists", ("",), CANNOT_TELL),
    ("ForAllValues:StringEqualsIfExists", ("",), YES),
    ("ForAnyValue:StringEqualsIfExists", ("project",), NO),
    ("ForAnyValue:StringNotEquals", ("environment", "project"), YES),
    ("ForAnyValue:StringNotEquals", ("environment", "costcenter"), NO),
    ("ForAnyValue:StringNotEquals", ABSENT, NO),
    ("ForAnyValue:StringNotEquals", ("",), NO),
    ("foranyvalue:stringequals", ("environment", "project"), YES),
    ("FORALLVALUES:STRINGEQUALS", ("environment", "project"), NO),
    ("StringEquals", ("environment", "project"), YES),
    ("StringEquals", ("project", "stack"), NO),
    ("StringEquals", ("",), NO),
    ("StringNotEquals", ("environment", "project"), NO),
    ("StringNotEquals", ("project", "stack"), YES),
    ("ForAllValues:StringEquals", UNKNOWN, CANNOT_TELL),
    ("ForAnyValue:StringEquals", UNKNOWN, CANNOT_TELL),
    ("ForSomeValues:StringEquals", ("environment",), CANNOT_TELL),
]


@pytest.mark.parametrize(("operator", "have", "expected"), TABLE)
def test_how_many_of_a_keys_values_must_pass(
    operator: str, have: tuple[str, ...] | None, expected: Truth
) -> None:
    assert holds(operator, WANTED, have) is expected


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (("environment",), EvalDecision.DENIED),
        (("environment", "webserver"), EvalDecision.DENIED),
        (("project",), EvalDecision.ALLOWED),
        (ABSENT, EvalDecision.ALLOWED),
        (UNKNOWN, EvalDecision.UNDECIDED),
    ],
)
def test_a_deny_for_any_value_spares_a_request_without_the_key(
    tags: tuple[str, ...] | None, expected: EvalDecision
) -> None:
    condition: dict[str, Json] = {"ForAnyValue:StringEquals": {"aws:TagKeys": ["environment", "webserver"]}}
    asked = request("ec2:CreateTags", keys={"aws:TagKeys": tags})

    assert answer(asked, statement(), statement("Deny", Condition=condition)) is expected


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (("key1",), EvalDecision.ALLOWED),
        (("key1", "key3"), EvalDecision.NOT_ALLOWED),
        (ABSENT, EvalDecision.NOT_ALLOWED),
    ],
)
def test_null_beside_for_all_values_demands_that_the_key_is_there(
    tags: tuple[str, ...], expected: EvalDecision
) -> None:
    condition: dict[str, Json] = {
        "ForAllValues:StringEquals": {"aws:TagKeys": ["key1", "key2"]},
        "Null": {"aws:TagKeys": "false"},
    }

    assert answer(request(keys={"aws:TagKeys": tags}), statement(Condition=condition)) is expected
