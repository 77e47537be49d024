"""What may be done to a function: every action of Lambda's that takes one is known, and each in one list only."""

from __future__ import annotations

from typing import Final

import botocore.session

from permission_guard.exposure.actions import (
    EVERY,
    INVOKE_URL,
    INVOKING,
    MANAGING,
    READING,
    covered,
    told_apart,
)
from permission_guard.iam import Policy
from permission_guard.iam.policy import Json

ELSEWHERE: Final = {
    # Authorised as lambda:InvokeFunction (lambda/latest/api/API_Invoke.html, API_InvokeWithResponseStream.html).
    "Invoke",
    "InvokeWithResponseStream",
    # They create, or concern, something else than a function that is there.
    "CreateFunction",
    "CreateEventSourceMapping",
    "UpdateEventSourceMapping",
    "ListEventSourceMappings",
}
NAMED_IN_NO_CALL: Final = {"InvokeFunction", "InvokeFunctionUrl"}
"""Actions that no call of the API is called after."""


def operations() -> set[str]:
    """Lambda's calls that name a function, or a resource that may be one."""
    model = botocore.session.get_session().get_service_model("lambda")
    shapes = {name: model.operation_model(name).input_shape for name in model.operation_names}
    names = {"FunctionName", "ResourceArn", "Resource"}
    return {name for name, shape in shapes.items() if shape and names & shape.members.keys()}


def test_every_action_on_a_function_is_in_one_list() -> None:
    listed = [action.removeprefix("lambda:") for action in EVERY]

    assert len(listed) == len(set(listed))
    assert set(listed) - NAMED_IN_NO_CALL == operations() - ELSEWHERE


def test_what_reads_is_named_so() -> None:
    assert all(action.split(":")[1].startswith(("Get", "List")) for action in READING)
    assert not any(action.split(":")[1].startswith(("Get", "List")) for action in (*MANAGING, *INVOKING))


def policy(*statements: tuple[str, Json]) -> Policy:
    listed: list[Json] = [
        {"Effect": effect, "Principal": "*", "Action": action, "Resource": "*"}
        for effect, action in statements
    ]
    return Policy.parse({"Statement": listed})


def test_only_an_allow_covers_an_action() -> None:
    allow, deny = policy(("Allow", "lambda:*"), ("Deny", "lambda:*")).statements

    assert covered(allow, EVERY) == EVERY
    assert covered(deny, EVERY) == ()


def test_of_actions_that_no_statement_tells_apart_the_gravest_stands_for_all() -> None:
    assert told_apart(policy(("Allow", "lambda:*")), (*MANAGING, *READING)) == ("lambda:UpdateFunctionCode",)


def test_an_action_that_a_deny_names_is_asked_for_itself() -> None:
    asked = told_apart(policy(("Allow", "lambda:*"), ("Deny", "lambda:UpdateFunctionCode")), MANAGING)

    assert asked == ("lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration")


def test_the_url_is_always_asked_for_itself() -> None:
    assert INVOKE_URL in told_apart(policy(("Allow", "*")), INVOKING)
