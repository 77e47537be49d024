"""The page on the template's parameters, read from `template.yaml`, and on the rules that they name."""

from __future__ import annotations

import textwrap
from typing import Final

from permission_guard.model.finding import Concern
from permission_guard.rules.about import ABOUT
from permission_guard.settings import NEVER_REPAIRED
from tests.template import written

_RULES: Final = """\
`AlertOnly` and `Ignore` take these ids. A rule that is in neither repairs what it can in Enforce mode; four of them only ever report, because a person may
have meant it or no change of the guard's fixes it."""

_CONSTANTS: Final = """\
## What is no parameter

| what | value | why |
|---|---|---|
| a new or changed function is left alone | 60 seconds | deployment tools attach the role's policies seconds later |
| a fault is reported again | after 7 days | a reminder that is not noise |
| a fault that is put back is repaired | 3 times in a day | three times rules out a retried deployment; two tools that undo each other's work need a person |
| an event brings a new statement | within an hour | after that, callers may rely on it |
| the journal keeps an entry | 365 days | longer while something depends on it |"""


def settings_page(note: str) -> str:
    """Return the page."""
    parts = [
        "# Settings",
        note,
        "",
        "The parameters of `template.yaml`. `sam deploy --guided` asks for each.",
    ]
    for name, body in written()["Parameters"].items():
        values = ", ".join(f"`{value}`" for value in body.get("AllowedValues", ()))
        default = f"`{body['Default']}`" if body.get("Default") not in {"", None} else "empty"
        parts += ["", f"## {name}", "", _wrapped(body["Description"]), "", f"Default: {default}."]
        parts += [f"One of {values}."] if values else []
        parts += [f"From {body['MinValue']} to {body['MaxValue']}."] if "MinValue" in body else []
    parts += ["", "## The rules", "", _RULES, "", "| rule id | reported if | repaired |", "|---|---|---|"]
    parts += [_row(concern) for concern in Concern]
    return "\n".join([*parts, "", _CONSTANTS]) + "\n"


def _row(concern: Concern) -> str:
    about = ABOUT[concern]
    repaired = "never" if concern in NEVER_REPAIRED else "yes"
    return f"| [`{concern.value}`](rules/{about.rule.id}.md) | {about.reports} | {repaired} |"


def _wrapped(text: str) -> str:
    return textwrap.fill(" ".join(text.split()), 110, break_on_hyphens=False, break_long_words=False)
