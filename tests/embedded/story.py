"""The story that the demo tells: what people do wrong, and what must stand there afterwards.

Each fault says what it does, what the guard has to make of it, and how that is read back from the account. The last
ones are no faults: about these nothing may be said.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.embedded.emulator import ACCOUNT, REGION
from tests.embedded.people import LOGGING_POLICY, People

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.embedded.alert import Alert, AlertFinding
    from tests.embedded.inbox import Inbox

LOGS = "role-can-write-logs"
SOURCE = "invoke-permission-names-its-source"
PUBLIC = "function-is-not-public"

FUNCTIONS = ("billing", "orders", "reports", "webhook")
ROLES = tuple(f"{function}-role" for function in FUNCTIONS)
READ_BACK_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong, and how it has to end."""

    title: str
    function: str
    rule: str
    outcome: str
    make: Callable[[People], str]
    """Does it, and returns how the place in question read before the guard can have been there."""
    read: Callable[[People], str]
    """Reads the same place back from the account."""
    afterwards: str
    """What it must read in the end."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a fault really ended."""

    fault: Fault
    before: str
    after: str
    alert: Alert | None
    told: AlertFinding | None

    @property
    def wrong(self) -> str | None:
        """What is not as it has to be; None if all is."""
        if not self.alert or not self.told:
            return "no alert arrived"
        if self.told.verdict != "FAIL":
            return f"the verdict is {self.told.verdict}, so something could not be read"
        if self.told.outcome != self.fault.outcome:
            return f"the alert says {self.told.outcome}, and it had to be {self.fault.outcome}"
        if self.after != self.fault.afterwards:
            return f"the account reads: {self.after}; it had to read: {self.fault.afterwards}"
        return None


def live_compliant(people: People) -> None:
    """A function that can log and a permission that names its source: the guard has nothing to say."""
    people.create_function("billing", people.make_role("billing-role", attach=LOGGING_POLICY))
    people.add_permission("billing", "s3.amazonaws.com", SourceAccount=ACCOUNT)


def suffer(fault: Fault, people: People, inbox: Inbox) -> Ending:
    """Make the fault, wait for the alert, read the account back."""
    before = fault.make(people)
    alert = inbox.wait_for(fault.function, fault.rule)
    end = time.monotonic() + READ_BACK_SECONDS
    while (after := fault.read(people)) != fault.afterwards and time.monotonic() < end:
        time.sleep(0.1)
    return Ending(fault, before, after, alert, alert.finding(fault.rule) if alert else None)


def _role_without_any_policy(people: People) -> str:
    role_arn = people.make_role("orders-role")
    before = people.read_role("orders-role")
    people.create_function("orders", role_arn)
    return before


def _role_that_is_denied_logs(people: People) -> str:
    quiet = {"Sid": "Quiet", "Effect": "Deny", "Action": "logs:*", "Resource": "*"}
    role_arn = people.make_role("reports-role", inline=quiet)
    before = people.read_role("reports-role")
    people.create_function("reports", role_arn)
    return before


def _function_for_anybody(people: People) -> str:
    people.create_function("webhook", people.make_role("webhook-role", attach=LOGGING_POLICY))
    return people.add_permission("webhook", "*")


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
        make=lambda people: people.add_permission("orders", "s3.amazonaws.com"),
        read=lambda people: people.read_permissions("orders", "s3.amazonaws.com"),
        afterwards=f"s3.amazonaws.com, only if StringEquals aws:SourceAccount {ACCOUNT}",
    ),
    Fault(
        title="orders: EventBridge may invoke it for any rule of any account",
        function="orders",
        rule=SOURCE,
        outcome="REPAIRED",
        make=lambda people: people.add_permission("orders", "events.amazonaws.com"),
        read=lambda people: people.read_permissions("orders", "events.amazonaws.com"),
        afterwards=(
            f"events.amazonaws.com, only if ArnLike aws:SourceArn arn:aws:events:{REGION}:{ACCOUNT}:rule/*"
        ),
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
        make=_function_for_anybody,
        read=lambda people: people.read_permissions("webhook", "*"),
        afterwards="*, no condition",
    ),
)
