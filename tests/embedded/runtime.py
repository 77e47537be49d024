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
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from tests.embedded.emulator import ROOT, end, free_port, without_aws
from tests.template import written

GUARD: Final[dict[str, Any]] = written()["Resources"]["Guard"]["Properties"]
BUILT: Final = ROOT / ".aws-sam" / "build" / "Guard"
CLIENT: Final = ROOT / ".tools" / "runtime"
"""Where the runtime client is installed for the Python of the runtime (see the Makefile)."""
ACCOUNT: Final = "012345678912"
"""The account in which the emulator of the runtime interface lets every function be."""
PATIENCE_SECONDS: Final = 60


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
    major, minor = version.split(".")
    wrong = f"import sys; sys.exit(sys.version_info[:2] != ({major}, {minor}))"
    try:
        return subprocess.run([python, "-c", wrong], check=False, capture_output=True).returncode == 0
    except OSError:
        return False


@dataclass(frozen=True, slots=True)
class Runtime:
    """A running function, and what it has said so far."""

    url: str
    said: IO[bytes]

    def invoke(self, event: object) -> dict[str, Any]:
        """Invoke it; an error that it raised is an answer with `errorType`. One at a time, the emulator takes no more."""
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        end_of_patience = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                with direct.open(self.url, json.dumps(event).encode(), timeout=PATIENCE_SECONDS) as answer:
                    found: dict[str, Any] = json.load(answer)
                    return found
            except urllib.error.URLError as error:
                if time.monotonic() > end_of_patience or not isinstance(error.reason, ConnectionRefusedError):
                    raise RuntimeFailedError(f"{error}\n{self.log()}") from error
                time.sleep(0.05)

    def log(self) -> str:
        """Return all that it has said."""
        self.said.seek(0)
        return self.said.read().decode(errors="replace")


@contextmanager
def running_runtime(
    found: Programs, environment: Mapping[str, str], code: Path = BUILT, handler: str = GUARD["Handler"]
) -> Iterator[Runtime]:
    """Start the built package on loopback with these variables, and end it with all that it started.

    For a measurement something else may be started beside it: the handler of another folder.
    """
    interface, api = free_port(), free_port()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [
                found.interface,
                *("--runtime-interface-emulator-address", f"127.0.0.1:{interface}"),
                *("--runtime-api-address", f"127.0.0.1:{api}"),
                *(found.python, "-m", "awslambdaric", handler),
            ],
            cwd=code,
            env=without_aws(os.environ) | dict(environment) | _lambdas_own(code, handler),
            stdin=subprocess.PIPE,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield Runtime(f"http://127.0.0.1:{interface}/2015-03-31/functions/function/invocations", said)
        finally:
            end(process)


def _lambdas_own(code: Path, handler: str) -> dict[str, str]:
    """Return what Lambda itself puts into a function's environment."""
    return {
        "AWS_LAMBDA_FUNCTION_NAME": "guard",
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(GUARD["Timeout"]),
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(GUARD["MemorySize"]),
        "AWS_LAMBDA_LOG_FORMAT": GUARD["LoggingConfig"]["LogFormat"],
        "LAMBDA_TASK_ROOT": str(code),
        "PYTHONPATH": f"{code}:{CLIENT}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "_HANDLER": handler,
    }
