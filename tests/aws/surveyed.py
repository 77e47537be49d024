"""The wire as a scan needs it: several accounts and regions, roles by the thousand, and the roles that lead to other accounts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import boto3
import botocore.session

from permission_guard.aws.accounts import AssumedKeys
from permission_guard.fake_aws import Account, ApiError
from tests.aws.lists import functions_listed, roles_listed
from tests.aws.transport import MODELS, Answer, Params, Response, Transport


@dataclass(slots=True)
class Surveyed(Transport):
    """One account in one region, with all its roles."""

    items: int = 1000
    """How many roles and policies IAM returns at once."""
    lists_documents: bool = True
    """Whether IAM's list has the documents of managed policies."""
    later: dict[str, tuple[int, ApiError]] = field(default_factory=dict)
    """By operation, after how many calls of it every other one ends in what."""
    page: int = 50
    """How many functions and versions Lambda returns at once."""
    assumable: dict[str, str] = field(default_factory=dict)
    """The key that a role is assumed with, by its ARN."""
    regions: tuple[str, ...] = ("us-east-1",)

    def _operations(self) -> dict[str, Callable[[Params], Answer]]:
        return {
            **Transport._operations(self),  # `super` knows no class with slots
            "GetAccountAuthorizationDetails": lambda p: roles_listed(
                self.account,
                p,
                version=self.default_version,
                items=self.items,
                lists_documents=self.lists_documents,
            ),
            "AssumeRole": self._assume,
            "ListFunctions": lambda p: functions_listed(
                self.account, {**p, "MaxItems": min(p["MaxItems"], self.page)}
            ),
            "ListRegions": lambda _: {"Regions": [{"RegionName": one} for one in self.regions]},
        }

    def answer(self, model: Any, **more: Any) -> tuple[Response, Answer]:
        times, error = self.later.get(model.name, (0, None))
        if error is not None and self.calls.count(model.name) >= times:
            self.faults[model.name] = error
        return Transport.answer(self, model, **more)  # `super` knows no class with slots

    def _assume(self, params: Params) -> Answer:
        arn = params["RoleArn"]
        if arn not in self.assumable:
            raise ApiError("AccessDenied", f"not authorized to perform: sts:AssumeRole on resource: {arn}")
        account, name = arn.split(":")[4], arn.rsplit("/", 1)[-1]
        return {
            "Credentials": {
                "AccessKeyId": self.assumable[arn],
                "SecretAccessKey": "secret",
                "SessionToken": "token",
                "Expiration": "2026-11-20T11:16:00Z",
            },
            "AssumedRoleUser": {
                "Arn": f"arn:aws:sts::{account}:assumed-role/{name}/{params['RoleSessionName']}",
                "AssumedRoleId": "AROAEXAMPLE:scan",
            },
        }


class _Session(boto3.Session):
    """A session that makes each client once: to make them is the slowest thing that such a test does."""

    @cache  # noqa: B019  # there are as many sessions as there are accounts in tests
    def client(self, *names: Any, **how: Any) -> Any:
        """Make a client, or return the one that was made."""
        return super().client(*names, **how)


@dataclass(slots=True)
class Wires:
    """Every account and region there is; one's own account is the first."""

    wires: list[Surveyed]
    home: str | None = "us-east-1"
    """The region of one's own configuration."""
    keys: dict[str, str] = field(default_factory=dict)
    """The account that a key leads to."""

    def opens(
        self, profile: str | None, region: str | None, keys: AssumedKeys | None = None
    ) -> boto3.Session:
        """What boto3 opens, but that its calls end in the account and region that are meant."""
        _NOW[:] = [self]
        account = self.keys[keys.id] if keys else self.wires[0].account.account
        return _session(account, profile, region or self.home)

    def wire(self, account: str, region: str) -> Surveyed:
        """The wire to a region; IAM, which has none, is asked by the first of the account."""
        mine = [one for one in self.wires if one.account.account == account]
        if region in {"aws-global", "None"} and mine:
            return mine[0]
        for one in mine:
            if one.account.region == region:
                return one
        empty = Surveyed(Account(account, region))
        self.wires.append(empty)
        return empty

    @property
    def calls(self) -> list[str]:
        """Every call anywhere."""
        return [call for wire in self.wires for call in wire.calls]

    def let_assume(self, role_arn: str) -> None:
        """Let a role be assumed from one's own account."""
        key = f"AKIA{len(self.keys)}"
        self.keys[key] = role_arn.split(":")[4]
        self.wires[0].assumable[role_arn] = key


def params_of(wire: Surveyed, call: str) -> list[dict[str, Any]]:
    """What each such call asked."""
    return [params for made, params in wire.sent if made == call]


_NOW: list[Wires] = []
"""Those of the test that is running."""


@cache
def _session(account: str, profile: str | None, region: str | None) -> boto3.Session:
    core = botocore.session.get_session()
    core.register_component("data_loader", MODELS)
    session = _Session(
        "AKIAEXAMPLE", "secret", region_name=region, botocore_session=core, profile_name=profile
    )

    def wire(context: dict[str, Any]) -> Surveyed:
        return _NOW[0].wire(account, str(context["client_region"]))

    def note(params: Params, context: dict[str, Any], **_: Any) -> None:
        wire(context).note(params)

    def answer(model: Any, context: dict[str, Any], **_: Any) -> Any:
        return wire(context).answer(model)

    session.events.register("before-parameter-build", note)
    session.events.register("before-call", answer)
    return session
