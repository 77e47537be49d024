"""The page about the services that invoke functions, made from the table in `permission_guard.callers`."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Final

from permission_guard.callers import CALLERS, OTHERS, Caller, Cell, Mark, Other, Standing
from permission_guard.iam import FunctionArn

_EXAMPLE: Final = FunctionArn("aws", "REGION", "ACCOUNT", "name")
_MARKS: Final = {Mark.SURE: "yes", Mark.LIKELY: "likely", Mark.UNSURE: "nobody says", Mark.NEVER: "**never**"}

_INTRODUCTION: Final = """\
A service that may invoke a function says on whose behalf it does so: `aws:SourceArn` names the resource,
`aws:SourceAccount` its account. Not every service sends both. A condition on a key that is not sent locks
the service out, so the guard adds only a key that is marked *yes* here, and tells you otherwise. It names accounts and
never single resources, so that whatever you connect tomorrow gets in too."""

_EACH: Final = """\
For each service what else is to be known, and the page behind each mark (where nobody says, the page that ought to)."""

_OTHERS: Final = """\
These principals show no ARN of a known form, so the guard adds nothing for them. *Likely* is a mark here too: the page
says what is used instead, and no page says that the resource policy is not asked."""


def who_calls_lambda(note: str) -> str:
    """Return the page, with this note below its title."""
    lines = ["# Who calls Lambda", note, "", _INTRODUCTION, ""]
    lines += [
        "| service | its SourceArn | sends SourceArn | sends SourceAccount | what the guard adds |",
        "|---|---|---|---|---|",
        *map(_row, CALLERS),
        "",
        "## Each service",
        "",
        _EACH,
    ]
    for caller in CALLERS:
        lines += _section(caller)
    lines += ["", "## Who shows no ARN", "", _OTHERS]
    for standing in Standing:
        lines += ["", f"### {standing.value[0].upper()}{standing.value[1:]}", ""]
        lines += ["| service | principal | remark | how sure | source |", "|---|---|---|---|---|"]
        lines += [_other(other) for other in OTHERS if other.standing is standing]
    return "\n".join(lines) + "\n"


def _row(caller: Caller) -> str:
    added = "nothing: it tells you"
    if caller.source_account is Mark.SURE:
        added = "`StringEquals aws:SourceAccount` `ACCOUNT`"
    elif caller.source_arn is Mark.SURE and caller.owned:
        added = f"`ArnLike aws:SourceArn` `{caller.by_account(_EXAMPLE, 'ACCOUNT')}`"
    form = caller.arn(_EXAMPLE, "ACCOUNT", name="NAME", region="REGION")
    return f"| `{caller.principal}` | `{form}` | {_MARKS[caller.source_arn]} | {_account(caller)} | {added} |"


def _account(caller: Caller) -> str:
    return _MARKS[caller.source_account] + ("" if caller.owned else ", and required")


def _section(caller: Caller) -> Iterator[str]:
    yield from ("", f"### `{caller.principal}`", "", _wrapped(caller.remark), "")
    yield f"- Sends `aws:SourceArn`: {_MARKS[caller.source_arn]} ({_link(caller.sends_arn)})."
    yield f"- Sends `aws:SourceAccount`: {_account(caller)} ({_link(caller.sends_account)})."


def _other(other: Other) -> str:
    principals = ", ".join(f"`{name}`" for name in other.principals) or "none of its own"
    mark = _MARKS[other.known.mark]
    return f"| {other.name} | {principals} | {other.remark} | {mark} | {_link(other.known)} |"


def _link(cell: Cell) -> str:
    return f"[{cell.page.rsplit('/', 1)[-1]}](https://docs.aws.amazon.com/{cell.page})"


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 110, break_on_hyphens=False, break_long_words=False)
