"""Functions and journal entries by the names that people type."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import click

from permission_guard.cli.connection import Connection, StackPlace, connect
from permission_guard.cli.errors import Unusable
from permission_guard.frozen import frozen
from permission_guard.iam import ArnError, LayerVersionArn
from permission_guard.iam.arn import named
from permission_guard.journal.entry import Entry
from permission_guard.ports import NOT_FOUND, Refused

if TYPE_CHECKING:
    from permission_guard.aws.login import Login

EXAMPLE: Final = "orders/0f3c9a8b7d6e5f40"
_ENTRY: Final = re.compile(r"(?P<subject>.+)/(?P<fault>[0-9a-f]{16})")


@frozen
class TypedName:
    """A function or layer version as it was typed. Parts that were left out are empty."""

    typed: str
    arn: str
    account: str
    region: str
    qualifier: str | None = None

    @classmethod
    def of(cls, typed: str) -> TypedName:
        """Read a function's name or ARN, or the ARN of a layer version. Raises Unusable."""
        try:
            layer = LayerVersionArn.parse(typed)
        except ArnError:
            pass
        else:
            return cls(typed, typed, layer.account, layer.region)
        try:
            # Alerts show the ARN with the version or alias; the journal is kept by function.
            function, qualifier = named(typed, partition="", region="", account="")
        except ArnError as error:
            raise Unusable(f"{typed!r} is not the name or ARN of a function.") from error
        arn = str(function) if function.partition else ""
        return cls(typed, arn, function.account, function.region, qualifier)

    def at(self, there: Connection | Login) -> str:
        """Return the full ARN. Raises Unusable if it belongs to another account."""
        if self.account and self.account != there.account:
            raise Unusable(
                f"{self.typed} belongs to account {self.account}. These credentials belong to account {there.account}."
            )
        if self.arn:
            return self.arn
        function, _ = named(self.typed, partition=there.partition, region=there.region, account=there.account)
        return str(function)


def placed(name: TypedName | None, place: StackPlace) -> StackPlace:
    """Return the place in the region that an ARN names, or in the person's own. Raises Unusable."""
    region = name.region if name else ""
    if region and place.region and region != place.region:
        raise Unusable(f"--region is {place.region}, but {name.typed if name else ''} is in {region}.")
    return replace(place, region=region or place.region)


def connect_for(name: TypedName | None, context: click.Context, place: StackPlace) -> Connection:
    """Connect to the region that an ARN names, or to the person's own. Raises Unusable, Refused and RetryLater."""
    return connect(context, placed(name, place))


@frozen
class FoundEntry:
    """An entry, and the connection by which it was read."""

    entry: Entry
    connection: Connection


def find(typed: str, context: click.Context, place: StackPlace) -> FoundEntry:
    """Read the entry that an alert names. Raises Unusable, Refused and RetryLater."""
    parts = _ENTRY.fullmatch(typed)
    if parts is None:
        raise Unusable(f"{typed!r} is not the name of an entry. Alerts show it, for example {EXAMPLE}.")
    name = TypedName.of(parts["subject"])
    connection = connect_for(name, context, place)
    subject = name.at(connection)
    for entry in entries(connection, subject):
        if entry.fault == parts["fault"]:
            return FoundEntry(entry, connection)
    raise Unusable(f"The journal in {connection.region} has no entry {parts['fault']} about {subject}.")


def entries(connection: Connection, subject: str | None) -> tuple[Entry, ...]:
    """Return the entries about a function, or all of them. Raises Unusable if there is no table, Refused, RetryLater."""
    try:
        return connection.journal.all() if subject is None else connection.journal.of(subject).entries
    except Refused as error:
        if error.code in NOT_FOUND:
            where = f"{connection.region} (account {connection.account})"
            raise Unusable(
                f"Table {connection.table} was not found in {where}. Pass --region or --table."
            ) from error
        raise
