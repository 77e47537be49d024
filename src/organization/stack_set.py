"""The StackSet: the guard in every account and region of the organizational units.

(AWSCloudFormation/latest/UserGuide/stacksets-orgs-manage-auto-deployment.html)
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.literals import CallAsType
    from mypy_boto3_cloudformation.type_defs import ParameterTypeDef, StackSetOperationPreferencesTypeDef

CAREFULLY: Final[StackSetOperationPreferencesTypeDef] = {
    # One region after the other, so that a mistake is seen in the first; in it a quarter of the accounts at once. The
    # operation stops when more than one account in twenty has failed.
    "RegionConcurrencyType": "SEQUENTIAL",
    "MaxConcurrentPercentage": 25,
    "FailureTolerancePercentage": 5,
}
PAUSE: Final = 15
"""Seconds between two questions whether an operation is over."""


class Unsuccessful(Exception):
    """An operation of the StackSet did not end well."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to stand where. The first region is where a new version is tried first."""

    name: str
    template_url: str
    units: tuple[str, ...]
    regions: tuple[str, ...]
    parameters: Mapping[str, str]
    call_as: CallAsType = "SELF"
    """DELEGATED_ADMIN from the account that the management account has made the administrator of StackSets."""


@dataclass(frozen=True, slots=True)
class StackSet:
    """A StackSet that AWS Organizations manages, through a client of the region that administers it."""

    client: CloudFormationClient
    wanted: Wanted
    say: Callable[[str], None]

    def deploy(self) -> None:
        """Make the StackSet as it is wanted, wait for it, and then give it the stacks it lacks.

        Raises Unsuccessful, and ClientError.
        """
        there = self._there()
        if there is None:
            self._create()
        else:
            self._update(has_stacks=all(there))
        units, regions = there or (set(), set())
        new = [unit for unit in self.wanted.units if unit not in units]
        old = [unit for unit in self.wanted.units if unit in units]
        # What a unit has already was updated with the StackSet.
        self._add_stacks(new, list(self.wanted.regions))
        self._add_stacks(old, [region for region in self.wanted.regions if region not in regions])

    def _there(self) -> tuple[set[str], set[str]] | None:
        """The units and regions in which it has stacks; None if there is no such StackSet."""
        try:
            found = self.client.describe_stack_set(StackSetName=self.wanted.name, CallAs=self.wanted.call_as)[
                "StackSet"
            ]
        except ClientError as error:
            if error.response["Error"]["Code"] != "StackSetNotFoundException":
                raise
            return None
        return set(found.get("OrganizationalUnitIds", ())), set(found.get("Regions", ()))

    @property
    def _parameters(self) -> list[ParameterTypeDef]:
        return [
            {"ParameterKey": key, "ParameterValue": value} for key, value in self.wanted.parameters.items()
        ]

    def _create(self) -> None:
        self.say(f"making the StackSet {self.wanted.name}")
        self.client.create_stack_set(
            StackSetName=self.wanted.name,
            Description="Lambda Permission Guard",
            TemplateURL=self.wanted.template_url,
            Parameters=self._parameters,
            Capabilities=["CAPABILITY_IAM"],
            PermissionModel="SERVICE_MANAGED",
            # The guard goes with an account that leaves: nobody would hear of it any more.
            AutoDeployment={"Enabled": True, "RetainStacksOnAccountRemoval": False},
            ManagedExecution={"Active": True},
            CallAs=self.wanted.call_as,
        )

    def _update(self, *, has_stacks: bool) -> None:
        self.say(f"updating the StackSet {self.wanted.name}")
        # A parameter that is not given would fall back to its default.
        operation = self.client.update_stack_set(
            StackSetName=self.wanted.name,
            Description="Lambda Permission Guard",
            TemplateURL=self.wanted.template_url,
            Parameters=self._parameters,
            Capabilities=["CAPABILITY_IAM"],
            PermissionModel="SERVICE_MANAGED",
            AutoDeployment={"Enabled": True, "RetainStacksOnAccountRemoval": False},
            ManagedExecution={"Active": True},
            OperationPreferences=CAREFULLY,
            CallAs=self.wanted.call_as,
        )["OperationId"]
        if has_stacks:
            self._wait(operation)

    def _add_stacks(self, units: list[str], regions: list[str]) -> None:
        if units and regions:
            self.say(f"adding stacks in {', '.join(units)}: {', '.join(regions)}")
            operation = self.client.create_stack_instances(
                StackSetName=self.wanted.name,
                DeploymentTargets={"OrganizationalUnitIds": units},
                Regions=regions,
                OperationPreferences=CAREFULLY,
                CallAs=self.wanted.call_as,
            )["OperationId"]
            self._wait(operation)

    def _wait(self, operation: str) -> None:
        """Wait until an operation is over. Raises Unsuccessful."""
        while True:
            found = self.client.describe_stack_set_operation(
                StackSetName=self.wanted.name, OperationId=operation, CallAs=self.wanted.call_as
            )["StackSetOperation"]
            status = found["Status"]
            if status == "SUCCEEDED":
                return
            if status not in {"RUNNING", "QUEUED"}:
                why = found.get("StatusReason", "")
                raise Unsuccessful(
                    f"operation {operation} of {self.wanted.name} ended as {status}. {why}".strip()
                )
            time.sleep(PAUSE)
