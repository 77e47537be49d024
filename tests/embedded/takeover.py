"""A setting changes: the guard tries itself, and a version with the new setting takes over."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.embedded import stack

if TYPE_CHECKING:
    from tests.embedded.clients import Clients
    from tests.embedded.emulator import Emulator
    from tests.embedded.stack import Stack

SELF_TEST = {"source": "permission-guard.self-test"}


def observed(emulator: Emulator, clients: Clients, deployed: Stack) -> list[str]:
    """Deploy the environment `observe`, and return what is wrong with what events meet then."""
    before = _live(clients, deployed)
    stack.deploy_as(emulator, "observe")
    after = _live(clients, deployed)
    wrong = []
    if (before[1], after[1]) != ("Enforce", "Observe"):
        wrong.append(
            f"after `sam deploy --config-env observe` events meet {after[1]}, and met {before[1]} before"
        )
    if before[0] == after[0]:
        wrong.append(f"version {after[0]} was there before the setting changed")
    answer = clients.functions.invoke(FunctionName=deployed.guard_alias_arn, Payload=json.dumps(SELF_TEST))
    said = json.loads(answer["Payload"].read())
    if said.get("self-test") != "passed":
        wrong.append(f"the self-test said {said}")
    return wrong


def _live(clients: Clients, deployed: Stack) -> tuple[str, str]:
    """The version that events go to, and its mode."""
    found = clients.functions.get_function_configuration(FunctionName=deployed.guard_alias_arn)
    return found["Version"], found["Environment"]["Variables"]["MODE"]
