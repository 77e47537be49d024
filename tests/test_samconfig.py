"""The environments of samconfig.toml: the same stack; a plain `sam deploy` enforces, and the other one only reports."""

from __future__ import annotations

import tomllib
from typing import Any

from tests.template import PATH

CONFIG: dict[str, Any] = tomllib.loads((PATH.parent / "samconfig.toml").read_text())


def test_a_plain_deploy_enforces_and_the_environments_differ_in_the_mode_only() -> None:
    environments = {name: body for name, body in CONFIG.items() if isinstance(body, dict)}
    deploys = [body["deploy"]["parameters"] for body in environments.values()]
    overrides = [one.pop("parameter_overrides") for one in deploys]
    assert dict(zip(environments, overrides, strict=True)) == {
        "default": ["Mode=Enforce"],
        "observe": ["Mode=Observe"],
    }
    assert environments["observe"] == environments["default"]


def test_a_deploy_needs_no_flag_and_asks_nothing() -> None:
    deploy = CONFIG["default"]["deploy"]["parameters"]
    assert CONFIG["default"]["global"]["parameters"] == {"stack_name": "permission-guard"}
    assert (deploy["resolve_s3"], deploy["confirm_changeset"]) == (True, False)
    assert "CAPABILITY_IAM" in deploy["capabilities"]
