"""The message for SNS, within its limits."""

from __future__ import annotations

import json
from typing import Final

from permission_guard.alerts.machine import entries, with_findings
from permission_guard.alerts.mail import text
from permission_guard.alerts.report import Report
from permission_guard.iam.policy import Json

MESSAGE_LIMIT: Final = 256 * 1024
"""Bytes that a message may have (https://docs.aws.amazon.com/sns/latest/api/API_Publish.html)."""
_HALF: Final = MESSAGE_LIMIT // 2 - 1024
"""Bytes for the mail and for the JSON each; the subject and the attributes count too."""
_CUT: Final = "(cut here, too long for a mail: the guard's log has all of it)"


def message(report: Report) -> str:
    """Return the message for MessageStructure=json: text for mail, JSON for everybody else.

    What does not fit is left out: lines at the end of the mail, and whole findings of the JSON, which shows how many.
    """
    return json.dumps(
        {"default": cut_body(report, entries(report), _HALF), "email": cut_mail(text(report), _HALF)}
    )


def cut_mail(mail: str, limit: int) -> str:
    """Return a mail of at most so many bytes within a JSON text; lines at its end are left out."""
    lines = mail.splitlines()
    while len(lines) > 1 and _size("\n".join(lines)) > limit:
        lines = [*lines[: (len(lines) - 1) * 9 // 10], _CUT]
    return "\n".join(lines) + "\n"


def cut_body(report: Report, findings: list[Json], limit: int) -> str:
    """Return the alert as JSON of at most so many bytes within a JSON text; whole findings are left out, and counted."""
    kept = len(findings)
    machine = json.dumps(with_findings(report, findings))
    while kept and _size(machine) > limit:
        kept = kept * 9 // 10
        machine = json.dumps(with_findings(report, findings[:kept], left_out=len(findings) - kept))
    return machine


def _size(part: str) -> int:
    """Return the bytes of a part in the message, where quotes and non-ASCII characters are escaped."""
    return len(json.dumps(part))
