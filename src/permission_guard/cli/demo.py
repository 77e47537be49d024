"""The command `demo`: the guard at work in an AWS account in memory; AWS is not called, and nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

import click

from permission_guard.cli.output import written
from permission_guard.cli.rows import wrapped
from permission_guard.events.actor import Actor
from permission_guard.events.tool import Tool
from permission_guard.events.trigger import Kind, Trigger
from permission_guard.fake_aws import (
    Account,
    FakeJournal,
    FakeNotifier,
    FakeObserver,
    FakeWriter,
)
from permission_guard.model.document import Body, dumped
from permission_guard.pipeline import Guard
from permission_guard.repair.grant import Grant
from permission_guard.settings import Mode, Settings

_ACCOUNT: Final = "123456789012"
_LOGS: Final = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")
_BEGIN: Final = datetime(2026, 11, 20, 10, 15, 30, tzinfo=UTC)
_ALICE: Final = Actor(
    f"arn:aws:iam::{_ACCOUNT}:user/alice", None, Tool.CLI, "192.0.2.10", words="aws-cli/2.31.0"
)
_HELP: Final = """\
Show the guard at work: three mistakes in an AWS account in memory, and the alert that each causes.

The rules, proofs, repairs and the journal are the real ones; AWS is simulated. AWS is not called, and nothing is written.
`make demo` in a checkout deploys the real stack into an emulator.
"""


@dataclass(slots=True)
class _Stage:
    """The account, the guard that watches it, and its alerts."""

    mode: Mode
    account: Account = field(default_factory=lambda: Account(account=_ACCOUNT))
    notifier: FakeNotifier = field(default_factory=FakeNotifier)
    at: datetime = _BEGIN

    def __post_init__(self) -> None:
        settings = Settings.of({}, account=_ACCOUNT, region=self.account.region)
        settings = replace(settings, mode=self.mode)
        self.account.managed[settings.logging_policy_arn] = dumped(_document(_allow(_LOGS)))
        observer = FakeObserver(self.account, settings.logging_policy_arn)
        journal = FakeJournal(self.account)
        self.guard = Guard(settings, observer, FakeWriter(self.account), self.notifier, journal)

    guard: Guard = field(init=False)

    def happened(self, kind: Kind, sid: str | None = None) -> None:
        """Wake the guard, as EventBridge does after a call about `orders`."""
        function = self.account.functions["orders"].arn
        self.guard.handle(
            Trigger(kind, function, None, _ALICE, f"event-{sid or kind.value}", self.at, sid), self.at
        )
        self.at += timedelta(minutes=1)


def _allow(actions: tuple[str, ...], effect: str = "Allow") -> Body:
    return {"Effect": effect, "Action": list(actions), "Resource": "*"}


def _document(*statements: Body) -> Body:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _a_bare_role(there: _Stage) -> None:
    there.account.with_role("orders-role")
    there.account.with_function("orders", role="orders-role")
    there.happened(Kind.FUNCTION_CREATED)


def _an_open_topic(there: _Stage) -> None:
    there.account.add_permission("orders", Grant("topic", "lambda:InvokeFunction", "sns.amazonaws.com"))
    there.happened(Kind.PERMISSION_ADDED, "topic")


def _a_denied_role(there: _Stage) -> None:
    there.account.with_role("orders-role", Quiet=_document(_allow(("logs:*",), effect="Deny")))
    there.happened(Kind.FUNCTION_CHANGED)


_MISTAKES: Final[tuple[tuple[str, Callable[[_Stage], None]], ...]] = (
    ("Alice creates the function orders with a role that has no policies", _a_bare_role),
    ("She allows SNS to invoke it, without naming a topic or an account", _an_open_topic),
    ("She adds an explicit Deny of all CloudWatch Logs actions to the role", _a_denied_role),
)


@click.command(help=_HELP, short_help="Show the guard at work on a simulated AWS account.")
@click.option("--observe", is_flag=True, help="As with Mode=Observe: report only, change nothing.")
def demo(*, observe: bool) -> int:
    """Make each mistake and show its alert."""
    there = _Stage(Mode.OBSERVE if observe else Mode.ENFORCE)
    for number, (what, mistake) in enumerate(_MISTAKES, 1):
        sent = len(there.notifier.sent)
        mistake(there)
        written(click.style(f"{number}. {what}", bold=True) + "\n\n")
        for alert in there.notifier.sent[sent:]:
            mail = "\n".join(wrapped(alert.mail))
            written(f"{click.style(alert.subject, fg='yellow')}\n\n{mail}\n\n")
    return 0
