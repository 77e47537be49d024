"""Five typical alerts, word for word: `golden/<what happened>.mail.txt` and `.json`.

They are to be read as their receiver reads them. After a change that is meant, write them anew and read the difference:

    make test ARGS="tests/test_golden.py" GOLDEN=write
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from permission_guard.alert import body, subject, text
from permission_guard.document import dumped
from permission_guard.report import Report
from permission_guard.trigger import Kind
from permission_guard.world import ApiError
from tests.aws.guarded import guarded
from tests.samples import LOGGING

FOLDER = Path(__file__).parent / "golden"
BOUNDARY = "arn:aws:iam::111122223333:policy/boundary"


def bound() -> Report:
    return guarded().let_in("s3.amazonaws.com", source_arn="arn:aws:s3:::shop-uploads")


def attached() -> Report:
    return guarded().happen(Kind.FUNCTION_CREATED)


def limited() -> Report:
    there = guarded()
    everything_else = {"Effect": "Allow", "NotAction": "logs:*", "Resource": "*"}
    there.account.managed[BOUNDARY] = dumped({"Version": "2012-10-17", "Statement": everything_else})
    there.account.with_role("role", logs=LOGGING).boundary = BOUNDARY
    return there.happen(Kind.FUNCTION_CHANGED)


def unreadable() -> Report:
    there = guarded()
    there.wire.faults["GetResourcePolicy"] = ApiError(
        "AccessDeniedException", "User: guard is not authorized to perform: lambda:GetResourcePolicy"
    )
    return there.let_in("sns.amazonaws.com")


def observed() -> Report:
    return guarded(MODE="Observe").let_in("*")


TYPICAL: dict[str, Callable[[], Report]] = {
    "a-permission-for-s3-was-bound-to-the-account": bound,
    "a-role-got-the-logging-policy": attached,
    "a-boundary-forbids-the-logs": limited,
    "a-policy-could-not-be-read": unreadable,
    "anyone-would-have-been-bound-in-observe-mode": observed,
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
    report = TYPICAL[name]()
    mail = f"Subject: {subject(report)}\n\n{text(report)}"
    machine = json.dumps(body(report), indent=2, ensure_ascii=False) + "\n"
    assert mail == golden(f"{name}.mail.txt", mail)
    assert machine == golden(f"{name}.json", machine)


def test_every_kept_alert_is_one_that_is_made() -> None:
    kept = {path.name for path in FOLDER.iterdir() if path.is_file()}
    assert kept == {f"{name}{ending}" for name in TYPICAL for ending in (".mail.txt", ".json")}
