"""What the Serverless Application Repository is told, and what it refuses (facts 7.1, 7.4)."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from permission_guard import __version__
from tests.template import PATH, written

TEMPLATE = written()
APPLICATION: dict[str, Any] = TEMPLATE["Metadata"]["AWS::ServerlessRepo::Application"]
PROJECT: dict[str, Any] = tomllib.loads((PATH.parent / "pyproject.toml").read_text())["project"]


def test_it_says_the_version_the_licence_and_the_purpose_of_the_project() -> None:
    assert APPLICATION["SemanticVersion"] == __version__ == TEMPLATE["Outputs"]["Version"]["Value"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", APPLICATION["SemanticVersion"])
    assert APPLICATION["SpdxLicenseId"] == PROJECT["license"]
    assert APPLICATION["Description"] == PROJECT["description"]
    assert APPLICATION["Name"] == PROJECT["name"]


def test_each_field_is_as_the_repository_takes_it() -> None:
    assert re.fullmatch(r"[a-zA-Z0-9-]{1,140}", APPLICATION["Name"])
    assert re.fullmatch(r"[a-z0-9](?:[a-z0-9]|-(?!-)){0,125}[a-z0-9]", APPLICATION["Author"])
    assert len(APPLICATION["Description"]) <= 256
    assert len(APPLICATION["Labels"]) <= 10
    assert all(re.fullmatch(r"[a-zA-Z0-9+\-_:/@]{1,127}", label) for label in APPLICATION["Labels"])
    for field in ("LicenseUrl", "ReadmeUrl"):
        assert 0 < (PATH.parent / APPLICATION[field]).stat().st_size <= 5_000_000


REFUSED = {"iam:AttachRolePolicy", "iam:PutRolePolicy", "iam:*", "*"}


def test_no_policy_grants_on_everything_what_the_repository_refuses() -> None:
    for body in TEMPLATE["Resources"].values():
        properties = body.get("Properties", {})
        documents = [policy["PolicyDocument"] for policy in properties.get("Policies", ())]
        documents += (
            [properties["PolicyDocument"]]
            if body["Type"].startswith("AWS::IAM::") and not documents and "PolicyDocument" in properties
            else []
        )
        for statement in (one for document in documents for one in document["Statement"]):
            listed = statement["Action"]
            actions = {listed} if isinstance(listed, str) else set(listed)
            assert statement["Resource"] != "*" or not actions & REFUSED
