"""An alert in words, written once, and cut to what a message for SNS holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final, cast

from permission_guard.alerts.chat import chat
from permission_guard.alerts.detail import details
from permission_guard.alerts.machine import body
from permission_guard.alerts.mail import text
from permission_guard.alerts.subject import subject, worst_ending
from permission_guard.frozen import frozen
from permission_guard.iam.policy import Json
from permission_guard.journal.news import Alert
from permission_guard.ports import Notification

MESSAGE_LIMIT: Final = 256 * 1024
"""Bytes that a message may have (https://docs.aws.amazon.com/sns/latest/api/API_Publish.html)."""
_CHAT: Final = 64 * 1024
"""Bytes for the chat. Its texts alone may take 34 KB, if every second character is an escape."""
_HALF: Final = (MESSAGE_LIMIT - _CHAT) // 2 - 1024
"""Bytes for the mail and for the JSON each; the subject and the attributes count too."""
NOTICE: Final = "permission-guard/notice/1"
_TOO_LONG: Final = "The event is too long for a message: the guard's log has the alert."
_CUT: Final = "(cut here, too long for a mail: the guard's log has all of it)"


@frozen
class RenderedAlert:
    """An alert in words: it is sent, or stored for the digest, and logged."""

    alert: Alert
    subject: str
    mail: str
    body: dict[str, Json]
    """The alert for machines."""
    commands: tuple[str, ...]
    """Those that contain a finding or undo a repair."""


def rendered(alert: Alert, last_of_hour: int | None = None) -> RenderedAlert:
    """Write an alert. `last_of_hour` is how many alerts this hour has, if it is the last that is sent at once."""
    title, found = subject(alert), details(alert)
    commands = tuple(command for one in found for command in (one.contain, one.undo) if command)
    mail, machine = text(alert, found, last_of_hour), body(alert, title, found, last_of_hour)
    return RenderedAlert(alert, title, mail, machine, commands)


def notification(made: RenderedAlert) -> Notification:
    """Return the message for SNS.

    What does not fit is left out: lines at the end of the mail, and whole findings of the JSON, which shows how many.
    """
    alert, rows = made.alert, made.mail.splitlines()
    attributes = {
        "severity": alert.severity.name,
        "verdict": alert.verdict.value,
        "rule": alert.lines[0].finding.concern.value,
        "outcome": worst_ending(alert).value,
        "account": alert.facts.arn.account,
        "region": alert.facts.arn.region,
    }
    return Notification(
        made.subject,
        cut_mail(made.mail, _HALF),
        cut_body(made.body, _HALF),
        cut_body(
            made.body, _CHAT, lambda machine: chat(made.subject, rows, made.commands, attributes, machine)
        ),
        attributes,
    )


def cut_mail(mail: str, limit: int) -> str:
    """Return a mail of at most so many bytes within a JSON text; lines at its end are left out."""
    lines = mail.splitlines()
    while len(lines) > 1 and _size("\n".join(lines)) > limit:
        lines = [*lines[: (len(lines) - 1) * 9 // 10], _CUT]
    return "\n".join(lines) + "\n"


def cut_body(
    whole: dict[str, Json], limit: int, shown: Callable[[str], str] = str, listed: str = "findings"
) -> str:
    """Return an alert or digest as JSON, as it is `shown`, of at most so many bytes within a JSON text.

    Of what is `listed`, whole ones are left out, and counted.
    """
    every, left_out = cast("list[Json]", whole[listed]), cast("int", whole["leftOut"])
    kept, part = len(every), shown(json.dumps(whole))
    while kept and (size := _size(part)) > limit:
        kept = min(kept * 9 // 10, kept * limit // size)
        fewer = {**whole, listed: every[:kept], "leftOut": left_out + len(every) - kept}
        part = shown(json.dumps(fewer))
    if _size(part) > limit:
        # The event alone is too long: somebody has chosen such names.
        part = shown(json.dumps({"schema": NOTICE, "subject": whole["subject"], "text": _TOO_LONG}))
    return part


def _size(part: str) -> int:
    """Return the bytes of a part in the message, where quotes and non-ASCII characters are escaped."""
    return len(json.dumps(part))
