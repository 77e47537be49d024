"""What the built package is asked under Lambda's own runtime, and what it must answer.

One event that cannot be read, one that there is nothing to do about, and one that needs AWS: there the function that the
event tells of is not there any more.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from tests.embedded.clients import administrator, environment_of
from tests.embedded.emulator import ROOT
from tests.embedded.runtime import ACCOUNT, Programs, Runtime, running_runtime

if TYPE_CHECKING:
    from tests.embedded.clients import Clients
    from tests.embedded.emulator import Emulator
    from tests.embedded.stack import Stack

STARTED: Final = ("INIT RTDONE(status: success)", "INIT REPORT(durationMs: ")
"""What the emulator says of a start that went well, and of how long it took."""


def tried(found: Programs, emulator: Emulator, clients: Clients, deployed: Stack) -> list[str]:
    """Start the built package with the variables of the deployed function, ask it, and return what was wrong."""
    configuration = clients.functions.get_function_configuration(FunctionName=deployed.guard_function_arn)
    environment = environment_of(emulator, administrator(emulator)) | {
        **configuration["Environment"]["Variables"],
        "AWS_REGION": emulator.region,
    }
    with running_runtime(found, environment) as runtime:
        wrong = _asked(runtime, emulator)
        log = runtime.log()
        return wrong + [f"under Lambda's runtime, no {said}\n{log}" for said in STARTED if said not in log]


def _asked(runtime: Runtime, emulator: Emulator) -> list[str]:
    gone = f"arn:aws:lambda:{emulator.region}:{ACCOUNT}:function:orders"
    wanted: list[tuple[object, dict[str, Any]]] = [
        ({"source": 1}, {"errorType": "BadEvent"}),
        (_event("a-call-failed"), {"ignored": "the call failed: AccessDenied"}),
        (_event("a-function-was-created-from-the-command-line", emulator.region), {"gone": gone}),
    ]
    wrong = []
    for event, answer in wanted:
        found = runtime.invoke(event)
        if {name: found.get(name) for name in answer} != answer:
            wrong.append(f"under Lambda's runtime: {found} instead of {answer}")
    return wrong


def _event(name: str, region: str = "eu-west-1") -> object:
    """A sample event, in the account and the region in which the emulator lets every function be."""
    text = (ROOT / "events" / f"{name}.json").read_text()
    return json.loads(text.replace("123456789012", ACCOUNT).replace("eu-west-1", region))
