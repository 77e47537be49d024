"""A scan of an account that others have written: moto's, which botocore reaches as it would reach AWS."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator

import boto3
import pytest
from click.testing import CliRunner
from moto import mock_aws

from permission_guard.cli import main
from permission_guard.cli.scan.run import Surroundings
from permission_guard.finding import Verdict
from permission_guard.scan_json import read
from tests.samples import LOGGING

REGION = "eu-central-1"


def opens(profile: str | None, region: str | None, keys: object = None) -> boto3.Session:
    assert (profile, keys) == (None, None)
    return boto3.Session("testing", "testing", region_name=region or REGION)


@pytest.fixture
def session() -> Iterator[boto3.Session]:
    with mock_aws():
        yield opens(None, REGION)


def code() -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("index.py", "")
    return whole.getvalue()


def test_functions_of_motos_are_scanned_with_their_roles_and_policies(
    session: boto3.Session,
) -> None:
    iam, lambda_ = session.client("iam"), session.client("lambda")
    made = iam.create_policy(PolicyName="logging", PolicyDocument=json.dumps(LOGGING))["Policy"]["Arn"]
    for name, documents in (("logs", {"logs": LOGGING}), ("mute", {})):
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
        for inline, document in documents.items():
            iam.put_role_policy(RoleName=name, PolicyName=inline, PolicyDocument=json.dumps(document))
        lambda_.create_function(
            FunctionName=f"f-{name}",
            Role=arn,
            Runtime="python3.13",
            Handler="index.h",
            Code={"ZipFile": code()},
        )
    version = lambda_.publish_version(FunctionName="f-logs")["Version"]
    lambda_.create_alias(FunctionName="f-logs", Name="live", FunctionVersion=version)
    lambda_.add_permission(
        FunctionName="f-mute", StatementId="s3", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com"
    )
    around = Surroundings(opens)
    runner = CliRunner()
    first = runner.invoke(
        main, ["scan", "--format", "json", "--logging-policy", made], obj=around, catch_exceptions=False
    )
    scan = read(first.stdout)
    # The alias is not among them: moto's ListAliases does not know a function by its ARN.
    assert (scan.functions, scan.targets) == (2, 3)
    assert [(one.name, one.rule) for one in scan.findings if one.verdict is Verdict.FAIL] == [
        ("f-mute", "invoke-permission-names-its-source"),
        ("f-mute", "role-can-write-logs"),
    ]
    iam.attach_role_policy(RoleName="mute", PolicyArn=made)
    only = ["scan", "--only", "role-can-write-logs"]
    assert runner.invoke(main, only, obj=around, catch_exceptions=False).exit_code == 0


TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
