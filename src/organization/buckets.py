"""One bucket in each region, which every account of the organisation may read the code from.

Lambda takes a function's code from a bucket of its own region only (lambda/latest/api/API_FunctionCode.html, S3Bucket).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_OLDEST: Final = "us-east-1"
"""The one region whose name S3 does not take as a place for a bucket (AmazonS3/latest/API/API_CreateBucket.html)."""


def policy(bucket: str, organization: str, partition: str) -> dict[str, Any]:
    """Return who may do what with a bucket: the organisation reads the code, over TLS; nobody else has anything from it."""
    arn = f"arn:{partition}:s3:::{bucket}"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "TheOrganisationReadsTheCode",
                "Effect": "Allow",
                "Principal": "*",
                "Action": "s3:GetObject",
                "Resource": f"{arn}/*",
                "Condition": {"StringEquals": {"aws:PrincipalOrgID": organization}},
            },
            {
                "Sid": "NobodyWithoutTls",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [arn, f"{arn}/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            },
        ],
    }


def prepare(s3: S3Client, bucket: str, organization: str, owner: str) -> None:
    """Make a bucket as it must be, or make one that is there so. Raises ClientError, also if it is somebody else's.

    `owner` is the account that it must belong to: the names of buckets are shared by everybody.
    """
    region = s3.meta.region_name
    try:
        s3.head_bucket(Bucket=bucket, ExpectedBucketOwner=owner)
    except ClientError as error:
        if error.response["Error"]["Code"] != "404":
            raise
        if region == _OLDEST:
            s3.create_bucket(Bucket=bucket)
        else:
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": region})  # type: ignore[typeddict-item]  # any region
    s3.put_public_access_block(
        Bucket=bucket,
        ExpectedBucketOwner=owner,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        },
    )
    s3.put_bucket_versioning(
        Bucket=bucket, ExpectedBucketOwner=owner, VersioningConfiguration={"Status": "Enabled"}
    )
    allowed = policy(bucket, organization, s3.meta.partition)
    s3.put_bucket_policy(Bucket=bucket, ExpectedBucketOwner=owner, Policy=json.dumps(allowed))


def upload(s3: S3Client, bucket: str, key: str, package: Path, owner: str) -> bool:
    """Put a package into a bucket, and say whether it was not there. Raises ClientError."""
    try:
        s3.head_object(Bucket=bucket, Key=key, ExpectedBucketOwner=owner)
    except ClientError as error:
        if error.response["Error"]["Code"] != "404":
            raise
    else:
        return False
    s3.put_object(Bucket=bucket, Key=key, Body=package.read_bytes(), ExpectedBucketOwner=owner)
    return True
