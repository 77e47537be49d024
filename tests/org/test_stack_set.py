"""The StackSet: each call as AWS's API model takes it, in the order that an organisation needs.

No emulator plays StackSets that AWS Organizations manages; the answers here are those of AWS's model.
"""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from organization.stack_set import CAREFULLY, StackSet, Unsuccessful, Wanted

UNITS, REGIONS = ("ou-abcd-11111111", "ou-abcd-22222222"), ("eu-west-1", "us-east-1")
WANTED = Wanted(
    "permission-guard", "https://b.s3.eu-west-1.amazonaws.com/t.json", UNITS, REGIONS, {"Mode": "Observe"}
)
ASKED = {"StackSetName": "permission-guard", "CallAs": "SELF"}


class Played:
    """A client that expects certain calls and no others."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, wanted: Wanted = WANTED) -> None:
        monkeypatch.setattr("organization.stack_set.time.sleep", lambda _: None)
        client = boto3.Session("testing", "testing", region_name="eu-west-1").client("cloudformation")
        self.stub = Stubber(client)
        self.said: list[str] = []
        self.deploy = StackSet(client, wanted, self.said.append).deploy

    def there(self, units: tuple[str, ...], regions: tuple[str, ...]) -> None:
        found = {"OrganizationalUnitIds": list(units), "Regions": list(regions)}
        self.stub.add_response("describe_stack_set", {"StackSet": found}, ASKED)

    def missing(self) -> None:
        self.stub.add_client_error("describe_stack_set", "StackSetNotFoundException", expected_params=ASKED)

    def takes(self, call: str, **parameters: Any) -> None:
        self.stub.add_response(call, {"OperationId": "1"} if call != "create_stack_set" else {}, parameters)

    def updates(self) -> None:
        self.takes(
            "update_stack_set",
            **STANDING,
            OperationPreferences=CAREFULLY,
        )

    def adds(self, units: tuple[str, ...], regions: tuple[str, ...]) -> None:
        self.takes(
            "create_stack_instances",
            **ASKED,
            DeploymentTargets={"OrganizationalUnitIds": list(units)},
            Regions=list(regions),
            OperationPreferences=CAREFULLY,
        )

    def ends(self, *statuses: str) -> None:
        for status in statuses:
            self.stub.add_response(
                "describe_stack_set_operation",
                {"StackSetOperation": {"Status": status, "StatusReason": "because"}},
                {**ASKED, "OperationId": "1"},
            )

    def play(self) -> None:
        with self.stub:
            self.deploy()
            self.stub.assert_no_pending_responses()


STANDING: dict[str, Any] = {
    **ASKED,
    "Description": ANY,
    "TemplateURL": WANTED.template_url,
    "Parameters": [{"ParameterKey": "Mode", "ParameterValue": "Observe"}],
    "Capabilities": ["CAPABILITY_IAM"],
    "PermissionModel": "SERVICE_MANAGED",
    "AutoDeployment": {"Enabled": True, "RetainStacksOnAccountRemoval": False},
    "ManagedExecution": {"Active": True},
}


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> Played:
    return Played(monkeypatch)


def test_the_first_time_it_is_made_and_every_unit_and_region_gets_its_stacks(played: Played) -> None:
    played.missing()
    played.takes("create_stack_set", **STANDING)
    played.adds(UNITS, REGIONS)
    played.ends("QUEUED", "RUNNING", "SUCCEEDED")
    played.play()


def test_later_it_is_updated_and_nothing_is_added_that_is_there(played: Played) -> None:
    played.there(UNITS, REGIONS)
    played.updates()
    played.ends("RUNNING", "SUCCEEDED")
    played.play()
    assert played.said == ["updating the StackSet permission-guard"]


def test_a_new_unit_and_a_new_region_get_what_they_lack_and_no_more(played: Played) -> None:
    played.there(UNITS[:1], REGIONS[:1])
    played.updates()
    played.ends("SUCCEEDED")
    played.adds(UNITS[1:], REGIONS)
    played.ends("SUCCEEDED")
    played.adds(UNITS[:1], REGIONS[1:])
    played.ends("SUCCEEDED")
    played.play()


def test_a_stackset_that_was_left_without_stacks_gets_them(played: Played) -> None:
    played.there((), ())
    played.updates()
    played.adds(UNITS, REGIONS)
    played.ends("SUCCEEDED")
    played.play()


@pytest.mark.parametrize("status", ["FAILED", "STOPPED"])
def test_an_update_that_fails_is_said_and_nothing_is_added_after_it(played: Played, status: str) -> None:
    played.there(UNITS[:1], REGIONS)
    played.updates()
    played.ends("RUNNING", status)
    with pytest.raises(Unsuccessful, match=f"ended as {status}. because"):
        played.play()
    played.stub.assert_no_pending_responses()


def test_what_may_not_be_asked_is_no_reason_to_make_a_second_one(played: Played) -> None:
    played.stub.add_client_error("describe_stack_set", "AccessDenied")
    with pytest.raises(played.stub.client.exceptions.ClientError, match="AccessDenied"):
        played.play()
