"""`self-test`: the guard that is here tries itself, or the one that is deployed does."""

from __future__ import annotations

import io
import json
import re
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from permission_guard.aws.ask import ALIAS_OUTPUT
from permission_guard.cli import main
from permission_guard.cli import self_test as command_of
from permission_guard.door import SELF_TEST
from permission_guard.self_test import KNOWN, Tried
from permission_guard.world import ApiError
from tests import template
from tests.aws.deployed import GUARD_ARN, Deployed
from tests.cli.asking import run
from tests.template import REGION
from tests.test_golden import golden

ROOT = Path(__file__).parents[2]
ALIAS = f"{GUARD_ARN}:live"


def deployed(said: object, error: str | None = None, **outputs: str) -> Deployed:
    """A stack whose guard gives this answer."""
    there = Deployed()
    there.outputs |= {ALIAS_OUTPUT: ALIAS, **outputs}
    there.said = {
        "Payload": io.BytesIO(json.dumps(said).encode()),
        **({"FunctionError": error} if error else {}),
    }
    return there


def ask(there: Deployed) -> Result:
    obj = partial(command_of.asked, session_of=there.session)
    arguments = ["self-test", "--deployed", "--region", REGION]
    return CliRunner().invoke(main, arguments, obj=obj, catch_exceptions=False)


def test_the_guard_that_is_here_passes_without_aws() -> None:
    result = run("self-test")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == golden("self-test/here.txt", result.stdout)
    assert result.stdout.count("Passed") == len(KNOWN)


def test_what_is_not_as_it_must_be_is_said_with_what_is_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = (Tried("it logs"), Tried("it tells", "nothing was told instead of a fault"))
    monkeypatch.setattr(command_of, "try_the_known", lambda: tried)
    result = run("self-test")
    assert result.exit_code == 1
    assert result.stdout == (
        "Passed     it logs\nFailed     it tells\nInstead    nothing was told instead of a fault\n\n1 passed, 1 failed\n"
    )


PASSED = {"self-test": "passed", "tried": [{"what": "its journal can be read", "wrong": None}]}


def test_the_deployed_guard_is_asked_by_its_alias_and_what_it_tried_is_told() -> None:
    there = deployed(PASSED)
    result = ask(there)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "Passed     its journal can be read\n\n1 passed, 0 failed\n"
    assert there.invoked == [(ALIAS, {"source": SELF_TEST, "id": "by-hand"})]
    assert template.written()["Outputs"][ALIAS_OUTPUT]["Value"] == {"Ref": "Guard.Alias"}


@pytest.mark.parametrize(
    ("said", "error", "told"),
    [
        (
            {"errorType": "SelfTestFailed", "errorMessage": "Lambda answers it: no"},
            "Unhandled",
            "SelfTestFailed: Lambda answers it: no",
        ),
        ({"ignored": "?"}, None, 'it answered {"ignored": "?"}'),
    ],
)
def test_a_deployed_guard_that_does_not_work_is_told(said: object, error: str | None, told: str) -> None:
    result = ask(deployed(said, error))
    assert result.exit_code == 1
    assert result.stdout == f"Failed     the deployed guard works\nInstead    {told}\n\n0 passed, 1 failed\n"


def test_a_stack_without_an_alias_is_older() -> None:
    result = ask(deployed(PASSED, **{ALIAS_OUTPUT: ""}))
    assert (result.exit_code, result.stdout) == (3, "")
    assert "has no output GuardAliasArn: it is older than the self-test" in result.stderr


@pytest.mark.parametrize(
    ("code", "exit_code", "told"),
    [("AccessDeniedException", 3, "AWS refused"), ("TooManyRequestsException", 2, "AWS cannot answer now")],
)
def test_what_aws_does_not_let_a_person_do_is_no_failure_of_the_guard(
    code: str, exit_code: int, told: str
) -> None:
    there = deployed(PASSED)
    there.faults["Invoke"] = ApiError(code, "no")
    result = ask(there)
    assert (result.exit_code, result.stdout) == (exit_code, "")
    assert told in result.stderr


def test_without_credentials_nothing_is_asked() -> None:
    there = deployed(PASSED)
    there.faults["GetCallerIdentity"] = ApiError("InvalidClientTokenId", "no")
    assert ask(there).exit_code == 3


def test_the_page_names_the_rights_that_asking_needs() -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    line = next(
        line for line in page.splitlines() if line.startswith("`permission-guard self-test --deployed` needs")
    )
    assert set(re.findall(r"`([a-z]+:[A-Z][A-Za-z]+)`", line)) == {
        "cloudformation:DescribeStacks",
        "cloudformation:DescribeStackResources",
        "lambda:InvokeFunction",
    }
