"""An AWS of one account on a free port of 127.0.0.1, which is gone when the `with` block ends."""

import os
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LAUNCHER = Path(__file__).with_name("launcher.py")
PYTHON = ROOT / ".tools" / "emulator" / "bin" / "python"

ACCOUNT = "123456789012"
REGION = "us-east-1"
START_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Emulator:
    """Where it listens, and the account whose administrator we are."""

    endpoint: str
    account: str = ACCOUNT
    region: str = REGION


class EmulatorFailedError(Exception):
    """It did not start; the message is what it said."""


@contextmanager
def running_emulator() -> Iterator[Emulator]:
    """Start the emulator with IAM enforced and a state of its own, and end it with all that it started."""
    with tempfile.TemporaryDirectory(prefix="embedded-aws-") as home, tempfile.TemporaryFile() as said:
        port = free_port()
        process = subprocess.Popen(
            [PYTHON, LAUNCHER],
            cwd=home,
            env=_own_environment(home, port),
            stdin=subprocess.PIPE,  # held open for as long as we live, see launcher.py
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            emulator = Emulator(f"http://127.0.0.1:{port}")
            if not _answers(emulator, process):
                said.seek(0)
                raise EmulatorFailedError(said.read().decode(errors="replace"))
            yield emulator
        finally:
            end(process)


def without_aws(environment: Mapping[str, str]) -> dict[str, str]:
    """What is set for the user's own AWS must not reach the embedded one, nor the other way round."""
    kept = {name: value for name, value in environment.items() if not name.startswith(("AWS_", "SAM_CLI_"))}
    return kept | {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}


def _own_environment(home: str, port: int) -> dict[str, str]:
    return without_aws(os.environ) | {
        "AUTH": "true",  # check signatures and IAM policies on every call, the guard's calls too
        "BIND_HOST": "127.0.0.1",  # its default is every interface
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",  # or it listens on a second port
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "STATE_DIR": home,
        "S3_DATA_DIR": home,
        "TMPDIR": home,
    }


def free_port() -> int:
    """Return a port of 127.0.0.1 on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(emulator: Emulator, process: subprocess.Popen[bytes]) -> bool:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    end = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < end:
        try:
            with direct.open(f"{emulator.endpoint}/_ministack/health", timeout=1):
                return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    return False


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process that leads a session of its own, with all that it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:  # it ended by itself
        pass
    finally:
        process.wait()
        if process.stdin:
            process.stdin.close()
