"""The pipeline: no long-lived key, no text of a stranger in a command, the least permissions, the steps in order."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from tests.template import PATH

FOLDER = PATH.parent / ".github" / "workflows"
WORKFLOWS: dict[str, dict[Any, Any]] = {
    path.name: yaml.safe_load(path.read_text()) for path in FOLDER.iterdir()
}
JOBS = [(file, name, job) for file, body in WORKFLOWS.items() for name, job in body["jobs"].items()]
STEPS = [(f"{file} {name}", step) for file, name, job in JOBS for step in job.get("steps", ())]
COMMANDS = [(where, step["run"]) for where, step in STEPS if "run" in step]
USED = sorted({step["uses"] for _, step in STEPS if "uses" in step})
OFFICIAL = ("actions/", "aws-actions/")


@pytest.mark.parametrize(("where", "command"), COMMANDS)
def test_no_command_holds_an_expression_that_an_outsider_could_write(where: str, command: str) -> None:
    assert "${{" not in command, where


@pytest.mark.parametrize("file", WORKFLOWS)
def test_every_workflow_and_every_job_that_does_more_says_its_permissions(file: str) -> None:
    body = WORKFLOWS[file]
    assert body["permissions"] in ({}, {"contents": "read"})
    for job in body["jobs"].values():
        given = job.get("permissions", body["permissions"])
        assert given, "a job needs to read the repository at least"
        assert set(given) <= {"contents", "id-token"}
        assert given["contents"] == "read"
        signs_in = any("configure-aws-credentials" in step.get("uses", "") for step in job.get("steps", ()))
        assert ("id-token" in given) == signs_in


@pytest.mark.parametrize("action", USED)
def test_an_action_is_official_and_pinned(action: str) -> None:
    name, _, version = action.partition("@")
    assert name.startswith(OFFICIAL)
    assert re.fullmatch(r"[0-9a-f]{40}", version)


def test_there_is_no_key_and_no_secret() -> None:
    for path in FOLDER.iterdir():
        assert "secrets." not in path.read_text()
        assert "access-key" not in path.read_text()
