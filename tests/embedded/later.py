"""What happens later: the guard neither repeats itself, nor fights, nor forgets, and leaves nothing behind."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from permission_guard.journal.book import PUT_BACK_LIMIT
from tests.embedded.commands import run
from tests.embedded.emulator import ACCOUNT
from tests.embedded.people import LOGGING_POLICY
from tests.embedded.scene import Ending, Scene
from tests.embedded.story import ATTACHED, BARE, EVENTS, FAULTS, LOGS, OF_THE_ACCOUNT, PUBLIC, S3, SOURCE

if TYPE_CHECKING:
    from tests.embedded.inbox import Alert, Finding

ANOTHER_ACCOUNT = "999999999999"


def delivered_twice(scene: Scene) -> Ending:
    """EventBridge may deliver an event twice: that changes nothing, and nothing is reported twice."""
    records = tuple(scene.people.trail.records)

    def deliver() -> None:
        for record in records:
            scene.people.trail.deliver(record)
            scene.settle()

    alerts = scene.alerts_after(deliver)
    changed = [fault.title for fault in FAULTS if fault.read(scene.people) != fault.afterwards]
    return Ending(
        f"all {len(records)} events so far come a second time: nothing is changed or reported again",
        (),
        alerts,
        _unless(not alerts, _subjects(alerts)) or _unless(not changed, f"changed: {', '.join(changed)}"),
    )


def of_another_account(scene: Scene) -> Ending:
    """An event about another account, and a message that no rule has sent: neither can make the guard do anything."""
    people, events = scene.people, scene.stack.queue_urls[0]
    record = json.dumps(people.trail.records[-1]).replace(ACCOUNT, ANOTHER_ACCOUNT)
    alerts = scene.alerts_after(lambda: people.trail.deliver(json.loads(record)))
    refused = ""
    try:
        people.alice.sqs.send_message(QueueUrl=events, MessageBody=record)
    except ClientError as error:
        refused = error.response["Error"]["Code"]
    return Ending(
        "an event of another account is ignored, and not even an administrator can write to the queue Events",
        (),
        alerts,
        _unless(not alerts, _subjects(alerts))
        or _unless(refused.endswith("AccessDenied"), f"the queue took the message {refused}"),
    )


def put_back(scene: Scene) -> Ending:
    """A tool that puts a fault back is not fought for ever."""
    people = scene.people
    people.create_function("thumbnails", people.make_role("thumbnails-role", attach=LOGGING_POLICY))
    alerts: list[Alert] = []
    for _ in range(PUT_BACK_LIMIT + 1):
        alerts += scene.alerts_after(lambda: people.add_permission("thumbnails", S3))
    outcomes = [finding.outcome for finding in _findings(alerts)]
    after = people.read_permissions("thumbnails", S3)
    return Ending(
        f"thumbnails: its open permission for S3 is put back after each of {PUT_BACK_LIMIT} repairs",
        (("stays", after), ("alert", alerts[-1].subject if alerts else "none")),
        tuple(alerts),
        _unless(outcomes == ["REPAIRED"] * PUT_BACK_LIMIT + ["ESCALATED"], f"it was reported as {outcomes}")
        or _unless(after.endswith(f"{S3}, no condition"), f"the account reads: {after}"),
    )


def undone(scene: Scene) -> Ending:
    """A person's word counts more than the guard's: what was undone is left alone."""
    command = _repair_of_events(scene).undo or "no alert says how to undo it"
    alerts = scene.alerts_after(lambda: run(scene, *command.split()[1:], "--yes"))
    after = scene.people.read_permissions("orders", EVENTS)
    return Ending(
        f"Alice has a repair undone: {command}",
        (("after", after), ("alert", _subjects(alerts) + ": the guard leaves it alone")),
        alerts,
        _unless(not alerts, _subjects(alerts))
        or _unless(after == f"{EVENTS}, no condition", f"the account reads: {after}"),
    )


def resumed(scene: Scene) -> Ending:
    """Resumed, the fault is like any other: the next time that it arrives it is repaired."""
    command = _repair_of_events(scene).resume or "no alert says how to resume it"

    def resume_and_deploy() -> None:
        run(scene, *command.split()[1:])
        scene.people.remove_permission("orders", EVENTS)
        scene.settle()
        scene.people.add_permission("orders", EVENTS)

    alerts = scene.alerts_after(resume_and_deploy)
    after = scene.people.read_permissions("orders", EVENTS)
    return Ending(
        f"she has it resumed, and deploys again: {command}",
        (("after", after), ("alert", _subjects(alerts))),
        alerts,
        _unless([one.outcome for one in _findings(alerts)] == ["REPAIRED"], _subjects(alerts))
        or _unless(after == OF_THE_ACCOUNT, f"the account reads: {after}"),
    )


def swept(scene: Scene) -> Ending:
    """A sweep evaluates every function; what it finds is reported by the next digest, in one message."""
    people, stack = scene.people, scene.stack
    people.create_function("archive", people.make_role("archive-role"), unseen=True)
    people.add_permission("archive", S3, unseen=True)
    at_once = scene.alerts_after(lambda: people.trail.schedule(stack.sweep_rule))
    alerts = scene.alerts_after(lambda: people.trail.schedule(stack.digest_rule))
    roles = ", ".join(f"{name}: {people.read_role(name)}" for name in ("archive-role", "imports-role"))
    stays = people.read_permissions("archive", S3)
    found = {(one.function, one.rule): one for one in _findings(alerts)}
    told = found.get(("archive", SOURCE))
    wanted = {("archive", LOGS): "REPAIRED", ("archive", SOURCE): "TOLD", ("imports", LOGS): "REPAIRED"}
    return Ending(
        "a sweep evaluates every function: no event told of archive, and imports was only observed",
        (
            ("after", roles),
            ("stays", f"archive: {stays}"),
            ("because", told.what.removeprefix("nothing was changed: ") if told else "-"),
            ("alert", _subjects(alerts)),
        ),
        (*at_once, *alerts),
        _unless(not at_once, f"reported at once: {_subjects(at_once)}")
        or _unless({key: one.outcome for key, one in found.items()} == wanted, f"reported: {found}")
        or _unless(len(alerts) == 1, f"{len(alerts)} messages")
        or _unless(roles == f"archive-role: {ATTACHED}, imports-role: {ATTACHED}", roles)
        or _unless(stays == f"{S3}, no condition", stays),
    )


def deleted(scene: Scene) -> Ending:
    """What the guard attached to a role would stand in the way of whoever deletes it."""
    people = scene.people
    before = people.read_role("orders-role")
    alerts = scene.alerts_after(lambda: people.delete_function("orders"))
    after = people.read_role("orders-role")
    wrong = _unless(
        [one.outcome for one in _findings(alerts)] == ["RELEASED"], _subjects(alerts)
    ) or _unless(after == BARE, f"the account reads: {after}")
    if wrong is None:
        people.delete_role("orders-role")
    return Ending(
        "orders is deleted, and what the guard attached to its role is detached again",
        (
            ("before", f"orders-role: {before}"),
            ("after", f"orders-role: {after}, so that IAM lets it be deleted"),
            ("alert", _subjects(alerts)),
        ),
        alerts,
        wrong,
    )


LATER = (
    ("all events are delivered a second time", delivered_twice),
    ("an event of another account", of_another_account),
    ("a tool puts a fault back", put_back),
    ("Alice has a repair undone", undone),
    ("she has it resumed", resumed),
    ("a sweep, and its digest", swept),
    ("orders is deleted", deleted),
)

JOURNAL = [
    ("archive", SOURCE, "told", "TOLD", 0),
    ("archive", LOGS, "told", "REPAIRED", 1),
    ("imports", LOGS, "told", "REPAIRED", 1),
    ("invoices", SOURCE, "told", "TOLD", 0),
    ("orders", SOURCE, "told", "REPAIRED", 1),
    ("orders", SOURCE, "told", "REPAIRED", 1),
    ("orders", LOGS, "released", "RELEASED", 1),
    ("reports", LOGS, "told", "TOLD", 0),
    ("thumbnails", SOURCE, "told", "ESCALATED", PUT_BACK_LIMIT),
    ("webhook", PUBLIC, "told", "TOLD", 0),
]
"""What must stand in the journal in the end: function, rule, state, what was told last, and the number of repairs."""


def journal(scene: Scene) -> Ending:
    """The journal remembers all of it."""
    found = sorted(
        (
            entry["subject"].rpartition(":")[2],
            entry["finding"]["rule"],
            entry["state"],
            entry["told_as"],
            len(entry.get("repairs", [])),
        )
        for entry in json.loads(run(scene, "journal", "--json"))["entries"]
    )
    times = {0: "never repaired", 1: "repaired once"}
    rows = tuple(
        (
            function,
            f"{rule:<36}{told_as.lower():<11}{times.get(repairs, f'repaired {repairs} times')}",
        )
        for function, rule, _, told_as, repairs in found
    )
    return Ending("permission-guard journal", rows, wrong=_unless(found == JOURNAL, f"it reads {found}"))


def _repair_of_events(scene: Scene) -> Finding:
    """What was reported last of a repair of EventBridge's permission on orders."""
    return [
        one
        for one in _findings(scene.inbox.received)
        if (one.function, one.outcome) == ("orders", "REPAIRED") and "events-may-invoke" in one.what
    ][-1]


def _findings(alerts: tuple[Alert, ...] | list[Alert]) -> tuple[Finding, ...]:
    return tuple(finding for alert in alerts for finding in alert.findings)


def _subjects(alerts: tuple[Alert, ...]) -> str:
    return "; ".join(alert.subject for alert in alerts) or "none"


def _unless(holds: bool, problem: str) -> str | None:  # noqa: FBT001  # a condition and what it means if it fails
    return None if holds else problem
