"""What the built package is asked under Lambda's own runtime, and what it must answer.

One message that cannot be read, one that there is nothing to do about, and one that needs AWS: there the function that
the event tells of is not there any more.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from tests.embedded.clients import administrator, environment_of
from tests.embedded.emulator import ROOT
from tests.embedded.runtime import ACCOUNT, Programs, running_runtime

if TYPE_CHECKING:
    from tests.embedded.clients import Clients
    from tests.embedded.emulator import Emulator
    from tests.embedded.stack import Stack

DONE: Final = {"batchItemFailures": []}
SAID: Final = (
    "INIT RTDONE(status: success)",
    "INIT REPORT(durationMs: ",
    "the call failed: AccessDenied",
    "function is gone",
)
"""What the emulator says of a start that went well, and what the guard says of the last two messages."""


def tried(found: Programs, emulator: Emulator, clients: Clients, deployed: Stack) -> list[str]:
    """Start the built package with the variables of the deployed function, ask it, and return what was wrong."""
    configuration = clients.functions.get_function_configuration(FunctionName=deployed.guard_function_arn)
    environment = environment_of(emulator, administrator(emulator)) | {
        **configuration["Environment"]["Variables"],
        "AWS_REGION": emulator.region,
    }
    queue = f"arn:aws:sqs:{emulator.region}:{ACCOUNT}:{deployed.queue_urls[0].rpartition('/')[2]}"
    wanted: list[tuple[str, dict[str, Any]]] = [
        ("{", {"errorType": "BadEvent"}),
        (_event("a-call-failed", emulator.region), DONE),
        (_event("a-function-was-created-from-the-command-line", emulator.region), DONE),
    ]
    wrong = []
    with running_runtime(found, environment) as runtime:
        for body, answer in wanted:
            said = runtime.invoke({"Records": [_message(body, queue)]})
            if {name: said.get(name) for name in answer} != answer:
                wrong.append(f"under Lambda's runtime: {said} instead of {answer}")
        log = runtime.log()
    return wrong + [f"under Lambda's runtime, no {text!r}\n{log}" for text in SAID if text not in log]


def _event(name: str, region: str) -> str:
    """A sample event, in the account and the region in which the emulator lets every function be."""
    text = (ROOT / "events" / f"{name}.json").read_text()
    return text.replace("123456789012", ACCOUNT).replace("eu-west-1", region)


def _message(body: str, queue: str) -> dict[str, object]:
    """A message as Lambda hands it over (https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html)."""
    return {
        "messageId": "059f36b4-87a3-44ab-83d2-661975830a7d",
        "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a...",
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": "1",
            "ApproximateFirstReceiveTimestamp": "1763633730000",
        },
        "eventSource": "aws:sqs",
        "eventSourceARN": queue,
    }
