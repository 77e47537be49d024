"""The tables of the services that invoke functions, made from `permission_guard.callers`, in the page of their rule."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from permission_guard.callers import CALLERS, OTHERS, Caller, Cell, Mark, Other
from permission_guard.iam import FunctionArn

_EXAMPLE: Final = FunctionArn("aws", "REGION", "ACCOUNT", "name")
_MARKS: Final = {
    Mark.SURE: "yes",
    Mark.LIKELY: "likely",
    Mark.UNSURE: "not documented",
    Mark.NEVER: "**never**",
}
PAGE: Final = Path(__file__).parent / "rules" / "invoke-permission-names-its-source.md"
BEGIN: Final = "<!-- callers: made by docs/generate.py -->\n"
END: Final = "<!-- /callers -->"


def with_callers() -> str:
    """Return the rule's page with the tables as the code has them."""
    page = PAGE.read_text()
    start = page.index(BEGIN) + len(BEGIN)
    return page[:start] + "\n".join(_tables()) + "\n" + page[page.index(END, start) :]


def _tables() -> list[str]:
    return [
        "| service | its SourceArn | sends SourceArn | sends SourceAccount | the guard adds | remark |",
        "|---|---|---|---|---|---|",
        *map(_row, CALLERS),
        "",
        "These principals send no ARN of a known form. The guard adds nothing for them.",
        "",
        "| service | principal | kind | remark |",
        "|---|---|---|---|",
        *map(_other, OTHERS),
    ]


def _row(caller: Caller) -> str:
    added = "nothing: it reports"
    if caller.source_account is Mark.SURE:
        added = "`StringEquals aws:SourceAccount` `ACCOUNT`"
    elif caller.source_arn is Mark.SURE and caller.owned:
        added = f"`ArnLike aws:SourceArn` `{caller.by_account(_EXAMPLE, 'ACCOUNT')}`"
    form = caller.arn(_EXAMPLE, "ACCOUNT", name="NAME", region="REGION")
    account = _link(caller.sends_account) + ("" if caller.owned else ", and required")
    sends = f"{_link(caller.sends_arn)} | {account}"
    return f"| `{caller.principal}` | `{form}` | {sends} | {added} | {caller.remark} |"


def _other(other: Other) -> str:
    principals = ", ".join(f"`{name}`" for name in other.principals) or "none of its own"
    return f"| {other.name} | {principals} | {other.standing.value} ({_link(other.known)}) | {other.remark} |"


def _link(cell: Cell) -> str:
    """Return how sure it is, with the page that says so (or ought to)."""
    return f"[{_MARKS[cell.mark]}](https://docs.aws.amazon.com/{cell.page})"
