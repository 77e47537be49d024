"""Each check by a table: what was seen, the verdict, and what is said of it."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace

import pytest

from permission_guard.doctor import Health, checks, command_of, worst
from permission_guard.doctor.check import Check
from permission_guard.doctor.stack_state import Checkup, Denied, Key, LastSweep, Rights
from permission_guard.settings import NEEDED
from tests.doctor.well import (
    AWAKE,
    FUNCTION,
    GOOD,
    LOST,
    OFF,
    QUEUE,
    READS,
    RULE,
    TABLE,
    TOPIC,
    UNKNOWN,
    WELL,
    WRONG,
)

SEEN: dict[str, tuple[Checkup, str, Health, str]] = {
    **AWAKE,
    "a function that failed": (
        replace(WELL, function=replace(FUNCTION, state="Failed", state_reason="no code")),
        "function",
        WRONG,
        "guard is Failed, and its last update is Successful: no code.",
    ),
    "an update that failed": (
        replace(WELL, function=replace(FUNCTION, update="Failed", update_reason="no role")),
        "function",
        WRONG,
        "guard is Active, and its last update is Failed: no role.",
    ),
    "a function that sleeps": (
        replace(WELL, function=replace(FUNCTION, state="Inactive")),
        "function",
        WRONG,
        "guard is Inactive, and its last update is Successful: Lambda gives no reason.",
    ),
    "a function that may not run": (
        replace(WELL, function=replace(FUNCTION, reserved=0)),
        "function",
        WRONG,
        "The reserved concurrency of guard is 0",
    ),
    "a function that is capped": (
        replace(WELL, function=replace(FUNCTION, reserved=5)),
        "function",
        GOOD,
        "guard is Active",
    ),
    "a function whose cap nobody may see": (
        replace(WELL, function=replace(FUNCTION, reserved=LOST)),
        "function",
        UNKNOWN,
        "It could not be checked",
    ),
    "a function that is being made": (
        replace(WELL, function=replace(FUNCTION, state="Pending")),
        "function",
        UNKNOWN,
        "guard is Pending, and its last update is Successful: a deployment is going on.",
    ),
    "a function that is being updated": (
        replace(WELL, function=replace(FUNCTION, update="InProgress")),
        "function",
        UNKNOWN,
        "guard is Active, and its last update is InProgress",
    ),
    "a variable that is missing": (
        replace(WELL, function=replace(FUNCTION, environment={})),
        "settings",
        WRONG,
        "ALERTS_TOPIC_ARN, EVENTS_QUEUE_URL, GUARD_ROLE_ARN, JOURNAL_TABLE, SWEEP_TASKS_QUEUE_URL is missing",
    ),
    "a setting that cannot be read": (
        replace(WELL, function=replace(FUNCTION, environment={**dict.fromkeys(NEEDED, "x"), "MODE": "On"})),
        "settings",
        WRONG,
        "MODE is 'On', not one of Enforce, Observe: the guard fails on every message.",
    ),
    "settings that nobody may see": (
        replace(WELL, function=replace(FUNCTION, environment=LOST)),
        "settings",
        UNKNOWN,
        "It could not be checked",
    ),
    "rights that are denied": (
        replace(WELL, rights=Rights(3, (Denied("sns:Publish", "topic", "nothing allows it"),), (LOST,))),
        "rights",
        WRONG,
        "The guard's role is denied sns:Publish on topic (nothing allows it).",
    ),
    "rights of which some are unknown": (
        replace(WELL, rights=Rights(3, (), (LOST,))),
        "rights",
        UNKNOWN,
        "It could not be checked: it could not be read",
    ),
    "rights that are unknown": (replace(WELL, rights=LOST), "rights", UNKNOWN, "It could not be checked"),
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
    "a topic nobody may see": (replace(WELL, topics=(LOST,)), "alerts", UNKNOWN, "It could not be checked"),
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
        "The key of the alerts, k, is in an unknown state",
    ),
    "a key nobody may see": (replace(WELL, keys=(LOST,)), "key", UNKNOWN, "It could not be checked"),
    "a table that is not there yet": (
        replace(WELL, table=replace(TABLE, status="CREATING")),
        "journal",
        WRONG,
        "The table journal is CREATING.",
    ),
    "a table that is being changed": (
        replace(WELL, table=replace(TABLE, status="UPDATING")),
        "journal",
        GOOD,
        "The table journal is UPDATING",
    ),
    "a table nobody may see": (replace(WELL, table=LOST), "journal", UNKNOWN, "It could not be checked"),
    "another version": (
        replace(WELL, version="0.9"),
        "version",
        WRONG,
        "The stack is version 0.9, and this command line is 1.0.",
    ),
    "a stack that says no version": (
        replace(WELL, version=None),
        "version",
        WRONG,
        "The stack is version unknown, and this command line is 1.0.",
    ),
}


def named(seen: Checkup, name: str) -> Check:
    """The check of a name; of several the one that is not good."""
    found = [check for check in checks(seen, "1.0") if check.name == name]
    return next((check for check in found if check.verdict is not GOOD), found[0])


def test_what_is_well_is_good_in_every_line_and_leaves_nothing_to_do() -> None:
    found = checks(WELL, "1.0")
    assert {check.verdict for check in found} == {GOOD}
    assert {check.todo for check in found} == {""}
    assert worst(found) is GOOD


@pytest.mark.parametrize("kind", SEEN)
def test_what_was_seen_is_evaluated_and_reported(kind: str) -> None:
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


def test_messages_that_wait_for_the_guard_are_no_dead_letters() -> None:
    events = replace(QUEUE, name="events", is_for_dead_letters=False, messages=7)
    assert [
        one for one in checks(replace(WELL, queues=(events, QUEUE)), "1.0") if one.verdict is not GOOD
    ] == []


def test_a_function_that_may_not_be_read_leaves_its_settings_unknown_too() -> None:
    found = {check.name: check.verdict for check in checks(replace(WELL, function=LOST), "1.0")}
    assert {name for name, verdict in found.items() if verdict is UNKNOWN} == {"function", "settings"}


def test_the_advice_on_dead_letters_is_to_read_to_fix_and_to_purge() -> None:
    assert todo(replace(WELL, queues=(replace(QUEUE, messages=2),)), "queue") == (
        "Read the guard's log for the reason, fix the cause, evaluate each function (permission-guard sweep FUNCTION), and purge "
        "the queue: aws sqs purge-queue --queue-url https://sqs/dead --region eu-west-1"
    )


def test_what_is_wrong_outweighs_what_is_not_known() -> None:
    assert worst(checks(replace(WELL, trails=LOST, version="0.9"), "1.0")) is WRONG


def todo(seen: Checkup, name: str, profile: str | None = None) -> str:
    (found,) = (one for one in checks(seen, "1.0", profile) if one.name == name and one.todo)
    return found.todo


def test_without_a_trail_the_commands_make_a_bucket_that_only_the_new_trail_may_write_to() -> None:
    said, command = command_of(todo(replace(WELL, trails=()), "CloudTrail"))
    assert said == "Create a bucket and a trail:"
    made = [shlex.split(one) for one in command.split(" && ")]
    bucket = "management-events-123456789012-eu-west-1"
    region = ["--region", "eu-west-1"]
    trail = ["--name", "management-events"]
    policy = json.loads(made[1][6])
    assert made == [
        ["aws", "s3", "mb", f"s3://{bucket}", *region],
        ["aws", "s3api", "put-bucket-policy", "--bucket", bucket, "--policy", made[1][6], *region],
        [
            "aws",
            "cloudtrail",
            "create-trail",
            *trail,
            "--s3-bucket-name",
            bucket,
            "--is-multi-region-trail",
            *region,
        ],
        ["aws", "cloudtrail", "start-logging", *trail, *region],
    ]
    arn = f"arn:aws:s3:::{bucket}"
    assert [(one["Action"], one["Resource"]) for one in policy["Statement"]] == [
        ("s3:GetBucketAcl", arn),
        ("s3:PutObject", f"{arn}/AWSLogs/123456789012/*"),
    ]
    sources = [one["Condition"]["StringEquals"]["aws:SourceArn"] for one in policy["Statement"]]
    assert set(sources) == {"arn:aws:cloudtrail:eu-west-1:123456789012:trail/management-events"}


def test_a_trail_is_changed_in_its_own_region_by_its_arn() -> None:
    arn = "arn:aws:cloudtrail:us-east-1:123456789012:trail/management"
    assert todo(replace(WELL, trails=(OFF,)), "CloudTrail") == (
        f"Switch it on: aws cloudtrail start-logging --name {arn} --region us-east-1"
    )
    assert todo(replace(WELL, trails=(READS,)), "CloudTrail").endswith(
        f"aws cloudtrail put-event-selectors --trail-name {arn} "
        "--event-selectors ReadWriteType=WriteOnly,IncludeManagementEvents=true --region us-east-1"
    )


def test_who_may_change_a_trail_of_another_account_is_reported() -> None:
    theirs = replace(OFF, arn="arn:aws:cloudtrail:us-east-1:999999999999:trail/organization")
    assert todo(replace(WELL, trails=(theirs,)), "CloudTrail").startswith(
        "Switch it on with credentials of account 999999999999, which owns it: aws cloudtrail start-logging"
    )


def test_a_command_says_the_region_the_profile_and_the_stack_that_was_looked_at() -> None:
    disabled = replace(WELL, rules=(replace(RULE, state="DISABLED"),))
    assert todo(disabled, "rule", "the audit").endswith(
        "aws events enable-rule --name rule --region eu-west-1 --profile 'the audit'"
    )
    overdue = replace(WELL, last_sweep=LastSweep(None, None))
    assert todo(overdue, "sweep").endswith("permission-guard sweep --region eu-west-1 --stack-name guard")
    assert todo(replace(overdue, stack="permission-guard"), "sweep").endswith(
        "permission-guard sweep --region eu-west-1"
    )


def test_a_key_that_is_to_be_deleted_is_kept_and_enabled() -> None:
    assert todo(replace(WELL, keys=(Key("k", "PendingDeletion"),)), "key") == (
        "Cancel its deletion, and enable it: aws kms cancel-key-deletion --key-id k --region eu-west-1 "
        "&& aws kms enable-key --key-id k --region eu-west-1"
    )
