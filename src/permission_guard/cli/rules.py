"""The command `rules`: what the rules are, or one of them."""

from __future__ import annotations

import click

from permission_guard.cli.errors import Unusable
from permission_guard.cli.output import written
from permission_guard.cli.rows import row, table
from permission_guard.rules import RULES


@click.command(short_help="List the rules, or show one.")
@click.argument("rule", required=False)
def rules(rule: str | None) -> int:
    """List the rules, or show one of them: what it asks, why, and the page that says so."""
    if rule is None:
        written("\n".join(table(("RULE", "WHAT IT ASKS"), ((one.id, one.title) for one in RULES))) + "\n")
        return 0
    found = next((one for one in RULES if one.id == rule), None)
    if found is None:
        raise Unusable(f"there is no rule {rule!r}: {', '.join(one.id for one in RULES)}")
    rows = (
        row("Rule", found.id),
        row("Asks", found.title),
        row("Why", found.why),
        row("Page", found.reference),
    )
    written("\n".join(rows) + "\n")
    return 0
