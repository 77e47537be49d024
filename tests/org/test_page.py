"""The page on organisations says what the templates, the command and the pipeline say."""

from __future__ import annotations

import re
import shlex

import pytest
from click.testing import CliRunner

from docs.generate import DOCS
from organization import __main__ as command
from organization.stack_set import CAREFULLY
from organization.template import CENTRAL, LIMIT, for_stack_sets
from organization.template import written as read
from tests.template import PATH, written

PAGE = (DOCS / "organization.md").read_text()
TEXT = " ".join(PAGE.split())
ARGS = re.findall(r'make org ARGS="(.*?)"', PAGE, re.DOTALL)
WORKFLOW = (PATH.parent / ".github" / "workflows" / "deploy.yml").read_text()


def test_the_command_that_the_page_shows_is_one_that_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    (shown,) = ARGS
    monkeypatch.setattr(
        command, "_uploaded", lambda *_: (_ for _ in ()).throw(FileNotFoundError("as far as this"))
    )
    given = shlex.split(shown.replace("\\\n", " "))
    result = CliRunner().invoke(command.main, ["deploy", *given])
    assert result.output == "Error: as far as this\n"


def test_every_setting_and_output_that_the_page_names_is_there() -> None:
    named = set(re.findall(r"--parameter (\w+)=", PAGE)) | {"RoleChangeRegions"}
    assert named <= set(written()["Parameters"])
    centre = read(CENTRAL)
    given = re.search(r"--parameter-overrides (.*)\n", PAGE)
    assert given is not None
    assert {pair.partition("=")[0] for pair in given[1].split()} <= set(centre["Parameters"])
    for output in ("CentralAlertsTopicArn", "CentralBusArn"):
        assert f"`{output}`" in PAGE
        assert output in centre["Outputs"]
    assert "GuardRoleArn" in written()["Outputs"]


def test_how_careful_a_deployment_is_stands_on_the_page() -> None:
    assert CAREFULLY["RegionConcurrencyType"] == "SEQUENTIAL"
    assert (CAREFULLY["MaxConcurrentPercentage"], CAREFULLY["FailureTolerancePercentage"]) == (25, 5)
    assert "a quarter of the accounts at once" in TEXT
    assert "more than one account in twenty" in TEXT


def test_how_big_the_template_is_stands_on_the_page() -> None:
    assert "may have 1 MB; this one has less than a tenth of it" in TEXT
    assert LIMIT == 1_000_000
    assert len(str(for_stack_sets("k.zip"))) < LIMIT / 10


def test_every_variable_of_the_pipeline_stands_on_the_page() -> None:
    named = set(re.findall(r"vars\.(\w+)", WORKFLOW))
    assert {name for name in named if f"`{name}`" not in PAGE} == set()
    for environment in set(re.findall(r"environment: (\w+)", WORKFLOW)):
        assert f"`{environment}`" in PAGE
