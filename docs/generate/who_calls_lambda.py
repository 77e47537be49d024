"""The tables of the services that invoke functions, made from `permission_guard.services`, in the page of their rule."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from permission_guard.services import BY_TOKEN, SERVICES, WITHOUT_STATEMENT, Sends, Service

_SENDS: Final = {
    Sends.ALWAYS: "yes",
    Sends.UNDOCUMENTED: "not documented for every way",
    Sends.DISPUTED: "AWS's pages contradict each other",
}
PAGE: Final = Path(__file__).parent.parent / "rules" / "invoke-permission-names-its-source.md"
BEGIN: Final = "<!-- services: made by docs/generate -->\n"
END: Final = "<!-- /services -->"


def with_services() -> str:
    """Return the rule's page with the tables as the code has them."""
    page = PAGE.read_text()
    start = page.index(BEGIN) + len(BEGIN)
    return page[:start] + "\n".join(_tables()) + "\n" + page[page.index(END, start) :]


def _tables() -> list[str]:
    return [
        "| service | its SourceArn | sends SourceArn | sends SourceAccount | the guard adds | page |",
        "|---|---|---|---|---|---|",
        *map(_row, SERVICES),
        "",
        "Alexa skills ("
        + ", ".join(f"`{name}`" for name in sorted(BY_TOKEN))
        + ") show `lambda:EventSourceToken` and no source. The guard reports them.",
        "",
        (
            "These services invoke with an execution role, or Lambda reads their records itself. A statement for them "
            "does nothing: remove it."
        ),
        "",
        "| principal | page |",
        "|---|---|",
        *(f"| `{name}` | {_link(page)} |" for name, page in WITHOUT_STATEMENT.items()),
    ]


def _row(row: Service) -> str:
    added = "nothing: it reports"
    if row.condition_key == "aws:SourceAccount":
        added = "`StringEquals aws:SourceAccount` `ACCOUNT`"
    elif row.condition_key is not None:
        added = f"`ArnLike aws:SourceArn` `{row.by_account('aws', 'REGION', 'ACCOUNT')}`"
    form = row.arn_of("aws", "REGION", "ACCOUNT")
    account = _SENDS[row.account] + ("" if row.owned else ", and required")
    return f"| `{row.principal}` | `{form}` | {_SENDS[row.arn]} | {account} | {added} | {_link(row.page)} |"


def _link(page: str) -> str:
    return f"[AWS](https://docs.aws.amazon.com/{page})"
