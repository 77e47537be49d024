"""What the journal's table keeps for the sweep: when it began, and when each function was evaluated and what was seen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from permission_guard.aws.dynamodb import LAST, SEEN, SWEEP, Table
from permission_guard.aws.journal import digests, is_entry, read_entry
from permission_guard.events.record import BadEvent, Record
from permission_guard.journal.entry import Entry
from permission_guard.journal.entry_json import EntryError, entry_of
from permission_guard.journal.fault import digest_of_all
from permission_guard.journal.history import is_open
from permission_guard.journal.summary import (
    SWEEP_PAUSE,
    VERSIONS_EVERY,
    Evaluated,
    LatestSweep,
    SweepProgress,
)
from permission_guard.model.finding import Concern
from permission_guard.ports import (
    ChangedMeanwhile,
    FunctionRecord,
    Refused,
    Sweep,
)
from permission_guard.settings import RETENTION

PERMISSIONS = ("dynamodb:Query", "dynamodb:Scan", "dynamodb:PutItem", "dynamodb:UpdateItem")
"""The rights that this module's calls need."""

_GONE_FOR: Final = timedelta(days=1)
"""How long it is kept that a function does not exist."""
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

    def end(self, sweep: Sweep, functions: int, now: datetime) -> None:
        """UpdateItem: the sweep has listed everything."""
        versions = ", versions_at = :now" if sweep.all_versions else ""
        self._table.update(
            SWEEP,
            LAST,
            f"SET ended = :now, sent_tasks = :functions{versions}",
            ExpressionAttributeValues={
                ":now": {"S": now.isoformat()},
                ":functions": {"N": str(functions)},
            },
        )

    def latest(self) -> LatestSweep | None:
        """Query: the sweep that began last."""
        return next(filter(None, map(_latest, self._table.query(SWEEP))), None)

    def progress(self, sweep: LatestSweep) -> SweepProgress:
        """Scan: the functions that were evaluated since, and every entry."""
        evaluated = 0
        entries: list[Entry] = []
        unreadable: list[str] = []
        for item in self._table.scan():
            if item.inner_or_empty("fault").text_or("S") == SEEN:
                at = _moment(item, "evaluated_at")
                evaluated += at is not None and at >= sweep.began
            elif is_entry(item):
                try:
                    entries.append(read_entry(item))
                except Refused:
                    unreadable.append(item.inner("subject").text("S"))
        return SweepProgress(evaluated, tuple(entries), tuple(dict.fromkeys(unreadable)))

    def note_summary(self, sweep: LatestSweep) -> None:
        """UpdateItem: a sweep's summary was sent, or need not be."""
        self._table.update(
            SWEEP,
            LAST,
            "SET summarized = :began",
            ExpressionAttributeValues={":began": {"S": sweep.began.isoformat()}},
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

    def write_evaluated(self, evaluated: Evaluated) -> None:
        """UpdateItem: a task is done. DynamoDB deletes the item of a function that is gone."""
        until = evaluated.at + (_GONE_FOR if evaluated.is_gone else RETENTION)
        sets: dict[str, Mapping[str, object]] = {
            "evaluated_at": {"S": evaluated.at.isoformat()},
            "evaluated_by": {"S": evaluated.task},
            "is_gone": {"BOOL": evaluated.is_gone},
            "expires": {"N": str(int(until.timestamp()))},
        }
        for name, found in {"statements": evaluated.seen, "versions": evaluated.seen_versions}.items():
            if found is not None:
                sets[name] = {"SS": sorted(found) or [_NOTHING]}
        self._table.update(
            str(evaluated.function),
            SEEN,
            "SET " + ", ".join(f"{name} = :{name}" for name in sets),
            ExpressionAttributeValues={f":{name}": value for name, value in sets.items()},
        )

    def evaluated(self, function: str) -> tuple[str, bool] | None:
        """Query: the id of the task that evaluated a function last, and whether it found it; None if there is none."""
        for item in self._table.query(function):
            task = item.inner_or_empty("evaluated_by").text_or("S")
            if task:
                return task, item.inner_or_empty("is_gone").body.get("BOOL") is not True
        return None


def _latest(item: Record) -> LatestSweep | None:
    try:
        id_, began = item.inner("id").text("S"), item.inner("began").moment("S")
    except BadEvent:
        return None
    ended = _moment(item, "ended")
    is_listed = ended is not None and ended >= began
    try:
        functions = item.inner("sent_tasks").whole("N") if is_listed else None
    except BadEvent:
        # A sweep of an earlier version of the guard.
        functions = None
    return LatestSweep(id_, began, functions, _moment(item, "summarized"))


def _moment(item: Record, name: str) -> datetime | None:
    """Return a time of an item; None if it is missing or damaged."""
    try:
        return item.inner(name).moment("S")
    except BadEvent:
        return None


def _is_due(item: Record, now: datetime) -> bool:
    """Return whether every version is due; a damaged time counts as none."""
    last = _moment(item, "versions_at")
    return last is None or now - last >= VERSIONS_EVERY


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
