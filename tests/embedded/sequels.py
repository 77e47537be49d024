"""What happens later: the guard neither repeats itself, nor fights, nor forgets, and leaves nothing behind."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.embedded.commands import run
from tests.embedded.emulator import ACCOUNT, REGION
from tests.embedded.people import LOGGING_POLICY
from tests.embedded.story import FAULTS, LOGS, OF_THE_ACCOUNT, PUBLIC, SOURCE, Ending

if TYPE_CHECKING:
    from tests.embedded.alert import Alert, AlertFinding
    from tests.embedded.scene import Scene

PUT_BACK_LIMIT = 3
"""PutBackLimit's default in template.yaml."""
RULE_OF_BILLS = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/bill-paid"
S3, EVENTS = "s3.amazonaws.com", "events.amazonaws.com"


def delivered_twice(scene: Scene) -> Ending:
    """EventBridge may deliver an event twice: that changes nothing, and nobody is told twice."""
    records = tuple(scene.people.trail.records)

    def deliver() -> None:
        for record in records:
            scene.people.trail.deliver(record)
            scene.settle()

    alerts = scene.alerts_after(deliver)
    changed = [fault.title for fault in FAULTS if fault.read(scene.people) != fault.afterwards]
    return Ending(
        f"all {len(records)} events so far come a second time: nothing is changed, and nobody is told again",
        (),
        alerts,
        _unless(not alerts, _told(alerts)) or _unless(not changed, f"changed: {', '.join(changed)}"),
    )


def put_back(scene: Scene) -> Ending:
    """A tool that puts a fault back is not fought for ever."""
    people = scene.people
    people.create_function("thumbnails", people.make_role("thumbnails-role", attach=LOGGING_POLICY))
    told: list[Alert] = []
    for _ in range(PUT_BACK_LIMIT + 1):
        told += scene.alerts_after(lambda: people.add_permission("thumbnails", S3))
    late = scene.alerts_after(
        lambda: people.add_permission("thumbnails", "events.amazonaws.com", SourceArn=RULE_OF_BILLS)
    )
    outcomes = [finding.outcome for alert in told for finding in alert.findings]
    after = people.read_permission("thumbnails", S3)
    return Ending(
        f"thumbnails: its wide permission for S3 is put back after each of {PUT_BACK_LIMIT} repairs",
        (("stays", after), ("alert", told[-1].subject if told else "none")),
        (*told, *late),
        _unless(
            outcomes == ["REPAIRED"] * PUT_BACK_LIMIT + ["ESCALATED"], f"it was told as {', '.join(outcomes)}"
        )
        or _unless(not late, f"told again at the next event: {_told(late)}")
        or _unless(after == f"{S3}, no condition", f"the account reads: {after}"),
    )


def undone(scene: Scene) -> Ending:
    """A person's word counts more than the guard's: what was undone is left alone."""
    repair = scene.inbox.repair_of("orders", "events-may-invoke")
    if repair is None or repair.undo is None:
        return Ending("orders: a repair is undone", (), wrong="no alert says how to undo the repair")
    command = repair.undo
    alerts = scene.alerts_after(lambda: run(scene, *command.split()[1:], "--yes"))
    after = scene.people.read_permissions("orders", EVENTS)
    return Ending(
        f"Alice has a repair undone: {command}",
        (("after", after), ("alert", _told(alerts) + ": the guard leaves it alone")),
        alerts,
        _unless(not alerts, _told(alerts))
        or _unless(after == f"{EVENTS}, no condition", f"the account reads: {after}"),
    )


def resumed(scene: Scene) -> Ending:
    """Resumed, the fault is like any other: the next time that it arrives it is repaired."""
    repair, people = scene.inbox.repair_of("orders", "events-may-invoke"), scene.people
    if repair is None or repair.resume is None:
        return Ending("orders: a repair is resumed", (), wrong="no alert says how to resume the repair")
    command = repair.resume

    def resume_and_deploy() -> None:
        run(scene, *command.split()[1:])
        people.remove_permission("orders", EVENTS)
        scene.settle()
        people.add_permission("orders", EVENTS)

    alerts = scene.alerts_after(resume_and_deploy)
    after = people.read_permissions("orders", EVENTS)
    return Ending(
        f"she has it resumed, and deploys again: {command}",
        (("after", after), ("alert", _told(alerts))),
        alerts,
        _unless([one.outcome for one in _findings(alerts)] == ["REPAIRED"], f"it was told: {_told(alerts)}")
        or _unless(after == OF_THE_ACCOUNT, f"the account reads: {after}"),
    )


def deleted(scene: Scene) -> Ending:
    """What the guard attached to a role would stand in the way of whoever deletes it."""
    people = scene.people
    before = people.read_role("orders-role")
    alerts = scene.alerts_after(lambda: people.delete_function("orders"))
    after = people.read_role("orders-role")
    wrong = _unless(
        [one.outcome for one in _findings(alerts)] == ["RELEASED"], f"it was told: {_told(alerts)}"
    ) or _unless(after == "no policy at all", f"the account reads: {after}")
    if wrong is None:
        people.delete_role("orders-role")
    return Ending(
        "orders is deleted, and what the guard attached to its role is taken off again",
        (
            ("before", f"orders-role: {before}"),
            ("after", f"orders-role: {after}, so that IAM lets it be deleted"),
            ("alert", _told(alerts)),
        ),
        alerts,
        wrong,
    )


SEQUELS = (
    ("all events are delivered a second time", delivered_twice),
    ("a tool puts a fault back", put_back),
    ("Alice has a repair undone", undone),
    ("she has it resumed", resumed),
    ("orders is deleted", deleted),
)

JOURNAL = [
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
    entries = json.loads(run(scene, "journal", "--json"))["entries"]
    found = sorted(
        (
            entry["subject"].rpartition(":")[2],
            entry["finding"]["rule"],
            entry["state"],
            entry["told_as"],
            len(entry.get("repairs", [])),
        )
        for entry in entries
    )
    rows = tuple(
        (function, f"{rule:<36}{told_as.lower():<11}{_times(repairs)}")
        for function, rule, _, told_as, repairs in found
    )
    return Ending(
        "permission-guard journal",
        rows,
        wrong=_unless(found == JOURNAL, f"it reads {found}"),
    )


def _times(repairs: int) -> str:
    return {0: "never repaired", 1: "repaired once"}.get(repairs, f"repaired {repairs} times")


def _findings(alerts: tuple[Alert, ...]) -> tuple[AlertFinding, ...]:
    return tuple(finding for alert in alerts for finding in alert.findings)


def _told(alerts: tuple[Alert, ...]) -> str:
    return "; ".join(alert.subject for alert in alerts) or "none"


def _unless(holds: bool, problem: str) -> str | None:  # noqa: FBT001  # a condition and what it means if it fails
    return None if holds else problem
