"""The Region and the credentials that a command takes, and what is reported without them."""

from __future__ import annotations

import os
from pathlib import Path

import boto3
import botocore.session
import pytest

from permission_guard.aws.login import log_in, session_of
from permission_guard.fake_aws import ApiError
from tests.cli.wired import Wired
from tests.undoing import repaired


def test_a_missing_region_is_reported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    there = Wired(repaired())
    there.region = None
    assert there.reported("journal") == (
        3,
        "No Region is set. Pass --region or set AWS_REGION.",
    )


REGIONS: dict[str, tuple[dict[str, str], str | None]] = {
    "an option comes first": ({"AWS_REGION": "eu-west-1"}, "us-east-1"),
    "then AWS_REGION": ({"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "eu-west-1"}, None),
    "then AWS_DEFAULT_REGION": ({"AWS_DEFAULT_REGION": "us-east-1"}, None),
    "an empty one is none": ({"AWS_REGION": "", "AWS_DEFAULT_REGION": "us-east-1"}, None),
}


@pytest.mark.parametrize("kind", REGIONS)
def test_the_region_is_the_one_that_the_aws_cli_would_take(
    kind: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    variables, option = REGIONS[kind]
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    there = log_in(None, option, Wired(repaired(), region=None).session)
    assert (there.region, there.clients.region) == ("us-east-1", "us-east-1")


def test_missing_credentials_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    there = Wired(repaired())

    def no_credentials(profile: str | None, region: str | None) -> boto3.Session:
        core = botocore.session.get_session()
        # Whatever the machine has: a file, a variable, an instance's own.
        core.register_component("credential_provider", _Nothing())
        return boto3.Session(profile_name=profile, region_name=region or "us-east-1", botocore_session=core)

    monkeypatch.setattr(there, "session", no_credentials)
    assert there.reported("journal") == (
        3,
        "No AWS credentials were found. Pass --profile or set AWS_PROFILE.",
    )


class _Nothing:
    def load_credentials(self) -> None:
        return None


CREDENTIALS = {
    "ExpiredToken": (3, "AWS rejected these credentials: ExpiredToken: no (GetCallerIdentity)"),
    "InvalidClientTokenId": (
        3,
        "AWS rejected these credentials: InvalidClientTokenId: no (GetCallerIdentity)",
    ),
    "Throttling": (2, "Could not reach AWS: GetCallerIdentity: Throttling: no. Run the command again."),
}


@pytest.mark.parametrize("code", CREDENTIALS)
def test_credentials_that_are_not_taken_are_reported(code: str) -> None:
    there = Wired(repaired())
    there.wire.faults["GetCallerIdentity"] = ApiError(code, "no")
    assert there.reported("journal") == CREDENTIALS[code]


def test_credentials_that_expire_on_the_way_are_reported() -> None:
    there = Wired(repaired())
    there.wire.faults["Query"] = ApiError("ExpiredTokenException", "expired")
    assert there.reported("journal", "orders") == (
        3,
        "Your AWS credentials have expired: ExpiredTokenException: expired (Query)",
    )


def test_a_session_is_opened_as_awss_own_command_line_opens_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    config = tmp_path / "config"
    config.write_text("[profile p]\nregion = eu-north-1\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    assert session_of("p", None).region_name == "eu-north-1"
    assert session_of("p", "eu-west-3").region_name == "eu-west-3"
    assert os.environ["AWS_CONFIG_FILE"] == str(config)
