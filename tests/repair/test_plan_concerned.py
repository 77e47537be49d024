"""An event that added one statement is about that one; the others have events of their own."""

from __future__ import annotations

from permission_guard.events.trigger import Kind
from permission_guard.repair.outcome import Ending
from tests.fake_aws.builders import settings, statement
from tests.watched import LOGGING, Watched

REPAIRED, REPORTED = Ending.REPAIRED, Ending.REPORTED
TOPICS, BUCKETS = statement("sns.amazonaws.com", sid="topics"), statement("s3.amazonaws.com", sid="buckets")


def deployed() -> Watched:
    """A deployment has added two permissions by two calls, and the events of both are on their way."""
    there = Watched(settings=settings(repair_existing=False))
    there.account.with_role("role", logs=LOGGING)
    there.open(TOPICS, BUCKETS)
    return there


def test_two_permissions_of_one_deployment_are_both_repaired_and_neither_is_reported_as_existing() -> None:
    there = deployed()
    there.handle(Kind.PERMISSION_ADDED, added="topics")
    assert there.reported == [[REPAIRED]]
    there.handle(Kind.PERMISSION_ADDED, added="buckets")
    assert there.reported == [[REPAIRED], [REPAIRED]]
    assert all("Condition" in one for one in there.statements)


def test_a_permission_whose_event_was_lost_is_reported_by_whatever_looks_at_everything() -> None:
    there = deployed()
    there.handle(Kind.PERMISSION_ADDED, added="topics")
    there.handle(Kind.SWEEP, added=None)
    assert (there.reported, there.waiting) == ([[REPAIRED]], [["REPORTED"]])


def test_what_the_journal_knows_is_reported_again_in_time_whichever_call_wakes_the_guard() -> None:
    there = deployed()
    there.handle(Kind.ALIAS_CHANGED, added=None)
    assert there.reported == [[REPORTED, REPORTED]]
    there.later(days=8)
    there.handle(Kind.PERMISSION_ADDED, added="another", receives=3)
    assert there.reported == [[REPORTED, REPORTED], [REPORTED, REPORTED]]


def test_a_call_that_added_nothing_is_about_everything() -> None:
    there = deployed()
    there.handle(Kind.PERMISSION_REMOVED, added=None)
    assert there.reported == [[REPORTED, REPORTED]]


def test_a_policy_that_was_attached_a_moment_ago_and_is_not_shown_yet_is_neither_attached_nor_reported_again() -> (
    None
):
    there = Watched()
    there.handle(Kind.FUNCTION_CREATED)
    attached = list(there.attached)
    there.attached.clear()  # IAM shows the role as it was
    there.later(seconds=59)
    there.handle(Kind.FUNCTION_CHANGED)
    assert there.reported == [[REPAIRED]]
    assert there.account.calls.count("AttachRolePolicy") == 1
    there.later(seconds=1)
    there.handle(Kind.FUNCTION_CHANGED)
    assert there.reported == [[REPAIRED], [REPAIRED]]
    assert there.attached == attached
