"""A person's connection: the account, the Region, the guard's journal there, and AWS."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

import click

from permission_guard.cli.errors import Unusable
from permission_guard.frozen import frozen
from permission_guard.journal.entry import Entry
from permission_guard.ports import Journal, Observer, Writer

if TYPE_CHECKING:
    from permission_guard.aws.login import Login, SessionOf

STACK: Final = "permission-guard"
"""The stack's name in samconfig.toml."""


class ReadableJournal(Journal, Protocol):
    """A journal that can be read as a whole."""

    def all(self) -> tuple[Entry, ...]:
        """Return every entry. Raises RetryLater or Refused."""
        ...


@frozen
class StackPlace:
    """The options that name the guard's stack, as they were typed."""

    profile: str | None
    region: str | None
    stack_name: str
    table: str | None = None


@frozen
class Connection:
    """The connection to AWS with a person's credentials."""

    partition: str
    account: str
    region: str
    table: str
    observer: Observer
    writer: Writer
    journal: ReadableJournal
    caller: str
    """The person's ARN (sts:GetCallerIdentity)."""


def logged_in(place: StackPlace, session_of: SessionOf | None = None) -> Login:
    """Use a person's credentials. Raises Unusable, Refused and RetryLater."""
    # `explain` and --help do without AWS's libraries, which take a while to load.
    from permission_guard.aws import login  # noqa: PLC0415

    try:
        return login.log_in(place.profile, place.region, session_of or login.session_of)
    except login.NoLogin as error:
        raise Unusable(str(error)) from error


Connect: TypeAlias = Callable[[StackPlace], Connection]


def connected(place: StackPlace, session_of: SessionOf | None = None) -> Connection:
    """Connect to AWS. Raises Unusable, Refused and RetryLater."""
    # As in `logged_in`.
    from permission_guard.aws import login  # noqa: PLC0415
    from permission_guard.aws.dynamodb import Table  # noqa: PLC0415
    from permission_guard.aws.journal import DynamoJournal  # noqa: PLC0415
    from permission_guard.aws.observe import AwsObserver  # noqa: PLC0415
    from permission_guard.aws.writer import AwsWriter  # noqa: PLC0415

    caller = logged_in(place, session_of)
    try:
        table = place.table or login.output_of(
            caller.clients, caller.account, place.stack_name, login.TABLE_OUTPUT
        )
    except login.NoOutput as error:
        raise Unusable(str(error)) from error
    return Connection(
        caller.partition,
        caller.account,
        caller.region,
        table,
        # The entry names the policy to detach; none is looked up.
        AwsObserver(caller.clients, ""),
        AwsWriter(caller.clients),
        DynamoJournal(Table(caller.clients, table)),
        caller.arn,
    )


def connect(context: click.Context, place: StackPlace) -> Connection:
    """Connect to AWS, or to a test's replacement."""
    chosen: Connect = context.obj or connected
    return chosen(place)


def options(command: Any) -> Any:
    """Add the options that say where to look for the journal."""
    table = click.option("--table", metavar="NAME", help="The journal's table, instead of that of the stack.")
    return places(table(command))


def places(command: Any) -> Any:
    """Add the options that say where the guard is."""
    for option in (
        click.option(
            "--stack-name",
            metavar="NAME",
            default=STACK,
            show_default=True,
            help="The guard's stack.",
        ),
        click.option(
            "--region", metavar="REGION", help="The Region of the guard. Default: as in the AWS CLI."
        ),
        click.option("--profile", metavar="NAME", help="The AWS CLI profile to use."),
    ):
        command = option(command)
    return command
