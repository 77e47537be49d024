"""A person's own credentials: whose they are, and where the guard's stack has its journal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import boto3
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004  # botocore's name
    HTTPClientError,
)

from permission_guard.aws.clients import Clients
from permission_guard.aws.failures import translated
from permission_guard.iam import Arn
from permission_guard.ports import ChangedMeanwhile, Expired, Refused, TryAgain

TABLE_OUTPUT: Final = "JournalTableName"
"""The output of the guard's stack that names the journal's table."""

SessionOf: TypeAlias = Callable[[str | None, str | None], boto3.Session]
"""Opens a session with a profile and a region; None leaves them to boto3's own search."""


class NoLogin(Exception):
    """There are no credentials, no region or no such profile, or AWS knows nothing of them. The message says which."""


class NoRegion(NoLogin):
    """There is no region."""


class NoTable(Exception):
    """The stack is not there, or names no table."""


@dataclass(frozen=True, slots=True)
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
    """Find out whose the credentials are (sts:GetCallerIdentity, which needs no right). Raises NoLogin and TryAgain."""
    try:
        session = session_of(profile, region)
        chosen = session.region_name
        if not chosen:
            raise NoRegion("there is no region: say --region, or set AWS_REGION, or give the profile one")
        clients = Clients(session)
        caller = clients.sts.get_caller_identity()
    except _UNREACHED as error:
        raise TryAgain(str(error)) from error
    except BotoCoreError as error:
        raise NoLogin(str(error)) from error
    except ClientError as error:
        raise _refused(error) from error
    return Login(Arn.parse(caller["Arn"]).partition, caller["Account"], chosen, clients, caller["Arn"])


_UNREACHED: Final = (ConnectionError, HTTPClientError)
"""What says nothing of the credentials."""


def _refused(error: ClientError) -> NoLogin | TryAgain:
    try:
        with translated():
            raise error
    except (Expired, Refused, ChangedMeanwhile) as refused:
        return NoLogin(f"AWS does not take these credentials: {refused}")
    except TryAgain as again:
        return again


def table_of(clients: Clients, stack: str) -> str:
    """Return the table that the guard's stack keeps its journal in. Raises NoTable, Refused and TryAgain."""
    try:
        with translated():
            (found,) = clients.cloudformation.describe_stacks(StackName=stack)["Stacks"]
    except Refused as error:
        if error.code == _NO_STACK:
            raise NoTable(str(error)) from error
        raise
    outputs = {one.get("OutputKey"): one.get("OutputValue") for one in found.get("Outputs", [])}
    table = outputs.get(TABLE_OUTPUT)
    if not table:
        raise NoTable(
            f"the stack {stack} has no output {TABLE_OUTPUT}: it is older than the journal, or not the guard's"
        )
    return table


_NO_STACK: Final = "ValidationError"
"""What CloudFormation says of a stack that does not exist (AWSCloudFormation/latest/APIReference/API_DescribeStacks.html)."""
