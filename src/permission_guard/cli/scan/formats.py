"""The formats in which a scan is shown, each loaded when it is asked for."""

from __future__ import annotations

from typing import Final

from permission_guard.cli.output import is_terminal
from permission_guard.scanned import Scan

FORMATS: Final = ("table", "json")


def show(name: str, scan: Scan, *, to_file: bool) -> str:
    """Return a scan as text in one of FORMATS."""
    if name == "json":
        from permission_guard.scan_json import written  # noqa: PLC0415

        return written(scan)
    from permission_guard.cli.scan import table  # noqa: PLC0415

    return table.plain(scan) if to_file or not is_terminal() else table.coloured(scan)
