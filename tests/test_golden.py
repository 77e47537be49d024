"""Typical alerts, one at least for each ending, word for word: `golden/<what happened>.mail.txt` and `.json`.

They are to be read as their receiver reads them. After a change that is meant, write them anew and read the difference:

    make test ARGS="tests/test_golden.py" GOLDEN=write
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from permission_guard.alerts import RenderedAlert
from permission_guard.events.actor import Actor
from permission_guard.events.tool import Tool
from permission_guard.events.trigger import Kind
from permission_guard.fake_aws import ApiError, FakeNotifier, FakeObserver, FakeWriter
from permission_guard.model.document import dumped
from permission_guard.pipeline import Handled
from permission_guard.repair.outcome import Ending
from tests.aws.guarded import Guarded, guarded
from tests.samples import LOGGING

FOLDER = Path(__file__).parent / "golden"
BOUNDARY = "arn:aws:iam::111122223333:policy/boundary"


def bound() -> RenderedAlert:
    return alert(guarded().permission_added("s3.amazonaws.com", source_arn="arn:aws:s3:::shop-uploads"))


def attached() -> RenderedAlert:
    return alert(guarded().happen(Kind.FUNCTION_CREATED))


def limited() -> RenderedAlert:
    there = guarded()
    everything_else = {"Effect": "Allow", "NotAction": "logs:*", "Resource": "*"}
    there.account.managed[BOUNDARY] = dumped({"Version": "2012-10-17", "Statement": everything_else})
    there.account.with_role("role", logs=LOGGING).boundary = BOUNDARY
    return alert(there.happen(Kind.FUNCTION_CHANGED))


def unreadable() -> RenderedAlert:
    there = guarded()
    there.wire.faults["GetResourcePolicy"] = ApiError(
        "AccessDeniedException", "User: guard is not authorized to perform: lambda:GetResourcePolicy"
    )
    return alert(there.permission_added("sns.amazonaws.com"))


def observed() -> RenderedAlert:
    return alert(guarded(MODE="Observe").permission_added("*"))


def reported_last(there: Guarded, *happenings: Callable[[Guarded], Handled]) -> RenderedAlert:
    """What was told last, after several things have happened."""
    notifier, account = FakeNotifier(), there.account
    observer = FakeObserver(account, there.guard.settings.logging_policy_arn)
    guard = replace(there.guard, observer=observer, writer=FakeWriter(account), notifier=notifier)
    there = replace(there, guard=guard)
    return alert([happening(there) for happening in happenings][-1])


def alert(handled: Handled) -> RenderedAlert:
    """What was reported last."""
    return handled.alerts[-1]


def refused() -> RenderedAlert:
    there = guarded()
    there.wire.faults["AttachRolePolicy"] = ApiError(
        "AccessDenied", "User: guard is not authorized to perform: iam:AttachRolePolicy"
    )
    return alert(there.happen(Kind.FUNCTION_CREATED))


def put_back(there: Guarded) -> Handled:
    """Terraform makes the permission anew."""
    functions = there.account.functions["orders"]
    functions.policies.clear()
    return there.permission_added("events.amazonaws.com", by=TERRAFORM)


def escalated() -> RenderedAlert:
    return reported_last(guarded(), *[put_back] * 4)


def gain_the_right(there: Guarded) -> Handled:
    """Somebody gives the role the right to write logs in another way."""
    there.account.roles["role"].inline["logs"] = dumped(LOGGING)
    return there.happen(Kind.FUNCTION_CHANGED)


def released() -> RenderedAlert:
    return reported_last(guarded(), lambda there: there.happen(Kind.FUNCTION_CREATED), gain_the_right)


def let_in_by_a_stack() -> RenderedAlert:
    there = guarded()
    return alert(there.permission_added("apigateway.amazonaws.com", by=STACK))


TERRAFORM = Actor(
    "arn:aws:sts::111122223333:assumed-role/deploy/ci",
    "arn:aws:iam::111122223333:role/deploy",
    Tool.TERRAFORM,
    "192.0.2.44",
    "Terraform or OpenTofu",
)
STACK = Actor(
    "arn:aws:sts::111122223333:assumed-role/deploy/ci",
    "arn:aws:iam::111122223333:role/deploy",
    Tool.CLOUDFORMATION,
    "cloudformation.amazonaws.com",
    "CloudFormation (SAM, CDK and StackSets deploy through it)",
    "shop",
    "OrdersPermission",
)


TYPICAL: dict[str, Callable[[], RenderedAlert]] = {
    "a-permission-for-s3-got-a-condition-on-the-account": bound,
    "a-role-got-the-logging-policy": attached,
    "a-boundary-forbids-the-logs": limited,
    "a-policy-could-not-be-read": unreadable,
    "a-role-could-not-be-given-the-logging-policy": refused,
    "a-permission-was-put-back-too-often": escalated,
    "a-logging-policy-was-released": released,
    "a-stack-allowed-api-gateway-for-every-account": let_in_by_a_stack,
    "a-public-permission-in-observe-mode": observed,
}


def golden(name: str, actual: str) -> str:
    """What the file says; with GOLDEN=write the file is written first."""
    path = FOLDER / name
    if os.environ.get("GOLDEN") == "write":
        FOLDER.mkdir(exist_ok=True)
        path.write_text(actual)
    return path.read_text()


@pytest.mark.parametrize("name", TYPICAL)
def test_a_typical_alert_reads_word_for_word_as_it_is_kept(name: str) -> None:
    made = TYPICAL[name]()
    mail = f"Subject: {made.subject}\n\n{made.mail}"
    machine = json.dumps(made.body, indent=2, ensure_ascii=False) + "\n"
    assert mail == golden(f"{name}.mail.txt", mail)
    assert machine == golden(f"{name}.json", machine)


def test_every_ending_has_a_typical_alert() -> None:
    assert {line.ending for make in TYPICAL.values() for line in make().alert.lines} == set(Ending)


def test_every_kept_alert_is_one_that_is_made() -> None:
    kept = {path.name for path in FOLDER.iterdir() if path.is_file()}
    assert kept == {f"{name}{ending}" for name in TYPICAL for ending in (".mail.txt", ".json")}
