"""The command `report`: a scan that was kept as JSON, shown as a page, or in a format that other programs read."""

from __future__ import annotations

from typing import Final

import click

from permission_guard import formats
from permission_guard.cli.documents import called, text_of
from permission_guard.cli.endings import Unusable
from permission_guard.cli.output import is_terminal, written
from permission_guard.scan_json import ScanError, read

_HELP: Final = """\
Make one self-contained page of what a scan or a check found: totals, then every finding, the worst first, with its
proof, what a repair would change, and the lines to change at the source. It needs no server and no network.

SCAN is what scan or check wrote with --format json; - is standard input. Nothing is asked of AWS.

\b
  permission-guard scan --format json --output scan.json
  permission-guard report scan.json --output report.html

The other formats are for other programs: sarif for code scanning, asff for Security Hub, ocsf for a SIEM, csv for a
spreadsheet.

\b
Exit codes:
  0  written, whatever the scan found
  3  the input cannot be used, or the output cannot be written
"""


@click.command(help=_HELP, short_help="Make one self-contained page of a scan.")
@click.argument("scan", metavar="SCAN")
@click.option(
    "--output", "-o", metavar="FILE", help="Write to a file, whole or not at all. Default: standard output."
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(formats.NAMES),
    default="html",
    show_default=True,
    help="What to make of it.",
)
def report(scan: str, output: str | None, format_: str) -> None:
    """Read, show, write."""
    if output is None and format_ == "html" and is_terminal():
        raise Unusable(
            "a page is not to be read in a terminal: give it a file (--output report.html), or redirect it"
        )
    try:
        shown = formats.show(format_, read(text_of(scan)))
    except ScanError as error:
        raise Unusable(f"{called(scan)}: is no scan: {error}") from error
    except formats.CannotShow as error:
        raise Unusable(f"{called(scan)}: {error}") from error
    written(shown, output)
