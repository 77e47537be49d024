"""What is mutated: the sample events, the tasks of a sweep, the policies of every case, and entries of a journal."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Final

from permission_guard.events.trigger import EVERYTHING, Kind
from permission_guard.iam.policy import Json
from permission_guard.journal.entry_json import written
from tests.fake_aws.builders import ACCOUNT, TARGET, statement
from tests.rules.case import CASES
from tests.samples import ACCOUNT as OF_SAMPLES
from tests.samples import FOLDER
from tests.undoing import Story, repaired
from tests.watched import Watched

REGION: Final = "us-east-1"
FAILURES: Final = Path(__file__).parent / "failures"
"""Inputs that a fuzzer once found a fault with: `TARGET-what-was-wrong.json`, played by the suite for good."""


@cache
def events() -> tuple[Json, ...]:
    """Everything that wakes the guard, as if it had happened in the account and region of the fuzzer's world."""
    texts = (path.read_text() for path in sorted(FOLDER.glob("*.json")))
    found = [json.loads(text.replace(OF_SAMPLES, ACCOUNT).replace("eu-west-1", REGION)) for text in texts]
    tasks: tuple[Json, ...] = (
        {"sweep": {}},
        {"function": TARGET},
        {
            "function": TARGET,
            "roles": ["$LATEST", "7"],
            "all_versions": False,
            "versions": ["1", "2"],
            "open": ["$LATEST", "live"],
            "seen": "0123456789abcdef",
            "seen_versions": "",
        },
    )
    whole: Json = {"Records": [record(json.dumps(found[0]), f"arn:aws:sqs:{REGION}:{ACCOUNT}:Events")]}
    return (*found, *tasks, whole)


def record(body: str, queue_arn: str) -> dict[str, Json]:
    """A message as Lambda hands it over."""
    return {
        "messageId": "m-1",
        "receiptHandle": "r",
        "body": body,
        "attributes": {"ApproximateReceiveCount": "1", "ApproximateFirstReceiveTimestamp": "1793000000000"},
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
    }


@cache
def policies() -> tuple[Json, ...]:
    """The resource policy and the role of every case of a function."""
    found: list[Json] = []
    for path in sorted(CASES.glob("*/*.json")):
        case = json.loads(path.read_text())
        of_role = case.get("role", {})
        if not isinstance(of_role, dict):
            continue
        role = {key: value for key, value in of_role.items() if key != "unreadable"}
        if "layer" not in case:
            found.append({"policy": case.get("policy"), "role": role})
    return tuple(found)


@cache
def entries() -> tuple[Json, ...]:
    """Entries in the states in which a guard leaves them."""
    there, undone, reported = repaired(), repaired(), Watched()
    undone.undo()
    reported.handle(Kind.FUNCTION_CREATED)
    reported.open(statement("*"), statement("s3.amazonaws.com", sid="b"))
    reported.handle(Kind.POLICY_WRITTEN, added=EVERYTHING)
    variants: tuple[Story | Watched, ...] = (there, undone, reported)
    return tuple(json.loads(written(one)) for sandbox in variants for one in sandbox.journal.entries.values())
