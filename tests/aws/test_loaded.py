"""What the Lambda function loads, and when: every start pays for it, so each newcomer is named here."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.aws.calls import PACKAGE
from tests.samples import GUARD_ROLE, sample

VARIABLES = {
    "ALERTS_TOPIC_ARN": "arn:aws:sns:eu-west-1:123456789012:alerts",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "DEAD_LETTER_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/123456789012/dead",
    "GUARD_ROLE_ARN": GUARD_ROLE,
    "JOURNAL_TABLE": "journal",
    "PYTHONPATH": str(PACKAGE.parent),
    "WAITING_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/123456789012/waiting",
}
HANDLED = """
import json, sys
from types import SimpleNamespace
from permission_guard.handler import handler
arn = "arn:aws:lambda:eu-west-1:123456789012:function:guard"
known = dict(function_name="guard", memory_limit_in_mb=512, invoked_function_arn=arn, aws_request_id="request-1")
handler(json.loads(sys.stdin.read()), SimpleNamespace(**known))
"""
CONNECTED = "import sys, json, permission_guard.handler, permission_guard.connected\n"
SHOWN = "\nprint(json.dumps(sorted(sys.modules)))"


def modules(code: str, event: object = None) -> set[str]:
    """What an interpreter of its own has loaded after running this."""
    done = subprocess.run(  # noqa: S603  # this interpreter
        [sys.executable, "-c", code + SHOWN],
        input=json.dumps(event),
        env={**os.environ, **VARIABLES},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.fixture(scope="module")
def nothing() -> set[str]:
    """What an interpreter loads that does nothing: what this environment's own start-up files load is not ours."""
    return modules("import sys, json, types")


def foreign(found: set[str]) -> set[str]:
    """The packages from elsewhere."""
    return (
        {name.split(".")[0] for name in found} - sys.stdlib_module_names - {"permission_guard", "__mp_main__"}
    )


def own(found: set[str]) -> set[str]:
    """Our own modules and packages, by the first part of their names."""
    return {name.split(".")[1] for name in found if name.startswith("permission_guard.")}


WOKEN = {
    "actor",
    "batch",
    "callers",
    "deployment",
    "document",
    "door",
    "exposure",
    "facts",
    "finding",
    "grant",
    "handler",
    "iam",
    "mismatch",
    "ports",
    "record",
    "role_change",
    "rules",
    "settings",
    "shown",
    "task",
    "tool",
    "trigger",
}
"""Our own modules that an event loads which shows by itself that nothing is wrong."""
LIBRARIES = {"aws_lambda_powertools", "botocore", "jmespath", "typing_extensions"}
"""The libraries that it loads; of botocore only its first file, which Powertools looks at."""


def test_an_event_that_needs_no_look_loads_neither_boto3_nor_what_acts_and_tells(nothing: set[str]) -> None:
    found = modules(HANDLED, sample("s3-was-let-in-for-one-bucket-of-this-account")) - nothing
    assert own(found) == WOKEN
    assert foreign(found) == LIBRARIES
    assert {name for name in found if name.startswith(("botocore.", "http.", "ssl", "urllib3"))} == set()


def test_connecting_loads_boto3_and_what_acts_and_not_yet_what_tells(nothing: set[str]) -> None:
    found = modules(CONNECTED) - nothing
    acting = {
        "account_budget",
        "aws",
        "carry_out",
        "connected",
        "finish",
        "follow",
        "journal",
        "keep",
        "mend",
        "outcome",
        "pipeline",
        "plan",
        "prove",
        "quick_sweep",
        "release",
        "report",
        "revisions",
        "said",
        "step",
        "sweep",
        "telling",
    }
    assert own(found) == WOKEN | acting
    libraries = {"boto3", "dateutil", "s3transfer", "six", "urllib3"}
    # certifi is no part of the package; botocore loads it where something else has brought it.
    assert foreign(found) - {"certifi"} == LIBRARIES | libraries
