"""`make org` as a command: bad input is said by its name, and touches nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from click.testing import CliRunner, Result
from moto import mock_aws

from organization import __main__ as command
from organization.stack_set import StackSet, Wanted

GIVEN = {
    "--organization": "o-a1b2c3d4e5",
    "--units": "ou-abcd-11111111,r-abcd",
    "--regions": "eu-west-1,us-gov-west-1",
    "--bucket-prefix": "acme-guard",
}


def asked(**changed: str) -> Result:
    given = GIVEN | {f"--{name.replace('_', '-')}": value for name, value in changed.items()}
    words = [word for pair in given.items() for word in pair]
    return CliRunner().invoke(command.main, ["deploy", *words])


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("organization", "acme"),
        ("units", "ou-abcd-11111111,ou"),
        ("units", "ou-abcd-11111111, ou-abcd-22222222"),
        ("regions", "eu-west"),
        ("regions", "eu-west-1,"),
        ("bucket_prefix", "Acme"),
        ("parameter", "Mode"),
        ("parameter", "Mood=Observe"),
        ("parameter", "CodeBucketPrefix=other"),
    ],
)
def test_what_cannot_be_meant_is_said_by_its_name_before_anything_is_touched(option: str, value: str) -> None:
    result = asked(**{option: value})
    assert result.exit_code == 2
    assert f"--{option.replace('_', '-')}" in result.output
    assert "Traceback" not in result.output


def test_without_a_build_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(command, "BUILT", tmp_path / "nothing")
    monkeypatch.setattr(command, "MADE", tmp_path / "made")
    result = asked()
    assert result.exit_code == 1
    assert "run `make build` first" in result.output


def test_the_template_names_the_package_that_lies_beside_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "built").mkdir()
    (tmp_path / "built" / "handler.py").write_text("pass")
    monkeypatch.setattr(command, "BUILT", tmp_path / "built")
    key = command.written(tmp_path / "package.zip", tmp_path / "template.json")
    template = json.loads((tmp_path / "template.json").read_text())
    assert template["Resources"]["Guard"]["Properties"]["Code"]["S3Key"] == key
    assert (tmp_path / "package.zip").exists()


@mock_aws
def test_the_code_goes_to_each_region_and_the_template_to_the_first_and_the_stackset_is_asked_for_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    (tmp_path / "built").mkdir()
    (tmp_path / "built" / "handler.py").write_text("pass")
    monkeypatch.setattr(command, "BUILT", tmp_path / "built")
    monkeypatch.setattr(command, "MADE", tmp_path / "made")
    asked_for: list[Wanted] = []
    monkeypatch.setattr(StackSet, "deploy", lambda self: asked_for.append(self.wanted))

    # moto knows no conditions, so to it the bucket's policy would deny everything.
    def prepare(s3: Any, bucket: str, *_: str) -> None:
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name})

    monkeypatch.setattr(command, "prepare", prepare)
    result = asked(regions="eu-west-1,ap-south-1", parameter="Mode=Observe")
    assert result.exit_code == 0, result.output
    (wanted,) = asked_for
    assert wanted.parameters == {
        "RoleChangeRegions": "eu-west-1,ap-south-1",
        "Mode": "Observe",
        "CodeBucketPrefix": "acme-guard",
    }
    template = json.loads((tmp_path / "made" / "template.json").read_text())
    key = template["Resources"]["Guard"]["Properties"]["Code"]["S3Key"]
    for region in ("eu-west-1", "ap-south-1"):
        s3 = boto3.client("s3", region_name=region)
        found = s3.get_object(Bucket=f"acme-guard-{region}", Key=key)["Body"].read()
        assert found == (tmp_path / "made" / "package.zip").read_bytes()
    address = key.removesuffix(".zip") + ".template.json"
    assert wanted.template_url == f"https://acme-guard-eu-west-1.s3.eu-west-1.amazonaws.com/{address}"
    assert (wanted.units, wanted.call_as) == (("ou-abcd-11111111", "r-abcd"), "SELF")
