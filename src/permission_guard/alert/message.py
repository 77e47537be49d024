"""The message as SNS takes it, within its limits."""

from __future__ import annotations

import json
from typing import Final

from permission_guard.alert.machine import body, entry
from permission_guard.alert.mail import text
from permission_guard.report import Report

MESSAGE_LIMIT: Final = 256 * 1024
"""Bytes that a message may have (https://docs.aws.amazon.com/sns/latest/api/API_Publish.html)."""
_HALF: Final = MESSAGE_LIMIT // 2 - 1024
"""What the mail and the JSON may each take of it: the subject and the attributes count too."""
_CUT: Final = "(cut here, too long for a mail: the guard's log has all of it)"


def message(report: Report) -> str:
    """Return the message for MessageStructure=json: text for mail, JSON for everybody else.

    What does not fit is left out: lines at the end of the mail, whole findings of the JSON, which says how many.
    """
    mail = text(report).splitlines()
    while len(mail) > 1 and _size("\n".join(mail)) > _HALF:
        mail = [*mail[: (len(mail) - 1) * 9 // 10], _CUT]
    whole, findings = body(report), [entry(line, report) for line in report.lines]
    kept = len(findings)
    machine = json.dumps(whole)
    while kept and _size(machine) > _HALF:
        kept = kept * 9 // 10
        machine = json.dumps({**whole, "findings": findings[:kept], "leftOut": len(findings) - kept})
    return json.dumps({"default": machine, "email": "\n".join(mail) + "\n"})


def _size(part: str) -> int:
    """Bytes that a part takes in the message, where its quotes and its non-ASCII characters are escaped."""
    return len(json.dumps(part))
