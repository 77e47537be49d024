"""Writing: what is sent, and what becomes of each answer."""

from __future__ import annotations

import json

import pytest
from botocore.stub import Stubber

from permission_guard.aws.clients import Clients
from permission_guard.aws.writer import AwsWriter
from permission_guard.fake_aws import Account
from permission_guard.ports import ChangedMeanwhile, Refused, RetryLater
from permission_guard.repair.grant import Grant
from permission_guard.repair.outcome import Ending
from tests.aws.guarded import guarded
from tests.aws.transport import Transport

TARGET = "arn:aws:lambda:us-east-1:111122223333:function:orders:live"
REVISION = "729c925e-627c-42b2-abf1-55e7f8f7177c"
DOCUMENT = '{"Version":"2012-10-17","Statement":[]}'


def clients() -> Clients:
    return Transport(Account()).clients()


def test_a_whole_policy_is_put_with_the_revision_that_was_read() -> None:
    connected = clients()
    with Stubber(connected.lambda_) as stub:
        expected = {"ResourceArn": TARGET, "Policy": DOCUMENT, "RevisionId": REVISION}
        stub.add_response("put_resource_policy", {"Policy": DOCUMENT, "RevisionId": REVISION}, expected)
        AwsWriter(connected).put_resource_policy(TARGET, DOCUMENT, REVISION)
        stub.assert_no_pending_responses()


def test_the_first_policy_is_put_without_a_revision() -> None:
    connected = clients()
    with Stubber(connected.lambda_) as stub:
        expected = {"ResourceArn": TARGET, "Policy": DOCUMENT}
        stub.add_response("put_resource_policy", {"Policy": DOCUMENT, "RevisionId": REVISION}, expected)
        AwsWriter(connected).put_resource_policy(TARGET, DOCUMENT, None)
        stub.assert_no_pending_responses()


FIELDS = {
    "source_arn": ("SourceArn", "arn:aws:s3:::shop", "arn:aws:s3:::shop"),
    "source_account": ("SourceAccount", "111122223333", "111122223333"),
    "event_source_token": ("EventSourceToken", "amzn1.ask.skill.1", "amzn1.ask.skill.1"),
    "principal_org_id": ("PrincipalOrgID", "o-abcdefghij", "o-abcdefghij"),
    "function_url_auth_type": ("FunctionUrlAuthType", "AWS_IAM", "AWS_IAM"),
    "invoked_via_function_url": ("InvokedViaFunctionUrl", "true", True),
}


@pytest.mark.parametrize("field", FIELDS)
def test_each_field_of_a_grant_becomes_its_parameter(field: str) -> None:
    parameter, value, sent = FIELDS[field]
    connected = clients()
    grant = Grant("it", "lambda:InvokeFunction", "s3.amazonaws.com", **{field: value})
    with Stubber(connected.lambda_) as stub:
        expected = {
            "FunctionName": TARGET,
            "StatementId": "it",
            "Action": "lambda:InvokeFunction",
            "Principal": "s3.amazonaws.com",
            "RevisionId": REVISION,
            parameter: sent,
        }
        stub.add_response("add_permission", {"Statement": "{}"}, expected)
        AwsWriter(connected).add_permission(TARGET, grant, REVISION)
        stub.assert_no_pending_responses()


@pytest.mark.parametrize("revision", [None, REVISION])
def test_a_statement_is_removed_by_its_sid_and_the_revision(revision: str | None) -> None:
    connected = clients()
    with Stubber(connected.lambda_) as stub:
        expected = {"FunctionName": TARGET, "StatementId": "it"}
        stub.add_response(
            "remove_permission", {}, {**expected, "RevisionId": revision} if revision else expected
        )
        AwsWriter(connected).remove_permission(TARGET, "it", revision)
        stub.assert_no_pending_responses()


ANSWERS = {
    "PreconditionFailedException": ChangedMeanwhile,
    "ResourceConflictException": ChangedMeanwhile,
    "TooManyRequestsException": RetryLater,
    "ServiceException": RetryLater,
    "PolicyLengthExceededException": Refused,
    "PublicPolicyException": Refused,
    "AccessDeniedException": Refused,
}


@pytest.mark.parametrize("code", ANSWERS)
def test_every_error_of_aws_is_one_of_three(code: str) -> None:
    connected = clients()
    with Stubber(connected.lambda_) as stub:
        stub.add_client_error("put_resource_policy", code, "because", 400)
        with pytest.raises(ANSWERS[code], match=f"{code}: because"):
            AwsWriter(connected).put_resource_policy(TARGET, DOCUMENT, REVISION)


def test_whoever_is_overtaken_once_decides_upon_what_stands_there_then() -> None:
    there = guarded()
    overtakings = ["one"]

    def overtake(call: str) -> None:
        if call == "PutResourcePolicy" and overtakings:
            overtakings.clear()
            function = there.account.functions["orders"]
            function.policies[None] = (function.policies[None][0].replace('"it"', '"renamed"'), REVISION)

    there.account.before = overtake
    (line,) = there.permission_added("s3.amazonaws.com").lines
    assert there.calls.count("PutResourcePolicy") == 2
    assert line.ending is Ending.REPAIRED
    (statement,) = json.loads(there.account.functions["orders"].policies[None][0])["Statement"]
    assert (statement["Sid"], "Condition" in statement) == ("renamed", True)
