"""What the mail says, and in which order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from permission_guard.alerts.detail import difference
from permission_guard.alerts.subject import subject, worst_ending
from permission_guard.events.actor import Actor
from permission_guard.events.tool import Tool
from permission_guard.model.document import Body
from permission_guard.model.finding import Severity, Verdict
from permission_guard.repair.outcome import Ending
from tests.alerts.scenes import body, line, report, text

UNDO = "permission-guard undo orders/it --region us-east-1"
RESUME = "permission-guard accept --remove orders/it --region us-east-1"
COMMANDS = {
    Ending.REPAIRED: (UNDO, RESUME),
    Ending.ESCALATED: (None, RESUME),
}


@pytest.mark.parametrize("ending", Ending)
def test_a_repair_has_an_undo_command_and_what_the_guard_has_stopped_a_resume_command(ending: Ending) -> None:
    mail = text(report(line(ending)))
    undo, resume = COMMANDS.get(ending, (None, None))
    (finding,) = body(report(line(ending)))["findings"]
    assert (finding["undo"], finding["resume"]) == (undo, resume)
    assert (UNDO in mail, RESUME in mail) == (undo is not None, resume is not None and undo is None)


@pytest.mark.parametrize("ending", Ending)
def test_without_a_journal_entry_there_is_no_command(ending: Ending) -> None:
    assert "permission-guard" not in text(report(replace(line(ending), entry=None)))


def labels(mail: str) -> list[str]:
    """The labels below the outcome of an alert with one finding, in order."""
    rows = mail.split("\n\n", 1)[1].split("\n")
    return [row[:12].strip() for row in rows if row[:12].strip()]


CAUSE = ["Function", "Caused by", "Event", "Stack"]
LINKS = ["Rule", "Read more", "Console"]


def test_once_the_guard_has_stopped_the_stack_and_the_source_come_first() -> None:
    escalated = report(line(Ending.ESCALATED), tool=Tool.TERRAFORM)
    found = ["Finding", "Example", "Proposed"]
    assert labels(text(escalated)) == [*CAUSE, "Next", "Source", *found, "Resume", *LINKS]
    assert "\nStack       alice (resource alice)\n" in text(escalated)


def test_an_alert_begins_with_the_outcome_and_goes_on_to_the_undo_command() -> None:
    repaired = report(line(Ending.REPAIRED), tool=Tool.SAM)
    found = ["Finding", "Example", "Change"]
    assert text(repaired).startswith("Added a condition to it.\n\n")
    assert labels(text(repaired)) == [*CAUSE, *found, "Next", "Source", "Undo", *LINKS]


def test_an_alert_about_a_released_policy_has_nothing_to_do_next() -> None:
    released = report(line(Ending.RELEASED))
    assert labels(text(released)) == [*CAUSE, "It was", "Example", "Change", *LINKS]


def test_the_lines_for_each_language_are_shown_once() -> None:
    sources = [
        row.strip() for row in text(report(line(Ending.REPORTED))).split("\n") if row.startswith("Source")
    ]
    assert [" ".join(row.split()) for row in sources] == [
        "Source SAM and CloudFormation:",
        "Source Terraform:",
        "Source CDK:",
    ]


def test_a_stack_is_named_if_the_event_shows_it() -> None:
    one = report(line(Ending.REPAIRED))
    actor = Actor("alice", None, Tool.CLOUDFORMATION, "192.0.2.1", stack="shop")
    assert "\nStack       shop\n" in text(replace(one, trigger=replace(one.trigger, actor=actor)))
    without = replace(one.trigger, actor=replace(actor, stack=None))
    assert "Stack" not in text(replace(one, trigger=without))


def test_the_finding_that_needs_a_person_most_is_in_the_subject_and_comes_first() -> None:
    critical = line(Ending.REPAIRED, name="a")
    critical = replace(critical, finding=replace(critical.finding, severity=Severity.CRITICAL))
    both = report(critical, line(Ending.ESCALATED, name="b"))
    assert worst_ending(both) is Ending.ESCALATED
    assert (
        subject(both) == "[HIGH] Fix was put back: orders is open to any account +1 (111122223333, us-east-1)"
    )
    assert text(both).startswith("---- Finding 1 of 2 ----\n\nAdded a condition to b.\n")


def test_a_low_finding_hides_no_graver_one_in_the_subject() -> None:
    low = line(Ending.REPORTED, name="low")
    low = replace(low, finding=replace(low.finding, severity=Severity.LOW))
    both = report(low, line(Ending.REPAIRED, name="high"))
    assert subject(both) == "[HIGH] Fixed: orders was open to any account +1 (111122223333, us-east-1)"
    assert worst_ending(both) is Ending.REPORTED


def test_a_finding_that_could_not_be_evaluated_is_not_called_a_fault_in_the_subject() -> None:
    reported = line(Ending.REPORTED)
    unknown = replace(reported, finding=replace(reported.finding, verdict=Verdict.UNKNOWN))
    assert subject(report(unknown)) == (
        "[HIGH] Action needed: orders could not be evaluated (111122223333, us-east-1)"
    )


OPEN: Body = {"Sid": "it", "Principal": {"Service": "s3.amazonaws.com"}}
REMOVE = "aws lambda remove-permission --function-name orders --statement-id it --region us-east-1"


@pytest.mark.parametrize("ending", Ending)
def test_a_statement_that_is_still_open_has_a_command_that_removes_it(ending: Ending) -> None:
    one = line(ending)
    still_open = report(replace(one, finding=replace(one.finding, statement=0)), statement=OPEN)
    expected = None if ending in {Ending.REPAIRED, Ending.RELEASED} else REMOVE
    (finding,) = body(still_open)["findings"]
    assert finding["contain"] == expected
    assert (f"\nContain now {REMOVE}\n" in text(still_open)) == (expected is not None)


@pytest.mark.parametrize("sid", [None, "a b", "$(reboot)"])
def test_a_sid_that_a_shell_would_read_otherwise_gives_no_command(sid: str | None) -> None:
    one = line(Ending.REPORTED)
    hostile = report(replace(one, finding=replace(one.finding, statement=0)), statement={**OPEN, "Sid": sid})
    assert "Contain now" not in text(hostile)


def test_the_diff_compares_lines_of_json() -> None:
    rows = difference(line(Ending.REPORTED))
    assert rows[:3] == ("--- before", "+++ wanted", "@@ -4,5 +4,10 @@")
    assert '+      "aws:SourceAccount": "111122223333"' in rows
    assert difference(line(Ending.REPAIRED))[1] == "+++ after"


def test_text_that_is_not_json_is_compared_as_it_is() -> None:
    reported = replace(line(Ending.REPAIRED), before="{broken", after="")
    assert difference(reported) == ("--- before", "+++ after", "@@ -1 +0,0 @@", "-{broken")
    assert difference(replace(reported, before=None)) == ()


def test_a_finding_without_advice_has_no_next_step() -> None:
    reported = line(Ending.REPORTED)
    silent = replace(reported, finding=replace(reported.finding, advice=""))
    assert "Next" in labels(text(report(reported)))
    assert "Next" not in labels(text(report(silent)))
