"""Clients for AWS, each made when it is first used: a cold start loads only those that its event needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from threading import Lock
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
    """The part of DynamoDB's client that the journal uses."""

    def query(self, **call: object) -> Mapping[str, object]:
        """Query: one page of the items with a partition key."""
        ...

    def scan(self, **call: object) -> Mapping[str, object]:
        """Scan: one page of all items."""
        ...

    def put_item(self, **call: object) -> Mapping[str, object]:
        """PutItem."""
        ...

    def update_item(self, **call: object) -> Mapping[str, object]:
        """UpdateItem."""
        ...

    def delete_item(self, **call: object) -> Mapping[str, object]:
        """DeleteItem."""
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


PATIENT: Final = Config(
    # "adaptive" slows down by itself where AWS throttles; ten attempts last some two minutes.
    retries={"mode": "adaptive", "total_max_attempts": 10},
    connect_timeout=5,
    read_timeout=30,
    user_agent_extra="lambda-permission-guard",
)
"""For long work that must not disturb other callers of the account."""


class Clients:
    """One session's clients, in one Region. They may be used from many threads."""

    def __init__(
        self, session: boto3.Session | None = None, config: Config = _CONFIG, region: str | None = None
    ) -> None:
        self._session = session or boto3.Session()
        self._config = config
        self._region = region
        self._elsewhere: dict[str, Clients] = {}
        # boto3 makes clients in one thread at a time (boto3's guide, "Multithreading or multiprocessing with clients").
        self._making = Lock()
        self._others: dict[tuple[str, str], BaseClient] = {}

    @property
    def region(self) -> str:
        """Where they are."""
        return self._region or self._session.region_name or ""

    @property
    def session(self) -> boto3.Session:
        """The session itself."""
        return self._session

    def in_region(self, region: str) -> Clients:
        """Return the clients of a region: these, if it is theirs."""
        if region == self.region:
            return self
        return self._elsewhere.setdefault(region, Clients(self._session, self._config, region))

    @cached_property
    def lambda_(self) -> LambdaClient:
        """AWS Lambda."""
        with self._making:
            return self._session.client("lambda", region_name=self._region, config=self._config)

    @cached_property
    def iam(self) -> IAMClient:
        """AWS Identity and Access Management."""
        with self._making:
            return self._session.client("iam", region_name=self._region, config=self._config)

    @cached_property
    def logs(self) -> CloudWatchLogsClient:
        """Amazon CloudWatch Logs."""
        with self._making:
            return self._session.client("logs", region_name=self._region, config=self._config)

    @cached_property
    def sns(self) -> SNSClient:
        """Amazon Simple Notification Service."""
        with self._making:
            return self._session.client("sns", region_name=self._region, config=self._config)

    @cached_property
    def sqs(self) -> SQSClient:
        """Amazon Simple Queue Service."""
        with self._making:
            return self._session.client("sqs", region_name=self._region, config=self._config)

    @cached_property
    def cloudformation(self) -> CloudFormationClient:
        """AWS CloudFormation."""
        with self._making:
            return self._session.client("cloudformation", region_name=self._region, config=self._config)

    @cached_property
    def sts(self) -> STSClient:
        """AWS Security Token Service."""
        with self._making:
            return self._session.client("sts", region_name=self._region, config=self._config)

    @cached_property
    def dynamodb(self) -> DynamoDBClient:
        """Amazon DynamoDB."""
        make = cast("Callable[..., DynamoDBClient]", self._session.client)
        with self._making:
            return make("dynamodb", region_name=self._region, config=self._config)

    def ask(
        self, service: str, operation: str, region: str, parameters: Mapping[str, object]
    ) -> Mapping[str, object]:
        """Make a call of a service, or in a Region, without a property here. No such call changes a function or role.

        `service` and `operation` are the names that AWS's API models give them. Raises what boto3 raises.
        """
        client = self._others.get((service, region))
        if client is None:
            # boto3's stubs know each service by a literal name of its own.
            make = cast("Callable[..., BaseClient]", self._session.client)
            client = self._others[service, region] = make(service, region_name=region, config=self._config)
        method = cast("Callable[..., Mapping[str, object]]", getattr(client, xform_name(operation)))
        return method(**parameters)
