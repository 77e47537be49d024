"""Writes the pages that repeat what the code says: `make docs`. A test keeps them fresh."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from docs.generate.access_page import access_page
from docs.generate.alarms import alarms
from docs.generate.alert_schema import page as alert_schema
from docs.generate.alerts import alerts
from docs.generate.api import api
from docs.generate.check_page import check_page
from docs.generate.cost import cost
from docs.generate.drill_page import drill_page
from docs.generate.example import OPERATIONS, README, with_alert, with_undo
from docs.generate.gallery import GALLERY, shown
from docs.generate.licences import licences
from docs.generate.permissions import permissions_page
from docs.generate.settings import settings_page
from docs.generate.who_calls_lambda import with_services
from tests.faults.table import cell, page
from tools.terminal_picture import picture

DOCS: Final = Path(__file__).parent.parent
NOTE: Final = "<!-- made by docs/generate (`make docs`); change the code instead -->"

_EXPLAIN: Final = """\
`permission-guard explain orders` shows who can invoke a function as it is in AWS, and why. `explain --policy FILE` does the same for a policy document and
asks nothing of AWS: these examples read [examples](examples). An account of only nines stands for any account that you do not trust.

    aws lambda get-policy --function-name orders | permission-guard explain --policy -

The exit code is 0 if everything passes, 1 if something fails, 2 if something is UNKNOWN and nothing fails, and 3 if the input cannot be used."""


def explain_page(note: str) -> str:
    """Return the page on `explain`: one verdict of each kind."""
    parts = ["# Explain a policy", note, "", _EXPLAIN]
    for piece in GALLERY:
        parts += ["", f"## {piece.title}", "", f"```text\n{shown(piece)}```"]
    return "\n".join(parts) + "\n"


PAGES: Final[dict[str, Callable[[], str]]] = {
    "access.md": partial(access_page, NOTE),
    "api.md": partial(api, NOTE),
    "alarms.md": partial(alarms, NOTE),
    "cost.md": partial(cost, NOTE),
    "alert.schema.json": alert_schema,
    "alerts.md": partial(alerts, NOTE),
    "licenses.md": partial(licences, NOTE),
    "check.md": partial(check_page, NOTE),
    "drill.md": partial(drill_page, NOTE),
    "explain.md": partial(explain_page, NOTE),
    "settings.md": partial(settings_page, NOTE),
    "permissions.md": partial(permissions_page, NOTE),
    "pictures/terminal.svg": picture,
    "rules/invoke-permission-names-its-source.md": with_services,
}
"""Each page and what makes it."""


def main() -> None:
    """Write the pages."""
    for name, make in PAGES.items():
        (DOCS / name).write_text(make())
    # It takes half a minute, so its cells are kept fresh by the tests that play them.
    (DOCS / "faults.md").write_text(page(cell, NOTE))
    README.write_text(with_alert(README.read_text()))
    OPERATIONS.write_text(with_undo(OPERATIONS.read_text()))
