"""What only the command line uses is never loaded by the Lambda function, whose every start would pay for it."""

from __future__ import annotations

from tests.aws.calls import PACKAGE, loaded


def test_the_function_loads_nothing_that_only_the_command_line_uses() -> None:
    found = {str(path.relative_to(PACKAGE)) for path in loaded()}
    assert "pipeline.py" in found
    mine = (
        "cli/",
        "doctor/",
        "dead_letters.py",
        "aws/login.py",
        "aws/stack.py",
        "aws/dead_letters.py",
        "aws/checkup/",
    )
    assert [name for name in found if name.startswith(mine)] == []
