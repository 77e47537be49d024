"""The story that the demo tells: what people do wrong, and what must stand there afterwards.

Each fault says what it does, what the guard has to make of it, and how that is read back from the account. What happens
to the same functions later is told in `sequels.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.embedded.emulator import ACCOUNT, REGION
from tests.embedded.people import LOGGING_POLICY, People

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.embedded.alert import Alert, AlertFinding
    from tests.embedded.scene import Scene

LOGS = "role-can-write-logs"
SOURCE = "invoke-permission-names-its-source"
PUBLIC = "function-is-not-public"


@dataclass(frozen=True, slots=True)
class Ending:
    """How a part of the story ended."""

    title: str
    rows: tuple[tuple[str, str], ...]
    """What is shown of it: labels and texts."""
    alerts: tuple[Alert, ...] = ()
    """Every alert that belongs to it."""
    wrong: str | None = None
    """What is not as it has to be; None if all is."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong, and how it has to end."""

    title: str
    function: str
    rule: str
    outcome: str
    make: Callable[[Scene], str]
    """Does it, and returns how the place in question read before the guard can have been there."""
    read: Callable[[People], str]
    """Reads the same place back from the account."""
    afterwards: str
    """What it must read in the end."""


def live_compliant(scene: Scene) -> Ending:
    """A function that can log and a permission that names its source: the guard has nothing to say."""
    people = scene.people

    def live() -> None:
        people.create_function("billing", people.make_role("billing-role", attach=LOGGING_POLICY))
        scene.settle()
        people.add_permission("billing", "s3.amazonaws.com", SourceAccount=ACCOUNT)

    alerts = scene.alerts_after(live)
    stays = people.read_permissions("billing", "s3.amazonaws.com")
    as_it_was = f"s3.amazonaws.com, only if StringEquals aws:SourceAccount {ACCOUNT}"
    wrong = alerts or stays != as_it_was
    return Ending(
        "billing: no mistake, so nothing is changed and nobody is told",
        (),
        alerts,
        f"told: {[alert.subject for alert in alerts]}; the account reads: {stays}" if wrong else None,
    )


def suffer(fault: Fault, scene: Scene) -> Ending:
    """Make the fault, wait for the alert, read the account back."""
    before = fault.make(scene)
    alert = scene.inbox.wait_for(fault.function, fault.rule)
    told = alert.finding(fault.rule) if alert else None
    after = scene.read(fault.read, until=fault.afterwards)
    if alert is None or told is None:
        return Ending(fault.title, (("before", before), ("after", after)), wrong="no alert arrived")
    changed = (
        (("before", before), ("after", after))
        if told.outcome == "REPAIRED"
        else (("stays", after), ("because", told.what.removeprefix("nothing was changed: ")))
    )
    rows = (("proof", told.proof), *changed, ("alert", alert.subject))
    return Ending(fault.title, rows, (alert,), _wrong(fault, told, after))


def _wrong(fault: Fault, told: AlertFinding, after: str) -> str | None:
    if told.verdict != "FAIL":
        return f"the verdict is {told.verdict}, so something could not be read"
    if told.outcome != fault.outcome:
        return f"the alert says {told.outcome}, and it had to be {fault.outcome}"
    if after != fault.afterwards:
        return f"the account reads: {after}; it had to read: {fault.afterwards}"
    return None


def _role_without_any_policy(scene: Scene) -> str:
    people = scene.people
    role_arn = people.make_role("orders-role")
    before = people.read_role("orders-role")
    people.create_function("orders", role_arn)
    return before


def _role_that_is_denied_logs(scene: Scene) -> str:
    people = scene.people
    quiet = {"Sid": "Quiet", "Effect": "Deny", "Action": "logs:*", "Resource": "*"}
    role_arn = people.make_role("reports-role", inline=quiet)
    before = people.read_role("reports-role")
    people.create_function("reports", role_arn)
    return before


def _function_for(scene: Scene, name: str, principal: str) -> str:
    people = scene.people
    people.create_function(name, people.make_role(f"{name}-role", attach=LOGGING_POLICY))
    scene.settle()
    return people.add_permission(name, principal)


OF_THE_ACCOUNT = f"events.amazonaws.com, only if ArnLike aws:SourceArn arn:aws:events:{REGION}:{ACCOUNT}:*"

FAULTS = (
    Fault(
        title="orders: its role has no policy at all",
        function="orders",
        rule=LOGS,
        outcome="REPAIRED",
        make=_role_without_any_policy,
        read=lambda people: people.read_role("orders-role"),
        afterwards="attached AWSLambdaBasicExecutionRole",
    ),
    Fault(
        title="orders: S3 may invoke it for any bucket of any account",
        function="orders",
        rule=SOURCE,
        outcome="REPAIRED",
        make=lambda scene: scene.people.add_permission("orders", "s3.amazonaws.com"),
        read=lambda people: people.read_permissions("orders", "s3.amazonaws.com"),
        afterwards=f"s3.amazonaws.com, only if StringEquals aws:SourceAccount {ACCOUNT}",
    ),
    Fault(
        title="orders: EventBridge may invoke it for any rule of any account",
        function="orders",
        rule=SOURCE,
        outcome="REPAIRED",
        make=lambda scene: scene.people.add_permission("orders", "events.amazonaws.com"),
        read=lambda people: people.read_permissions("orders", "events.amazonaws.com"),
        afterwards=OF_THE_ACCOUNT,
    ),
    Fault(
        # The emulator has no PutResourcePolicy, and no AddPermission can say "in any Region".
        title="invoices: SNS may invoke it for any topic of any account",
        function="invoices",
        rule=SOURCE,
        outcome="TOLD",
        make=lambda scene: _function_for(scene, "invoices", "sns.amazonaws.com"),
        read=lambda people: people.read_permissions("invoices", "sns.amazonaws.com"),
        afterwards="sns.amazonaws.com, no condition",
    ),
    Fault(
        title="reports: its role is denied all of CloudWatch Logs",
        function="reports",
        rule=LOGS,
        outcome="TOLD",
        make=_role_that_is_denied_logs,
        read=lambda people: people.read_role("reports-role"),
        afterwards="Deny logs:*",
    ),
    Fault(
        # The emulator has no PutResourcePolicy, and no AddPermission can say "of this account" about anybody.
        title="webhook: anybody at all may invoke it",
        function="webhook",
        rule=PUBLIC,
        outcome="TOLD",
        make=lambda scene: _function_for(scene, "webhook", "*"),
        read=lambda people: people.read_permissions("webhook", "*"),
        afterwards="*, no condition",
    ),
)
