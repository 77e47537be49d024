"""The stand-in for CloudTrail writes records of CloudTrail's shape."""

from datetime import UTC, datetime

from tests.embedded.cloudtrail import ApiCall, Caller, record_of

ROLE = "arn:aws:iam::123456789012:role/Deployer"
ALICE = Caller("123456789012", ROLE, "arn:aws:sts::123456789012:assumed-role/Deployer/alice")
NOW = datetime(2026, 11, 20, 10, 15, 30, tzinfo=UTC)


def record(operation: str, parameters: dict[str, object], answer: dict[str, object]) -> dict[str, object]:
    return record_of(ApiCall(operation, parameters, answer, "Boto3/1.44.5", "us-east-1"), ALICE, NOW)


def test_names_begin_small_and_code_and_environment_are_hidden() -> None:
    created = record(
        "CreateFunction",
        {
            "FunctionName": "orders",
            "Code": {"ZipFile": b"secret"},
            "Environment": {"Variables": {"KEY": "secret"}},
        },
        {
            "FunctionArn": "arn:...:orders",
            "LoggingConfig": {"LogGroup": "/aws/lambda/orders"},
            "ResponseMetadata": {},
        },
    )

    assert created["eventName"] == "CreateFunction20150331"
    assert created["requestParameters"] == {"functionName": "orders", "code": {}, "environment": {}}
    assert created["responseElements"] == {
        "functionArn": "arn:...:orders",
        "loggingConfig": {"logGroup": "/aws/lambda/orders"},
    }


def test_it_says_when_and_where_and_who_under_which_role() -> None:
    added = record("AddPermission", {"FunctionName": "orders"}, {"Statement": "{}"})

    assert (added["eventTime"], added["awsRegion"]) == ("2026-11-20T10:15:30Z", "us-east-1")
    assert added["userIdentity"] == ALICE.identity()


def test_a_call_without_an_answer_has_null_for_it() -> None:
    assert (
        record("RemovePermission", {"FunctionName": "orders"}, {"ResponseMetadata": {}})["responseElements"]
        is None
    )


def test_a_refused_call_says_why_and_has_no_answer() -> None:
    refused = record(
        "AddPermission", {}, {"Error": {"Code": "ResourceConflictException", "Message": "exists"}}
    )

    assert refused["responseElements"] is None
    assert (refused["errorCode"], refused["errorMessage"]) == ("ResourceConflictException", "exists")
