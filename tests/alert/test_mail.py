"""What the mail says, and in which order."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from permission_guard.actor import Actor
from permission_guard.alert import body, subject, text, worst_ending
from permission_guard.alert.difference import difference
from permission_guard.outcome import Ending
from permission_guard.tool import Tool
from tests.alert.scenes import line, report

UNDO = "permission-guard undo orders/it"
RESUME = "permission-guard resume orders/it"
COMMANDS = {
    Ending.REPAIRED: (UNDO, RESUME),
    Ending.ESCALATED: (None, RESUME),
}


@pytest.mark.parametrize("ending", Ending)
def test_only_what_was_done_can_be_undone_and_only_what_stops_can_go_on(ending: Ending) -> None:
    mail = text(report(line(ending)))
    undo, resume = COMMANDS.get(ending, (None, None))
    (finding,) = json.loads(json.dumps(body(report(line(ending)))))["findings"]
    assert (finding["undo"], finding["resume"]) == (undo, resume)
    assert (UNDO in mail, RESUME in mail) == (undo is not None, resume is not None)


@pytest.mark.parametrize("ending", Ending)
def test_what_the_journal_does_not_hold_has_no_command(ending: Ending) -> None:
    assert "permission-guard" not in text(report(replace(line(ending), entry=None)))


def labels(mail: str) -> list[str]:
    """The labels of the first finding, in order."""
    rows = mail.split("\n\n", 1)[1].split("\n")[1:]
    return [row[3:11].strip() for row in rows if row[3:11].strip()]


def test_once_the_guard_has_stopped_the_owner_and_the_source_come_first() -> None:
    escalated = report(line(Ending.ESCALATED), tool=Tool.TERRAFORM)
    assert labels(text(escalated)) == [
        "Stopped",
        "Owner",
        "Next",
        "Source",
        "Found",
        "Proof",
        "Change",
        "Resume",
    ]
    assert "stack alice (resource alice), deployed by alice with alice from alice" in text(escalated)


def test_a_repair_is_told_from_what_was_found_to_how_it_is_undone() -> None:
    repaired = report(line(Ending.REPAIRED), tool=Tool.SAM)
    assert labels(text(repaired)) == ["Found", "Proof", "Action", "Change", "Next", "Source", "Undo"]


def test_what_was_released_is_told_without_a_fault() -> None:
    released = report(line(Ending.RELEASED))
    assert labels(text(released)) == ["Action", "Change", "Was"]
    assert "1. RELEASED invoke-permission-names-its-source\n" in text(released)


def test_the_lines_for_each_language_are_shown_once() -> None:
    sources = [
        row.strip() for row in text(report(line(Ending.TOLD))).split("\n") if row.startswith("   Source")
    ]
    assert [" ".join(row.split()) for row in sources] == [
        "Source in SAM and CloudFormation:",
        "Source in Terraform:",
        "Source in CDK:",
    ]


def test_where_the_stack_is_known_and_its_resource_is_not_the_stack_is_named_alone() -> None:
    one = report(line(Ending.REPAIRED))
    actor = Actor("alice", None, Tool.CLOUDFORMATION, "192.0.2.1", stack="shop")
    assert "\nStack      shop\n" in text(replace(one, trigger=replace(one.trigger, actor=actor)))
    nobody = replace(one.trigger, actor=replace(actor, stack=None))
    assert "Stack" not in text(replace(one, trigger=nobody))
    escalated = report(line(Ending.ESCALATED))
    assert "Owner    alice with cloudformation from" in text(replace(escalated, trigger=nobody))


def test_of_several_endings_the_one_that_needs_a_person_most_is_in_the_subject() -> None:
    both = report(line(Ending.REPAIRED, name="a"), line(Ending.ESCALATED, name="b"))
    assert worst_ending(both) is Ending.ESCALATED
    assert subject(both) == "[HIGH] stopped repairing: invoke-permission-names-its-source orders"


def test_the_diff_is_one_of_lines_of_json() -> None:
    rows = difference(line(Ending.TOLD))
    assert rows[:3] == ("--- before", "+++ wanted", "@@ -4,5 +4,10 @@")
    assert '+      "aws:SourceAccount": "111122223333"' in rows
    assert difference(line(Ending.REPAIRED))[1] == "+++ after"


def test_what_is_no_json_is_compared_as_it_is() -> None:
    told = replace(line(Ending.REPAIRED), before="{broken", after="")
    assert difference(told) == ("--- before", "+++ after", "@@ -1 +0,0 @@", "-{broken")
    assert difference(replace(told, before=None)) == ()


def test_a_finding_without_advice_has_no_next() -> None:
    told = line(Ending.TOLD)
    silent = replace(told, finding=replace(told.finding, advice=""))
    assert "Next" in labels(text(report(told)))
    assert "Next" not in labels(text(report(silent)))
