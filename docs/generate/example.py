"""What the pages show: an alert made by the guard itself, on an account in memory, and a run of `undo`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from click.testing import CliRunner

from permission_guard.cli import PROGRAM, main
from permission_guard.cli.connection import Connection, StackPlace
from permission_guard.cli.undo import QUESTION
from permission_guard.events.actor import Actor
from permission_guard.events.tool import Tool
from permission_guard.events.trigger import Kind, Trigger
from permission_guard.fake_aws import Account, FakeJournal, FakeNotifier, FakeObserver, FakeWriter
from permission_guard.pipeline import Guard
from permission_guard.repair.grant import Grant
from permission_guard.settings import Settings

README: Final = Path(__file__).parent.parent.parent / "README.md"
OPERATIONS: Final = Path(__file__).parent.parent / "operations.md"
BEGIN: Final = "<!-- alert -->\n```text\n"
END: Final = "```\n<!-- /alert -->"
BEGIN_SHORT: Final = "<!-- first lines -->\n```text\n"
END_SHORT: Final = "```\n<!-- /first lines -->"
BEGIN_UNDO: Final = "<!-- undo -->\n```text\n"
END_UNDO: Final = "```\n<!-- /undo -->"
_PERSON: Final = "arn:aws:iam::123456789012:user/ann"
_NOW: Final = datetime(2026, 11, 20, 10, 15, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Repaired:
    """An account in which the guard has repaired something, what it reported, and its journal."""

    account: Account
    notifier: FakeNotifier
    journal: FakeJournal


def repaired() -> Repaired:
    """Let S3 into a function without a source, and let the guard repair that."""
    account = Account(account="123456789012")
    function = account.with_function("orders")
    account.add_permission("orders", Grant("s3-may-invoke", "lambda:InvokeFunction", "s3.amazonaws.com"))
    settings = Settings.of({}, account=account.account, region=account.region)
    notifier, journal = FakeNotifier(), FakeJournal(account)
    guard = Guard(
        settings,
        FakeObserver(account, settings.logging_policy_arn),
        FakeWriter(account),
        notifier,
        journal,
    )
    alice = Actor("arn:aws:iam::123456789012:user/alice", None, Tool.CLI, "192.0.2.10", "the AWS CLI")
    event = "4f9e2d7a-1c55-4d7b-9c0e-2f6f0a6c1b11"
    guard.handle(
        Trigger(Kind.PERMISSION_ADDED, function.arn, None, alice, event, _NOW, arrived="s3-may-invoke"), _NOW
    )
    return Repaired(account, notifier, journal)


def alert() -> str:
    """Return the mail that the guard sends, with its subject."""
    sent = repaired().notifier.sent[0]
    return f"Subject: {sent.subject}\n\n{sent.mail}"


_SHORT: Final = ("Caused by", "Finding", "Undo")
"""The lines of an alert that the README begins with, beside its subject and its first sentence."""


def short_alert() -> str:
    """Return the five lines of the mail that matter most."""
    sent = repaired().notifier.sent[0]
    outcome, *lines = sent.mail.replace(_WRAPPED, " ").splitlines()
    kept = [line for label in _SHORT for line in lines if line.startswith(f"{label} ")]
    return "\n".join((sent.subject, outcome, *kept)) + "\n"


_WRAPPED: Final = f"\n{'':<12}"
"""Where the mail goes on in the next line."""


def undoing() -> str:
    """Have the repair undone by a person who says yes, and return what the terminal shows."""
    there = repaired()
    (entry,) = there.journal.all()

    def connect(_: StackPlace) -> Connection:
        account, observer = there.account, FakeObserver(there.account, "")
        where = (account.partition, account.account, account.region, "journal")
        return Connection(*where, observer, FakeWriter(account), there.journal, _PERSON)

    command = ["undo", entry.id]
    shown = CliRunner().invoke(main, command, obj=connect, input="y\n").output
    # What a person types is shown by the terminal, not by the program.
    answered = shown.replace(QUESTION, QUESTION + "y\n")
    return f"$ {PROGRAM} {' '.join(command)}\n{answered}"


def with_alert(readme: str) -> str:
    """Return the README with the alert as it is now, and with its first lines."""
    return _with(_with(readme, BEGIN_SHORT, short_alert(), END_SHORT), BEGIN, alert(), END)


def with_undo(page: str) -> str:
    """Return the page on operations with the run of `undo` as it is now."""
    return _with(page, BEGIN_UNDO, undoing(), END_UNDO)


def _with(page: str, begin: str, text: str, end: str) -> str:
    start = page.index(begin) + len(begin)
    return page[:start] + text + page[page.index(end, start) :]
