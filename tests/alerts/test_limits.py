"""Every ending renders, whatever the names are and however much there is, within what SNS takes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from permission_guard.alerts import MESSAGE_LIMIT, SUBJECT_LIMIT, notification, rendered
from permission_guard.aws.sns import message
from permission_guard.events.tool import Tool
from permission_guard.journal.news import Alert
from permission_guard.repair.outcome import Ending
from tests.alerts.scenes import FORGED, line, report, text

ENOUGH = 20 * 1024
"""About as much as a resource policy may have (facts 3.3)."""


def hostile(ending: Ending) -> Alert:
    return report(line(ending, name=FORGED, size=ENOUGH), name=FORGED)


def sent(one: Alert) -> tuple[str, str, dict[str, Any], int]:
    """The subject, the mail, the JSON, and how many bytes SNS counts."""
    made = notification(rendered(one))
    whole = message(made)
    return made.subject, made.mail, json.loads(made.body), len(whole.encode())


@pytest.mark.parametrize("ending", Ending)
def test_every_ending_stays_within_the_limits_with_hostile_names_and_a_large_policy(ending: Ending) -> None:
    title, mail, _, size = sent(hostile(ending))
    assert title.isascii()
    assert title.isprintable()
    assert 0 < len(title) <= SUBJECT_LIMIT
    assert size <= MESSAGE_LIMIT
    assert all(row.isprintable() for row in mail.split("\n"))
    assert "\n1. PASS all is well" not in mail


def test_a_thousand_findings_are_cut_and_counted() -> None:
    endings = [*Ending] * 167
    many = report(*(line(endings[number], name=f"s{number}", size=300) for number in range(1000)))
    title, mail, machine, size = sent(many)
    assert len(title) <= SUBJECT_LIMIT
    assert size <= MESSAGE_LIMIT
    assert mail.endswith("(cut here, too long for a mail: the guard's log has all of it)\n")
    assert 0 < len(machine["findings"]) < 1000
    assert len(machine["findings"]) + machine["leftOut"] == 1000


@pytest.mark.parametrize("tool", Tool)
def test_no_line_of_a_patch_can_be_forged(tool: Tool) -> None:
    mail = text(report(line(Ending.REPAIRED, name=FORGED), name=FORGED, tool=tool))
    assert all(row.isprintable() for row in mail.split("\n"))
    assert "all is well" in mail
    assert [row for row in mail.split("\n") if row.lstrip().startswith("1. PASS")] == []
