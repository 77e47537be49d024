"""Verdicts of each kind, made by the very command: `explain` run on the small policies of docs/examples."""

from __future__ import annotations

import shlex
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from click.testing import CliRunner

from permission_guard.cli import PROGRAM, main

ROOT: Final = Path(__file__).parent.parent
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
    Piece("What it tells", "check docs/examples/shop.yaml"),
    Piece("What it would write", "check --diff docs/examples/shop.yaml"),
    Piece(
        "With what is not known said",
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
    Piece("PASS: open to one resource", _explain(_policy("one-rule-of-eventbridge"))),
    Piece("PASS: open to an account", _explain(_policy("any-bucket-of-the-account"))),
    Piece("FAIL: a service that acts for anybody", _explain(_policy("any-bucket-of-anybody"))),
    Piece("FAIL: everybody", _explain(_policy("everybody"))),
    Piece("FAIL: an account that is not trusted", _explain(_policy("another-account"))),
    Piece(
        "PASS: the same account, trusted",
        _explain(_policy("another-account"), "--trusted-account 210987654321"),
    ),
    Piece(
        "FAIL: an account that is not trusted may change the function",
        _explain(_policy("another-account-may-change-it")),
    ),
    Piece("FAIL: a function URL for everybody", _explain(_policy("public-url"))),
    Piece("FAIL: a trigger that cannot work", _explain(_policy("a-trigger-that-cannot-work"))),
    Piece("FAIL: no statement allows the logs", _explain(_policy("role-without-logs"), _ROLE)),
    Piece("FAIL: a Deny forbids the logs", _explain(_policy("role-with-logs"), _policy("deny-logs"), _ROLE)),
    Piece(
        "FAIL: the permissions boundary does not allow the logs",
        _explain(_policy("role-with-logs"), f"--boundary {EXAMPLES}boundary.json", _ROLE),
    ),
    Piece("UNKNOWN: a condition that only each call can tell", _explain(_policy("an-address"))),
)
IN_README: Final = GALLERY[2]


def shown(piece: Piece) -> str:
    """A command and its output, as a terminal shows them."""
    return f"$ {PROGRAM} {piece.command}\n{piece.output()}"
