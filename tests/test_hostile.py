"""Names that somebody chose to do harm, through the whole guard: the handler, its log, the journal and what SNS gets."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest

from permission_guard.iam.policy import Json
from permission_guard.journal.entry_json import entry_of
from permission_guard.model.document import dumped
from tests.alerts.scenes import FORGED
from tests.aws.delivered import Queues, at
from tests.samples import ACCOUNT, sample
from tests.test_handler import REGION, log, queues

__all__ = ["log"]
TARGET = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:orders"
FORMULA = "=cmd|' /C calc'!A0"
TRUNCATING = "\x00" + "é" * 3_000
NAMES = (
    FORGED,
    FORMULA,
    TRUNCATING,
    "\ud800",
    '"}\n{"level":"ERROR","message":"forged"}',
    "\u2066\u202e\u200b",
    "%0a%0d",
)


def hostile(name: str) -> dict[str, Any]:
    """A policy that was put by somebody with this name, tool and address, who calls his statement so too."""
    event = sample("a-whole-policy-was-put")
    detail = event["detail"]
    statement: dict[str, Json] = {
        "Sid": name,
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": TARGET,
        "Condition": {"StringEquals": {"aws:PrincipalTag/x": [name, "x"]}},
    }
    second: dict[str, Json] = {**statement, "Sid": f"{name}2", "Principal": "*"}
    second.pop("Condition")
    detail["requestParameters"]["policy"] = dumped(
        {"Version": "2012-10-17", "Id": "x", "Statement": [statement, second]}
    )
    identity = {
        "type": "AssumedRole",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/x/{name}",
        "accountId": ACCOUNT,
    }
    detail["userIdentity"] = {
        **identity,
        "sessionContext": {"sessionIssuer": {"userName": name, "arn": name}},
    }
    return event | {"detail": detail | {"userAgent": name, "sourceIPAddress": name, "eventID": name}}


def happened(event: dict[str, Any]) -> Queues:
    """The queues of a guard in whose account the policy stands, whatever AWS would say of its characters."""
    policy = event["detail"]["requestParameters"].pop("policy")
    there = queues("s3-permission-for-one-bucket-of-this-account")
    there.wire.account.functions["orders"].policies[None] = (policy, "0" * 36)
    there.send(at(event, there.now))
    return there


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_hostile_names_pass_through_the_whole_guard_and_forge_nothing(
    name: str, log: StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    there = happened(hostile(name))
    there.run()
    wire = there.wire

    assert there.answers == ["done"]
    for line in (*log.getvalue().splitlines(), *capsys.readouterr().out.splitlines()):
        said = json.loads(line)
        assert said.get("message") in {"reported", "repair failed", None}
        assert line.isascii()
    (sent,) = wire.published
    assert sent["Subject"] == "[CRITICAL] " + sent["Subject"].removeprefix("[CRITICAL] ")
    assert sent["Subject"].isascii()
    assert sent["Subject"].isprintable()
    assert sent["Message"].isascii()
    versions = json.loads(sent["Message"])
    assert [row for row in versions["email"].split("\n") if not row.isprintable()] == []
    # A mail that is too long is cut at its end.
    headings = [row for row in versions["email"].splitlines() if row.startswith("----")]
    assert headings == ["---- Finding 1 of 2 ----", "---- Finding 2 of 2 ----"][: len(headings)]
    rules = [row.split()[1:] for row in versions["email"].splitlines() if row.startswith("Rule ")]
    assert (
        rules == [["function-is-not-public", "(CRITICAL)"], ["permission-is-usable", "(LOW)"]][: len(rules)]
    )
    assert headings
    assert json.loads(versions["default"])["event"]["actor"]["principal"].endswith(name)
    assert {value["StringValue"].isascii() for value in sent["MessageAttributes"].values()} == {True}
    entries = [item["entry"]["S"] for item in wire.table.items.values() if "entry" in item]
    assert len(entries) == 2
    for entry in entries:
        assert entry.isascii()
        assert entry_of(entry).subject == TARGET
    assert "AttachRolePolicy" not in wire.calls
