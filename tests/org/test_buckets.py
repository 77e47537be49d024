"""The buckets: the organisation reads the code, a stranger does not, and nothing is uploaded twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from moto import mock_aws

from organization.buckets import policy, prepare, upload
from permission_guard.iam import Answer, Context, IamPrincipal, Policy, Request, decide

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ORGANIZATION, OWNER = "o-a1b2c3d4e5", "123456789012"
BUCKET = "acme-guard-eu-west-1"


@pytest.fixture
def s3() -> Iterator[S3Client]:
    with mock_aws():
        yield boto3.Session("testing", "testing", region_name="eu-west-1").client("s3")


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
def test_a_bucket_is_made_where_it_is_needed_and_made_alike_when_it_is_there(region: str) -> None:
    with mock_aws():
        client = boto3.Session("testing", "testing", region_name=region).client("s3")
        for _ in range(2):
            prepare(client, BUCKET, ORGANIZATION, OWNER)
        where = client.get_bucket_location(Bucket=BUCKET)["LocationConstraint"]
        assert str(where) == ("None" if region == "us-east-1" else region)
        assert json.loads(client.get_bucket_policy(Bucket=BUCKET)["Policy"]) == policy(
            BUCKET, ORGANIZATION, "aws"
        )
        closed = client.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"]
        assert set(closed.values()) == {True}
        assert client.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"


def test_a_bucket_of_somebody_else_is_neither_taken_nor_written_to(s3: S3Client) -> None:
    with Stubber(s3) as stub:
        stub.add_client_error(
            "head_bucket", "403", expected_params={"Bucket": BUCKET, "ExpectedBucketOwner": OWNER}
        )
        with pytest.raises(ClientError, match="403"):
            prepare(s3, BUCKET, ORGANIZATION, OWNER)


def test_what_is_there_already_is_not_uploaded_again(s3: S3Client, tmp_path: Path) -> None:
    # moto knows no conditions, so to it the policy would deny everything.
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    package = tmp_path / "package.zip"
    package.write_bytes(b"code")
    assert [upload(s3, BUCKET, "permission-guard/0.zip", package, OWNER) for _ in range(2)] == [True, False]
    assert s3.get_object(Bucket=BUCKET, Key="permission-guard/0.zip")["Body"].read() == b"code"


def reads(organization: str, *, tls: bool = True) -> Answer:
    """What StackSets' role in another account hears when it asks for the code."""
    caller = IamPrincipal("arn:aws:iam::222222222222:role/stacksets-exec", "222222222222")
    known = {"aws:SecureTransport": str(tls).lower(), "aws:PrincipalOrgID": organization}
    asked = Request(
        "s3:GetObject", f"arn:aws:s3:::{BUCKET}/permission-guard/0.zip", caller, Context.of(known)
    )
    document = Policy.parse(policy(BUCKET, ORGANIZATION, "aws"), name=BUCKET)
    return decide(asked, resource=document).answer


def test_every_account_of_the_organisation_reads_the_code_and_only_with_tls() -> None:
    assert reads(ORGANIZATION) is Answer.ALLOWED
    assert reads(ORGANIZATION, tls=False) is Answer.DENIED
    assert reads("o-9999999999") is Answer.NOT_ALLOWED


def test_the_policy_lets_nobody_write() -> None:
    allow, deny = policy(BUCKET, ORGANIZATION, "aws")["Statement"]
    assert (allow["Action"], allow["Condition"]) == (
        "s3:GetObject",
        {"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}},
    )
    assert deny["Effect"] == "Deny"


def test_the_partition_is_that_of_the_bucket() -> None:
    assert policy(BUCKET, ORGANIZATION, "aws-cn")["Statement"][0]["Resource"] == f"arn:aws-cn:s3:::{BUCKET}/*"
