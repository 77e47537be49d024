"""`journal`: what the guard did and told, for people and for machines."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from permission_guard.events.trigger import EVERYTHING, Kind
from permission_guard.journal.entry import State
from permission_guard.journal.entry_json import written
from permission_guard.model.finding import RULE_IDS, Concern
from tests.cli.there import PLACES, run
from tests.fake_aws.builders import TARGET, document, statement
from tests.test_golden import golden
from tests.undoing import Story, repaired

LAYER = "arn:aws:lambda:us-east-1:111122223333:layer:shared:3"


def busy() -> Story:
    """A repair that was undone, one that was not, and a fault that was only told, of two functions."""
    story = repaired()
    run(story, "undo", story.entry.id, "--yes")
    story.put(document(statement("s3.amazonaws.com", sid="s3"), statement("sns.amazonaws.com", sid="t")))
    story.happens(Kind.FUNCTION_CREATED, after=timedelta(hours=3))
    first, *_ = story.journal.of(TARGET).entries
    other = replace(
        first,
        subject=f"{TARGET}-of-last-year",
        cause=replace(
            first.cause, subject=replace(story.account.functions["orders"].arn, name="orders-of-last-year")
        ),
        state=State.PLANNED,
        repairs=(),
        reported_at=None,
        reported_as=None,
        last_seen=first.last_seen - timedelta(days=365),
        version=0,
    )
    story.journal.write((other,))
    return story


def test_a_function_is_listed_word_for_word_as_it_is_kept() -> None:
    story = busy()
    result = run(story, "journal", "orders")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == golden("journal/a-function.txt", result.stdout)


def test_everything_is_listed_word_for_word_as_it_is_kept() -> None:
    story = busy()
    story.account.calls.clear()
    result = run(story, "journal")
    assert story.account.calls == ["Scan"]
    assert result.stdout == golden("journal/everything.txt", result.stdout)


def entries(story: Story, *arguments: str) -> list[dict[str, Any]]:
    body: dict[str, Any] = json.loads(run(story, "journal", "--json", *arguments).stdout)
    assert body["schema"] == "permission-guard/journal/1"
    found: list[dict[str, Any]] = body["entries"]
    return found


def test_machines_get_each_entry_with_all_that_is_kept_of_it_the_newest_first() -> None:
    story = busy()
    kept = sorted(story.journal.all(), key=lambda entry: (entry.last_seen, entry.id), reverse=True)
    wanted = [json.loads(written(one)) for one in kept]
    for one in wanted:
        del one["schema"]
        one["finding"]["rule"] = one["finding"].pop("concern")
    assert entries(story) == wanted
    assert {one["subject"] for one in entries(story, "orders")} == {TARGET}


def test_machines_get_the_rule_ids_that_every_format_has() -> None:
    story = busy()
    first, *_ = story.journal.of(TARGET).entries
    graver = replace(first.finding, concern=Concern.MANAGEMENT_ACCESS)
    story.journal.write((replace(first, fault="graver", finding=graver, version=0),))
    rules = [one["finding"]["rule"] for one in entries(story, "orders")]
    assert "management-access" in rules
    assert set(rules) <= set(RULE_IDS)


def test_a_layer_version_is_listed_by_its_arn() -> None:
    assert run(repaired(), "journal", LAYER).stdout == "The journal has no entries.\n"
    assert entries(repaired(), LAYER) == []


def test_a_function_of_which_nothing_is_known_is_no_error() -> None:
    result = run(repaired(), "journal", "unknown")
    assert (result.exit_code, result.stdout) == (0, "The journal has no entries.\n")


def test_what_is_seen_on_two_events_is_one_row() -> None:
    story = repaired()
    story.happens(Kind.POLICY_WRITTEN, EVERYTHING)
    assert len(run(story, "journal", "orders").stdout.splitlines()) == 2


def reported(story: Story, *arguments: str) -> tuple[int, str]:
    result = run(story, *arguments)
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    return result.exit_code, line.removeprefix("permission-guard: ")


ENTRY = f"{TARGET}/0123456789abcdef"
BAD: dict[str, tuple[list[str], str]] = {
    "no entry": (["undo"], "Pass ENTRY or --all-attached."),
    "no fault": (
        ["undo", "orders"],
        "'orders' is not the name of an entry. Alerts show it, for example orders/0f3c9a8b7d6e5f40.",
    ),
    "a fault that is none": (
        ["accept", "--remove", "orders/0F3C"],
        "'orders/0F3C' is not the name of an entry. Alerts show it, for example orders/0f3c9a8b7d6e5f40.",
    ),
    "no name": (
        ["undo", "a b/0123456789abcdef"],
        "'a b' is not the name or ARN of a function.",
    ),
    "no function": (
        ["journal", "arn:aws:s3:::shop"],
        "'arn:aws:s3:::shop' is not the name or ARN of a function.",
    ),
    "unknown": (["undo", ENTRY], f"The journal in us-east-1 has no entry 0123456789abcdef about {TARGET}."),
    "a function of another region": (
        ["undo", ENTRY, "--region", "eu-west-1"],
        f"--region is eu-west-1, but {TARGET} is in us-east-1.",
    ),
    "a function of another account": (
        ["journal", "999999999999:orders"],
        "999999999999:orders belongs to account 999999999999. These credentials belong to account 111122223333.",
    ),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_name_that_cannot_be_meant_is_reported(kind: str) -> None:
    arguments, line = BAD[kind]
    assert reported(repaired(), *arguments) == (3, line)


ERRORS = {
    "ResourceNotFoundException": (
        3,
        "Table journal was not found in us-east-1 (account 111122223333). Pass --region or --table.",
    ),
    "AccessDeniedException": (1, "AWS refused: AccessDeniedException: no ({call})"),
    "ThrottlingException": (
        2,
        "Could not reach AWS: {call}: ThrottlingException: no. Run the command again.",
    ),
}


@pytest.mark.parametrize("code", ERRORS)
@pytest.mark.parametrize(
    ("arguments", "call"),
    [
        (["journal"], "Scan"),
        (["journal", "orders"], "Query"),
        (["undo", ENTRY], "Query"),
        (["accept", "--remove", ENTRY], "Query"),
    ],
    ids=["everything", "a function", "undo", "remove"],
)
def test_a_journal_that_cannot_be_read_is_reported(code: str, arguments: list[str], call: str) -> None:
    story = repaired()
    story.fails(call, code)
    expected, line = ERRORS[code]
    assert reported(story, *arguments) == (expected, line.format(call=call))


def test_the_options_say_where_to_look_and_an_arn_says_the_region() -> None:
    story = repaired()
    run(story, "journal")
    (place,) = PLACES
    assert (place.profile, place.region, place.table, place.stack_name) == (
        None,
        None,
        None,
        "permission-guard",
    )
    run(
        story,
        "journal",
        TARGET.replace("us-east-1", "eu-west-1"),
        "--profile",
        "p",
        "--table",
        "t",
        "--stack-name",
        "s",
    )
    (place,) = PLACES
    assert (place.profile, place.region, place.table, place.stack_name) == ("p", "eu-west-1", "t", "s")
