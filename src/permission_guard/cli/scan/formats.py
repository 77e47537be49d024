"""The formats in which a scan is shown, each loaded when it is asked for."""

from __future__ import annotations

from typing import Final

from permission_guard import formats
from permission_guard.cli.endings import Unusable
from permission_guard.cli.output import is_terminal
from permission_guard.scanned import Scan

FORMATS: Final = ("table", "json", *formats.NAMES)


def show(name: str, scan: Scan, *, to_file: bool) -> str:
    """Return a scan as text in one of FORMATS. Raises Unusable where the format has no words for what was found."""
    if name == "json":
        from permission_guard.scan_json import written  # noqa: PLC0415

        return written(scan)
    if name == "table":
        from permission_guard.cli.scan import table  # noqa: PLC0415

        return table.plain(scan) if to_file or not is_terminal() else table.coloured(scan)
    try:
        return formats.show(name, scan)
    except formats.CannotShow as error:
        raise Unusable(str(error)) from error
