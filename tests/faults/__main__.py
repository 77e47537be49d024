"""Prints the fault matrix (`make faults`)."""

from __future__ import annotations

import sys

from tests.faults.table import cell, page

if __name__ == "__main__":
    sys.stdout.write(page(cell, ""))
