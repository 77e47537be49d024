"""One check for each question: does anything wake the guard, can it do what it is set to, does anybody hear of it?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from permission_guard.doctor.check import Check, good, untold, wrong
from permission_guard.doctor.seen import Denied, Function, Key, Queue, Rights, Rule, Table, Topic, Trail
from permission_guard.facts import Unreadable
from permission_guard.settings import NEEDED, Settings, SettingsError

_DEPLOY: Final = "Deploy the stack again (make deploy); its events in CloudFormation say what failed."
_ON: Final = ("ENABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")
"""The latter hears reads, too (facts 1.2)."""
_DEAF: Final = "so EventBridge hears of no call to Lambda, and the guard never wakes"


def trail(trails: tuple[Trail | Unreadable, ...] | Unreadable, region: str) -> Check:
    """EventBridge hears only what a trail records that is switched on (facts 1.2)."""
    name = "CloudTrail"
    if isinstance(trails, Unreadable):
        return untold(name, trails)
    seen = [one for one in trails if isinstance(one, Trail)]
    for one in seen:
        if one.is_logging and one.takes_writes:
            return good(name, f"The trail {one.name} records write management events in {region}.")
    unread = next((one for one in trails if isinstance(one, Unreadable)), None)
    return untold(name, unread) if unread is not None else wrong(name, *_without_trail(seen, region))


def _without_trail(seen: list[Trail], region: str) -> tuple[str, str]:
    """Say what is wrong, and what to do."""
    for one in seen:
        if one.takes_writes:
            return (
                f"The trail {one.name} is switched off, {_DEAF}.",
                f"Switch it on: aws cloudtrail start-logging --name {one.name}",
            )
    if seen:
        names = ", ".join(one.name for one in seen)
        return (
            f"No trail records the write management events of Lambda ({names}), {_DEAF}.",
            (
                f"Let it: aws cloudtrail put-event-selectors --trail-name {seen[0].name} --event-selectors "
                "ReadWriteType=WriteOnly,IncludeManagementEvents=true (which takes the place of its selectors)"
            ),
        )
    return (
        f"No trail covers {region}, {_DEAF}.",
        (
            "Make a trail with write management events for all regions, and switch it on: aws cloudtrail create-trail "
            "--is-multi-region-trail, then aws cloudtrail start-logging"
        ),
    )


def rules(found: tuple[Rule | Unreadable, ...], stack: str) -> Iterator[Check]:
    """Every rule is switched on."""
    if not found:
        yield wrong(
            "rule", f"The stack {stack} has no rule of EventBridge: nothing wakes the guard.", _DEPLOY
        )
    for one in found:
        if isinstance(one, Unreadable):
            yield untold("rule", one)
        elif one.state in _ON:
            yield good("rule", f"{one.name} is {one.state}.")
        else:
            what = f"{one.name} is {one.state or 'in no state'}: it wakes nobody."
            yield wrong("rule", what, f"Switch it on: aws events enable-rule --name {one.name}")


def functions(found: tuple[Function | Unreadable, ...], stack: str) -> Iterator[Check]:
    """Every function is ready to run."""
    if not found:
        yield wrong("function", f"The stack {stack} has no function.", _DEPLOY)
    for one in found:
        yield untold("function", one) if isinstance(one, Unreadable) else _function(one)


def _function(function: Function) -> Check:
    name, label = function.name, "function"
    so = f"{name} is {function.state}, and its last update is {function.update}"
    if "Failed" in {function.state, function.update} or function.state == "Inactive":
        reason = function.state_reason or function.update_reason or "Lambda gives no reason"
        return wrong(label, f"{so}: {reason}.", _DEPLOY)
    if function.reserved == 0:
        return wrong(
            label,
            f"The reserved concurrency of {name} is 0: it never runs, and every event goes to the dead letters.",
            f"Free it: aws lambda delete-function-concurrency --function-name {name}",
        )
    if function.state != "Active" or function.update != "Successful":
        return untold(label, f"{so}: a deployment is going on.", "Run it again in a minute.")
    if isinstance(function.reserved, Unreadable):
        return untold(label, function.reserved)
    return good(label, f"{name} is Active, its last update was successful, and it may run.")


def settings(function: Function, account: str, region: str) -> Check:
    """The guard's environment is one that it starts with."""
    name, given = "settings", function.environment
    if isinstance(given, Unreadable):
        return untold(name, given)
    missing = [key for key in NEEDED if not given.get(key)]
    try:
        if missing:
            return wrong(name, f"{', '.join(missing)} is missing: the guard refuses every event.", _DEPLOY)
        found = Settings.of(given, account=account, region=region)
    except SettingsError as error:
        return wrong(name, f"{error}: the guard refuses every event.", _DEPLOY)
    return good(name, f"Every setting can be read; the mode is {found.mode.value}.")


_TO_SIMULATE: Final = "Run it again later, or as somebody who may call iam:SimulatePrincipalPolicy."
_TO_ALLOW: Final = (
    "Deploy the stack again (make deploy); if a service control policy or a boundary denies it, have the guard's role "
    "excepted there."
)


def rights(found: Rights | Unreadable) -> Check:
    """The role may do what the mode and the settings ask of it, service control policies included."""
    name = "rights"
    if isinstance(found, Unreadable):
        return untold(name, found, _TO_SIMULATE)
    if found.denied:
        return wrong(name, f"The guard's role is denied {'; '.join(map(_denied, found.denied))}.", _TO_ALLOW)
    if found.unread:
        return untold(name, f"It could not be told: {'; '.join(map(str, found.unread))}.", _TO_SIMULATE)
    return good(name, f"The guard's role has all {found.asked} rights that its mode and settings need.")


def _denied(one: Denied) -> str:
    return f"{one.action} on {one.resource} ({one.why})"


def topic(found: Topic | Unreadable) -> Check:
    """Somebody receives the alerts. A subscription that waits for its confirmation receives nothing."""
    name = "alerts"
    if isinstance(found, Unreadable):
        return untold(name, found)
    waits = "waits" if found.pending == 1 else "wait"
    waiting = f"; {found.pending} {waits} to be confirmed" if found.pending else ""
    if found.confirmed:
        some = "subscription receives" if found.confirmed == 1 else "subscriptions receive"
        return good(name, f"{found.confirmed} {some} them{waiting}.")
    todo = (
        "Follow the link in the mail from AWS; a link is good for two days, then subscribe anew."
        if found.pending
        else "Subscribe to it: aws sns subscribe --protocol email --notification-endpoint you@example.com "
        f"--topic-arn {found.arn}"
    )
    return wrong(name, f"Nobody receives them: no subscription is confirmed{waiting}.", todo)


def key(found: Key | Unreadable) -> Check:
    """The topic takes alerts only while its key can be used."""
    if isinstance(found, Unreadable):
        return untold("key", found)
    if found.state == "Enabled":
        return good("key", f"The key of the alerts, {found.id}, is Enabled.")
    what = f"The key of the alerts, {found.id}, is {found.state or 'in no state'}: nothing can be published."
    todo = f"Enable it: aws kms enable-key --key-id {found.id}, after aws kms cancel-key-deletion if it is to go."
    return wrong("key", what, todo)


def queues(found: tuple[Queue | Unreadable, ...]) -> Iterator[Check]:
    """Nothing waits where only people look."""
    for one in found:
        if isinstance(one, Unreadable):
            yield untold("queue", one)
        elif one.is_for_dead_letters and one.messages:
            some = "message waits" if one.messages == 1 else "messages wait"
            yield wrong(
                "queue",
                f"About {one.messages} {some} in {one.name}: events that were not handled, or alerts that were not sent.",
                "Look for the reason in the guard's log, fix it, and purge the queue: the next sweep evaluates every function.",
            )
        elif one.is_for_dead_letters:
            yield good("queue", f"{one.name} is empty.")


def table(found: Table | Unreadable) -> Check:
    """The journal can be written."""
    name = "journal"
    if isinstance(found, Unreadable):
        return untold(name, found)
    if found.status in {"ACTIVE", "UPDATING"}:
        return good(name, f"The table {found.name} is {found.status}.")
    todo = "Deploy the stack again (make deploy): without its table the guard repairs nothing."
    return wrong(name, f"The table {found.name} is {found.status or 'in no state'}.", todo)


def version(deployed: str | None, here: str) -> Check:
    """The code that runs is the code that asks."""
    name = "version"
    if deployed == here:
        return good(name, f"The stack is version {here}, as this is.")
    what = f"The stack is version {deployed or 'unknown'}, and this is {here}."
    return wrong(name, what, f"Deploy {here} (make deploy), or use the command line of the stack's version.")
