"""A message as Amazon Q Developer in chat applications shows it in Slack and Microsoft Teams.

The format and its limits: https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html. SNS gives it to every HTTPS
subscriber, so the JSON for machines is in `additionalContext`, the one place that the format has for other data. How long that
may be is not documented.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Final

from permission_guard.alerts.printable import printable

_DESCRIPTION: Final = 8_000
_STEP: Final = 350
_FENCE: Final = "```"
_CUT: Final = "(cut here, too long for a chat: the mail, or the guard's log, has all of it)"
_NO_MARKUP: Final = str.maketrans({"<": "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}",
                                   ">": "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}", "`": "'"})  # fmt: skip
"""Callers choose names. Without these characters none ends a block of code, makes a link, or mentions a channel."""


def chat(
    title: str, rows: Iterable[str], commands: Iterable[str], attributes: Mapping[str, str], machine: str
) -> str:
    """Return a custom notification with its rows in one block of code. A command that is too long is left out, never cut."""
    steps = (f"`{_inert(command)}`" for command in commands)
    return json.dumps(
        {
            "version": "1.0",
            "source": "custom",
            "content": {
                "textType": "client-markdown",
                "title": _inert(title),
                "description": _block(map(_inert, rows)),
                "nextSteps": [step for step in steps if len(step) <= _STEP],
                "keywords": list(attributes.values()),
            },
            "metadata": {"additionalContext": {"alert": machine}},
        }
    )


def _block(rows: Iterable[str]) -> str:
    """Return rows as a block of code of at most so many bytes of UTF-8; rows at its end are left out."""
    kept, left = [_FENCE], _DESCRIPTION - 2 * len(_FENCE) - len(_CUT) - 3
    for row in rows:
        left -= len(row.encode()) + 1
        if left < 0:
            kept.append(_CUT)
            break
        kept.append(row)
    return "\n".join([*kept, _FENCE])


def _inert(text: str) -> str:
    return printable(text).translate(_NO_MARKUP)
