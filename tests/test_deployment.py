"""CloudFormation's request before a new version takes over, and what it is told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from permission_guard.deployment import LONGEST, Deployment, Request, is_deployment
from permission_guard.record import BadEvent

ASKED: dict[str, Any] = {
    "RequestType": "Update",
    "ResponseURL": "https://cloudformation-custom-resource-response-useast1.s3.amazonaws.com/it?signed",
    "StackId": "arn:aws:cloudformation:us-east-1:123456789012:stack/permission-guard/1",
    "RequestId": "5478b1d6",
    "LogicalResourceId": "SelfTest",
    "PhysicalResourceId": "self-test",
    "ResourceType": "Custom::SelfTest",
    "ServiceToken": "arn:aws:lambda:us-east-1:123456789012:function:guard",
    "ResourceProperties": {"ServiceToken": "arn", "Variables": {"MODE": "Enforce", "REMINDER_DAYS": "7"}},
    "OldResourceProperties": {"ServiceToken": "arn", "Variables": {"MODE": "Observe"}},
}

OTHERS: list[object] = [{}, [], None, {"source": "aws.lambda"}]


def test_a_request_is_told_from_every_other_event_by_its_address() -> None:
    assert is_deployment(ASKED)
    assert not any(map(is_deployment, OTHERS))


def test_what_is_read_is_what_is_asked_for_where_the_answer_goes_and_the_new_variables() -> None:
    read = Deployment.of(ASKED)
    assert (read.request, read.url) == (Request.UPDATE, ASKED["ResponseURL"])
    assert read.variables == {"MODE": "Enforce", "REMINDER_DAYS": "7"}


def test_a_good_answer_repeats_what_the_request_is_known_by() -> None:
    assert json.loads(Deployment.of(ASKED).answer(None)) == {
        "Status": "SUCCESS",
        "PhysicalResourceId": "self-test",
        "StackId": ASKED["StackId"],
        "RequestId": "5478b1d6",
        "LogicalResourceId": "SelfTest",
        "Data": {"Settings": Deployment.of(ASKED).digest},
    }


def test_a_bad_answer_says_why_and_is_never_longer_than_cloudformation_takes() -> None:
    answer = Deployment.of(ASKED).answer("its journal: no" + "!" * 5_000)
    said = json.loads(answer)
    assert (said["Status"], said["Reason"][:15], len(said["Reason"])) == (
        "FAILED",
        "its journal: no",
        LONGEST,
    )
    assert len(answer) < 4_096


def with_variables(**variables: str) -> Deployment:
    return Deployment.of({**ASKED, "ResourceProperties": {"Variables": variables}})


def test_each_change_of_a_variable_has_another_name_and_their_order_has_none() -> None:
    names = [
        with_variables().digest,
        with_variables(MODE="Enforce").digest,
        with_variables(MODE="Observe").digest,
        with_variables(MODE="Observe", TRUSTED_ACCOUNTS="").digest,
        with_variables(MODE="Observe", TRUSTED_ACCOUNTS="111122223333").digest,
    ]
    assert len(set(names)) == len(names)
    assert with_variables(A="1", B="2").digest == with_variables(B="2", A="1").digest
    assert [len(name) for name in names] == [16] * 5


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("RequestType", "Replace", "RequestType is none that is known: 'Replace'"),
        ("RequestType", None, "RequestType is missing"),
        ("ResponseURL", 1, "ResponseURL is a number, not a text"),
        ("StackId", "", "StackId is an empty text, not a text"),
        ("ResourceProperties", None, "ResourceProperties is missing"),
    ],
)
def test_a_request_that_cannot_be_read_names_the_field(field: str, value: object, problem: str) -> None:
    with pytest.raises(BadEvent) as caught:
        Deployment.of({**ASKED, field: value})
    assert str(caught.value) == problem
