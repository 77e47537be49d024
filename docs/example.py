"""What the README shows: an alert made by the guard itself, on an account in memory, and a run of `explain`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from docs.gallery import IN_README, shown
from permission_guard.actor import Actor
from permission_guard.alert import text
from permission_guard.grant import Grant
from permission_guard.pipeline import Guard
from permission_guard.settings import Settings
from permission_guard.tool import Tool
from permission_guard.trigger import Kind, Trigger
from permission_guard.world import Account, WorldActor, WorldHerald, WorldJournal, WorldObserver

README: Final = Path(__file__).parent.parent / "README.md"
BEGIN: Final = "<!-- alert -->\n```text\n"
END: Final = "```\n<!-- /alert -->"
BEGIN_EXPLANATION: Final = "<!-- explain -->\n```text\n"
END_EXPLANATION: Final = "```\n<!-- /explain -->"
_NOW: Final = datetime(2026, 11, 20, 10, 15, 30, tzinfo=UTC)


def alert() -> str:
    """Let S3 into a function without a source, and return the mail that the guard sends."""
    account = Account(account="123456789012")
    function = account.with_function("orders")
    account.add_permission("orders", Grant("s3-may-invoke", "lambda:InvokeFunction", "s3.amazonaws.com"))
    settings = Settings.of({}, account=account.account, region=account.region)
    herald = WorldHerald()
    guard = Guard(
        settings,
        WorldObserver(account, settings.logging_policy_arn),
        WorldActor(account),
        herald,
        WorldJournal(account),
    )
    alice = Actor("arn:aws:iam::123456789012:user/alice", None, Tool.CLI, "192.0.2.10", "the AWS CLI")
    event = "4f9e2d7a-1c55-4d7b-9c0e-2f6f0a6c1b11"
    guard.handle(
        Trigger(Kind.PERMISSION_ADDED, function.arn, None, alice, event, _NOW, arrived="s3-may-invoke"), _NOW
    )
    return text(herald.told[0])


def with_alert(readme: str) -> str:
    """Return the README with the alert as it is now."""
    return _with(readme, BEGIN, alert(), END)


def with_explanation(readme: str) -> str:
    """Return the README with the run of `explain` as it is now."""
    return _with(readme, BEGIN_EXPLANATION, shown(IN_README), END_EXPLANATION)


def _with(readme: str, begin: str, text: str, end: str) -> str:
    start = readme.index(begin) + len(begin)
    return readme[:start] + text + readme[readme.index(end, start) :]
