"""What a drill waits for, one value for each step: what the guard does, with its settings, about the two faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from enum import Enum
from typing import Final

from permission_guard.aws.drill import Seen
from permission_guard.events.actor import SWEEP
from permission_guard.events.trigger import Kind, Trigger
from permission_guard.fake_aws import Account, FakeJournal, FakeNotifier, FakeObserver, FakeWriter
from permission_guard.frozen import frozen
from permission_guard.iam.arn import partition_of
from permission_guard.model.document import dumped
from permission_guard.model.finding import Concern
from permission_guard.pipeline import Guard
from permission_guard.repair.grant import Grant
from permission_guard.repair.outcome import Ending
from permission_guard.settings import Settings

GRANT: Final = Grant("drill", "lambda:InvokeFunction", "s3.amazonaws.com")
"""The permission without a source."""
ROLE: Final = Concern.ROLE_CAN_WRITE_LOGS
STATEMENT: Final = Concern.INVOKE_PERMISSION_NAMES_ITS_SOURCE


class Call(Enum):
    """The calls of the drill whose events the guard handles. DeleteFunction is what wakes it to detach its policy."""

    CREATED = "CreateFunction"
    ALLOWED = "AddPermission"
    DELETED = "DeleteFunction"


@frozen
class Step:
    """One thing that must come true after a call of the drill."""

    call: Call
    concern: Concern
    what: str
    is_alert: bool
    is_done: Callable[[Seen], bool]

    @property
    def checks(self) -> tuple[str, ...]:
        """The checks of `doctor` that say why it does not come, in the order of an event's way."""
        return (*_WAY, "key", "alerts") if self.is_alert else _WAY


_WAY: Final = ("CloudTrail", "rule", "queue", "function", "settings", "journal", "rights")


def expected(settings: Settings, now: datetime) -> Mapping[Concern, Ending]:
    """Return how each fault ends: as with the same guard in an account in memory. One that is ignored is missing.

    LoggingPolicyArn is taken as a policy that allows logging.
    """
    account = Account(settings.trusted.account, settings.region, partition_of(settings.region))
    account.managed[settings.logging_policy_arn] = _LOGGING
    account.with_role("drill")
    function = account.with_function("drill", role="drill").arn
    account.add_permission("drill", GRANT)
    observer = FakeObserver(account, settings.logging_policy_arn)
    guard = Guard(settings, observer, FakeWriter(account), FakeNotifier(), FakeJournal(account))
    triggers = (
        Trigger(kind, function, None, SWEEP, kind.value, now, sid)
        for kind, sid in ((Kind.FUNCTION_CREATED, None), (Kind.PERMISSION_ADDED, GRANT.sid))
    )
    return {line.finding.concern: line.ending for one in triggers for line in guard.handle(one, now).lines}


_LOGGING: Final = dumped(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}}
)


def steps(ends: Mapping[Concern, Ending], policy_arn: str) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """Return what is waited for before the function is deleted, and after it; `policy_arn` is LoggingPolicyArn."""
    policy = policy_arn.rpartition("/")[2]
    attached, limited = f"{policy} attached to the role", "condition added to the statement"
    before = (
        *_of(Call.CREATED, ROLE, ends.get(ROLE), attached, lambda seen: policy_arn in seen.attached),
        *_of(Call.ALLOWED, STATEMENT, ends.get(STATEMENT), limited, lambda seen: seen.is_limited),
    )
    if ends.get(ROLE) is not Ending.REPAIRED:
        return before, ()
    detached = f"{policy} detached from the role"
    after = _of(Call.DELETED, ROLE, Ending.RELEASED, detached, lambda seen: policy_arn not in seen.attached)
    return before, tuple(after)


def _of(
    call: Call, concern: Concern, ending: Ending | None, change: str, is_changed: Callable[[Seen], bool]
) -> Iterator[Step]:
    """Yield the change, if one is made, and the alert. The journal notes an alert after SNS has accepted it."""

    def is_reported(seen: Seen) -> bool:
        entry = seen.entry(concern)
        return entry is not None and entry.reported_as is ending and not seen.is_waiting

    if ending in {Ending.REPAIRED, Ending.RELEASED}:
        yield Step(call, concern, change, is_alert=False, is_done=is_changed)
    if ending is not None:
        alert = f"alert sent: {concern.value} {ending.value}"
        yield Step(call, concern, alert, is_alert=True, is_done=is_reported)
