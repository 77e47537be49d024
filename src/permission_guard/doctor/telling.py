"""Does anybody hear of it, and is nothing lost? The topic, the dead letters, the journal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from permission_guard.doctor.check import Check, good, untold, wrong
from permission_guard.doctor.seen import Key, Queue, Table, Topic
from permission_guard.facts import Unreadable

_ON: Final = "ENABLED"


def topics(found: tuple[Topic | Unreadable, ...]) -> Iterator[Check]:
    """Somebody receives the alerts. A subscription that waits for its confirmation receives nothing."""
    for one in found:
        yield untold("alerts", one) if isinstance(one, Unreadable) else _topic(one)


def _topic(topic: Topic) -> Check:
    name = "alerts"
    waiting = f"; {topic.pending} {_wait(topic.pending)} to be confirmed" if topic.pending else ""
    if topic.confirmed:
        some = "subscription receives" if topic.confirmed == 1 else "subscriptions receive"
        return good(name, f"{topic.confirmed} {some} them{waiting}.")
    todo = (
        "Follow the link in the mail from AWS; a link is good for two days, then subscribe anew."
        if topic.pending
        else "Subscribe to it: aws sns subscribe --protocol email --notification-endpoint you@example.com "
        f"--topic-arn {topic.arn}"
    )
    return wrong(name, f"Nobody receives them: no subscription is confirmed{waiting}.", todo)


def _wait(count: int) -> str:
    return "waits" if count == 1 else "wait"


def keys(found: tuple[Key | Unreadable, ...]) -> Iterator[Check]:
    """The topic takes alerts only while its key can be used."""
    for one in found:
        if isinstance(one, Unreadable):
            yield untold("key", one)
        elif one.state == "Enabled":
            yield good("key", f"The key of the alerts, {one.id}, is Enabled.")
        else:
            what = (
                f"The key of the alerts, {one.id}, is {one.state or 'in no state'}: nothing can be published."
            )
            todo = f"Enable it: aws kms enable-key --key-id {one.id}, after aws kms cancel-key-deletion if it is to go."
            yield wrong("key", what, todo)


def queues(found: tuple[Queue | Unreadable, ...]) -> Iterator[Check]:
    """Nothing waits where only people look."""
    for one in found:
        if isinstance(one, Unreadable):
            yield untold("queue", one)
        elif one.is_for_dead_letters:
            yield _queue(one)


def _queue(queue: Queue) -> Check:
    name = "queue"
    if not queue.messages:
        return good(name, f"{queue.name} is empty.")
    some = "message waits" if queue.messages == 1 else "messages wait"
    return wrong(
        name,
        f"About {queue.messages} {some} in {queue.name}: events that were not handled, or alerts that were not sent.",
        "Look for the reason in the guard's log, fix it, and purge the queue: the next sweep evaluates every function.",
    )


def tables(found: tuple[Table | Unreadable, ...]) -> Iterator[Check]:
    """The journal can be written, forgets what it should, and can be restored."""
    for one in found:
        yield untold("journal", one) if isinstance(one, Unreadable) else _table(one)


def _table(table: Table) -> Check:
    name = "journal"
    if table.status not in {"ACTIVE", "UPDATING"}:
        todo = "Deploy the stack again (make deploy): without its table the guard repairs nothing."
        return wrong(name, f"The table {table.name} is {table.status or 'in no state'}.", todo)
    for what, state, todo in (
        ("time to live", table.time_to_live, _FORGET.format(table.name)),
        ("point-in-time recovery", table.point_in_time_recovery, _RESTORE.format(table.name)),
    ):
        if isinstance(state, Unreadable):
            return untold(name, state)
        if state not in {_ON, "ENABLING"}:
            said = f"{what} of the table {table.name} is {state or 'off'}"
            return wrong(name, f"{said[0].upper()}{said[1:]}.", f"Switch it on: {todo}")
    return good(name, f"The table {table.name} is {table.status}, forgets in time, and can be restored.")


_FORGET: Final = (
    "aws dynamodb update-time-to-live --table-name {} "
    "--time-to-live-specification Enabled=true,AttributeName=expires"
)
_RESTORE: Final = (
    "aws dynamodb update-continuous-backups --table-name {} "
    "--point-in-time-recovery-specification PointInTimeRecoveryEnabled=true"
)
