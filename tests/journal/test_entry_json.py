"""An entry on paper: it says everything, it reads back the same, and what was scribbled into it is named."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given

from permission_guard.journal.entry import Attached, Entry, Rewritten, State
from permission_guard.journal.entry_json import EntryError, as_kept, entry_of, written
from permission_guard.journal.history import EMPTY, seen
from permission_guard.model.facts import Family
from permission_guard.model.finding import Recorded, Witness
from permission_guard.repair.outcome import Ending
from permission_guard.rules import evaluate
from tests.fake_aws.builders import NOW, OWN, ROLE, TARGET, facts_with, statement, trigger
from tests.journal.entries import ENTRIES

FACTS = facts_with(statement("s3.amazonaws.com"))
(FINDING,) = evaluate(FACTS, OWN)
ENTRY = replace(
    seen(EMPTY, FINDING, FACTS, trigger(), NOW),
    state=State.REPORTED,
    change=Rewritten(TARGET, Family.STATEMENTS, '{"Sid": "s"}', '{"Sid": "t"}', '{"Statement": []}'),
    repairs=(NOW,),
    reported_at=NOW,
    reported_as=Ending.REPAIRED,
    version=2,
)


@given(ENTRIES)
@example(as_kept(ENTRY))
def test_every_entry_reads_back_exactly_as_it_was_written(entry: Entry) -> None:
    assert entry_of(written(entry)) == entry


@given(ENTRIES)
def test_what_is_written_is_ascii(entry: Entry) -> None:
    assert written(entry).isascii()


def test_a_proof_is_kept_as_its_kind_and_its_sentence() -> None:
    assert isinstance(ENTRY.finding.proof, Witness)
    kept = entry_of(written(ENTRY))
    assert kept == as_kept(ENTRY)
    assert isinstance(kept.finding.proof, Recorded)
    assert kept.finding.proof.kind == "witness"
    assert kept.finding.proof.sentence.startswith(
        "s3.amazonaws.com for account 999999999999 is allowed to call "
    )


def scribbled(path: str, value: object, entry: Entry = ENTRY) -> str:
    """The text with another value at a path; None takes the field away."""
    body: Any = json.loads(written(entry))
    *way, last = (int(key) if key.isdigit() else key for key in path.split("."))
    inner = body
    for key in way:
        inner = inner[key]
    if value is None:
        del inner[last]
    else:
        inner[last] = value
    return json.dumps(body)


SCRIBBLES: dict[str, tuple[object, str]] = {
    "schema": ("permission-guard/entry/9", "is 'permission-guard/entry/9', not 'permission-guard/entry/1'"),
    "subject": (None, "is missing"),
    "fault": (7, "is a number, not a text"),
    "state": ("fixed", "is 'fixed', not one of planned, reported, gone, undone, releasing, released"),
    "version": ("three", "is a text, not a whole number"),
    "first_seen": ("yesterday", "is no time with a zone: 'yesterday'"),
    "last_seen": ("2026-11-20T10:15:30", "is no time with a zone: '2026-11-20T10:15:30'"),
    "reported_at": (1, "is a number, not a text"),
    "reported_as": ("FIXED", "is 'FIXED', not one of "),
    "repairs": ("often", "is not a list"),
    "repairs.0": ("often", "is no time with a zone: 'often'"),
    "change": ([], "is a list, not an object"),
    "change.rewritten": (None, "is missing"),
    "change.rewritten.target": (None, "is missing"),
    "change.rewritten.family": ("Put", "is 'Put', not one of PutResourcePolicy, AddPermission"),
    "change.rewritten.before": ({}, "is an object, not a text"),
    "change.rewritten.after": ("[]", "is not a statement: '[]'"),
    "change.rewritten.document": ('{"Statement": 1}', "is not a policy: "),
    "finding": ("bad", "is a text, not an object"),
    "finding.rule": (None, "is missing"),
    "finding.concern": ("weather", "is 'weather', not one of "),
    "finding.verdict": ("PERHAPS", "is 'PERHAPS', not one of PASS, FAIL, UNKNOWN"),
    "finding.severity": ("GRAVE", "is 'GRAVE', not one of LOW, MEDIUM, HIGH, CRITICAL"),
    "finding.statement": (-1, "is a number, not a whole number"),
    "finding.proof.sentence": (1, "is a number, not a text"),
    "cause.kind": ("Rename", "is 'Rename', not one of "),
    "cause.subject": ("orders", "not a function ARN: 'orders'"),
    "cause.actor": (None, "is missing"),
    "cause.actor.principal": (True, "is a Bool, not a text"),
    "cause.at": ("", "is an empty text, not a text"),
    "cause.arrived.everything": ("perhaps", "is a text, neither true nor false"),
}


@pytest.mark.parametrize("path", SCRIBBLES)
def test_a_scribbled_field_is_named_with_what_is_wrong(path: str) -> None:
    value, problem = SCRIBBLES[path]
    with pytest.raises(EntryError) as caught:
        entry_of(scribbled(path, value))
    assert caught.value.field == f"entry.{path}"
    assert caught.value.problem.startswith(problem)


def test_a_text_that_is_no_json_is_reported_with_the_place() -> None:
    with pytest.raises(EntryError, match=r"^entry at line 1 column 2 is not JSON: "):
        entry_of("{")


def test_a_text_that_is_no_object_is_reported() -> None:
    with pytest.raises(EntryError, match=r"^entry is a list, not an object$"):
        entry_of("[]")


def test_an_attached_policy_needs_its_role_and_its_policy() -> None:
    attached = replace(ENTRY, change=Attached(ROLE, "policy"))
    with pytest.raises(EntryError, match=r"^entry\.change\.attached\.policy_arn is missing$"):
        entry_of(scribbled("change.attached.policy_arn", None, attached))
