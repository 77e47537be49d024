"""The command `rules`: the rule ids, or what one of them reports."""

from __future__ import annotations

from typing import Final

import click

from permission_guard.cli.errors import Unusable
from permission_guard.cli.output import written
from permission_guard.cli.rows import folded, row, table
from permission_guard.model.finding import Concern
from permission_guard.rules import (
    function_is_not_public,
    invoke_permission_names_its_source,
    layer_is_not_public,
    role_can_write_logs,
)
from permission_guard.rules.rule import Rule
from permission_guard.scan.explanation import WHY

ABOUT: Final[dict[Concern, tuple[str, Rule]]] = {
    Concern.ROLE_CAN_WRITE_LOGS: (
        "the execution role cannot write the function's logs",
        role_can_write_logs.RULE,
    ),
    Concern.INVOKE_PERMISSION_NAMES_ITS_SOURCE: (
        "an AWS service may invoke the function for any account",
        invoke_permission_names_its_source.RULE,
    ),
    Concern.FUNCTION_IS_NOT_PUBLIC: (
        "any AWS account may invoke the function",
        function_is_not_public.RULE,
    ),
    Concern.CROSS_ACCOUNT_ACCESS: (
        "a statement names an account or organization that is not trusted",
        function_is_not_public.RULE,
    ),
    Concern.FUNCTION_URL_IS_NOT_PUBLIC: ("the function URL is public", function_is_not_public.RULE),
    Concern.MANAGEMENT_ACCESS: (
        "an untrusted principal may change the function or read about it",
        function_is_not_public.RULE,
    ),
    Concern.PERMISSION_IS_USABLE: (
        "nobody can use the statement, so its trigger cannot work",
        invoke_permission_names_its_source.RULE,
    ),
    Concern.LAYER_IS_NOT_PUBLIC: (
        "a layer version is shared with every AWS account",
        layer_is_not_public.RULE,
    ),
}
"""What each rule id reports, and the rule that finds it."""

_HEAD: Final = ("RULE", "REPORTED IF")


@click.command(short_help="List the rules, or show one.")
@click.argument("rule", required=False)
def rules(rule: str | None) -> int:
    """List the rule ids, or show one of them: what it reports, why it matters, and AWS's page."""
    ids = {one.value: one for one in ABOUT}
    if rule is None:
        lines = table(_HEAD, ((one.value, what) for one, (what, _) in ABOUT.items()))
        written("".join(f"{folded(line, lines[0].index(_HEAD[-1]))}\n" for line in lines))
        return 0
    if rule not in ids:
        raise Unusable(f"there is no rule {rule!r}: {', '.join(ids)}")
    what, found = ABOUT[ids[rule]]
    shown = (
        row("Rule", rule),
        row("Reports", f"{what[:1].upper()}{what[1:]}."),
        row("Why", WHY.get(ids[rule], found.why)),
        row("Page", found.reference),
    )
    written("\n".join(shown) + "\n")
    return 0
