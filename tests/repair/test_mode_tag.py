"""The tag of a function keeps it from being changed, and from nothing else."""

from __future__ import annotations

import pytest

from permission_guard.events.trigger import Kind
from permission_guard.fake_aws import Account
from permission_guard.ports import RetryLater
from permission_guard.repair.mode_tag import NO_TAG, mode_tag
from permission_guard.repair.outcome import Ending
from permission_guard.settings import MODE_TAG
from tests.journal.entries import LAYER
from tests.undoing import OTHER, S3, Story


def tagged(value: str) -> Story:
    story = Story(Account())
    story.account.functions["orders"].tags[MODE_TAG] = value
    story.account.add_permission("orders", OTHER)
    story.account.add_permission("orders", S3)
    return story


@pytest.mark.parametrize("value", ["observe", "Observe", " OBSERVE "])
def test_a_function_to_observe_is_reported_with_the_tag_and_never_changed(value: str) -> None:
    story = tagged(value)
    before = story.text
    (line,) = story.happens(Kind.PERMISSION_ADDED, "s3").lines
    assert line.ending is Ending.WOULD_REPAIR
    assert line.what.endswith("The function's tag permission-guard:mode is observe, so nothing was changed.")
    assert story.text == before
    story.happens(Kind.FUNCTION_CREATED)
    assert story.attached == []


def test_another_value_prevents_nothing_and_the_alert_says_so() -> None:
    (line,) = tagged("off").happens(Kind.PERMISSION_ADDED, "s3").lines
    assert line.ending is Ending.REPAIRED
    assert line.what.endswith(
        "The function's tag permission-guard:mode is 'off', neither Enforce nor Observe, and has no effect."
    )


@pytest.mark.parametrize("value", ["", "enforce", "Enforce"])
def test_the_other_mode_needs_no_remark(value: str) -> None:
    (line,) = tagged(value).happens(Kind.PERMISSION_ADDED, "s3").lines
    assert (line.ending, "tag" in line.what) == (Ending.REPAIRED, False)


def test_tags_that_may_not_be_read_mean_no_repair_and_the_alert_says_so() -> None:
    story = tagged("")
    story.fails("ListTags")
    (line,) = story.happens(Kind.PERMISSION_ADDED, "s3").lines
    assert line.ending is Ending.FAILED
    assert "the tags of arn:aws:lambda:us-east-1:111122223333:function:orders could not be read" in line.what


def test_tags_that_are_throttled_are_read_again_later() -> None:
    story = tagged("")
    story.fails("ListTags", "ThrottlingException")
    before = story.text
    with pytest.raises(RetryLater):
        story.happens(Kind.PERMISSION_ADDED, "s3")
    assert story.text == before
    story.works_again()
    assert [one.ending for one in story.happens(Kind.PERMISSION_ADDED, "s3").lines] == [Ending.REPAIRED]


def test_it_is_read_before_a_repair_only_and_never_of_a_layer_or_of_what_is_gone() -> None:
    story = Story(Account())
    story.account.add_permission("orders", OTHER)
    story.happens(Kind.PERMISSION_ADDED, "sns")
    assert "ListTags" not in story.account.calls
    assert mode_tag(LAYER, story.observer) is NO_TAG
    arn = story.account.functions.pop("orders").arn
    assert mode_tag(arn, story.observer) is NO_TAG
