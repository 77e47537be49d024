"""The built package as Lambda runs it: its own runtime client, under its own emulator of the runtime interface.

The AWS on loopback runs functions in a way of its own. Here they are AWS's programs that load the package: what is
missing in it, or does not start under the Python of the runtime, is noticed. The emulator of the runtime interface is
part of the SAM CLI.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.embedded.clients import administrator, environment_of
from tests.embedded.emulator import ROOT, end, free_port
from tests.template import written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.embedded.clients import Clients
    from tests.embedded.emulator import Emulator
    from tests.embedded.stack import Stack

GUARD: Final[dict[str, Any]] = written()["Resources"]["Guard"]["Properties"]
BUILT: Final = ROOT / ".aws-sam" / "build" / "Guard"
CLIENT: Final = ROOT / ".tools" / "runtime"
"""Where the runtime client is installed for the Python of the runtime (see the Makefile)."""
ACCOUNT: Final = "012345678912"
"""The account in which the emulator of the runtime interface lets every function be."""
PATIENCE_SECONDS: Final = 60
DONE: Final[dict[str, list[str]]] = {"batchItemFailures": []}
SAID: Final = (
    "INIT RTDONE(status: success)",
    "INIT REPORT(durationMs: ",
    "the call failed: AccessDenied",
    "function is gone",
)
"""What the emulator says of a start that went well, and what the guard says of the last two messages."""


class RuntimeFailedError(Exception):
    """It did not start, or did not answer; the message is what it said."""


@dataclass(frozen=True, slots=True)
class Programs:
    """What it takes to run the package as Lambda does."""

    interface: Path
    python: str


def programs() -> Programs | str:
    """Find what is needed; otherwise say what is missing."""
    version = GUARD["Runtime"].removeprefix("python")
    machine = {"x86_64": "x86_64", "aarch64": "arm64"}.get(platform.machine())
    found = sorted(
        (ROOT / ".tools" / "sam").glob(f"lib/python3*/site-packages/samcli/local/rapid/*-{machine}")
    )
    if platform.system() != "Linux" or not found:
        return "Lambda's runtime interface emulator runs on Linux alone"
    if not (CLIENT / "awslambdaric").is_dir():
        return "Lambda's runtime client is not installed: run 'make setup'"
    installed = Path.home().glob(f".pyenv/versions/{version}.*/bin/python")
    for python in (f"python{version}", "python3", *map(str, sorted(installed))):
        if _is_of(python, version):
            return Programs(found[0], python)
    return f"there is no Python {version} here"


def _is_of(python: str, version: str) -> bool:
    """Tell whether this is a Python of that version; a version manager's shim may be there and yet fail."""
    wrong = f"import sys; sys.exit('%d.%d' % sys.version_info[:2] != '{version}')"
    try:
        return subprocess.run([python, "-c", wrong], check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def tried(found: Programs, emulator: Emulator, clients: Clients, deployed: Stack) -> list[str]:
    """Start the built package with the variables of the deployed function, ask it, and return what was wrong.

    One message that cannot be read, one that there is nothing to do about, and one that needs AWS: there the function
    that the event tells of is not there any more.
    """
    configuration = clients.functions.get_function_configuration(FunctionName=deployed.guard_function_arn)
    environment = (
        environment_of(emulator, administrator(emulator)) | configuration["Environment"]["Variables"]
    )
    queue = f"arn:aws:sqs:{emulator.region}:{ACCOUNT}:{deployed.queue_urls[0].rpartition('/')[2]}"
    bodies = (
        "{",
        *(_event(name, emulator.region) for name in ("a-call-failed", "a-function-was-created-by-terraform")),
    )
    answers, log = _answers(
        found, environment | {"AWS_REGION": emulator.region}, [_message(one, queue) for one in bodies]
    )
    said = [answers[0].get("errorType"), *answers[1:]]
    wrong = [] if said == ["BadEvent", DONE, DONE] else [f"under Lambda's runtime: {answers}"]
    return wrong + [f"under Lambda's runtime, no {text!r}\n{log}" for text in SAID if text not in log]


def _answers(
    found: Programs, environment: Mapping[str, str], events: list[object]
) -> tuple[list[dict[str, Any]], str]:
    """Start the built package on loopback, invoke it once for each event, and return its answers and all that it said."""
    interface, api = free_port(), free_port()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [
                found.interface,
                *("--runtime-interface-emulator-address", f"127.0.0.1:{interface}"),
                *("--runtime-api-address", f"127.0.0.1:{api}"),
                *(found.python, "-m", "awslambdaric", GUARD["Handler"]),
            ],
            cwd=BUILT,
            env={**environment, **_lambdas_own()},
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            url = f"http://127.0.0.1:{interface}/2015-03-31/functions/function/invocations"
            answers = [_invoked(url, event) for event in events]
        except urllib.error.URLError as error:
            said.seek(0)
            raise RuntimeFailedError(f"{error}\n{said.read().decode(errors='replace')}") from error
        finally:
            end(process)
        said.seek(0)
        return answers, said.read().decode(errors="replace")


def _invoked(url: str, event: object) -> dict[str, Any]:
    """Invoke it; an error that it raised is an answer with `errorType`. One at a time, the emulator takes no more."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    end_of_patience = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with direct.open(url, json.dumps(event).encode(), timeout=PATIENCE_SECONDS) as answer:
                found: dict[str, Any] = json.load(answer)
                return found
        except urllib.error.URLError as error:
            if time.monotonic() > end_of_patience or not isinstance(error.reason, ConnectionRefusedError):
                raise
            time.sleep(0.05)


def _lambdas_own() -> dict[str, str]:
    """Return what Lambda itself puts into a function's environment."""
    return {
        "AWS_LAMBDA_FUNCTION_NAME": "guard",
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(GUARD["Timeout"]),
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(GUARD["MemorySize"]),
        "AWS_LAMBDA_LOG_FORMAT": GUARD["LoggingConfig"]["LogFormat"],
        "LAMBDA_TASK_ROOT": str(BUILT),
        "PYTHONPATH": os.pathsep.join((str(BUILT), str(CLIENT))),
        "PYTHONDONTWRITEBYTECODE": "1",
        "_HANDLER": GUARD["Handler"],
    }


def _event(name: str, region: str) -> str:
    """A sample event, in the account and the Region in which the emulator lets every function be."""
    text = (ROOT / "events" / f"{name}.json").read_text()
    return text.replace("123456789012", ACCOUNT).replace("eu-west-1", region)


def _message(body: str, queue: str) -> object:
    """A message as Lambda hands it over (https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html)."""
    received = {"ApproximateReceiveCount": "1", "ApproximateFirstReceiveTimestamp": "1763633730000"}
    record = {"messageId": "message-1", "receiptHandle": "receipt-1", "body": body, "attributes": received}
    return {"Records": [{**record, "eventSource": "aws:sqs", "eventSourceARN": queue}]}
