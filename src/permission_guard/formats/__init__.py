"""What a scan or a check found, as others read it: each format is a function of the scan, in a module of its own.

All of them show the most severe finding first, and make untrusted text inert (`text.py`). None calls AWS or reads the machine.
"""

from __future__ import annotations

from importlib import import_module
from typing import Final

from permission_guard.formats.untrusted_text import CannotShow
from permission_guard.scan.result import Scan

NAMES: Final = ("asff", "csv", "github", "html", "junit", "ocsf", "sarif")
"""Each is a module of this name, with a function `show`."""


def show(name: str, scan: Scan) -> str:
    """Return the scan in a format of NAMES. Raises CannotShow where the format has no words for what was found.

    A format is loaded when it is asked for; only `html` needs Jinja (the extra `cli`).
    """
    if name not in NAMES:
        raise ValueError(f"{name!r} is none of {', '.join(NAMES)}")
    return str(import_module(f"permission_guard.formats.{name}").show(scan))


__all__ = ["NAMES", "CannotShow", "show"]
