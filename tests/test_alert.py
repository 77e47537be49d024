"""What an alert says, and what it cannot be made to say by whoever chooses the names in it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from permission_guard.actor import Actor
from permission_guard.alert import SUBJECT_LIMIT, body, printable, subject, text
from permission_guard.facts import MISSING_ROLE, Configuration, FunctionFacts, RoleFacts, Unreadable
from permission_guard.finding import Verdict
from permission_guard.iam import FunctionArn, Policy
from permission_guard.pipeline import Guard
from permission_guard.report import Report
from permission_guard.settings import Settings
from permission_guard.tool import Tool
from permission_guard.trigger import EVERYTHING, Kind, Trigger
from permission_guard.world import Account, WorldActor, WorldHerald, WorldJournal, WorldObserver

NOW = datetime(2026, 11, 20, 10, 15, 30, tzinfo=UTC)
ORDERS = FunctionArn("aws", "us-east-1", "111122223333", "orders")
FORGED = "x\r\nSubject: all is well\n\x1b[2J\u202e"


def report(statement: dict[str, object], *, actor: str = "alice", mode: str = "Enforce") -> Report:
    account = Account()
    account.with_function("orders")
    document = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Resource": str(ORDERS), **statement}],
    }
    account.put_resource_policy("orders", json.dumps(document), None)
    settings = Settings.of({"MODE": mode}, account=account.account, region=account.region)
    guard = Guard(
        settings, WorldObserver(account, ""), WorldActor(account), WorldHerald(), WorldJournal(account)
    )
    who = Actor(actor, None, Tool.UNKNOWN, actor, actor)
    return guard.handle(Trigger(Kind.POLICY_WRITTEN, ORDERS, None, who, "event-1", NOW, EVERYTHING), NOW)


def s3(sid: str = "it") -> dict[str, object]:
    return {"Sid": sid, "Principal": {"Service": "s3.amazonaws.com"}, "Action": "lambda:InvokeFunction"}


def test_a_name_cannot_forge_a_line_nor_drive_a_terminal() -> None:
    told = report(s3(FORGED), actor=FORGED)
    for shown in (text(told), subject(told)):
        assert "\nSubject: all is well" not in shown
        assert "\x1b" not in shown
        assert "\u202e" not in shown
        assert "\r" not in shown
    assert "Caused by   x\\r\\nSubject: all is well\\n\\x1b[2J\\u202e with" in text(told)


def test_a_subject_is_one_line_of_at_most_a_hundred_ascii_characters() -> None:
    told = report(s3())
    long = subject(told)
    assert long == "[HIGH] Fixed: orders was open to any account (111122223333, us-east-1)"
    assert len(long) <= SUBJECT_LIMIT
    assert long.isascii()


def test_a_text_without_end_is_cut_and_says_how_long_it_was() -> None:
    assert printable("a" * 5000) == "a" * 4000 + "... (5000 characters)"


def test_what_was_not_done_is_called_wanted_and_not_after() -> None:
    observed = report(s3(), mode="Observe")
    action = json.loads(json.dumps(body(observed)))["findings"][0]["action"]
    assert action["outcome"] == "WOULD_REPAIR"
    assert action["after"] is None
    assert '"aws:SourceAccount":"111122223333"' in action["wanted"]
    assert "+++ wanted" in text(observed)
    assert subject(observed).startswith("[HIGH] Not fixed (Observe): orders is open to any account ")


def test_the_witness_is_told_as_a_request_that_anyone_can_put_to_the_policy() -> None:
    proof = json.loads(json.dumps(body(report(s3()))))["findings"][0]["proof"]
    assert proof["kind"] == "witness"
    assert proof["decision"] == "allowed"
    assert proof["request"]["principal"] == "s3.amazonaws.com"
    assert proof["request"]["action"] == "lambda:InvokeFunction"
    assert proof["request"]["context"]["aws:sourceaccount"] == ["999999999999"]
    assert proof["statements"] == [f"it of the resource policy of {ORDERS}"]


def test_several_statements_bound_at_once_are_told_one_by_one() -> None:
    account = Account()
    account.with_function("orders")
    statements = [{"Effect": "Allow", "Resource": str(ORDERS), **s3(sid)} for sid in ("one", "two")]
    account.put_resource_policy("orders", json.dumps({"Statement": statements}), None)
    settings = Settings.of({}, account=account.account, region=account.region)
    guard = Guard(
        settings, WorldObserver(account, ""), WorldActor(account), WorldHerald(), WorldJournal(account)
    )
    alice = Actor("alice", None, Tool.CLI, "192.0.2.10", "the AWS CLI")
    told = guard.handle(Trigger(Kind.POLICY_WRITTEN, ORDERS, None, alice, "event-1", NOW, EVERYTHING), NOW)
    entries = json.loads(json.dumps(body(told)))["findings"]
    assert [json.loads(entry["action"]["before"])["Sid"] for entry in entries] == ["one", "two"]
    assert [json.loads(entry["action"]["after"])["Sid"] for entry in entries] == ["one", "two"]


def anonymous() -> dict[str, object]:
    return {
        "Sid": "url",
        "Principal": "*",
        "Action": "lambda:InvokeFunctionUrl",
        "Condition": {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}},
    }


def test_a_caller_without_credentials_is_told_as_anonymous() -> None:
    told = json.loads(json.dumps(body(report(anonymous()))))["findings"][0]
    assert told["proof"]["request"]["principal"] == "anonymous"
    assert "anyone on the internet" in told["summary"]


def role_report(role: object, *, log_group_exists: object = False) -> Report:
    """A report about a role in a given state."""
    facts = FunctionFacts(
        ORDERS,
        configuration=Configuration("arn:aws:iam::111122223333:role/role", "/aws/lambda/orders"),
        role=role,  # type: ignore[arg-type]  # the states are listed below
        log_group_exists=log_group_exists,  # type: ignore[arg-type]  # same
    )

    class Fixed(WorldObserver):
        def read(self, *_: object) -> FunctionFacts:
            return facts

    settings = Settings.of({}, account="111122223333", region="us-east-1")
    guard = Guard(settings, Fixed(Account(), ""), None, WorldHerald(), WorldJournal(Account()))
    alice = Actor("alice", None, Tool.CLI, "192.0.2.10", "the AWS CLI")
    return guard.handle(Trigger(Kind.FUNCTION_CREATED, ORDERS, None, alice, "event-1", NOW), NOW)


CONDITIONAL = Policy.parse(
    '{"Statement":{"Effect":"Allow","Action":"logs:*","Resource":"*","Condition":{"StringEquals":{"aws:SourceVpc":"vpc-1"}}}}',
    name="inline policy from-home",
)
STATES: dict[str, tuple[object, Verdict, str]] = {
    "missing": (MISSING_ROLE, Verdict.FAIL, "arn:aws:iam::111122223333:role/role does not exist"),
    "unreadable": (Unreadable("role role", "no"), Verdict.UNKNOWN, "role role could not be read: no"),
    "undecided": (
        RoleFacts("arn:aws:iam::111122223333:role/role", (CONDITIONAL,)),
        Verdict.UNKNOWN,
        "cannot be decided: it depends on StringEquals aws:SourceVpc vpc-1 in Statement[0] of inline policy from-home",
    ),
}


@pytest.mark.parametrize("state", STATES)
def test_each_kind_of_proof_is_a_sentence(state: str) -> None:
    role, verdict, sentence = STATES[state]
    told = role_report(role)
    finding = json.loads(json.dumps(body(told)))["findings"][0]
    assert told.verdict is verdict
    assert sentence in finding["proof"]["sentence"]
