"""Which statements are new: only those are repaired; what callers may rely on already is reported."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from permission_guard.events.trigger import EVERYTHING, Kind, Trigger
from permission_guard.journal.entry import Entry, State
from permission_guard.journal.fault import statement_digest
from permission_guard.journal.history import EMPTY, FunctionHistory, seen
from permission_guard.model.document import Body
from permission_guard.model.facts import FunctionFacts, RoleFacts
from permission_guard.repair.outcome import Ending
from permission_guard.repair.plan import not_new_reason, plan_for
from permission_guard.rules import evaluate
from tests.fake_aws.builders import NOW, OWN, ROLE, facts_with, facts_with_role, settings, statement, trigger

S3 = statement("s3.amazonaws.com", sid="s3")
OTHER = statement("sns.amazonaws.com", sid="sns")
FACTS = facts_with(S3)
ADDED, SWEPT = trigger("s3", kind=Kind.PERMISSION_ADDED), trigger(None, kind=Kind.SWEEP)


def reason(
    event: Trigger = ADDED, history: FunctionHistory = EMPTY, facts: FunctionFacts = FACTS
) -> str | None:
    return not_new_reason(evaluate(facts, OWN)[0], facts, event, history, NOW)


def entry(**changes: object) -> Entry:
    made = replace(seen(EMPTY, evaluate(FACTS, OWN)[0], FACTS, trigger(), NOW), state=State.REPORTED)
    return replace(made, **changes)  # type: ignore[arg-type]  # the fields of Entry


def swept(*statements: Body, facts: FunctionFacts = FACTS) -> FunctionHistory:
    """A journal of a function in which a sweep has seen these statements."""
    return FunctionHistory(seen=frozenset(statement_digest(facts.target, one) for one in statements))


NEW: dict[str, tuple[Trigger, FunctionHistory]] = {
    "its event brought it": (ADDED, EMPTY),
    "its event wrote the whole policy": (trigger(EVERYTHING), EMPTY),
    "its event brought it after a sweep": (ADDED, swept(OTHER)),
    "a sweep has not seen it": (SWEPT, swept()),
    "a sweep has not seen it, and a late event of something else has us look": (
        trigger(None, kind=Kind.PERMISSION_REMOVED, age=timedelta(days=1)),
        swept(),
    ),
    "an earlier run has begun to repair it": (SWEPT, FunctionHistory((entry(state=State.PLANNED),))),
    "an earlier run has repaired it": (SWEPT, FunctionHistory((entry(repairs=(NOW,)),))),
    "an earlier run could not repair it": (SWEPT, FunctionHistory((entry(reported_as=Ending.FAILED),))),
    "it was in the journal before a sweep saw it": (
        SWEPT,
        replace(swept(S3), entries=(entry(repairs=(NOW,)),)),
    ),
}


@pytest.mark.parametrize("why", NEW)
def test_a_statement_is_new_if(why: str) -> None:
    assert reason(*NEW[why]) is None


RELIED = "the statement {}, and callers may rely on it (RepairExisting is false)"
EXISTING: dict[str, tuple[Trigger, FunctionHistory, str]] = {
    "another call brought something else": (
        trigger("other", kind=Kind.PERMISSION_ADDED),
        EMPTY,
        "was there before this call",
    ),
    "the first sweep finds it": (SWEPT, EMPTY, "was there before this sweep"),
    "a sweep has seen it": (ADDED, swept(S3), "was there at an earlier sweep"),
    "a sweep has seen it under another Sid": (
        ADDED,
        swept({**S3, "Sid": "terraform-1"}),
        "was there at an earlier sweep",
    ),
    "it was reported as existing": (
        trigger(EVERYTHING),
        FunctionHistory((entry(is_existing=True),)),
        "was reported before",
    ),
    "it was reported as existing and somebody's repair of it failed": (
        ADDED,
        FunctionHistory((entry(is_existing=True, reported_as=Ending.FAILED),)),
        "was reported before",
    ),
    "its event is an hour late": (
        trigger("s3", kind=Kind.PERMISSION_ADDED, age=timedelta(minutes=61)),
        swept(),
        "is older than an hour, because its event arrived late",
    ),
}


@pytest.mark.parametrize("why", EXISTING)
def test_a_statement_is_existing_if(why: str) -> None:
    event, history, said = EXISTING[why]
    assert reason(event, history) == RELIED.format(said)


def test_an_event_that_arrived_in_time_stays_new_however_long_its_repair_takes() -> None:
    event = trigger("s3", kind=Kind.PERMISSION_ADDED, age=timedelta(hours=9))
    on_time = replace(event, first_received=event.at + timedelta(minutes=59))
    assert reason(on_time) is None
    assert reason(replace(event, first_received=event.at + timedelta(minutes=61))) is not None


def test_a_statement_without_a_sid_is_new_only_with_the_whole_document_or_after_a_sweep() -> None:
    nameless = facts_with(statement("sns.amazonaws.com", sid=None))
    assert reason(trigger("s", kind=Kind.PERMISSION_ADDED), facts=nameless) is not None
    assert reason(trigger(EVERYTHING), facts=nameless) is None
    assert reason(SWEPT, swept(), nameless) is None


def test_what_was_seen_of_a_function_says_nothing_of_its_versions() -> None:
    version = facts_with(S3, qualifier="7")
    known = frozenset({statement_digest(version.target, S3)})
    assert reason(SWEPT, FunctionHistory(seen=frozenset()), version) is not None
    assert reason(SWEPT, FunctionHistory(seen=frozenset(), seen_versions=frozenset()), version) is None
    assert reason(SWEPT, FunctionHistory(seen=frozenset(), seen_versions=known), version) is not None


def test_a_role_is_repaired_however_long_it_has_been_so() -> None:
    assert reason(SWEPT, facts=facts_with_role(RoleFacts(ROLE))) is None


def test_what_is_existing_is_reported_as_such_and_repaired_if_the_settings_say_so() -> None:
    findings = evaluate(FACTS, OWN)
    reported = plan_for(findings, FACTS, SWEPT, settings(repair_existing=False), NOW, EMPTY)
    assert (reported.steps, [one.is_existing for one in reported.unrepaired]) == ((), [True])
    assert len(plan_for(findings, FACTS, SWEPT, settings(), NOW, EMPTY).steps) == 1
