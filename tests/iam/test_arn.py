"""ARNs, and every form in which a function is named.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html and
https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html (FunctionName)
"""

from __future__ import annotations

import re

import pytest

from permission_guard.iam import Arn, ArnError, FunctionArn, LayerVersionArn
from permission_guard.iam.arn import is_account, named, partition_of

A = "123456789012"
HERE = FunctionArn("aws", "eu-west-1", A, "orders")


@pytest.mark.parametrize(
    ("text", "function", "qualifier"),
    [
        ("orders", HERE, None),
        ("orders:live", HERE, "live"),
        ("orders:blue_green", HERE, "blue_green"),
        ("orders:7", HERE, "7"),
        ("orders:$LATEST", HERE, "$LATEST"),
        ("orders:$LATEST.PUBLISHED", HERE, "$LATEST.PUBLISHED"),
        ("orders:web-function", HERE, "web-function"),
        ("function:orders", HERE, None),
        ("function:orders:live", HERE, "live"),
        (f"{A}:function:orders", HERE, None),
        (f"{A}:function:orders:live", HERE, "live"),
        (f"{A}:orders", HERE, None),
        ("999999999999:function:orders", FunctionArn("aws", "eu-west-1", "999999999999", "orders"), None),
        (f"arn:aws:lambda:eu-west-1:{A}:function:orders", HERE, None),
        (f"arn:aws:lambda:eu-west-1:{A}:function:orders:live", HERE, "live"),
        (
            f"arn:aws-cn:lambda:cn-north-1:{A}:function:orders",
            FunctionArn("aws-cn", "cn-north-1", A, "orders"),
            None,
        ),
        (
            f"arn:aws-us-gov:lambda:us-gov-west-1:{A}:function:orders:1",
            FunctionArn("aws-us-gov", "us-gov-west-1", A, "orders"),
            "1",
        ),
        ("us-east-1.orders", FunctionArn("aws", "eu-west-1", A, "us-east-1.orders"), None),
        ("function", FunctionArn("aws", "eu-west-1", A, "function"), None),
        ("n" * 140, FunctionArn("aws", "eu-west-1", A, "n" * 140), None),
    ],
)
def test_a_function_is_named_in_any_of_awss_forms(
    text: str, function: FunctionArn, qualifier: str | None
) -> None:
    assert named(text, partition="aws", region="eu-west-1", account=A) == (function, qualifier)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "or ders",
        "orders:",
        "orders:live:7",
        "orders:$OLDEST",
        "orders\n",
        "n" * 141,
        "12345:function:orders",
        f"arn:aws:lambda:eu-west-1:{A}:orders",
        f"arn:aws:lambda:eu-west-1:{A}:layer:orders",
        f"arn:aws:lambda:eu-west-1:{A}:layer:orders:1",
        f"arn:aws:lambda:eu-west-1:{A}:web-function/orders",
        f"arn:aws:lambda:eu-west-1:{A}:web-function:orders",
        f"arn:aws:lambda:eu-west-1:{A}:function:orders:live:7",
        f"arn:aws:lambda:eu-west-1:{A}:event-source-mapping:orders",
        f"arn:aws:sns:eu-west-1:{A}:orders",
        f"arn:other:lambda:eu-west-1:{A}:function:orders",
        "arn:aws:lambda:eu-west-1:1234:function:orders",
        f"arn:aws:lambda::{A}:function:orders",
    ],
)
def test_what_is_no_functions_name_is_refused(text: str) -> None:
    with pytest.raises(ArnError, match=re.escape(repr(text))):
        named(text, partition="aws", region="eu-west-1", account=A)
    with pytest.raises(ArnError, match=re.escape(repr(text))):
        FunctionArn.parse(text)


def test_a_full_function_arn_is_read_without_its_qualifier() -> None:
    assert FunctionArn.parse(f"arn:aws:lambda:eu-west-1:{A}:function:orders") == HERE
    assert FunctionArn.parse(f"arn:aws:lambda:eu-west-1:{A}:function:orders:live") == HERE


@pytest.mark.parametrize("text", ["orders", "arn:live", "arn:aws", f"{A}:function:orders"])
def test_a_name_that_leaves_parts_out_is_no_full_function_arn(text: str) -> None:
    with pytest.raises(ArnError, match="not a function ARN"):
        FunctionArn.parse(text)


def test_a_function_arn_is_written_as_it_is_read() -> None:
    assert str(HERE) == f"arn:aws:lambda:eu-west-1:{A}:function:orders"
    assert HERE.qualified("live") == f"{HERE}:live"
    assert HERE.qualified(None) == str(HERE)


def test_an_arn_has_six_parts_and_the_last_keeps_its_colons() -> None:
    text = f"arn:aws:logs:eu-west-1:{A}:log-group:/aws/lambda/orders:*"

    assert Arn.parse(text) == ("aws", "logs", "eu-west-1", A, "log-group:/aws/lambda/orders:*")
    assert str(Arn.parse(text)) == text
    assert Arn.parse("arn:aws:s3:::reports").resource == "reports"


@pytest.mark.parametrize("text", ["", "arn", "arn:aws:s3::reports", "ARN:aws:s3:::reports", "*:*:*:*:*:*"])
def test_fewer_parts_or_another_beginning_are_no_arn(text: str) -> None:
    with pytest.raises(ArnError, match="not an ARN"):
        Arn.parse(text)


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("us-east-1", "aws"),
        ("eu-west-1", "aws"),
        ("mx-central-1", "aws"),
        ("cn-north-1", "aws-cn"),
        ("us-gov-west-1", "aws-us-gov"),
        ("us-iso-east-1", "aws-iso"),
        ("us-isob-east-1", "aws-iso-b"),
        ("eu-isoe-west-1", "aws-iso-e"),
        ("us-isof-south-1", "aws-iso-f"),
        ("eusc-de-east-1", "aws-eusc"),
    ],
)
def test_a_region_belongs_to_a_partition(region: str, partition: str) -> None:
    assert partition_of(region) == partition


@pytest.mark.parametrize(
    ("text", "reported"), [(A, True), ("12345678901", False), (f"{A}\n", False), ("12345678901²", False)]
)
def test_an_account_is_twelve_digits(text: str, *, reported: bool) -> None:
    assert is_account(text) is reported


LAYER = "arn:aws-cn:lambda:cn-north-1:111122223333:layer:tools:7"


def test_the_arn_of_a_layer_version_is_read_and_written_alike() -> None:
    assert LayerVersionArn.parse(LAYER) == LayerVersionArn(
        "aws-cn", "cn-north-1", "111122223333", "tools", "7"
    )
    assert str(LayerVersionArn.parse(LAYER)) == LayerVersionArn.parse(LAYER).qualified(None) == LAYER


@pytest.mark.parametrize(
    "text", [LAYER.removesuffix(":7"), f"{LAYER}a", LAYER.replace("layer", "function"), "tools:7"]
)
def test_what_is_not_the_arn_of_a_layer_version_is_refused(text: str) -> None:
    with pytest.raises(ArnError) as refused:
        LayerVersionArn.parse(text)
    assert str(refused.value) == f"not the ARN of a layer version: {text!r}"
