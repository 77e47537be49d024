"""A stack in which everything is as it must be, and what makes its guard deaf: what was seen, the check, its verdict, its words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from permission_guard.doctor import Health
from permission_guard.doctor.stack_state import (
    Checkup,
    EventRule,
    EventSource,
    GuardFunction,
    JournalTable,
    Key,
    LastSweep,
    Queue,
    Rights,
    Topic,
    Trail,
)
from permission_guard.model.facts import Unreadable
from permission_guard.settings import NEEDED

LOST = Unreadable("it", "AccessDenied: no")
TRAIL_ARN = "arn:aws:cloudtrail:us-east-1:123456789012:trail/management"
TRAIL = Trail("management", is_logging=True, takes_writes=True, arn=TRAIL_ARN)
NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
RULE = EventRule("rule", "ENABLED", "events", ("events",))
SOURCE = EventSource("0-1", "events", "Enabled")
FUNCTION = GuardFunction(
    "guard",
    state="Active",
    state_reason="",
    update="Successful",
    update_reason="",
    reserved=None,
    environment=dict.fromkeys(NEEDED, "x"),
)
TOPIC = Topic("alerts", "arn:aws:sns:eu-west-1:123456789012:alerts", 1, 0)
QUEUE = Queue("dead", "https://sqs/dead", is_for_dead_letters=True, messages=0)
TABLE = JournalTable("journal", "ACTIVE", NOW - timedelta(days=30))
NEW = replace(TABLE, made=NOW - timedelta(hours=1))
WELL = Checkup(
    stack="guard",
    partition="aws",
    account="123456789012",
    region="eu-west-1",
    at=NOW,
    version="1.0",
    trails=(TRAIL,),
    rules=(RULE,),
    function=FUNCTION,
    sources=(SOURCE,),
    topics=(TOPIC,),
    keys=(Key("k", "Enabled"),),
    queues=(QUEUE,),
    table=TABLE,
    last_sweep=LastSweep(NOW - timedelta(hours=25), NOW - timedelta(hours=24)),
    rights=Rights(3, (), ()),
)
GOOD, WRONG, UNKNOWN = Health
OFF = replace(TRAIL, is_logging=False)
READS = replace(TRAIL, name="reads", takes_writes=False)


def swept(now: datetime, *, began: float | None = None, ended: float | None = None) -> Checkup:
    """A stack whose last sweep began and ended so many hours ago."""
    times = (None if hours is None else now - timedelta(hours=hours) for hours in (began, ended))
    return replace(WELL, last_sweep=LastSweep(*times))


AWAKE: dict[str, tuple[Checkup, str, Health, str]] = {
    "no trail": (replace(WELL, trails=()), "CloudTrail", WRONG, "No trail covers eu-west-1, so EventBridge"),
    "a trail that is off": (
        replace(WELL, trails=(READS, OFF)),
        "CloudTrail",
        WRONG,
        "The trail management is switched off",
    ),
    "a trail of reads": (
        replace(WELL, trails=(READS,)),
        "CloudTrail",
        WRONG,
        "No trail records the write management events of Lambda (reads)",
    ),
    "one good trail suffices": (
        replace(WELL, trails=(READS, LOST, OFF, TRAIL)),
        "CloudTrail",
        GOOD,
        "The trail management records",
    ),
    "a trail that nobody can see may be the good one": (
        replace(WELL, trails=(OFF, LOST)),
        "CloudTrail",
        UNKNOWN,
        "It could not be checked: it could not be read: AccessDenied: no.",
    ),
    "no trails to be seen": (replace(WELL, trails=LOST), "CloudTrail", UNKNOWN, "It could not be checked"),
    "a rule that hears reads too": (
        replace(WELL, rules=(replace(RULE, state="ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"),)),
        "rule",
        GOOD,
        "rule is ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS and sends to events.",
    ),
    "a rule that is off": (
        replace(WELL, rules=(replace(RULE, state="DISABLED"),)),
        "rule",
        WRONG,
        "rule is DISABLED",
    ),
    "a rule without a state": (
        replace(WELL, rules=(replace(RULE, state=""),)),
        "rule",
        WRONG,
        "rule is in an unknown state",
    ),
    "a rule that sends to another queue": (
        replace(WELL, rules=(replace(RULE, targets=("another",)),)),
        "rule",
        WRONG,
        "rule does not send to the queue events.",
    ),
    "a rule whose targets nobody may see": (
        replace(WELL, rules=(replace(RULE, targets=LOST),)),
        "rule",
        UNKNOWN,
        "It could not be checked",
    ),
    "no rules": (replace(WELL, rules=()), "rule", WRONG, "The stack guard has no rule of EventBridge"),
    "a rule nobody may see": (replace(WELL, rules=(LOST,)), "rule", UNKNOWN, "It could not be checked"),
    "no event source mapping": (
        replace(WELL, sources=()),
        "queue",
        WRONG,
        "The stack guard has no event source mapping: no message reaches the guard.",
    ),
    "a disabled event source mapping": (
        replace(WELL, sources=(SOURCE, replace(SOURCE, queue="sweep", state="Disabled"))),
        "queue",
        WRONG,
        "The event source mapping of sweep is Disabled: its messages wait.",
    ),
    "an event source mapping without a state": (
        replace(WELL, sources=(replace(SOURCE, state=""),)),
        "queue",
        WRONG,
        "The event source mapping of events is in an unknown state",
    ),
    "an event source mapping that is being made": (
        replace(WELL, sources=(replace(SOURCE, state="Creating"),)),
        "queue",
        UNKNOWN,
        "The event source mapping of events is Creating: a deployment is going on.",
    ),
    "an event source mapping nobody may see": (
        replace(WELL, sources=(LOST,)),
        "queue",
        UNKNOWN,
        "It could not be checked",
    ),
    "a dead letter": (
        replace(WELL, queues=(replace(QUEUE, messages=1),)),
        "queue",
        WRONG,
        "About 1 message is in dead: they could not be delivered, or failed ten times.",
    ),
    "dead letters": (
        replace(WELL, queues=(replace(QUEUE, messages=2),)),
        "queue",
        WRONG,
        "About 2 messages are in dead",
    ),
    "a queue nobody may see": (replace(WELL, queues=(LOST,)), "queue", UNKNOWN, "It could not be checked"),
    "a sweep of two days ago": (swept(NOW, ended=48), "sweep", GOOD, "The last sweep ended 48 hours ago."),
    "a sweep of an hour ago": (swept(NOW, ended=1), "sweep", GOOD, "The last sweep ended 1 hour ago."),
    "a sweep that has begun since": (
        swept(NOW, began=0.5, ended=24),
        "sweep",
        GOOD,
        "The last sweep ended 24 hours ago; one that began less than an hour ago has not ended.",
    ),
    "a sweep that is overdue": (swept(NOW, ended=49), "sweep", WRONG, "The last sweep ended 2 days ago."),
    "a sweep that fails": (
        swept(NOW, began=3, ended=80),
        "sweep",
        WRONG,
        "The last sweep ended 3 days ago; one that began 3 hours ago has not ended.",
    ),
    "no sweep in an old stack": (
        swept(NOW, began=3),
        "sweep",
        WRONG,
        "No sweep has listed every function yet; one that began 3 hours ago has not ended.",
    ),
    "no sweep in a new stack": (
        replace(swept(NOW), table=NEW),
        "sweep",
        UNKNOWN,
        "No sweep has listed every function yet.",
    ),
    "a sweep nobody may see": (replace(WELL, last_sweep=LOST), "sweep", UNKNOWN, "It could not be checked"),
}
