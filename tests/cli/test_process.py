"""The program as a shell runs it: exit codes, pipes, and what it loads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from permission_guard import __version__
from tests.cli.asking import invoking, policy, written

SOURCE = Path(__file__).parents[2] / "src"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(SOURCE), "PYTHONIOENCODING": "utf-8"}
PROGRAM = (sys.executable, "-m", "permission_guard")


def run(*arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  # our own program
        [*PROGRAM, *arguments],
        input=stdin,
        env={**ENVIRONMENT, **environment},
        text=True,
        encoding="utf-8",
        capture_output=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (policy(invoking(Condition={"StringEquals": {"aws:SourceAccount": "123456789012"}})), 0),
        (policy(invoking()), 1),
        (policy(invoking(Principal="*", Condition={"StringEquals": {"aws:NewKey": "new"}})), 2),
        ({}, 3),
    ],
    ids=["PASS", "FAIL", "UNKNOWN", "unusable"],
)
def test_the_verdict_is_the_exit_code(document: object, code: int) -> None:
    ended = run("explain", "--policy", "-", stdin=json.dumps(document))
    assert ended.returncode == code
    assert "Traceback" not in ended.stderr


def test_a_closed_pipe_is_no_error(tmp_path: Path) -> None:
    files = written(tmp_path, policy(invoking()))
    with subprocess.Popen(  # noqa: S603  # our own program
        [*PROGRAM, "explain", *files], env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        # Long before the program has started, so that all it writes meets a closed pipe.
        program.stdout.close()
        assert program.stderr.read() == b""
        assert program.wait() == 1


def test_a_full_disk_is_reported_and_is_no_verdict(tmp_path: Path) -> None:
    files = written(tmp_path, policy(invoking()))
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(  # noqa: S603  # our own program
            [*PROGRAM, "explain", *files], env=ENVIRONMENT, stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert ended.returncode == 3
    assert ended.stderr == (
        b"permission-guard: standard output: cannot be written: No space left on device\n"
    )


def test_a_terminal_that_lacks_a_character_is_no_error() -> None:
    document = json.dumps(policy(invoking("sch\u0449")))
    ended = run("explain", "--policy", "-", stdin=document, PYTHONIOENCODING="latin-1")
    assert ended.returncode == 1
    assert "sch\\u0449" in ended.stdout
    assert ended.stderr == ""


def test_the_version_is_printed_before_anything_is_loaded_that_python_has_not_loaded_itself() -> None:
    script = (
        "import sys; known = set(sys.modules); sys.argv[1:] = ['--version']\n"
        "from permission_guard.__main__ import main; main()\n"
        "print(*sorted({name.split('.')[0] for name in set(sys.modules) - known}))"
    )
    ended = subprocess.run(  # noqa: S603  # our own code
        [sys.executable, "-c", script], env=ENVIRONMENT, text=True, capture_output=True, check=True
    )
    assert ended.stdout.splitlines() == [
        f"permission-guard, version {__version__}",
        "permission_guard",
    ]


WITHOUT_AWS = (
    ["explain", "--policy", "-"],
    ["--help"],
    ["undo", "--help"],
    ["journal", "--help"],
    ["doctor", "--help"],
    ["scan", "--help"],
    ["scan", "--region", "eu-west-1", "--all-regions"],
    ["accept", "--remove", "nothing"],
)


def test_what_asks_nothing_of_aws_never_loads_its_libraries() -> None:
    script = (
        "import sys; from permission_guard.cli import main\n"
        f"for arguments in {WITHOUT_AWS}:\n"
        "    try: main(arguments)\n"
        "    except SystemExit: pass\n"
        "    assert not {name.split('.')[0] for name in sys.modules} & {'boto3', 'botocore'}, arguments\n"
    )
    ended = subprocess.run(  # noqa: S603  # our own code
        [sys.executable, "-c", script],
        env=ENVIRONMENT,
        text=True,
        input=json.dumps(policy(invoking())),
        capture_output=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
