"""Clients for AWS, each made when it is first used: a cold start pays only for those that its event needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Final, Protocol, cast

import boto3
from botocore import xform_name
from botocore.client import BaseClient
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sts import STSClient


class DynamoDBClient(Protocol):
    """As much of Amazon DynamoDB's client as the journal uses."""

    def query(self, **call: object) -> Mapping[str, object]:
        """Query: one page of the items with a partition key."""
        ...

    def scan(self, **call: object) -> Mapping[str, object]:
        """Scan: one page of all items."""
        ...

    def put_item(self, **call: object) -> Mapping[str, object]:
        """PutItem."""
        ...

    def transact_write_items(self, **call: object) -> Mapping[str, object]:
        """TransactWriteItems: all or none."""
        ...


_CONFIG: Final = Config(
    # "standard" waits with jitter; Lambda's control plane gives the whole account 15 requests a second.
    retries={"mode": "standard", "total_max_attempts": 5},
    connect_timeout=3,
    read_timeout=10,
    user_agent_extra="lambda-permission-guard",
)


class Clients:
    """One session's clients."""

    def __init__(self, session: boto3.Session | None = None, region: str | None = None) -> None:
        """`region` is the session's own, unless another is named."""
        self._session = session or boto3.Session()
        self._region = region or self._session.region_name
        self._elsewhere: dict[str, Clients] = {}
        self._others: dict[tuple[str, str], BaseClient] = {}

    @property
    def region(self) -> str:
        """The region of these clients."""
        return self._region or ""

    def in_region(self, region: str) -> Clients:
        """Return the clients of a region: these, if it is theirs."""
        if region == self.region:
            return self
        return self._elsewhere.setdefault(region, Clients(self._session, region))

    @cached_property
    def lambda_(self) -> LambdaClient:
        """AWS Lambda."""
        return self._session.client("lambda", region_name=self._region, config=_CONFIG)

    @cached_property
    def iam(self) -> IAMClient:
        """AWS Identity and Access Management."""
        return self._session.client("iam", region_name=self._region, config=_CONFIG)

    @cached_property
    def logs(self) -> CloudWatchLogsClient:
        """Amazon CloudWatch Logs."""
        return self._session.client("logs", region_name=self._region, config=_CONFIG)

    @cached_property
    def sns(self) -> SNSClient:
        """Amazon Simple Notification Service."""
        return self._session.client("sns", region_name=self._region, config=_CONFIG)

    @cached_property
    def sqs(self) -> SQSClient:
        """Amazon Simple Queue Service."""
        return self._session.client("sqs", region_name=self._region, config=_CONFIG)

    @cached_property
    def cloudformation(self) -> CloudFormationClient:
        """AWS CloudFormation."""
        return self._session.client("cloudformation", region_name=self._region, config=_CONFIG)

    @cached_property
    def sts(self) -> STSClient:
        """AWS Security Token Service."""
        return self._session.client("sts", region_name=self._region, config=_CONFIG)

    @cached_property
    def dynamodb(self) -> DynamoDBClient:
        """Amazon DynamoDB."""
        make = cast("Callable[..., DynamoDBClient]", self._session.client)
        return make("dynamodb", region_name=self._region, config=_CONFIG)

    def ask(
        self, service: str, operation: str, region: str, parameters: Mapping[str, object]
    ) -> Mapping[str, object]:
        """Make a call of a service or in a region that have no property here; none of them changes what is guarded.

        `service` and `operation` are the names that AWS's API models give them. Raises what boto3 raises.
        """
        client = self._others.get((service, region))
        if client is None:
            # boto3's stubs know each service by a literal name of its own.
            make = cast("Callable[..., BaseClient]", self._session.client)
            client = self._others[service, region] = make(service, region_name=region, config=_CONFIG)
        method = cast("Callable[..., Mapping[str, object]]", getattr(client, xform_name(operation)))
        return method(**parameters)
