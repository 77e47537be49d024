"""The principals that show no ARN: held against a second writing of facts 4."""

from __future__ import annotations

import re

import pytest

from permission_guard.callers import OTHERS, Mark, Other, Standing, caller_of, other_of

STANDINGS = {
    "alexa-appkit.amazon.com": (Standing.TOKEN, Mark.LIKELY),
    "alexa-connectedhome.amazon.com": (Standing.TOKEN, Mark.SURE),
    "edgelambda.amazonaws.com": (Standing.HANDS_OFF, Mark.LIKELY),
    "replicator.lambda.amazonaws.com": (Standing.HANDS_OFF, Mark.LIKELY),
    "cloudformation.amazonaws.com": (Standing.USELESS, Mark.LIKELY),
    "states.amazonaws.com": (Standing.USELESS, Mark.LIKELY),
    "scheduler.amazonaws.com": (Standing.USELESS, Mark.LIKELY),
    "pipes.amazonaws.com": (Standing.USELESS, Mark.LIKELY),
    "codepipeline.amazonaws.com": (Standing.USELESS, Mark.LIKELY),
    "firehose.amazonaws.com": (Standing.USELESS, Mark.LIKELY),
    "batchoperations.s3.amazonaws.com": (Standing.USELESS, Mark.LIKELY),
    "iotevents.amazonaws.com": (Standing.USELESS, Mark.LIKELY),
    "sqs.amazonaws.com": (Standing.USELESS, Mark.LIKELY),
    "kinesis.amazonaws.com": (Standing.USELESS, Mark.LIKELY),
    "dynamodb.amazonaws.com": (Standing.USELESS, Mark.LIKELY),
    "kafka.amazonaws.com": (Standing.USELESS, Mark.LIKELY),
    "mq.amazonaws.com": (Standing.USELESS, Mark.LIKELY),
    "delivery.logs.amazonaws.com": (Standing.UNKNOWN, Mark.UNSURE),
    "chime.amazonaws.com": (Standing.UNKNOWN, Mark.UNSURE),
    "mediatailor.amazonaws.com": (Standing.UNKNOWN, Mark.UNSURE),
    "quicksight.amazonaws.com": (Standing.UNKNOWN, Mark.UNSURE),
    "supplychain.amazonaws.com": (Standing.UNKNOWN, Mark.UNSURE),
}
WITHOUT_A_PRINCIPAL = {
    "EventBridge targets with a RoleArn",
    "S3 Object Lambda",
    "AppSync data sources",
    "Kafka of one's own",
    "DocumentDB",
}


def test_the_table_has_just_these_principals_and_each_once() -> None:
    assert sorted(name for other in OTHERS for name in other.principals) == sorted(STANDINGS)


@pytest.mark.parametrize("principal", STANDINGS)
def test_each_principal_stands_to_the_policy_as_facts_say(principal: str) -> None:
    other = other_of(principal)

    assert other is not None
    assert (other.standing, other.known.mark) == STANDINGS[principal]


@pytest.mark.parametrize("principal", STANDINGS)
def test_no_principal_without_an_arn_is_among_the_callers_that_show_one(principal: str) -> None:
    assert caller_of(principal) is None


def test_ways_of_invoking_without_a_principal_of_their_own_need_no_statement() -> None:
    found = {other.name: other.standing for other in OTHERS if not other.principals}

    assert found == dict.fromkeys(WITHOUT_A_PRINCIPAL, Standing.USELESS)


@pytest.mark.parametrize("other", OTHERS, ids=lambda other: other.name)
def test_each_row_has_a_page_and_a_sentence(other: Other) -> None:
    assert re.fullmatch(r"[A-Za-z0-9-]+(/[A-Za-z0-9_-]+)+\.html", other.known.page)
    assert other.remark.rstrip('"').endswith(".")


@pytest.mark.parametrize("principal", ["states.eu-west-1.amazonaws.com", "states.amazonaws.com.cn"])
def test_regional_names_and_those_of_china_are_the_same_service(principal: str) -> None:
    other = other_of(principal)

    assert other is not None
    assert other.name == "Step Functions"


@pytest.mark.parametrize(
    "principal", ["sns.amazonaws.com", "alexa-appkit.amazonaws.com", "s3.example.com", ""]
)
def test_of_those_that_show_an_arn_and_of_strangers_nothing_stands_here(principal: str) -> None:
    assert other_of(principal) is None
