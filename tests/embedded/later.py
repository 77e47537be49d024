"""What happens later: the guard neither repeats itself, nor fights, nor forgets, and leaves nothing behind."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from permission_guard.journal.history import PUT_BACK_LIMIT
from tests.embedded.commands import drill, run
from tests.embedded.emulator import ACCOUNT
from tests.embedded.people import LOGGING_POLICY
from tests.embedded.rights import rights
from tests.embedded.scene import Ending, Scene
from tests.embedded.story import ATTACHED, BARE, EVENTS, FAULTS, LOGS, S3, SOURCE

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    title = f"all {len(records)} events so far come a second time: nothing is changed or reported again"
    return Ending(title, (), alerts, _wrong(reported=(_outcomes(alerts), []), changed=(changed, [])))


def of_another_account(scene: Scene) -> Ending:
    """An event about another account, and a message that no rule has sent: neither can make the guard do anything."""
    record = json.dumps(scene.people.trail.records[-1]).replace(ACCOUNT, ANOTHER_ACCOUNT)
    alerts = scene.alerts_after(lambda: scene.people.trail.deliver(json.loads(record)))
    refused = "nothing"
    try:
        scene.people.alice.sqs.send_message(QueueUrl=scene.stack.queue_urls[0], MessageBody=record)
    except ClientError as error:
        refused = error.response["Error"]["Code"].rpartition(".")[2]
    title = (
        "an event of another account is ignored, and not even an administrator can write to the queue Events"
    )
    wrong = _wrong(reported=(_outcomes(alerts), []), refused=(refused, "AccessDenied"))
    return Ending(title, (), alerts, wrong)


def put_back(scene: Scene) -> Ending:
    """A tool that puts a fault back is not fought for ever."""
    people = scene.people
    people.create_function("thumbnails", people.make_role("thumbnails-role", attach=LOGGING_POLICY))
    alerts: list[Alert] = []
    for _ in range(PUT_BACK_LIMIT + 1):
        alerts += scene.alerts_after(lambda: people.add_permission("thumbnails", S3))
    stays = people.read_permissions("thumbnails", S3).rpartition("; ")[2]
    outcomes = [finding.outcome for finding in _findings(alerts)]
    return Ending(
        f"thumbnails: its open permission for S3 is put back after each of {PUT_BACK_LIMIT} repairs",
        (("stays", stays), ("alert", alerts[-1].subject if alerts else "none")),
        tuple(alerts),
        _wrong(
            reported=(outcomes, ["REPAIRED"] * PUT_BACK_LIMIT + ["ESCALATED"]),
            stays=(stays, f"{S3}, no condition"),
        ),
    )


def undone(scene: Scene) -> Ending:
    """A person's word counts more than the guard's: what was undone is left alone."""
    command = str(_repair_for_eventbridge(scene).undo)
    alerts = scene.alerts_after(lambda: run(scene, *command.split()[1:], "--yes"))
    after = scene.people.read_permissions("orders", EVENTS)
    return Ending(
        f"Alice has a repair undone: {command}",
        (("after", after), ("alert", _subjects(alerts) + ": the guard leaves it alone")),
        alerts,
        _wrong(reported=(_outcomes(alerts), []), after=(after, f"{EVENTS}, no condition")),
    )


def swept(scene: Scene) -> Ending:
    """A sweep evaluates every function; what it finds is reported by the next digest, in one message."""
    people = scene.people
    people.create_function("archive", people.make_role("archive-role"), unseen=True)
    people.add_permission("archive", S3, unseen=True)
    at_once = scene.alerts_after(lambda: people.trail.schedule(scene.stack.sweep_rule))
    alerts = scene.alerts_after(lambda: people.trail.schedule(scene.stack.digest_rule))
    after = f"archive-role and imports-role: {people.read_role('archive-role')}"
    stays = people.read_permissions("archive", S3)
    because = [one.what for one in _findings(alerts) if one.outcome == "REPORTED"]
    wanted = [("archive", SOURCE, "REPORTED"), ("archive", LOGS, "REPAIRED"), ("imports", LOGS, "REPAIRED")]
    return Ending(
        "a sweep evaluates every function: archive had no event, and imports was only observed",
        (
            ("after", after),
            ("stays", f"archive: {stays}"),
            ("because", "; ".join(because).removeprefix("nothing was changed: ")),
            ("alert", _subjects(alerts)),
        ),
        (*at_once, *alerts),
        _wrong(
            at_once=(_outcomes(at_once), []),
            messages=(len(alerts), 1),
            reported=(_outcomes(alerts), wanted),
            roles=({people.read_role(f"{name}-role") for name in ("archive", "imports")}, {ATTACHED}),
            stays=(stays, f"{S3}, no condition"),
        ),
    )


def evaluated_by_name(scene: Scene) -> Ending:
    """A function whose event is lost is evaluated by the command, with no other rights than those that the page names."""
    people = scene.people
    bob = people.with_rights("Sweeper", rights("sweep"))
    people.create_function("invoices", people.make_role("invoices-role"), unseen=True)
    output = run(scene, "sweep", "invoices", credentials=bob)
    every = run(scene, "sweep", "--json", credentials=bob, code=1)
    alerts = scene.alerts_after(lambda: people.trail.schedule(scene.stack.digest_rule))
    after = people.read_role("invoices-role")
    counted = json.loads(every)
    return Ending(
        "invoices is evaluated by name: permission-guard sweep invoices",
        (("prints", output.splitlines()[1]), ("after", after), ("alert", _subjects(alerts))),
        alerts,
        _wrong(
            reported=(_outcomes(alerts), [("invoices", LOGS, "REPAIRED")]),
            after=(after, ATTACHED),
            # The sweep of a moment ago is shown, and none is started.
            started=(counted["started"], False),
            evaluated=(counted["evaluated"], counted["functions"]),
        ),
    )


def deleted(scene: Scene) -> Ending:
    """What the guard attached to a role would stand in the way of whoever deletes it."""
    people = scene.people
    before = people.read_role("orders-role")
    alerts = scene.alerts_after(lambda: people.delete_function("orders"))
    after = people.read_role("orders-role")
    wrong = _wrong(reported=(_outcomes(alerts), [("orders", LOGS, "RELEASED")]), after=(after, BARE))
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
    ("a sweep, and its digest", swept),
    ("permission-guard sweep invoices", evaluated_by_name),
    ("orders is deleted", deleted),
)


def journal(scene: Scene) -> Ending:
    """The journal remembers what was reported last of each fault."""
    entries = json.loads(run(scene, "journal", "--json"))["entries"]
    found = {f"{one['subject'].rpartition(':')[2]}/{one['fault']}": one for one in entries}
    states = {
        name: "UNDONE" if one["state"] == "undone" else one["reported_as"] for name, one in found.items()
    }
    rows = sorted(
        (name.partition("/")[0], f"{one['finding']['rule']:<36}{states[name].lower()}")
        for name, one in found.items()
    )
    reported = {one.entry: one.outcome for one in _findings(scene.inbox.received)}
    reported[_repair_for_eventbridge(scene).entry] = "UNDONE"
    return Ending("permission-guard journal", tuple(rows), wrong=_wrong(journal=(states, reported)))


def drilled(scene: Scene) -> Ending:
    """The command that proves the guard in a real account, with the rights that its page lists and no other."""
    printed: list[str] = []
    alerts = scene.alerts_after(lambda: printed.append(drill(scene, "--json")))
    result = json.loads(printed[0])
    rows = tuple((one["call"], one["what"]) for one in result["steps"])
    rows += tuple((call, f"its event is {one['name']}") for call, one in result["learned"]["events"].items())
    name = result["function"]
    wanted = [(name, SOURCE, "REPAIRED"), (name, LOGS, "RELEASED"), (name, LOGS, "REPAIRED")]
    return Ending(
        "permission-guard drill, with the rights of docs/drill.md and no other: the same faults, made on purpose",
        rows,
        alerts,
        _wrong(verdict=(result["verdict"], "good"), reported=(_outcomes(alerts), wanted)),
    )


def _repair_for_eventbridge(scene: Scene) -> Finding:
    """The repair of the permission on orders, which Alice has undone."""
    (repair,) = (
        one
        for one in _findings(scene.inbox.received)
        if (one.function, one.outcome) == ("orders", "REPAIRED") and "events-may-invoke" in one.what
    )
    return repair


def _findings(alerts: Sequence[Alert]) -> tuple[Finding, ...]:
    return tuple(finding for alert in alerts for finding in alert.findings)


def _outcomes(alerts: Sequence[Alert]) -> list[tuple[str, str, str]]:
    return sorted((one.function, one.rule, one.outcome) for one in _findings(alerts))


def _subjects(alerts: Sequence[Alert]) -> str:
    return "; ".join(alert.subject for alert in alerts) or "none"


def _wrong(**places: tuple[object, object]) -> str | None:
    """Name each place where something else was found than what had to be."""
    wrong = [
        f"{name}: {found}; it had to be {wanted}"
        for name, (found, wanted) in places.items()
        if found != wanted
    ]
    return ". ".join(wrong) or None
