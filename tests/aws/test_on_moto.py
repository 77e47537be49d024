"""What we ask of an IAM that others wrote."""

from __future__ import annotations

import json

import boto3
from moto import mock_aws

from permission_guard.aws.act import AwsActor
from permission_guard.aws.clients import Clients
from permission_guard.aws.roles import RoleStore
from permission_guard.facts import MISSING_ROLE, RoleFacts
from tests.samples import LOGGING

TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})


@mock_aws
def test_a_role_of_motos_iam_is_read_whole_and_a_policy_attached_to_it_once() -> None:
    clients = Clients(boto3.Session("testing", "testing", region_name="us-east-1"))
    iam = clients.iam
    made = {
        name: iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(LOGGING))["Policy"]["Arn"]
        for name in ("managed", "boundary", "logging")
    }
    arn = iam.create_role(
        RoleName="role",
        Path="/shop/",
        AssumeRolePolicyDocument=TRUST,
        PermissionsBoundary=made["boundary"],
        Tags=[{"Key": "team", "Value": "shop"}],
    )["Role"]["Arn"]
    iam.put_role_policy(RoleName="role", PolicyName="inline", PolicyDocument=json.dumps(LOGGING))
    iam.attach_role_policy(RoleName="role", PolicyArn=made["managed"])
    actor = AwsActor(clients)
    actor.attach_role_policy("role", made["logging"])
    actor.attach_role_policy("role", made["logging"])
    role = RoleStore(clients).role(arn)
    assert isinstance(role, RoleFacts)
    assert sorted(policy.name for policy in role.identity) == sorted(
        [made["managed"], made["logging"], "inline policy inline"]
    )
    assert role.boundary is not None
    assert role.boundary.name == made["boundary"]
    assert dict(role.tags) == {"team": "shop"}
    assert role.name == "role"


@mock_aws
def test_a_role_that_motos_iam_does_not_have_is_missing() -> None:
    clients = Clients(boto3.Session("testing", "testing", region_name="us-east-1"))
    assert RoleStore(clients).role("arn:aws:iam::123456789012:role/nobody") is MISSING_ROLE
