"""The story that the demo tells: what people do wrong, and what must stand there afterwards.

Each fault says what it does, what the guard has to make of it, and how that is read back from the account. What happens
to the same functions later is told in `later.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from tests.embedded.emulator import ACCOUNT, REGION
from tests.embedded.people import LOGGING_POLICY, People
from tests.embedded.scene import Ending, Scene

if TYPE_CHECKING:
    from collections.abc import Callable

LOGS = "role-can-write-logs"
SOURCE = "invoke-permission-names-its-source"
PUBLIC = "function-is-not-public"
S3, EVENTS = "s3.amazonaws.com", "events.amazonaws.com"
BARE = "no policy at all"
ATTACHED = "attached AWSLambdaBasicExecutionRole"
OF_THE_ACCOUNT = f"{EVENTS}, only if ArnLike aws:SourceArn arn:aws:events:{REGION}:{ACCOUNT}:*"


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


def suffer(fault: Fault, scene: Scene) -> Ending:
    """Make the fault, wait for the alert, read the account back."""
    before: list[str] = []
    alerts = scene.alerts_after(lambda: before.append(fault.make(scene)))
    after = fault.read(scene.people)
    found = [one for alert in alerts for one in alert.findings if one.rule == fault.rule]
    if len(alerts) != 1 or len(found) != 1:
        subjects = [alert.subject for alert in alerts] or "none"
        return Ending(fault.title, (("after", after),), alerts, f"alerts: {subjects}")
    (reported,) = found
    changed = (
        (("before", before[0]), ("after", after))
        if reported.outcome == "REPAIRED"
        else (("stays", after), ("because", reported.what.removeprefix("Nothing was changed: ")))
    )
    wrong = None
    if (reported.function, reported.verdict, reported.outcome) != (fault.function, "FAIL", fault.outcome):
        wrong = f"the alert says {reported.verdict}, {reported.outcome} of {reported.function}"
    elif after != fault.afterwards:
        wrong = f"the account reads: {after}; it had to read: {fault.afterwards}"
    return Ending(
        fault.title, (("proof", reported.proof), *changed, ("alert", alerts[0].subject)), alerts, wrong
    )


def live_compliant(scene: Scene) -> Ending:
    """A function that can log and a permission that names its source: the guard has nothing to say."""
    people = scene.people

    def live() -> None:
        people.create_function("billing", people.make_role("billing-role", attach=LOGGING_POLICY))
        scene.settle()
        people.add_permission("billing", S3, SourceAccount=ACCOUNT)

    alerts = scene.alerts_after(live)
    stays = people.read_permissions("billing", S3)
    wrong = alerts or stays != f"{S3}, only if StringEquals aws:SourceAccount {ACCOUNT}"
    return Ending(
        "billing: no mistake, so nothing is changed and nothing is reported",
        (),
        alerts,
        f"reported: {[alert.subject for alert in alerts]}; the account reads: {stays}" if wrong else None,
    )


def _function_with_a_bare_role(name: str, scene: Scene) -> str:
    people = scene.people
    role_arn = people.make_role(f"{name}-role")
    before = people.read_role(f"{name}-role")
    people.create_function(name, role_arn)
    return before


def _role_that_is_denied_logs(scene: Scene) -> str:
    people = scene.people
    quiet = {"Sid": "Quiet", "Effect": "Deny", "Action": "logs:*", "Resource": "*"}
    people.create_function("reports", people.make_role("reports-role", inline=quiet))
    return people.read_role("reports-role")


def _function_for_anybody(scene: Scene) -> str:
    people = scene.people
    people.create_function("webhook", people.make_role("webhook-role", attach=LOGGING_POLICY))
    scene.settle()
    return people.add_permission("webhook", "*")


OBSERVED = Fault(
    title="imports: its role has no policy at all, which is reported and nothing more",
    function="imports",
    rule=LOGS,
    outcome="WOULD_REPAIR",
    make=partial(_function_with_a_bare_role, "imports"),
    read=lambda people: people.read_role("imports-role"),
    afterwards=BARE,
)

FAULTS = (
    Fault(
        title="orders: its role has no policy at all",
        function="orders",
        rule=LOGS,
        outcome="REPAIRED",
        make=partial(_function_with_a_bare_role, "orders"),
        read=lambda people: people.read_role("orders-role"),
        afterwards=ATTACHED,
    ),
    Fault(
        title="orders: S3 may invoke it for any bucket of any account",
        function="orders",
        rule=SOURCE,
        outcome="REPAIRED",
        make=lambda scene: scene.people.add_permission("orders", S3),
        read=lambda people: people.read_permissions("orders", S3),
        afterwards=f"{S3}, only if StringEquals aws:SourceAccount {ACCOUNT}",
    ),
    Fault(
        title="orders: EventBridge may invoke it for any rule of any account",
        function="orders",
        rule=SOURCE,
        outcome="REPAIRED",
        make=lambda scene: scene.people.add_permission("orders", EVENTS),
        read=lambda people: people.read_permissions("orders", EVENTS),
        afterwards=OF_THE_ACCOUNT,
    ),
    Fault(
        title="reports: its role is denied all of CloudWatch Logs",
        function="reports",
        rule=LOGS,
        outcome="REPORTED",
        make=_role_that_is_denied_logs,
        read=lambda people: people.read_role("reports-role"),
        afterwards="Deny logs:*",
    ),
    Fault(
        # The emulator has no PutResourcePolicy, and no AddPermission can say "of this account" about anybody.
        title="webhook: any AWS account may invoke it, and this emulator lacks the call that repairs it",
        function="webhook",
        rule=PUBLIC,
        outcome="REPORTED",
        make=_function_for_anybody,
        read=lambda people: people.read_permissions("webhook", "*"),
        afterwards="*, no condition",
    ),
)
