"""The environments of samconfig.toml: the same stack, and each says all in which it differs from the others."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from tests.template import PATH, written

PARAMETERS: dict[str, dict[str, Any]] = written()["Parameters"]
CONFIG: dict[str, Any] = tomllib.loads((PATH.parent / "samconfig.toml").read_text())
ENVIRONMENTS = [name for name, body in CONFIG.items() if isinstance(body, dict)]


def overrides(environment: str) -> dict[str, str]:
    given: list[str] = CONFIG[environment]["deploy"]["parameters"]["parameter_overrides"]
    return dict(one.split("=", 1) for one in given)


def test_there_are_three_environments_each_one_step_further() -> None:
    repaired = {
        name: {key for key, value in overrides(name).items() if value == "Repair"}
        if overrides(name)["Mode"] == "Enforce"
        else set()
        for name in ENVIRONMENTS
    }
    assert list(repaired) == ["default", "observe", "canary"]
    assert repaired["observe"] < repaired["canary"] < repaired["default"]
    assert repaired["canary"] == {"RoleCanWriteLogs"}


def test_the_default_environment_is_what_the_template_does_by_default() -> None:
    assert overrides("default") == {name: PARAMETERS[name]["Default"] for name in overrides("default")}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_no_parameter_is_left_as_another_environment_set_it(environment: str) -> None:
    offered = {
        name
        for name, body in PARAMETERS.items()
        if name == "Mode" or "Repair" in body.get("AllowedValues", ())
    }
    assert set(overrides(environment)) == offered
    assert all(value in PARAMETERS[name]["AllowedValues"] for name, value in overrides(environment).items())


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_environments_differ_in_parameters_only(environment: str) -> None:
    def rest(name: str) -> dict[str, Any]:
        commands = {command: dict(body["parameters"]) for command, body in CONFIG[name].items()}
        del commands["deploy"]["parameter_overrides"]
        return commands

    assert rest(environment) == rest("default")
