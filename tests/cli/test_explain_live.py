"""`explain FUNCTION`: a function is read as it is now, and what was read is said before what follows from it."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from permission_guard.cli import main
from permission_guard.fake_aws import Account, ApiError
from permission_guard.model.document import dumped
from permission_guard.repair.grant import Grant
from tests.aws.transport import Transport
from tests.fake_aws.builders import ACCOUNT, BASIC, TARGET
from tests.samples import LOGGING
from tests.test_golden import golden

S3 = Grant("s3", "lambda:InvokeFunction", "s3.amazonaws.com")
OURS = Grant("ours", "lambda:InvokeFunction", "sns.amazonaws.com", source_account=ACCOUNT)


def there(*grants: Grant, mute: bool = False) -> Transport:
    """The function `orders`, with an alias, in an account on the wire."""
    account = Account()
    account.managed[BASIC] = dumped(LOGGING)
    role = account.with_role("role")
    if not mute:
        role.attached.append(BASIC)
    account.with_function("orders", aliases=["live"])
    for grant in grants:
        account.add_permission("orders", grant)
    return Transport(account)


def run(wire: Transport, *arguments: str) -> Result:
    given = ("explain", "--region", "us-east-1", *arguments)
    return CliRunner().invoke(main, given, obj=wire.session, catch_exceptions=False)


def reported(result: Result) -> str:
    assert (result.stdout, len(result.stderr.splitlines())) == ("", 1)
    return result.stderr.strip()


def test_what_is_open_is_explained_with_all_that_was_read() -> None:
    result = run(there(S3, OURS, mute=True), "orders")
    assert (result.exit_code, result.stderr) == (1, "")
    assert result.stdout == golden("explain-live/a-function-as-it-is.txt", result.stdout)


@pytest.mark.parametrize("name", ["orders", "orders:live", TARGET, f"{TARGET}:live"])
def test_a_function_is_named_as_aws_names_it(name: str) -> None:
    result = run(there(), name, "--format", "json")
    assert result.exit_code == 0
    said = json.loads(result.stdout)
    assert (said["function"], said["qualifier"]) == (TARGET, "live" if name.endswith("live") else None)
    assert f"{BASIC}; no permissions boundary" in said["read"][0]


def test_one_statement_can_be_asked_for_alone() -> None:
    wire = there(S3, OURS)
    assert run(wire, "orders").exit_code == 1
    alone = run(wire, "orders", "--statement", "ours")
    assert alone.exit_code == 0
    assert "FAIL" not in alone.stdout.replace("0 FAIL", "")
    assert 'has no statement "other"' in reported(run(wire, "orders", "--statement", "other"))
    assert 'has no statement "other"' in reported(run(there(), "orders", "--statement", "other"))


def test_what_may_not_be_read_is_reported_and_is_never_a_pass() -> None:
    wire = there(OURS)
    for call in ("GetResourcePolicy", "GetRole"):
        wire.faults[call] = ApiError("AccessDeniedException", f"not authorized ({call})")
    result = run(wire, "orders")
    assert result.exit_code == 2
    said = " ".join(result.stdout.split())
    assert "not authorized (GetResourcePolicy)" in said
    assert "not authorized (GetRole)" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("missing",), f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:missing was not found"),
        (("no name",), "not a function's name or ARN: 'no name'"),
        (("orders", "--policy", "-"), "cannot be combined with --policy"),
        (("orders", "--trusted-account", "1"), "--trusted-account: '1' is not an account id"),
        ((), "Pass FUNCTION to read it from AWS, or --policy FILE"),
        (("--policy", "-"), "--region and --profile need a FUNCTION"),
    ],
)
def test_what_cannot_be_used_is_one_line_that_says_why(arguments: tuple[str, ...], said: str) -> None:
    result = run(there(), *arguments)
    assert result.exit_code == 3
    assert said in reported(result)


def test_an_aws_that_cannot_answer_is_one_line_and_says_to_run_it_again() -> None:
    wire = there()
    wire.faults["GetFunctionConfiguration"] = ApiError("TooManyRequestsException", "Rate exceeded")
    result = run(wire, "orders")
    assert result.exit_code == 2
    assert "Rate exceeded" in reported(result)
