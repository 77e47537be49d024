"""Asking a deployed guard to try itself, with a person's credentials."""

from __future__ import annotations

import json
from typing import Final

from permission_guard.aws.answer import Answer
from permission_guard.aws.calls import Calls
from permission_guard.aws.failures import translated
from permission_guard.aws.login import Login
from permission_guard.aws.stack import NoStack, stack_of
from permission_guard.door import SELF_TEST
from permission_guard.self_test import Tried

ALIAS_OUTPUT: Final = "GuardAliasArn"
"""The output of the guard's stack that says by which ARN it is invoked."""
_CALLS: Final = 2
_WORKS: Final = "the deployed guard works"


def ask(caller: Login, name: str) -> tuple[Tried, ...]:
    """Invoke the guard of a stack, and return what it tried. Raises NoStack, Refused and TryAgain."""
    alias = stack_of(Calls(caller.clients, caller.region, _CALLS), name).outputs.get(ALIAS_OUTPUT)
    if not alias:
        raise NoStack(f"the stack {name} has no output {ALIAS_OUTPUT}: it is older than the self-test")
    with translated():
        answer = caller.clients.lambda_.invoke(
            FunctionName=alias, Payload=json.dumps({"source": SELF_TEST, "id": "by-hand"}).encode()
        )
        body = answer["Payload"].read()
    said = Answer(json.loads(body))
    if answer.get("FunctionError"):
        return (Tried(_WORKS, f"{said.text('errorType')}: {said.text('errorMessage')}"),)
    tried = tuple(Tried(one.text("what"), one.text("wrong") or None) for one in said.each("tried"))
    return tried or (Tried(_WORKS, f"it answered {body.decode(errors='replace')[:200]}"),)
