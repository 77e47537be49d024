"""What cannot be used, and what goes wrong on the way, is one clear line with an exit code that says which."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from botocore.exceptions import UnauthorizedSSOTokenError

from permission_guard.fake_aws import ApiError
from tests.cli.scanning import account, faulty, reported, run, wires

OPTIONS = {
    "Pass either --region or --all-regions, not both.": ["--region", "us-east-1", "--all-regions"],
    "--yes needs --repair.": ["--yes"],
    "--repair-existing needs --repair.": ["--repair-existing"],
    "--role-arn: 'audit' is not a role's ARN": ["--role-arn", "audit"],
    "--role-arn: 'arn:aws:iam::111122223333:user/alice' is not a role's ARN": [
        "--role-arn",
        "arn:aws:iam::111122223333:user/alice",
    ],
    "--trusted-account: '1' is not an account id (twelve digits)": ["--trusted-account", "1"],
    "--trusted-organization: 'x' is not an organization id (o-...)": [
        "--trusted-organization",
        "x",
    ],
    "--logging-policy: 'logs' is not the ARN of a managed policy": ["--logging-policy", "logs"],
}


@pytest.mark.parametrize("line", OPTIONS)
def test_an_option_that_cannot_be_used_is_reported_before_anything_is_asked_of_aws(line: str) -> None:
    there = wires(account())
    result = run(there, *OPTIONS[line])
    assert (result.exit_code, reported(result)) == (3, line)
    assert there.calls == []


@pytest.mark.parametrize("option", [("--only", "layers"), ("--format", "pdf"), ("--color",)])
def test_what_no_option_takes_is_no_verdict(option: tuple[str, ...]) -> None:
    assert run(wires(account()), *option).exit_code == 3


def test_a_missing_region_is_reported() -> None:
    there = wires(account())
    there.home = None
    result = run(there)
    assert (result.exit_code, reported(result)) == (
        3,
        "No Region is set. Pass --region or set AWS_REGION.",
    )


CALLS = ("ListFunctions", "GetAccountAuthorizationDetails", "GetPolicy", "ListAliases")


@pytest.mark.parametrize("call", CALLS)
def test_aws_that_throttles_for_minutes_is_reported(call: str) -> None:
    there = wires(faulty())
    there.wires[0].faults[call] = ApiError("TooManyRequestsException", "Rate exceeded")
    result = run(there, workers=4)
    assert result.exit_code == 2
    assert (
        reported(result)
        == f"Could not reach AWS: {call}: TooManyRequestsException: Rate exceeded. Run the command again."
    )


@pytest.mark.parametrize("call", CALLS)
def test_credentials_that_have_expired_are_reported_and_are_never_a_verdict(call: str) -> None:
    there = wires(faulty())
    there.wires[0].faults[call] = ApiError("ExpiredTokenException", "expired")
    result = run(there, workers=4)
    assert result.exit_code == 3
    assert reported(result) == (f"Your AWS credentials have expired: ExpiredTokenException: expired ({call})")


def test_a_login_by_single_sign_on_that_has_ended_is_reported() -> None:
    there = wires(faulty())
    there.wires[0].faults["ListAliases"] = UnauthorizedSSOTokenError()
    result = run(there)
    assert result.exit_code == 3
    assert reported(result).startswith("Your AWS credentials have expired: The SSO session")


DENIED = {
    "GetPolicy": "the resource policy of arn:aws:lambda:us-east-1:111122223333:function:billing",
    "GetRole": "role arn:aws:iam::111122223333:role/logs",
    "ListAliases": "Could not read the aliases of arn:aws:lambda:us-east-1:111122223333:function:billing",
}


@pytest.mark.parametrize("call", DENIED)
def test_what_may_not_be_read_is_unknown_and_hides_nothing_else(call: str) -> None:
    made = account()
    made.with_function("billing", role="logs")
    there = wires(made)
    (wire,) = there.wires
    if call == "GetRole":
        wire.faults["GetAccountAuthorizationDetails"] = ApiError("AccessDenied", "no")
    wire.faults[call] = ApiError("AccessDeniedException", "no")
    result = run(there)
    assert result.exit_code == 2
    assert DENIED[call] in result.stdout
    assert "0 FAIL" in result.stdout
    assert result.stderr == ""


def test_a_file_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    result = run(wires(faulty()), "--output", str(tmp_path / "none" / "scan.json"))
    assert result.exit_code == 3
    assert reported(result) == f"{tmp_path}/none/scan.json: cannot be written: No such file or directory"


def test_a_full_disk_is_reported() -> None:
    result = run(wires(faulty()), "--output", "/dev/full")
    assert result.exit_code == 3
    assert reported(result) == "/dev/full: cannot be written: No space left on device"


INTERRUPTED = """
import os, signal, time
from permission_guard.cli import main
from permission_guard.cli.scan.run import Surroundings
from tests.cli.scanning import faulty, wires
# Whoever runs the tests in the background of a shell has it ignored, and Python leaves it so.
signal.signal(signal.SIGINT, signal.default_int_handler)
there = wires(faulty())
left = [3]
def before(name):
    left[0] -= name == "GetPolicy"
    if left == [0]:
        left[0] = -1000
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.2)  # long enough for the main thread to hear of it
there.wires[0].account.before = before
main(["scan"], obj=Surroundings(there.opens))
"""


def test_ctrl_c_ends_a_scan_in_one_line() -> None:
    root = Path(__file__).parents[3]
    ended = subprocess.run(  # noqa: S603  # our own program
        [sys.executable, "-c", INTERRUPTED],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(root / "src"), str(root)])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "permission-guard: Interrupted.\n")
