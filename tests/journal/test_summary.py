"""What the summary counts: each finding once, as open, unknown or accepted, and each repair of the last day."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from permission_guard.journal.acceptance import Acceptance
from permission_guard.journal.entry import Entry, State
from permission_guard.journal.summary import LatestSweep, SweepProgress, SweepSummary, summary_of
from permission_guard.model.finding import Severity, Verdict
from permission_guard.repair.outcome import Ending
from tests.aws.journals import NEW
from tests.fake_aws.builders import NOW

SWEEP = LatestSweep("one", NOW - timedelta(hours=1), functions=3)
OPEN = replace(NEW, state=State.REPORTED, reported_as=Ending.REPORTED, repairs=())


def graded(severity: Severity, verdict: Verdict = Verdict.FAIL) -> Entry:
    return replace(OPEN, finding=replace(OPEN.finding, severity=severity, verdict=verdict))


def counted(*entries: Entry, evaluated: int = 3) -> SweepSummary:
    return summary_of(SWEEP, SweepProgress(evaluated, entries), NOW)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("ending", [None, Ending.REPORTED, Ending.REPAIRED])
def test_a_finding_is_open_until_it_is_repaired_or_gone(state: State, ending: Ending | None) -> None:
    """A repair that is planned or undone may have left the fault where it is."""
    is_open = state in {State.PLANNED, State.UNDONE} or (
        state is State.REPORTED and ending is not Ending.REPAIRED
    )
    summary = counted(replace(graded(Severity.HIGH), state=state, reported_as=ending))
    assert summary.open == (((Severity.HIGH, 1),) if is_open else ())
    assert summary.is_news is is_open


def test_open_findings_are_counted_by_severity_and_doubts_apart() -> None:
    low, high = graded(Severity.LOW), graded(Severity.HIGH)
    summary = counted(low, high, high, graded(Severity.CRITICAL, Verdict.UNKNOWN))
    assert summary.open == ((Severity.HIGH, 2), (Severity.LOW, 1))
    assert (summary.unknown, summary.severity, summary.accepted) == (1, Severity.CRITICAL, 0)
    assert summary.findings_text == "Open: 2 HIGH, 1 LOW; repaired 0 (last 24 h); accepted 0; unknown 1."


@pytest.mark.parametrize(("hours", "is_accepted"), [(1, True), (-1, False), (None, False)])
def test_an_accepted_finding_is_not_open_until_its_acceptance_ends_and_an_undone_one_is(
    hours: int | None,
    is_accepted: bool,  # noqa: FBT001  # a row of the table
) -> None:
    until = None if hours is None else NOW + timedelta(hours=hours)
    acceptance = Acceptance("arn:aws:iam::111122223333:user/ops", NOW - timedelta(days=1), until, "ours")
    summary = counted(replace(graded(Severity.HIGH), acceptance=acceptance))
    assert summary.accepted == is_accepted
    assert summary.open == (() if is_accepted else ((Severity.HIGH, 1),))


def test_a_repair_counts_for_a_day() -> None:
    day = timedelta(days=1)
    repaired = replace(
        OPEN, reported_as=Ending.REPAIRED, repairs=(NOW - day, NOW - day + timedelta(seconds=1), NOW)
    )
    assert (counted(repaired).repaired, counted(repaired).is_news) == (2, True)
    old = replace(repaired, repairs=(NOW - day,))
    assert (counted(old).repaired, counted(old).is_news) == (0, False)


def test_functions_that_were_not_evaluated_are_news_and_more_than_were_listed_are_not_counted() -> None:
    assert counted(evaluated=2).functions_text == "2 of 3 functions evaluated"
    assert (counted(evaluated=2).is_news, counted().is_news) == (True, False)
    assert counted(evaluated=4) == counted(evaluated=3)


def test_an_entry_that_cannot_be_read_is_counted() -> None:
    summary = summary_of(SWEEP, SweepProgress(3, (), ("arn",)), NOW)
    assert summary.findings_text.endswith("; unknown 0; not readable 1.")


@pytest.mark.parametrize(("days", "is_due"), [(0, False), (1, True)])
def test_one_sweep_a_day_has_a_summary(days: int, is_due: bool) -> None:  # noqa: FBT001  # a row of the table
    again = replace(SWEEP, began=SWEEP.began + timedelta(days=days, hours=2), summarized=SWEEP.began)
    assert again.is_due is is_due
    assert replace(again, functions=None).is_due is False
