"""Names that somebody chose to do harm, through the whole guard: the handler, its log, the journal and what SNS gets."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest

from permission_guard.document import dumped
from permission_guard.iam.policy import Json
from permission_guard.journal.written import entry_of
from tests.alert.scenes import FORGED
from tests.aws.transport import Transport
from tests.samples import ACCOUNT
from tests.test_handler import REGION, connected, environment, fresh, handled, log

__all__ = ["environment", "log"]
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
    event = fresh("a-whole-policy-was-put")
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


def happened(event: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Transport:
    """Connect the handler to an account in which the policy stands, whatever AWS would say of its characters."""
    policy = event["detail"]["requestParameters"].pop("policy")
    wire = connected(fresh("s3-was-let-in-for-one-bucket-of-this-account"), monkeypatch)
    wire.account.functions["orders"].policies[None] = (policy, "0" * 36)
    return wire


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_hostile_names_pass_through_the_whole_guard_and_forge_nothing(
    name: str, monkeypatch: pytest.MonkeyPatch, log: StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    event = hostile(name)
    wire = happened(event, monkeypatch)
    handled(event)

    for line in (*log.getvalue().splitlines(), *capsys.readouterr().out.splitlines()):
        said = json.loads(line)
        assert said.get("message") in {"told", "repair failed", None}
        assert line.isascii()
    (sent,) = wire.published
    assert sent["Subject"] == "[CRITICAL] " + sent["Subject"].removeprefix("[CRITICAL] ")
    assert sent["Subject"].isascii()
    assert sent["Subject"].isprintable()
    assert sent["Message"].isascii()
    versions = json.loads(sent["Message"])
    assert [row for row in versions["email"].split("\n") if not row.isprintable()] == []
    assert [row for row in versions["email"].splitlines() if row.startswith("1. ")] == [
        "1. FAIL function-is-not-public (CRITICAL)"
    ]
    assert json.loads(versions["default"])["event"]["actor"]["principal"].endswith(name)
    assert {value["StringValue"].isascii() for value in sent["MessageAttributes"].values()} == {True}
    for item in wire.table.items.values():
        assert item["entry"]["S"].isascii()
        assert entry_of(item["entry"]["S"]).subject == TARGET
    assert "AttachRolePolicy" not in wire.calls
