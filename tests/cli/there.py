"""The commands about the journal, run on an account in memory in which the guard has repaired something."""

from __future__ import annotations

from click.testing import CliRunner, Result

from permission_guard.cli import main
from permission_guard.cli.connection import Connection, StackPlace
from tests.undoing import Story

PLACES: list[StackPlace] = []
"""Where the commands were told to look."""


def run(story: Story, *arguments: str, stdin: str = "", color: bool = False) -> Result:
    """Run the program in this process, with the story's account where AWS would be."""

    def connect(place: StackPlace) -> Connection:
        PLACES.append(place)
        account = story.account
        return Connection(
            account.partition,
            account.account,
            place.region or account.region,
            place.table or "journal",
            story.observer,
            story.writer,
            story.journal,
            "arn:aws:iam::111122223333:user/ann",
        )

    PLACES.clear()
    return CliRunner().invoke(main, arguments, obj=connect, input=stdin, color=color, catch_exceptions=False)
