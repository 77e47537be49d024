"""A person's credentials, and the outputs of the guard's stack."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Final, TypeAlias

import boto3
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004  # botocore's name
    HTTPClientError,
    NoCredentialsError,
)

from permission_guard.aws.clients import Clients
from permission_guard.aws.failures import translated
from permission_guard.frozen import frozen
from permission_guard.iam import Arn
from permission_guard.ports import ChangedMeanwhile, Expired, Refused, RetryLater

TABLE_OUTPUT: Final = "JournalTableName"
"""The output of the guard's stack that names the journal's table."""
SWEEP_TASKS_OUTPUT: Final = "SweepTasksQueueUrl"
"""The output with the URL of the queue of a sweep's tasks."""

SessionOf: TypeAlias = Callable[[str | None, str | None], boto3.Session]
"""Opens a session with a profile and a Region; None leaves them to boto3."""


class NoLogin(Exception):
    """There are no credentials, no Region or no such profile, or AWS rejected them. The message says which."""


class NoRegion(NoLogin):
    """No Region is set."""


class NoOutput(Exception):
    """The stack does not exist, or does not have the output."""


@frozen
class Login:
    """Who is calling, and where."""

    partition: str
    account: str
    region: str
    clients: Clients
    arn: str = ""
    """The caller's."""


def session_of(profile: str | None, region: str | None) -> boto3.Session:
    """Open a session as AWS's command line would."""
    return boto3.Session(profile_name=profile, region_name=region)


def log_in(profile: str | None, region: str | None, session_of: SessionOf = session_of) -> Login:
    """Find out whose credentials they are (sts:GetCallerIdentity, which needs no right). Raises NoLogin and RetryLater.

    boto3 reads AWS_DEFAULT_REGION alone; AWS_REGION comes before it, as in the AWS CLI
    (https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-envvars.html).
    """
    try:
        session = session_of(profile, region or os.environ.get("AWS_REGION") or None)
        chosen = session.region_name
        if not chosen:
            raise NoRegion("No Region is set. Pass --region or set AWS_REGION.")
        clients = Clients(session)
        caller = clients.sts.get_caller_identity()
    except _UNREACHED as error:
        raise RetryLater(str(error)) from error
    except NoCredentialsError as error:
        raise NoLogin("No AWS credentials were found. Pass --profile or set AWS_PROFILE.") from error
    except BotoCoreError as error:
        raise NoLogin(str(error)) from error
    except ClientError as error:
        raise _refused(error) from error
    return Login(Arn.parse(caller["Arn"]).partition, caller["Account"], chosen, clients, caller["Arn"])


_UNREACHED: Final = (ConnectionError, HTTPClientError)
"""Errors that show nothing about the credentials."""


def _refused(error: ClientError) -> NoLogin | RetryLater:
    try:
        with translated():
            raise error
    except (Expired, Refused, ChangedMeanwhile) as refused:
        return NoLogin(f"AWS rejected these credentials: {refused}")
    except RetryLater as again:
        return again


def output_of(clients: Clients, account: str, stack: str, name: str) -> str:
    """Return an output of the guard's stack (DescribeStacks). Raises NoOutput, Refused and RetryLater."""
    try:
        with translated():
            (found,) = clients.cloudformation.describe_stacks(StackName=stack)["Stacks"]
    except Refused as error:
        if error.code == _NO_STACK:
            raise NoOutput(no_stack(stack, clients.region, account)) from error
        raise
    outputs = {one.get("OutputKey"): one.get("OutputValue") for one in found.get("Outputs", [])}
    value = outputs.get(name)
    if not value:
        raise NoOutput(
            f'Stack "{stack}" in {clients.region} has no output {name}. It is not the guard\'s stack, or is another version.'
        )
    return value


def no_stack(stack: str, region: str, account: str) -> str:
    """Return the message that a stack was not found, with the Region."""
    return f'Stack "{stack}" was not found in {region} (account {account}). Pass --stack-name or --region.'


_NO_STACK: Final = "ValidationError"
"""CloudFormation's error code for a stack that does not exist (AWSCloudFormation/latest/APIReference/API_DescribeStacks.html)."""
