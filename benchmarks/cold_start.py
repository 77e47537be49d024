"""Cold starts: an interpreter of its own from its start to its first verdict, beside what it cannot do without.

`python -m benchmarks.cold_start [ROUNDS]`. CPU seconds are compared, because other work on the machine stretches the others; of each,
the least of the rounds, in which all take turns. Instructions are counted too where valgrind is: those are the same in each run.
The package that `make build` made is measured if there is one with precompiled code and the Python that it is for; else the source,
by this Python. boto3 is measured as the package registry has it and as our package trims it. `BENCH_CUSTODIAN` may name a Python with
Cloud Custodian (`pip install c7n`), which is then given the same event of a permission.
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
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from benchmarks import custodian
from benchmarks.answers import Answers, aws
from benchmarks.figures import Figure, show

ROOT: Final = Path(__file__).parent.parent
BUILT: Final = ROOT / ".aws-sam" / "build" / "Guard"
STOCK: Final = ROOT / ".tools" / "stock"
"""boto3 as the package registry has it, of the same version, compiled for the runtime (see the Makefile)."""
RUNTIME: Final = "3.13"

_END: Final = """
import json, resource, sys, time
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps([time.process_time() * 1e3, used.ru_maxrss / 1024]))
"""
EVENT: Final = """
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
    """The least CPU (milliseconds) and memory (megabytes) of all rounds, and how many million instructions it takes."""

    cpu: float = float("inf")
    memory: float = float("inf")
    instructions: float = 0.0

    def run(self, where: Place, code: str, event: object, url: str) -> None:
        """Run the code once more."""
        done = _done([where.python, "-c", code + _END], where, event, url)
        cpu, memory = json.loads(done.stdout.splitlines()[-1])
        self.cpu, self.memory = min(self.cpu, cpu), min(self.memory, memory)

    def count(self, where: Place, code: str, event: object, url: str) -> None:
        """Run the code under valgrind, fifty times as long: the same instructions in each run."""
        done = _done([*_COUNTING, where.python, "-c", code], where, event, url)
        (found,) = re.findall(r"Collected : ([0-9]+)", done.stderr)
        self.instructions = int(found) / 1e6


_COUNTING: Final = ("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null")


def _done(command: list[str], where: Place, event: object, url: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(  # noqa: S603  # the interpreter of `place`
        command,
        input=json.dumps(event),
        # The order of what is hashed by address or seed is no matter of chance then.
        env={**VARIABLES, "PYTHONPATH": where.path, "AWS_ENDPOINT_URL": url, "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done


VARIABLES: Final = {
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
    least.run(place(), EVENT, event(case.sample), url)
    return least


@dataclass(slots=True)
class Subject:
    """What is started, and what it took."""

    where: Place
    code: str
    event: object = None
    answers: Answers | None = None
    least: Least = field(default_factory=Least)

    def once(self, *, counting: bool) -> None:
        """Start it once more."""
        answers = self.answers or Answers(role_may_log=True)
        with aws(answers) as url:
            (self.least.count if counting else self.least.run)(self.where, self.code, self.event, url)


def _subjects(where: Place) -> tuple[dict[str, Subject], dict[str, Subject]]:
    """Return the floors, and the guard at each case, by their names."""
    stock = Place(where.python, str(STOCK), "boto3")
    floors = {"bare HTTPS": Subject(where, _HTTPS)}
    cases: dict[str, Subject] = {}
    for one in CASES:
        clients = _clients(*(one.services or ("dynamodb", "lambda")))
        floors[f"trimmed {one.what}"] = Subject(where, clients)
        if STOCK.is_dir() and where.path == str(BUILT):
            floors[f"stock {one.what}"] = Subject(stock, clients)
        cases[one.what] = Subject(where, EVENT, event(one.sample), Answers(role_may_log=one.role_may_log))
        if custodian.PYTHON and "permission" in one.what:
            there = Place(custodian.PYTHON, custodian.folder(), "Cloud Custodian")
            floors[f"Cloud Custodian {one.what}"] = Subject(
                there, custodian.CODE, event(one.sample), custodian.answers()
            )
    return floors, cases


def measured(rounds: int, where: Place) -> list[Figure]:
    """Measure every case beside its floors, in turns."""
    floors, cases = _subjects(where)
    counting = shutil.which(_COUNTING[0]) is not None
    for subject in (*floors.values(), *cases.values()):
        if counting:
            subject.once(counting=True)
    for _ in range(rounds):
        for subject in (*floors.values(), *cases.values()):
            subject.once(counting=False)
    figures: list[Figure] = []
    for case in CASES:
        here = cases[case.what].least
        by = f"boto3 and {', '.join(case.services or ('dynamodb', 'lambda'))}"
        found = {f"{by}, {kind}": floors.get(f"{kind} {case.what}") for kind in ("stock", "trimmed")}
        found["bare HTTPS"] = floors["bare HTTPS"]
        found["Cloud Custodian"] = floors.get(f"Cloud Custodian {case.what}")
        for name, floor in found.items():
            if floor is not None:
                figures += _figures(case.what, here, name, floor.least)
    return figures


def _figures(what: str, here: Least, by: str, floor: Least) -> Iterator[Figure]:
    yield Figure(f"{what}: CPU", here.cpu, "ms", floor.cpu, by)
    yield Figure(f"{what}: peak memory", here.memory, "MB", floor.memory, by)
    if floor.instructions:
        yield Figure(f"{what}: instructions", here.instructions, "million", floor.instructions, by)


def main(rounds: int = 9) -> None:
    """Measure, print, and keep."""
    where = place()
    sys.stdout.write(f"measured: {where.what}, {rounds} rounds\n")
    show("cold-start", measured(rounds, where))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
