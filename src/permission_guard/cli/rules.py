"""The command `rules`: the rule ids, or what one of them reports."""

from __future__ import annotations

from typing import Final

import click

from permission_guard.cli.errors import Unusable
from permission_guard.cli.output import written
from permission_guard.cli.rows import folded, row, table
from permission_guard.rules.about import ABOUT

_HEAD: Final = ("RULE", "REPORTED IF")


@click.command(short_help="List the rules, or show one.")
@click.argument("rule", required=False)
def rules(rule: str | None) -> int:
    """List the rule ids, or show one of them: what it reports, why it matters, and AWS's page."""
    ids = {one.value: one for one in ABOUT}
    if rule is None:
        lines = table(_HEAD, ((one.value, about.reports) for one, about in ABOUT.items()))
        written("".join(f"{folded(line, lines[0].index(_HEAD[-1]))}\n" for line in lines))
        return 0
    if rule not in ids:
        raise Unusable(f"there is no rule {rule!r}: {', '.join(ids)}")
    about = ABOUT[ids[rule]]
    shown = (
        row("Rule", rule),
        row("Reports", f"{about.reports[:1].upper()}{about.reports[1:]}."),
        row("Why", about.why),
        row("Page", about.rule.reference),
    )
    written("\n".join(shown) + "\n")
    return 0
