"""One check for each question: is the guard invoked, has it its rights, does somebody receive its alerts?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from permission_guard import PROGRAM
from permission_guard.doctor.check import Check, good, unchecked, wrong
from permission_guard.doctor.stack_state import (
    Denied,
    EventRule,
    EventSource,
    GuardFunction,
    JournalTable,
    Key,
    LastSweep,
    Queue,
    Rights,
    Topic,
)
from permission_guard.model.facts import Unreadable
from permission_guard.settings import NEEDED, Settings, SettingsError

_AGAIN: Final = "Deploy the stack again with the same --parameter-overrides (sam build && sam deploy)"
_DEPLOY: Final = f"{_AGAIN}; its events in CloudFormation say what failed."
_ON: Final = ("ENABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")
"""The latter matches reads, too (eventbridge/latest/userguide/eb-service-event-cloudtrail.html)."""


def rules(found: tuple[EventRule | Unreadable, ...], stack: str) -> Iterator[Check]:
    """Every rule is enabled and sends to its queue."""
    if not found:
        yield wrong(
            "rule", f"The stack {stack} has no rule of EventBridge: nothing invokes the guard.", _DEPLOY
        )
    for one in found:
        yield unchecked("rule", one) if isinstance(one, Unreadable) else _rule(one)


def _rule(rule: EventRule) -> Check:
    if rule.state not in _ON:
        what = f"{rule.name} is {rule.state or 'in an unknown state'}: it sends nothing."
        return wrong("rule", what, f"Enable it: aws events enable-rule --name {rule.name}")
    if isinstance(rule.targets, Unreadable):
        return unchecked("rule", rule.targets)
    if rule.queue not in rule.targets:
        return wrong("rule", f"{rule.name} does not send to the queue {rule.queue}.", _DEPLOY)
    return good("rule", f"{rule.name} is {rule.state} and sends to {rule.queue}.")


def sources(found: tuple[EventSource | Unreadable, ...], stack: str) -> Iterator[Check]:
    """Every event source mapping is enabled, so that Lambda receives the messages of the queue."""
    if not found:
        what = f"The stack {stack} has no event source mapping: no message reaches the guard."
        yield wrong("queue", what, _DEPLOY)
    for one in found:
        yield unchecked("queue", one) if isinstance(one, Unreadable) else _source(one)


def _source(source: EventSource) -> Check:
    so = f"The event source mapping of {source.queue} is {source.state or 'in an unknown state'}"
    if source.state == "Enabled":
        return good("queue", f"{so}.")
    if source.state in {"Creating", "Enabling", "Updating"}:
        return unchecked("queue", f"{so}: a deployment is going on.", _IN_A_MINUTE)
    todo = f"Enable it: aws lambda update-event-source-mapping --enabled --uuid {source.id}"
    return wrong("queue", f"{so}: its messages wait.", todo)


_IN_A_MINUTE: Final = "Run it again in a minute."


def dead_letters(found: tuple[Queue | Unreadable, ...]) -> Iterator[Check]:
    """There are no dead letters."""
    for one in found:
        if isinstance(one, Unreadable):
            yield unchecked("queue", one)
        elif one.is_for_dead_letters and one.messages:
            some = "message is" if one.messages == 1 else "messages are"
            yield wrong(
                "queue",
                f"About {one.messages} {some} in {one.name}: they could not be delivered, or failed ten times.",
                f"Read the guard's log for the reason, fix the cause, evaluate each function ({PROGRAM} sweep FUNCTION), and purge "
                f"the queue: aws sqs purge-queue --queue-url {one.url}",
            )
        elif one.is_for_dead_letters:
            yield good("queue", f"{one.name} is empty.")


_TO_SWEEP: Final = f"start one: {PROGRAM} sweep"
_OVERDUE: Final = timedelta(days=2)
"""A sweep is due at least once a day (SweepRate), and the alarm NoSweepFinished waits for two."""


def sweep(last: LastSweep | Unreadable, table: JournalTable | Unreadable, now: datetime) -> Check:
    """A sweep has listed every function within two days."""
    name = "sweep"
    if isinstance(last, Unreadable):
        return unchecked(name, last)
    begun = ""
    if last.began is not None and (last.ended is None or last.began > last.ended):
        begun = f"; one that began {_ago(now - last.began)} has not ended"
    todo = f"Look for errors in the guard's log, and at the rule SweepIsDue; then {_TO_SWEEP}"
    if last.ended is None:
        is_new = not isinstance(table, JournalTable) or table.made is None or now - table.made <= _OVERDUE
        so = f"No sweep has listed every function yet{begun}."
        return unchecked(name, so, _TO_SWEEP.capitalize()) if is_new else wrong(name, so, todo)
    so = f"The last sweep ended {_ago(now - last.ended)}{begun}."
    return good(name, so) if now - last.ended <= _OVERDUE else wrong(name, so, todo)


def _ago(past: timedelta) -> str:
    hours = past // timedelta(hours=1)
    if hours < 1:
        return "less than an hour ago"
    count, unit = (hours, "hour") if hours <= _IN_HOURS else (hours // 24, "day")
    return f"{count} {unit}{'' if count == 1 else 's'} ago"


_IN_HOURS: Final = 48


def function(found: GuardFunction | Unreadable) -> Check:
    """The guard's function is ready to run."""
    label = "function"
    if isinstance(found, Unreadable):
        return unchecked(label, found)
    name, so = found.name, f"{found.name} is {found.state}, and its last update is {found.update}"
    if "Failed" in {found.state, found.update} or found.state == "Inactive":
        reason = found.state_reason or found.update_reason or "Lambda gives no reason"
        return wrong(label, f"{so}: {reason}.", _DEPLOY)
    if found.reserved == 0:
        return wrong(
            label,
            f"The reserved concurrency of {name} is 0: it never runs, and messages end as dead letters.",
            f"Remove it: aws lambda delete-function-concurrency --function-name {name}",
        )
    if found.state != "Active" or found.update != "Successful":
        return unchecked(label, f"{so}: a deployment is going on.", _IN_A_MINUTE)
    if isinstance(found.reserved, Unreadable):
        return unchecked(label, found.reserved)
    return good(label, f"{name} is Active, its last update was successful, and nothing blocks it.")


def settings(found: GuardFunction | Unreadable, account: str, region: str) -> Check:
    """The guard starts with its environment."""
    name, given = "settings", found if isinstance(found, Unreadable) else found.environment
    if isinstance(given, Unreadable):
        return unchecked(name, given)
    missing = [key for key in NEEDED if not given.get(key)]
    try:
        if missing:
            return wrong(name, f"{', '.join(missing)} is missing: the guard fails on every message.", _DEPLOY)
        read = Settings.of(given, account=account, region=region)
    except SettingsError as error:
        return wrong(name, f"{error}: the guard fails on every message.", _DEPLOY)
    return good(name, f"Every setting can be read; the mode is {read.mode.value}.")


_TO_SIMULATE: Final = (
    "Run it again later, or with credentials that are allowed to call iam:SimulatePrincipalPolicy."
)
_TO_ALLOW: Final = f"{_AGAIN}; if a service control policy or a permissions boundary denies it, exempt the guard's role there."


def rights(found: Rights | Unreadable) -> Check:
    """The role has the rights that the mode and the settings need, service control policies included."""
    name = "rights"
    if isinstance(found, Unreadable):
        return unchecked(name, found, _TO_SIMULATE)
    if found.denied:
        return wrong(name, f"The guard's role is denied {'; '.join(map(_denied, found.denied))}.", _TO_ALLOW)
    if found.unread:
        return unchecked(name, f"It could not be checked: {'; '.join(map(str, found.unread))}.", _TO_SIMULATE)
    return good(name, f"The guard's role has all {found.asked} rights that its mode and settings need.")


def _denied(one: Denied) -> str:
    return f"{one.action} on {one.resource} ({one.why})"


def topic(found: Topic | Unreadable) -> Check:
    """Somebody receives the alerts. A subscription that waits for its confirmation receives nothing."""
    name = "alerts"
    if isinstance(found, Unreadable):
        return unchecked(name, found)
    waits = "waits" if found.pending == 1 else "wait"
    waiting = f"; {found.pending} {waits} to be confirmed" if found.pending else ""
    if found.confirmed:
        some = "subscription receives" if found.confirmed == 1 else "subscriptions receive"
        return good(name, f"{found.confirmed} {some} them{waiting}.")
    todo = (
        "Open the link in the mail from AWS. It is valid for two days; after that, subscribe again."
        if found.pending
        else "Subscribe to it: aws sns subscribe --protocol email --notification-endpoint you@example.com "
        f"--topic-arn {found.arn}"
    )
    return wrong(name, f"Nobody receives them: no subscription is confirmed{waiting}.", todo)


def key(found: Key | Unreadable) -> Check:
    """The topic takes alerts only while its key can be used."""
    if isinstance(found, Unreadable):
        return unchecked("key", found)
    if found.state == "Enabled":
        return good("key", f"The key of the alerts, {found.id}, is Enabled.")
    what = f"The key of the alerts, {found.id}, is {found.state or 'in an unknown state'}: nothing can be published."
    enable = f"aws kms enable-key --key-id {found.id}"
    if found.state == "PendingDeletion":
        return wrong(
            "key",
            what,
            f"Cancel its deletion, and enable it: aws kms cancel-key-deletion --key-id {found.id} && {enable}",
        )
    return wrong("key", what, f"Enable it: {enable}")


def table(found: JournalTable | Unreadable) -> Check:
    """The journal can be written."""
    name = "journal"
    if isinstance(found, Unreadable):
        return unchecked(name, found)
    if found.status in {"ACTIVE", "UPDATING"}:
        return good(name, f"The table {found.name} is {found.status}.")
    todo = f"{_AGAIN}: without its table the guard repairs nothing."
    return wrong(name, f"The table {found.name} is {found.status or 'in an unknown state'}.", todo)


def version(deployed: str | None, here: str) -> Check:
    """The stack and the command line have the same version."""
    name = "version"
    if deployed == here:
        return good(name, f"The stack is version {here}, the same as this command line.")
    what = f"The stack is version {deployed or 'unknown'}, and this command line is {here}."
    return wrong(name, what, f"{_AGAIN} from version {here}, or use the command line of the stack's version.")
