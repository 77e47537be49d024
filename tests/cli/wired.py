"""A person's commands on an account in memory, over a real boto3 client."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial

import boto3
from click.testing import CliRunner, Result

from permission_guard.aws.dynamodb import Table
from permission_guard.aws.journal import DynamoJournal
from permission_guard.cli import main
from permission_guard.cli.connection import STACK, connected
from tests.aws.transport import Transport
from tests.undoing import Story


@dataclass
class Wired:
    """A story whose journal is in a table, and a person's wire to it."""

    story: Story
    wire: Transport = field(init=False)
    region: str | None = "us-east-1"

    def __post_init__(self) -> None:
        self.wire = Transport(self.story.account, stacks={STACK: {"JournalTableName": "journal"}})
        self.journal.write(tuple(replace(entry, version=0) for entry in self.story.journal.all()))
        self.wire.calls.clear()

    @property
    def journal(self) -> DynamoJournal:
        return DynamoJournal(Table(self.wire.clients(), "journal"))

    def session(self, profile: str | None, region: str | None) -> boto3.Session:
        """What boto3 opens, but that its calls end in the story's account."""
        return self.wire.session(profile, region or self.region)

    def run(self, *arguments: str) -> Result:
        connect = partial(connected, session_of=self.session)
        return CliRunner().invoke(main, arguments, obj=connect, catch_exceptions=False)

    def reported(self, *arguments: str) -> tuple[int, str]:
        result = self.run(*arguments)
        assert result.stdout == ""
        (line,) = result.stderr.splitlines()
        return result.exit_code, line.removeprefix("permission-guard: ")
