"""What the commands print, made by the commands: `explain` and `check`, run on docs/examples."""

from __future__ import annotations

import shlex
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from click.testing import CliRunner

from permission_guard.cli import PROGRAM, main

ROOT: Final = Path(__file__).parent.parent.parent
EXAMPLES: Final = "docs/examples/"


@dataclass(frozen=True, slots=True)
class Piece:
    """One verdict: what it shows, and the command that shows it."""

    title: str
    command: str

    def output(self) -> str:
        """Run the command where a reader of the page would."""
        with chdir(ROOT):
            return CliRunner().invoke(main, shlex.split(self.command)).output


CHECKS: Final = (
    Piece("What it reports", "check docs/examples/shop.yaml"),
    Piece("What it would write", "check --diff docs/examples/shop.yaml"),
    Piece(
        "With parameters",
        "check docs/examples/shop.yaml --account 123456789012 "
        "--parameter PartnerTopic=arn:aws:sns:us-east-1:123456789012:parcels --ignore role-can-write-logs",
    ),
)
"""Runs of `check` for its page."""


def _explain(*options: str) -> str:
    return " ".join(("explain", *options))


def _policy(name: str) -> str:
    return f"--policy {EXAMPLES}{name}.json"


_ROLE: Final = "--function arn:aws:lambda:us-east-1:123456789012:function:orders --role-arn arn:aws:iam::123456789012:role/orders"

GALLERY: Final = (
    Piece("FAIL: a service that acts for any account", _explain(_policy("any-bucket-of-any-account"))),
    Piece("FAIL: any AWS account", _explain(_policy("everybody"))),
    Piece("FAIL: no statement allows the logs", _explain(_policy("role-without-logs"), _ROLE)),
    Piece("UNKNOWN: a condition that cannot be known beforehand", _explain(_policy("from-a-day-on"))),
    Piece("PASS: one resource", _explain(_policy("one-rule-of-eventbridge"))),
)


def shown(piece: Piece) -> str:
    """A command and its output, as a terminal shows them."""
    return f"$ {PROGRAM} {piece.command}\n{piece.output()}"
