"""The accounts and Regions of a scan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import boto3

from permission_guard.aws.bulk import BulkRoles
from permission_guard.aws.calls import Calls
from permission_guard.aws.clients import PATIENT, Clients
from permission_guard.aws.failures import translated
from permission_guard.aws.inventory import AwsInventory
from permission_guard.aws.layers import AwsLayers
from permission_guard.aws.observe import AwsObserver
from permission_guard.aws.pace import Pace, paced
from permission_guard.aws.policies import FewestPolicies
from permission_guard.aws.writer import AwsWriter
from permission_guard.frozen import frozen
from permission_guard.iam import Arn

SESSION_NAME: Final = "permission-guard-scan"
"""CloudTrail in the other account shows the scan under this name."""


@frozen
class AssumedKeys:
    """Credentials of an assumed role, which last for an hour (STS/latest/APIReference/API_AssumeRole.html)."""

    id: str
    secret: str
    token: str


class Opens(Protocol):
    """Opens a session: a person's own, or with the keys of an assumed role."""

    def __call__(
        self, profile: str | None, region: str | None, keys: AssumedKeys | None = None
    ) -> boto3.Session:
        """Open it; None leaves profile and region to boto3's own search."""
        ...


def opened(profile: str | None, region: str | None, keys: AssumedKeys | None = None) -> boto3.Session:
    """Open a session as AWS's command line would, or with the keys of an assumed role."""
    if keys is None:
        return boto3.Session(profile_name=profile, region_name=region)
    return boto3.Session(keys.id, keys.secret, keys.token, region_name=region)


@dataclass(slots=True)
class ScannedAccount:
    """An account that can be scanned, and by which caller. Its roles are read once for all Regions.

    It has one session: a profile may ask for a code each time that one is opened.
    """

    id: str
    caller: str
    session: boto3.Session
    _roles: BulkRoles | None = None

    def place(self, region: str) -> AccountRegion:
        """Return one of its regions."""
        pace = Pace()
        return AccountRegion(self, region, paced(Clients(self.session, PATIENT, region), pace), pace)

    def regions(self, home: str) -> tuple[str, ...]:
        """Return the enabled regions (account:ListRegions), `home` first. Raises Refused and RetryLater."""
        return Calls(Clients(self.session, region=home), home).regions()

    def roles(self, clients: Clients) -> BulkRoles:
        """Return the account's roles; the clients of the first region that asks read them."""
        self._roles = self._roles or BulkRoles(clients)
        return self._roles


@frozen
class AccountRegion:
    """One region of an account: what lists its functions, what reads them for a scan, and what changes them."""

    account: ScannedAccount
    name: str
    clients: Clients
    pace: Pace

    @property
    def label(self) -> str:
        """How a scan names it."""
        return f"{self.account.id}/{self.name}"

    @property
    def inventory(self) -> AwsInventory:
        """What lists the functions."""
        return AwsInventory(self.clients)

    @property
    def layers(self) -> AwsLayers:
        """What lists the layers."""
        return AwsLayers(self.clients)

    def observer(self, logging_policy_arn: str) -> AwsObserver:
        """Return the observer of a scan: as few calls as possible, from many threads."""
        roles = self.account.roles(self.clients)
        return AwsObserver(self.clients, logging_policy_arn, roles, FewestPolicies(self.clients))

    def changing(self, logging_policy_arn: str) -> tuple[AwsObserver, AwsWriter]:
        """Return the observer and writer of a repair, which reads a function as it is now."""
        return AwsObserver(self.clients, logging_policy_arn), AwsWriter(self.clients)


def assumed(role_arn: str, own: Clients, opens: Opens) -> ScannedAccount:
    """Assume a role (sts:AssumeRole). Raises Refused and RetryLater."""
    with translated():
        answer = own.sts.assume_role(RoleArn=role_arn, RoleSessionName=SESSION_NAME)
    given = answer["Credentials"]
    keys = AssumedKeys(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    return ScannedAccount(
        Arn.parse(role_arn).account, answer["AssumedRoleUser"]["Arn"], opens(None, own.region, keys)
    )
