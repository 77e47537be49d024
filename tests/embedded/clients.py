"""boto3 clients for the embedded AWS, which can reach no other."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from tests.embedded.emulator import without_aws

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sts import STSClient

    from tests.embedded.emulator import Emulator

PATIENCE = Config(
    connect_timeout=5, read_timeout=60, retries={"total_max_attempts": 2, "mode": "standard"}, proxies={}
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """An access key and, for an assumed role, its session token."""

    key: str
    secret: str
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Clients:
    """The services that the story and its stage use, all with the same credentials."""

    cloudformation: CloudFormationClient
    cloudwatch: Any
    dynamodb: Any
    events: EventBridgeClient
    functions: LambdaClient
    iam: IAMClient
    kms: Any
    logs: CloudWatchLogsClient
    sns: SNSClient
    sqs: SQSClient
    sts: STSClient


def clients_of(emulator: Emulator, credentials: Credentials) -> Clients:
    """Clients that act with these credentials."""
    session: Any = boto3.Session(
        aws_access_key_id=credentials.key,
        aws_secret_access_key=credentials.secret,
        aws_session_token=credentials.token,
        region_name=emulator.region,
    )
    services = ("lambda" if one.name == "functions" else one.name for one in fields(Clients))
    return Clients(
        *(session.client(name, endpoint_url=emulator.endpoint, config=PATIENCE) for name in services)
    )


def administrator(emulator: Emulator) -> Credentials:
    """The account's root user: the emulator takes an account id as an access key."""
    return Credentials(emulator.account, "test")


def environment_of(emulator: Emulator, credentials: Credentials) -> dict[str, str]:
    """What a program finds in its environment to reach the embedded AWS with these credentials, and no other."""
    return without_aws(os.environ) | {
        "AWS_ENDPOINT_URL": emulator.endpoint,
        "AWS_ACCESS_KEY_ID": credentials.key,
        "AWS_SECRET_ACCESS_KEY": credentials.secret,
        **({"AWS_SESSION_TOKEN": credentials.token} if credentials.token else {}),
        "AWS_DEFAULT_REGION": emulator.region,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
