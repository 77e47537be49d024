"""Writes the pages that say again what the code says: `make docs`. A test holds them fresh."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any, Final

from docs.access_page import access_page
from docs.alarms import alarms as alarms_page
from docs.alert_schema import page as alert_schema
from docs.alerts import alerts as alerts_page
from docs.api import api as api_page
from docs.check_page import check_page
from docs.cost import cost as cost_page
from docs.example import README, with_alert, with_explanation, with_undo
from docs.gallery import GALLERY, shown
from docs.licences import licences as licences_page
from docs.who_calls_lambda import who_calls_lambda
from tests.faults.table import cell, page
from tests.template import written

DOCS: Final = Path(__file__).parent
NOTE: Final = "<!-- made by docs/generate.py (`make docs`); change the code instead -->"


def access() -> str:
    """Who has access: the model of callers and its limits."""
    return access_page(NOTE)


def callers() -> str:
    """The services that invoke functions, and what each really sends."""
    return who_calls_lambda(NOTE)


def check() -> str:
    """The rules before the deploy."""
    return check_page(NOTE)


def alarms() -> str:
    """The guard's own failures, and the dashboard."""
    return alarms_page(NOTE)


def api() -> str:
    """The Python API."""
    return api_page(NOTE)


def alerts() -> str:
    """What an alert says, to people and to machines."""
    return alerts_page(NOTE)


def cost() -> str:
    """What it costs each month."""
    return cost_page(NOTE)


def licences() -> str:
    """What the package brings along, and under which licences."""
    return licences_page(NOTE)


def settings() -> str:
    """The parameters of the template."""
    parts = [
        "# Settings",
        NOTE,
        "",
        "The parameters of `template.yaml`; `sam deploy --guided` asks for each.",
    ]
    for name, body in written()["Parameters"].items():
        values = ", ".join(f"`{value}`" for value in body.get("AllowedValues", ()))
        default = f"`{body['Default']}`" if body.get("Default") not in {"", None} else "empty"
        parts += ["", f"## {name}", "", _wrapped(body["Description"]), "", f"Default: {default}."]
        parts += [f"One of {values}."] if values else []
        parts += [f"From {body['MinValue']} to {body['MaxValue']}."] if "MinValue" in body else []
    return "\n".join(parts) + "\n"


def permissions() -> str:
    """Every right that the guard's role has, and when."""
    resources: dict[str, Any] = written()["Resources"]
    parts = ["# What the guard may do", NOTE, "", _wrapped(_PERMISSIONS), "", "## Always"]
    for policy in resources["GuardRole"]["Properties"]["Policies"]:
        parts += _statements(policy["PolicyDocument"]["Statement"])
    for body in resources.values():
        if body["Type"] == "AWS::IAM::ManagedPolicy":
            parts += ["", "## Always, to see what is connected to a function, and who uses a role"]
            parts += _statements(body["Properties"]["PolicyDocument"]["Statement"])
        if body["Type"] == "AWS::IAM::Policy":
            parts += ["", f"## Only under the condition `{body['Condition']}`"]
            parts += _statements(body["Properties"]["PolicyDocument"]["Statement"])
    return "\n".join(parts) + "\n"


_PERMISSIONS: Final = (
    "Read from `template.yaml`, where each statement has its reason beside it. A test holds the actions equal to what "
    "the code calls, both ways. The rights to change something exist only with `Mode=Enforce` and only for a rule that "
    "is set to `Repair`."
)


def _statements(found: list[dict[str, Any]]) -> list[str]:
    rows = ["", "| statement | effect | actions |", "|---|---|---|"]
    for statement in found:
        listed = statement["Action"]
        actions = ", ".join(f"`{action}`" for action in ([listed] if isinstance(listed, str) else listed))
        keys = ", ".join(f"`{key}`" for block in statement.get("Condition", {}).values() for key in block)
        pinned = f", pinned by {keys}" if keys else ""
        rows.append(f"| {statement['Sid']} | {statement['Effect']} | {actions}{pinned} |")
    return rows


def verdicts() -> str:
    """One verdict of each kind, as `explain` tells it."""
    parts = ["# Verdicts", NOTE, "", _wrapped(_VERDICTS)]
    for piece in GALLERY:
        parts += ["", f"## {piece.title}", "", f"```text\n{shown(piece)}```"]
    return "\n".join(parts) + "\n"


_VERDICTS: Final = (
    "What `permission-guard explain` says of the small policies in [examples](examples). It reads files and asks nothing "
    "of AWS. An account of only nines stands for any account that you do not trust. The exit code is 0 if everything "
    "passes, 1 if something fails, 2 if something cannot be told and nothing fails, and 3 if the input cannot be used."
)


def _wrapped(text: str) -> str:
    return textwrap.fill(" ".join(text.split()), 110, break_on_hyphens=False, break_long_words=False)


PAGES: Final = {
    "access.md": access,
    "api.md": api,
    "alarms.md": alarms,
    "cost.md": cost,
    "alert.schema.json": alert_schema,
    "alerts.md": alerts,
    "callers.md": callers,
    "licences.md": licences,
    "check.md": check,
    "settings.md": settings,
    "permissions.md": permissions,
    "verdicts.md": verdicts,
}
"""Each page and what makes it."""


def main() -> None:
    """Write the pages."""
    for name, make in PAGES.items():
        (DOCS / name).write_text(make())
    # It takes half a minute, so its cells are held fresh by the tests that play them.
    (DOCS / "faults.md").write_text(page(cell, NOTE))
    README.write_text(with_undo(with_explanation(with_alert(README.read_text()))))


if __name__ == "__main__":
    main()
