"""Cold starts: an interpreter of its own from its start to the end of its first message, beside boto3 as it comes.

`python -m benchmarks.cold_start [ROUNDS]`. The package that `make build` made is measured if there is one with compiled bytecode and
a Python of the runtime's version (`BENCH_PYTHON` may name it); else the source, by this Python. The floor imports boto3 as the package
registry has it, makes the clients that the event needs, and calls nothing. Instructions are counted by valgrind, where it is installed:
they are the same in each run. Of CPU and memory, the least of the rounds counts.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from benchmarks.answers import Answers, aws
from benchmarks.figures import Figure, show

ROOT: Final = Path(__file__).parent.parent
BUILT: Final = ROOT / ".aws-sam" / "build" / "Guard"
STOCK: Final = ROOT / ".tools" / "stock"
"""boto3 as the package registry has it, of the same version, compiled for the runtime (see the Makefile)."""
RUNTIME: Final = "3.13"

_END: Final = """
import json, resource, time
print(json.dumps([time.process_time() * 1e3, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""
_GUARD: Final = """
import json, sys
event = json.loads(sys.stdin.read())
from permission_guard.handler import handler
class Context:
    function_name, memory_limit_in_mb, aws_request_id = "guard", 512, "request-1"
    invoked_function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:guard"
done = handler(event, Context())
assert done == {"batchItemFailures": []}, done
"""
_QUEUES: Final = "https://sqs.eu-west-1.amazonaws.com/123456789012"
VARIABLES: Final = {
    "PATH": os.environ.get("PATH", ""),
    "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "ALERTS_TOPIC_ARN": "arn:aws:sns:eu-west-1:123456789012:alerts",
    "EVENTS_QUEUE_URL": f"{_QUEUES}/events",
    "GUARD_ROLE_ARN": "arn:aws:iam::123456789012:role/guard",
    "JOURNAL_TABLE": "journal",
    "SWEEP_TASKS_QUEUE_URL": f"{_QUEUES}/sweep-tasks",
}


@dataclass(frozen=True, slots=True)
class Case:
    """An event, the services that it needs, and whether the function's role may write its logs."""

    what: str
    sample: str
    services: tuple[str, ...]
    role_may_log: bool = True

    @property
    def floor(self) -> tuple[str, ...]:
        """The clients of the floor: those of the event; where it needs none, those that any other would need."""
        return self.services or ("dynamodb", "lambda")


CASES: Final = (
    Case("a compliant permission", "s3-permission-for-one-bucket-of-this-account", ()),
    Case("a compliant new function", "a-function-was-created-by-terraform", ("dynamodb", "lambda", "iam")),
    Case("a repaired permission", "s3-permission-without-a-source", ("dynamodb", "lambda", "sns")),
    Case(
        "a repaired new function",
        "a-function-was-created-by-terraform",
        ("dynamodb", "lambda", "iam", "sns"),
        role_may_log=False,
    ),
)


def message(sample: str) -> dict[str, Any]:
    """Return a sample event as the queue Events delivers it, two minutes after it happened."""
    body = json.loads((ROOT / "events" / f"{sample}.json").read_text())
    now = datetime.now(UTC)
    body["detail"]["eventTime"] = (now - timedelta(minutes=2)).isoformat()
    record = {
        "messageId": "message-1",
        "receiptHandle": "receipt-1",
        "body": json.dumps(body),
        "attributes": {
            "ApproximateReceiveCount": "1",
            "ApproximateFirstReceiveTimestamp": str(round(now.timestamp() * 1000)),
        },
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:events",
    }
    return {"Records": [record]}


@dataclass(frozen=True, slots=True)
class Place:
    """Where modules are loaded from, and by which interpreter."""

    python: str
    path: Path


SOURCE: Final = Place(sys.executable, ROOT / "src")


def place() -> Place:
    """Return the built package, if it can be run as Lambda runs it; else the source."""
    python = _runtime()
    if python and any((BUILT / "permission_guard" / "__pycache__").glob("*.pyc")):
        return Place(python, BUILT)
    return SOURCE


def _runtime() -> str | None:
    """Return a Python of the runtime's version. What is on PATH may be a version manager's shim that fails."""
    managed = sorted(map(str, Path.home().glob(f".pyenv/versions/{RUNTIME}.*/bin/python")))
    for name in (os.environ.get("BENCH_PYTHON"), shutil.which(f"python{RUNTIME}"), *managed):
        if name is not None:
            done = subprocess.run([name, "--version"], capture_output=True, text=True, check=False)  # noqa: S603  # as asked
            if f" {RUNTIME}." in done.stdout:
                return name
    return None


@dataclass(slots=True)
class Subject:
    """What is started, and what it took: CPU in milliseconds, memory in megabytes, million instructions."""

    where: Place
    code: str
    event: object = None
    role_may_log: bool = True
    cpu: float = field(default=float("inf"), init=False)
    memory: float = field(default=float("inf"), init=False)
    instructions: float = field(default=0.0, init=False)

    def run(self) -> list[str]:
        """Start it once more, and return the calls that it made."""
        done, calls = self._done([], self.code + _END)
        cpu, memory = json.loads(done.stdout.splitlines()[-1])
        self.cpu, self.memory = min(self.cpu, cpu), min(self.memory, memory)
        return calls

    def count(self) -> None:
        """Start it under valgrind, where it takes fifty times as long."""
        command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
        done, _ = self._done(command, self.code)
        (found,) = re.findall(r"Collected : ([0-9]+)", done.stderr)
        self.instructions = int(found) / 1e6

    def _done(self, command: list[str], code: str) -> tuple[subprocess.CompletedProcess[str], list[str]]:
        answers = Answers(role_may_log=self.role_may_log)
        with aws(answers) as url:
            done = subprocess.run(  # noqa: S603  # the interpreter of `place`
                [*command, self.where.python, "-c", code],
                input=json.dumps(self.event),
                # The order of what is hashed by address or seed is no matter of chance then.
                env={
                    **VARIABLES,
                    "PYTHONPATH": str(self.where.path),
                    "AWS_ENDPOINT_URL": url,
                    "PYTHONHASHSEED": "0",
                },
                capture_output=True,
                text=True,
                check=False,
            )
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done, answers.calls


def guard(case: Case, where: Place) -> Subject:
    """Return the guard at a case."""
    return Subject(where, _GUARD, message(case.sample), case.role_may_log)


def stock(case: Case, python: str) -> Subject:
    """Return the floor of a case."""
    clients = "".join(f"session.client({name!r})\n" for name in case.floor)
    return Subject(Place(python, STOCK), f"import boto3\nsession = boto3.Session()\n{clients}")


def measured(rounds: int, where: Place) -> Iterator[Figure]:
    """Measure every case beside its floor, in turns."""
    pairs = [(case, guard(case, where), stock(case, where.python)) for case in CASES]
    subjects = [subject for _, here, floor in pairs for subject in (here, floor)]
    if shutil.which("valgrind"):
        for subject in subjects:
            subject.count()
    for _ in range(rounds):
        for subject in subjects:
            subject.run()
    for case, here, floor in pairs:
        by = f"boto3 as it comes: {', '.join(case.floor)}"
        yield Figure(f"{case.what}: instructions", here.instructions, "million", floor.instructions, by)
        yield Figure(f"{case.what}: CPU", here.cpu, "ms", floor.cpu, by)
        yield Figure(f"{case.what}: peak memory", here.memory, "MB", floor.memory, by)


def main(rounds: int = 9) -> None:
    """Measure, print, and keep."""
    where = place()
    what = "the source: there is no package, or no Python for it" if where == SOURCE else "the built package"
    sys.stdout.write(f"measured: {what}, {rounds} rounds\n")
    show("cold-start", list(measured(rounds, where)))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
