"""The command `report`: a scan in JSON, turned into an HTML page or another format."""

from __future__ import annotations

from typing import Final

import click

from permission_guard import formats
from permission_guard.cli.documents import called, text_of
from permission_guard.cli.errors import Unusable
from permission_guard.cli.output import is_terminal, written
from permission_guard.formats.scan_json import ScanError, read

_HELP: Final = """\
Turn the result of scan or check into one self-contained HTML page: totals, then every finding, the most severe first, with
its proof, what a repair would change, and the lines to change at the source. It needs no server and no network.

SCAN is the file that scan or check wrote with --format json; - is standard input. AWS is not called.

\b
  permission-guard scan --format json -o scan.json
  permission-guard report scan.json -o report.html

Other formats: sarif for code scanning, github for annotations, junit for CI servers, asff for Security Hub, ocsf for a
SIEM, csv for a spreadsheet.

\b
Exit codes:
  0  written, whatever was found
  3  the input cannot be used, or the output cannot be written
"""


@click.command(help=_HELP, short_help="Turn the result of scan or check into an HTML page.")
@click.argument("scan", metavar="SCAN")
@click.option("-o", "--output", metavar="FILE", help="The file to write. Default: standard output.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(formats.NAMES),
    default="html",
    show_default=True,
    help="The output format.",
)
def report(scan: str, output: str | None, format_: str) -> None:
    """Read, show, write."""
    if output is None and format_ == "html" and is_terminal():
        raise Unusable("An HTML page cannot be shown in a terminal. Pass --output report.html.")
    try:
        shown = formats.show(format_, read(text_of(scan)))
    except ScanError as error:
        raise Unusable(f"{called(scan)}: is not a result of scan or check: {error}") from error
    except formats.CannotShow as error:
        raise Unusable(f"{called(scan)}: {error}") from error
    written(shown, output)
