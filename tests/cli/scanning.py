"""Runs `scan` on accounts in memory, over the wire."""

from __future__ import annotations

from typing import TextIO

from click.testing import CliRunner, Result

from permission_guard.cli import main
from permission_guard.cli.scan.run import Surroundings
from permission_guard.fake_aws import Account
from permission_guard.formats.scan_json import read
from permission_guard.model.document import dumped
from permission_guard.repair.grant import Grant
from permission_guard.scan.result import Scan
from tests.aws.surveyed import Surveyed, Wires
from tests.fake_aws.builders import BASIC
from tests.samples import LOGGING

S3 = Grant("s3", "lambda:InvokeFunction", "s3.amazonaws.com")
"""Open to every account."""
BOUND = Grant("sns", "lambda:InvokeFunction", "sns.amazonaws.com", source_account="111122223333")
HOME = "111122223333/us-east-1"


def account(name: str = "111122223333", region: str = "us-east-1") -> Account:
    """An account with a role that can log, one that cannot, and no function."""
    made = Account(name, region)
    made.managed[BASIC] = dumped(LOGGING)
    made.with_role("logs", logs=LOGGING)
    made.with_role("mute")
    return made


def faulty() -> Account:
    """Three functions: one good, one that cannot log and is open by its alias, one whose policy cannot be judged."""
    made = account()
    made.with_function("billing", role="logs", aliases=["1", "2"])
    made.with_function("orders", role="mute", aliases=["live"])
    made.with_function("webhook", role="logs")
    made.add_permission("billing", BOUND)
    made.add_permission("orders:live", S3)
    made.add_permission("webhook", Grant("url", "lambda:InvokeFunction", "*", source_account="999988887777"))
    return made


def wires(*accounts: Account) -> Wires:
    return Wires([Surveyed(one) for one in accounts])


def run(
    there: Wires,
    *arguments: str,
    stdin: str = "",
    workers: int = 1,
    color: bool = False,
    screen: TextIO | None = None,
) -> Result:
    """Run the program in this process; an exception that is no exit fails the test."""
    around = Surroundings(there.opens, workers, screen)
    return CliRunner().invoke(
        main, ["scan", *arguments], obj=around, input=stdin, color=color, catch_exceptions=False
    )


def scanned(there: Wires, *arguments: str, workers: int = 1) -> Scan:
    """What a scan finds."""
    result = run(there, "--format", "json", *arguments, workers=workers)
    assert result.stderr == ""
    return read(result.stdout)


def reported(result: Result) -> str:
    """The one line on standard error, without the program's name; nothing was shown."""
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    return line.removeprefix("permission-guard: ")
