"""What the journal's table keeps for the sweep: when it began, and which statements it has seen of each function."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from permission_guard.aws.journal import digests, is_entry
from permission_guard.aws.table import LAST, SEEN, SWEEP, Table
from permission_guard.events.record import BadEvent, Record
from permission_guard.iam import FunctionArn
from permission_guard.journal.entry_json import EntryError, entry_of
from permission_guard.journal.history import is_open
from permission_guard.journal.seen import digest_of_all
from permission_guard.model.finding import Concern
from permission_guard.ports import ChangedMeanwhile, FunctionRecord, Sweep

PERMISSIONS = ("dynamodb:Scan", "dynamodb:PutItem", "dynamodb:UpdateItem")
"""The rights that this module's calls need."""

SWEEP_PAUSE: Final = timedelta(hours=1)
"""Between the beginnings of two sweeps, so that nobody can make the guard sweep all the time."""
VERSIONS_EVERY: Final = timedelta(days=6, hours=12)
"""Between two sweeps of every published version: a week, less some time for a late sweep."""
_NOTHING: Final = "-"
"""A set of DynamoDB's must not be empty; no digest is this text."""


class DynamoSweepRecords:
    """Implements `ports.SweepRecords` in the journal's table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def begin(self, sweep_id: str, now: datetime) -> Sweep | None:
        """UpdateItem with the condition that no other sweep has begun within the hour."""
        values = {
            ":id": {"S": sweep_id},
            ":now": {"S": now.isoformat()},
            ":before": {"S": (now - SWEEP_PAUSE).isoformat()},
        }
        try:
            item = self._table.update(
                SWEEP,
                LAST,
                "SET id = :id, began = :now",
                ConditionExpression="attribute_not_exists(began) OR began <= :before OR id = :id",
                ExpressionAttributeValues=values,
            )
        except ChangedMeanwhile:
            return None
        return Sweep(sweep_id, all_versions=_is_due(item, now))

    def end(self, sweep: Sweep, now: datetime) -> None:
        """UpdateItem: the sweep has listed everything."""
        versions = ", versions_at = :now" if sweep.all_versions else ""
        self._table.update(
            SWEEP,
            LAST,
            f"SET ended = :now{versions}",
            ExpressionAttributeValues={":now": {"S": now.isoformat()}},
        )

    def overview(self) -> Mapping[str, FunctionRecord]:
        """Scan: what is known about every function. An entry that cannot be read counts as open."""
        found: dict[str, tuple[set[str | None], set[str | None], Record | None]] = {}
        for item in self._table.scan():
            subject = item.inner_or_empty("subject").text_or("S")
            qualifiers, roles, seen = found.get(subject, (set(), set(), None))
            if item.inner_or_empty("fault").text_or("S") == SEEN:
                seen = item
            elif is_entry(item):
                _note(item, qualifiers, roles)
            found[subject] = qualifiers, roles, seen
        return {
            subject: FunctionRecord(
                frozenset(qualifiers),
                frozenset(roles),
                _digest(digests(seen, "statements")),
                _digest(digests(seen, "versions")),
            )
            for subject, (qualifiers, roles, seen) in found.items()
        }

    def write_seen(
        self, function: FunctionArn, seen: frozenset[str], versions: frozenset[str] | None
    ) -> None:
        """UpdateItem: the statements that were seen."""
        sets = {":seen": {"SS": sorted(seen) or [_NOTHING]}}
        more = ""
        if versions is not None:
            more = ", versions = :versions"
            sets[":versions"] = {"SS": sorted(versions) or [_NOTHING]}
        self._table.update(
            str(function), SEEN, f"SET statements = :seen{more}", ExpressionAttributeValues=sets
        )


def _is_due(item: Record, now: datetime) -> bool:
    """Return whether every version is due; a damaged time counts as none."""
    try:
        last = item.inner("versions_at").moment("S")
    except BadEvent:
        return True
    return now - last >= VERSIONS_EVERY


def _note(item: Record, qualifiers: set[str | None], roles: set[str | None]) -> None:
    try:
        entry = entry_of(item.inner("entry").text("S"))
    except (EntryError, BadEvent):
        qualifiers.add(None)
        return
    if is_open(entry):
        qualifiers.add(entry.cause.qualifier)
        if entry.finding.concern is Concern.ROLE_CAN_WRITE_LOGS:
            roles.add(entry.cause.qualifier)


def _digest(digests_: frozenset[str] | None) -> str | None:
    return None if digests_ is None else digest_of_all(digests_ - {_NOTHING})
