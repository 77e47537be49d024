"""Gathers the figures of a run, and prints them as one table at its end."""

from __future__ import annotations

import pytest

FIGURES: list[tuple[str, str, str, str]] = []
"""What was measured, ours, the baseline's in the same run, and the ratio of the two."""


@pytest.fixture
def figures() -> list[tuple[str, str, str, str]]:
    """The table that a measurement adds its rows to."""
    return FIGURES


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table."""
    rows = [("what", "here", "baseline", "ratio"), *FIGURES]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    terminalreporter.section("figures (the best round of each)")
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        terminalreporter.write_line("  ".join(cells).rstrip())
