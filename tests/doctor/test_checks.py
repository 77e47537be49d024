"""Each check by a table: what was seen, the verdict, and what is said of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from permission_guard.doctor import Verdict, checks, worst
from permission_guard.doctor.check import Check
from permission_guard.doctor.seen import (
    Checkup,
    Denied,
    Function,
    Key,
    Queue,
    Rights,
    Rule,
    Table,
    Topic,
    Trail,
)
from permission_guard.facts import Unreadable
from permission_guard.settings import NEEDED

LOST = Unreadable("it", "AccessDenied: no")
TRAIL = Trail("management", is_logging=True, takes_writes=True)
RULE = Rule("rule", "ENABLED")
FUNCTION = Function(
    "guard",
    is_guard=True,
    state="Active",
    state_reason="",
    update="Successful",
    update_reason="",
    reserved=None,
    environment=dict.fromkeys(NEEDED, "x"),
)
TOPIC = Topic("alerts", "arn:aws:sns:eu-west-1:123456789012:alerts", 1, 0)
QUEUE = Queue("dead", is_for_dead_letters=True, messages=0)
TABLE = Table("journal", "ACTIVE")
WELL = Checkup(
    stack="guard",
    account="123456789012",
    region="eu-west-1",
    version="1.0",
    trails=(TRAIL,),
    rules=(RULE,),
    functions=(FUNCTION,),
    topics=(TOPIC,),
    keys=(Key("k", "Enabled"),),
    queues=(QUEUE,),
    tables=(TABLE,),
    rights=Rights(3, (), ()),
)
GOOD, WRONG, UNKNOWN = Verdict
OFF = replace(TRAIL, is_logging=False)
READS = replace(TRAIL, name="reads", takes_writes=False)

SEEN: dict[str, tuple[Checkup, str, Verdict, str]] = {
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
        "It could not be told: it could not be read: AccessDenied: no.",
    ),
    "no trails to be seen": (replace(WELL, trails=LOST), "CloudTrail", UNKNOWN, "It could not be told"),
    "a rule that hears reads too": (
        replace(WELL, rules=(replace(RULE, state="ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"),)),
        "rule",
        GOOD,
        "rule is ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS.",
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
        "rule is in no state",
    ),
    "no rules": (replace(WELL, rules=()), "rule", WRONG, "The stack guard has no rule of EventBridge"),
    "a rule nobody may see": (replace(WELL, rules=(LOST,)), "rule", UNKNOWN, "It could not be told"),
    "no function": (replace(WELL, functions=()), "function", WRONG, "The stack guard has no function."),
    "a function nobody may see": (
        replace(WELL, functions=(LOST,)),
        "function",
        UNKNOWN,
        "It could not be told",
    ),
    "a function that failed": (
        replace(WELL, functions=(replace(FUNCTION, state="Failed", state_reason="no code"),)),
        "function",
        WRONG,
        "guard is Failed, and its last update is Successful: no code.",
    ),
    "an update that failed": (
        replace(WELL, functions=(replace(FUNCTION, update="Failed", update_reason="no role"),)),
        "function",
        WRONG,
        "guard is Active, and its last update is Failed: no role.",
    ),
    "a function that sleeps": (
        replace(WELL, functions=(replace(FUNCTION, state="Inactive"),)),
        "function",
        WRONG,
        "guard is Inactive, and its last update is Successful: Lambda gives no reason.",
    ),
    "a function that may not run": (
        replace(WELL, functions=(replace(FUNCTION, reserved=0),)),
        "function",
        WRONG,
        "The reserved concurrency of guard is 0",
    ),
    "a function that is capped": (
        replace(WELL, functions=(replace(FUNCTION, reserved=5),)),
        "function",
        GOOD,
        "guard is Active",
    ),
    "a function whose cap nobody may see": (
        replace(WELL, functions=(replace(FUNCTION, reserved=LOST),)),
        "function",
        UNKNOWN,
        "It could not be told",
    ),
    "a function that is being made": (
        replace(WELL, functions=(replace(FUNCTION, state="Pending"),)),
        "function",
        UNKNOWN,
        "guard is Pending, and its last update is Successful: a deployment is going on.",
    ),
    "a function that is being updated": (
        replace(WELL, functions=(replace(FUNCTION, update="InProgress"),)),
        "function",
        UNKNOWN,
        "guard is Active, and its last update is InProgress",
    ),
    "a variable that is missing": (
        replace(WELL, functions=(replace(FUNCTION, environment={}),)),
        "settings",
        WRONG,
        "ALERTS_TOPIC_ARN, DEAD_LETTER_QUEUE_URL, GUARD_ROLE_ARN, JOURNAL_TABLE, WAITING_QUEUE_URL is missing",
    ),
    "a setting that cannot be read": (
        replace(
            WELL, functions=(replace(FUNCTION, environment={**dict.fromkeys(NEEDED, "x"), "MODE": "On"}),)
        ),
        "settings",
        WRONG,
        "MODE is 'On', not one of Enforce, Observe: the guard refuses every event.",
    ),
    "settings that nobody may see": (
        replace(WELL, functions=(replace(FUNCTION, environment=LOST),)),
        "settings",
        UNKNOWN,
        "It could not be told",
    ),
    "rights that are denied": (
        replace(WELL, rights=Rights(3, (Denied("sns:Publish", "topic", "nothing allows it"),), (LOST,))),
        "rights",
        WRONG,
        "The guard's role is denied sns:Publish on topic (nothing allows it).",
    ),
    "rights of which some cannot be told": (
        replace(WELL, rights=Rights(3, (), (LOST,))),
        "rights",
        UNKNOWN,
        "It could not be told: it could not be read",
    ),
    "rights that cannot be told": (replace(WELL, rights=LOST), "rights", UNKNOWN, "It could not be told"),
    "nobody who subscribed": (
        replace(WELL, topics=(replace(TOPIC, confirmed=0),)),
        "alerts",
        WRONG,
        "Nobody receives them: no subscription is confirmed.",
    ),
    "nobody who confirmed": (
        replace(WELL, topics=(replace(TOPIC, confirmed=0, pending=1),)),
        "alerts",
        WRONG,
        "Nobody receives them: no subscription is confirmed; 1 waits to be confirmed.",
    ),
    "some who confirmed": (
        replace(WELL, topics=(replace(TOPIC, confirmed=2, pending=2),)),
        "alerts",
        GOOD,
        "2 subscriptions receive them; 2 wait to be confirmed.",
    ),
    "a topic nobody may see": (replace(WELL, topics=(LOST,)), "alerts", UNKNOWN, "It could not be told"),
    "a key that is off": (
        replace(WELL, keys=(Key("k", "Disabled"),)),
        "key",
        WRONG,
        "The key of the alerts, k, is Disabled: nothing can be published.",
    ),
    "a key without a state": (
        replace(WELL, keys=(Key("k", ""),)),
        "key",
        WRONG,
        "The key of the alerts, k, is in no state",
    ),
    "a key nobody may see": (replace(WELL, keys=(LOST,)), "key", UNKNOWN, "It could not be told"),
    "a dead letter": (
        replace(WELL, queues=(replace(QUEUE, messages=1),)),
        "queue",
        WRONG,
        "About 1 message waits in dead",
    ),
    "dead letters": (
        replace(WELL, queues=(replace(QUEUE, messages=2),)),
        "queue",
        WRONG,
        "About 2 messages wait in dead",
    ),
    "a queue nobody may see": (replace(WELL, queues=(LOST,)), "queue", UNKNOWN, "It could not be told"),
    "a table that is not there yet": (
        replace(WELL, tables=(replace(TABLE, status="CREATING"),)),
        "journal",
        WRONG,
        "The table journal is CREATING.",
    ),
    "a table that is being changed": (
        replace(WELL, tables=(replace(TABLE, status="UPDATING"),)),
        "journal",
        GOOD,
        "The table journal is UPDATING",
    ),
    "a table nobody may see": (replace(WELL, tables=(LOST,)), "journal", UNKNOWN, "It could not be told"),
    "another version": (
        replace(WELL, version="0.9"),
        "version",
        WRONG,
        "The stack is version 0.9, and this is 1.0.",
    ),
    "a stack that says no version": (
        replace(WELL, version=None),
        "version",
        WRONG,
        "The stack is version unknown, and this is 1.0.",
    ),
}


def named(seen: Checkup, name: str) -> Check:
    (found,) = (check for check in checks(seen, "1.0") if check.name == name)
    return found


def test_what_is_well_is_good_in_every_line_and_leaves_nothing_to_do() -> None:
    found = checks(WELL, "1.0")
    assert {check.verdict for check in found} == {GOOD}
    assert {check.todo for check in found} == {""}
    assert worst(found) is GOOD


@pytest.mark.parametrize("kind", SEEN)
def test_what_was_seen_is_judged_and_told(kind: str) -> None:
    seen, name, verdict, what = SEEN[kind]
    found = named(seen, name)
    assert found.verdict is verdict
    assert found.what.startswith(what)
    assert bool(found.todo) is (verdict is not GOOD)


@pytest.mark.parametrize("kind", SEEN)
def test_one_thing_that_is_not_well_says_nothing_about_the_others(kind: str) -> None:
    seen, name, verdict, _ = SEEN[kind]
    found = checks(seen, "1.0")
    assert {check.verdict for check in found if check.name != name} == {GOOD}
    assert worst(found) is verdict


def test_a_queue_that_hands_on_to_another_may_hold_what_it_likes() -> None:
    seen = replace(WELL, queues=(QUEUE, Queue("waiting", is_for_dead_letters=False, messages=7)))
    assert named(seen, "queue").what == "dead is empty."


def test_a_function_beside_the_guard_has_settings_of_its_own() -> None:
    seen = replace(WELL, functions=(replace(FUNCTION, is_guard=False, environment={}),))
    assert "settings" not in {check.name for check in checks(seen, "1.0")}


def test_what_is_wrong_outweighs_what_is_not_known() -> None:
    assert worst(checks(replace(WELL, trails=LOST, version="0.9"), "1.0")) is WRONG
