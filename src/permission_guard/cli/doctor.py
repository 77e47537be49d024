"""The command `doctor`: is the deployed guard awake, able, and heard?"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import click

from permission_guard import __version__
from permission_guard.cli.connection import Place, places
from permission_guard.cli.endings import Unusable, endings
from permission_guard.cli.output import written
from permission_guard.cli.rows import row
from permission_guard.doctor import Check, Checkup, Verdict, checks, worst
from permission_guard.iam.policy import Json
from permission_guard.ports import Refused

if TYPE_CHECKING:
    from permission_guard.aws.login import SessionOf

SCHEMA: Final = "permission-guard/doctor/1"
_HELP: Final = """\
Say whether the deployed guard can do its work, and what to do if not.

It looks at the trail of CloudTrail, the rules of EventBridge, the function with its settings, rights and version, the
subscriptions, the dead letters and the journal. Everything is only read, with your own credentials.

\b
Exit codes:
  0  everything is good
  1  something is wrong
  2  something could not be told, and nothing is wrong; or AWS could not
     answer
  3  the credentials or the stack are not there, or you may not look at it
"""
_CODES: Final = {Verdict.GOOD: 0, Verdict.WRONG: 1, Verdict.UNKNOWN: 2}
_COLOURS: Final = {Verdict.GOOD: "green", Verdict.WRONG: "red", Verdict.UNKNOWN: "yellow"}
_INDENT: Final = " " * 8
"""As wide as the longest verdict and a space."""

Looked: TypeAlias = Callable[[Place], Checkup]


@click.command(help=_HELP, short_help="Say whether the deployed guard can do its work.")
@click.option("--json", "is_json", is_flag=True, help="For machines.")
@places
@click.pass_context
def doctor(context: click.Context, /, *, is_json: bool, **place: Any) -> int:
    """Look, judge, tell."""
    look: Looked = context.obj or looked
    with endings():
        seen = look(Place(**place))
    found = checks(seen, __version__)
    written(_body(seen, found) if is_json else "\n".join(_lines(seen, found)) + "\n")
    return _CODES[worst(found)]


def looked(place: Place, session_of: SessionOf | None = None) -> Checkup:
    """Look at the stack in AWS. Raises Unusable and TryAgain."""
    # --help does without AWS's libraries, which take a while to load.
    from permission_guard.aws import login  # noqa: PLC0415
    from permission_guard.aws.checkup import checkup  # noqa: PLC0415
    from permission_guard.aws.stack import NoStack  # noqa: PLC0415

    try:
        caller = login.log_in(place.profile, place.region, session_of or login.session_of)
        return checkup(caller, place.stack_name)
    except (login.NoLogin, NoStack) as error:
        raise Unusable(str(error)) from error
    except Refused as error:
        # Not 1, which would be a verdict.
        raise Unusable(f"AWS refused: {error}") from error


def _lines(seen: Checkup, found: tuple[Check, ...]) -> Iterator[str]:
    yield row("Stack", f"{seen.stack} in {seen.region} of account {seen.account}")
    yield ""
    for check in found:
        word = check.verdict.value
        shown = click.style(word, fg=_COLOURS[check.verdict], bold=check.verdict is not Verdict.GOOD)
        yield shown + row(check.name, check.what, _INDENT)[len(word) :]
        if check.todo:
            yield row("To do", check.todo, _INDENT)
    count = Counter(check.verdict for check in found)
    yield ""
    yield ", ".join(f"{count[one]} {one.value}" for one in Verdict)


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
