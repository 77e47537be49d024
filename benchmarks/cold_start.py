"""Cold starts: an interpreter of its own from its start to its first verdict, beside what it cannot do without.

`python -m benchmarks.cold_start [ROUNDS]`. CPU seconds are compared, because other work on the machine stretches the others; of each,
the least of the rounds, in which all take turns. The package that `make build` made is measured if there is one with
precompiled code and the Python that it is for; else the source, by this Python.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from benchmarks.answers import Answers, aws
from benchmarks.figures import Figure, show

ROOT: Final = Path(__file__).parent.parent
BUILT: Final = ROOT / ".aws-sam" / "build" / "Guard"
RUNTIME: Final = "3.13"

_END: Final = """
import json, resource, sys, time
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps([time.process_time() * 1e3, used.ru_maxrss / 1024]))
"""
_EVENT: Final = """
import json, sys
event = json.loads(sys.stdin.read())
from permission_guard.handler import handler
class Context:
    function_name, memory_limit_in_mb, aws_request_id = "guard", 512, "request-1"
    invoked_function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:guard"
    def get_remaining_time_in_millis(self):
        return 299_000
handler(event, Context())
"""
_HTTPS: Final = "import http.client, ssl\nssl.create_default_context()\n"
_BARE: Final = "pass\n"


def _clients(*names: str) -> str:
    made = "\n".join(f"session.client({name!r})" for name in names)
    return f"import boto3\nsession = boto3.Session()\n{made}\n"


@dataclass(frozen=True, slots=True)
class Case:
    """An event, the services that it asks, and whether the function's role may write its logs."""

    what: str
    sample: str
    services: tuple[str, ...]
    role_may_log: bool = True


CASES: Final = (
    Case("a compliant permission", "s3-was-let-in-for-one-bucket-of-this-account", ()),
    Case("a compliant new function", "a-function-was-created-by-terraform", ("dynamodb", "lambda", "iam")),
    Case("a repaired permission", "s3-was-let-in-without-a-source", ("dynamodb", "lambda", "s3", "sns")),
    Case(
        "a repaired new function",
        "a-function-was-created-by-terraform",
        ("dynamodb", "lambda", "iam", "sns"),
        role_may_log=False,
    ),
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the guard is loaded from, and by which interpreter."""

    python: str
    path: str
    what: str


def place() -> Place:
    """Return the built package, if it can be run as Lambda runs it; else the source."""
    compiled = any((BUILT / "permission_guard" / "__pycache__").glob("*.pyc")) if BUILT.is_dir() else False
    python = os.environ.get("BENCH_PYTHON") or shutil.which(f"python{RUNTIME}")
    if compiled and python and _runs(python):
        return Place(python, str(BUILT), "the built package")
    return Place(sys.executable, str(ROOT / "src"), "the source, not the package")


def _runs(python: str) -> bool:
    done = subprocess.run([python, "--version"], capture_output=True, text=True, check=False)  # noqa: S603  # as asked
    return f" {RUNTIME}." in done.stdout


@dataclass(slots=True)
class Least:
    """The least CPU (milliseconds) and memory (megabytes) of all rounds."""

    cpu: float = float("inf")
    memory: float = float("inf")

    def run(self, where: Place, code: str, event: object, url: str) -> None:
        """Run the code once more."""
        done = subprocess.run(  # noqa: S603  # the interpreter of `place`
            [where.python, "-c", code + _END],
            input=json.dumps(event),
            env={**_VARIABLES, "PYTHONPATH": where.path, "AWS_ENDPOINT_URL": url},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(done.stderr)
        cpu, memory = json.loads(done.stdout.splitlines()[-1])
        self.cpu, self.memory = min(self.cpu, cpu), min(self.memory, memory)


_VARIABLES: Final = {
    "PATH": os.environ.get("PATH", ""),
    "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "ALERTS_TOPIC_ARN": "arn:aws:sns:eu-west-1:123456789012:alerts",
    "DEAD_LETTER_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/123456789012/dead",
    "GUARD_ROLE_ARN": "arn:aws:iam::123456789012:role/guard",
    "JOURNAL_TABLE": "journal",
    "WAITING_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/123456789012/waiting",
}


def event(name: str) -> dict[str, Any]:
    """Return a sample event as if it had happened just now: what is old is only told."""
    body: dict[str, Any] = json.loads((ROOT / "events" / f"{name}.json").read_text())
    body["detail"]["eventTime"] = datetime.now(UTC).isoformat()
    return body


def guard_once(case: Case, url: str) -> Least:
    """Let the guard deal with a case once, in an interpreter of its own."""
    least = Least()
    least.run(place(), _EVENT, event(case.sample), url)
    return least


def measured(rounds: int, where: Place) -> list[Figure]:
    """Measure every case beside its floors, in turns."""
    floors = {
        "an interpreter": (_BARE, Least()),
        "bare HTTPS": (_HTTPS, Least()),
        "boto3 and two clients": (_clients("lambda", "dynamodb"), Least()),
        **{f"boto3 for {one.what}": (_clients(*one.services), Least()) for one in CASES if one.services},
    }
    cases = {one: (Least(), Answers(role_may_log=one.role_may_log)) for one in CASES}
    for _ in range(rounds):
        for code, least in floors.values():
            least.run(where, code, None, "http://127.0.0.1:9")
        for case, (least, answers) in cases.items():
            with aws(answers) as url:
                least.run(where, _EVENT, event(case.sample), url)
    figures: list[Figure] = []
    for case, (least, answers) in cases.items():
        _, boto = floors[f"boto3 for {case.what}" if case.services else "boto3 and two clients"]
        by = f"boto3 and {', '.join(case.services or ('lambda', 'dynamodb'))}"
        calls = len(answers.calls) // rounds
        figures += [
            Figure(f"{case.what}: CPU, {calls} calls", least.cpu, "ms", boto.cpu, by),
            Figure(f"{case.what}: CPU", least.cpu, "ms", floors["bare HTTPS"][1].cpu, "bare HTTPS"),
            Figure(f"{case.what}: peak memory", least.memory, "MB", boto.memory, by),
        ]
    return figures


def main(rounds: int = 9) -> None:
    """Measure, print, and keep."""
    where = place()
    sys.stdout.write(f"measured: {where.what}, {rounds} rounds\n")
    show("cold-start", measured(rounds, where))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
