"""The command `doctor`: a health check of the deployed guard."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import click

from permission_guard import __version__
from permission_guard.alerts import printable
from permission_guard.cli.connection import StackPlace, logged_in, places
from permission_guard.cli.errors import Unusable, endings
from permission_guard.cli.output import written
from permission_guard.cli.rows import row
from permission_guard.doctor import Check, Checkup, Health, checks, command_of, worst
from permission_guard.iam.policy import Json
from permission_guard.ports import Refused

if TYPE_CHECKING:
    from permission_guard.aws.login import SessionOf

SCHEMA: Final = "permission-guard/doctor/1"
_HELP: Final = """\
Health check of the deployed guard, with what to do about each problem.

It reads the CloudTrail trail, the EventBridge rules, the function with its settings, rights and version, the subscriptions, the
dead letters and the journal, with your own credentials. Nothing is changed.

\b
Exit codes:
  0  everything is good
  1  something is wrong
  2  something could not be checked, and nothing is wrong; or AWS could not
     be reached
  3  the credentials or the stack were not found, or you are not allowed to
     read the stack
"""
_CODES: Final = {Health.GOOD: 0, Health.WRONG: 1, Health.UNKNOWN: 2}
_COLOURS: Final = {Health.GOOD: "green", Health.WRONG: "red", Health.UNKNOWN: "yellow"}
_INDENT: Final = " " * 8
"""As wide as the longest verdict and a space."""

ReadStack: TypeAlias = Callable[[StackPlace], Checkup]


@click.command(help=_HELP, short_help="Health check of the deployed guard.")
@click.option("--json", "is_json", is_flag=True, help="Print JSON.")
@places
@click.pass_context
def doctor(context: click.Context, /, *, is_json: bool, **place: Any) -> int:
    """Read, check, show."""
    read: ReadStack = context.obj or read_stack
    with endings():
        seen = read(StackPlace(**place))
    found = checks(seen, __version__, place["profile"])
    written(_body(seen, found) if is_json else "\n".join(_lines(seen, found)) + "\n")
    return _CODES[worst(found)]


def read_stack(place: StackPlace, session_of: SessionOf | None = None) -> Checkup:
    """Read the stack from AWS. Raises Unusable and RetryLater."""
    # --help does without AWS's libraries, which take a while to load.
    from permission_guard.aws.checkup import checkup  # noqa: PLC0415
    from permission_guard.aws.stack import NoStack  # noqa: PLC0415

    try:
        return checkup(logged_in(place, session_of), place.stack_name)
    except NoStack as error:
        raise Unusable(str(error)) from error
    except Refused as error:
        # Not 1, which would be a verdict.
        raise Unusable(f"AWS refused: {error}") from error


def _lines(seen: Checkup, found: tuple[Check, ...]) -> Iterator[str]:
    yield row("Stack", f"{seen.stack} in {seen.region} (account {seen.account})")
    yield ""
    for check in found:
        word = check.verdict.value
        shown = click.style(word, fg=_COLOURS[check.verdict], bold=check.verdict is not Health.GOOD)
        yield shown + row(check.name, check.what, _INDENT)[len(word) :]
        if check.todo:
            yield from todo_lines(check.todo, _INDENT)
    count = Counter(check.verdict for check in found)
    yield ""
    yield ", ".join(f"{count[one]} {one.value}" for one in Health)


def todo_lines(todo: str, indent: str = "") -> Iterator[str]:
    """Show a command on a line of its own that is never wrapped: it is to be copied."""
    advice, command = command_of(todo)
    yield row("To do", advice, indent)
    if command:
        yield f"{indent}{'':<10} {printable(command)}"


def _body(seen: Checkup, found: tuple[Check, ...]) -> str:
    listed: list[Json] = [
        {"name": one.name, "verdict": one.verdict.value, "what": one.what, "todo": one.todo or None}
        for one in found
    ]
    whole: dict[str, Json] = {
        "schema": SCHEMA,
        "stack": seen.stack,
        "account": seen.account,
        "region": seen.region,
        "verdict": worst(found).value,
        "checks": listed,
    }
    return json.dumps(whole, indent=2) + "\n"
