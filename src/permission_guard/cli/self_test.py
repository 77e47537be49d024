"""The command `self-test`: does the guard do what it is for, here or where it is deployed?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import click

from permission_guard.cli.connection import Place, places
from permission_guard.cli.endings import DONE, NOT_DONE, Unusable, endings
from permission_guard.cli.output import written
from permission_guard.cli.rows import row
from permission_guard.ports import Refused
from permission_guard.self_test import Tried, try_the_known

if TYPE_CHECKING:
    from permission_guard.aws.login import SessionOf

_HELP: Final = """\
Let the guard try itself: it changes nothing, and tells nobody.

Mistakes that everybody makes are dealt with in an account in memory. That needs no AWS and tries the guard that you have
here; with --deployed the one that is deployed does it, and tries its settings and its connections too.

\b
Exit codes:
  0  everything is as it must be
  1  something is not
  2  AWS could not answer
  3  the credentials or the stack are not there, or you may not invoke it
"""

Asked: TypeAlias = Callable[[Place], tuple[Tried, ...]]


@click.command("self-test", help=_HELP, short_help="Let the guard try itself; nothing is changed.")
@click.option("--deployed", is_flag=True, help="Ask the guard that is deployed.")
@places
@click.pass_context
def self_test(context: click.Context, /, *, deployed: bool, **place: Any) -> int:
    """Try, tell."""
    ask: Asked = context.obj or asked
    with endings():
        tried = ask(Place(**place)) if deployed else try_the_known()
    written("\n".join(_lines(tried)) + "\n")
    return NOT_DONE if any(one.wrong for one in tried) else DONE


def asked(place: Place, session_of: SessionOf | None = None) -> tuple[Tried, ...]:
    """Ask the deployed guard. Raises Unusable and TryAgain."""
    # --help does without AWS's libraries, which take a while to load.
    from permission_guard.aws import login  # noqa: PLC0415
    from permission_guard.aws.ask import ask  # noqa: PLC0415
    from permission_guard.aws.stack import NoStack  # noqa: PLC0415

    try:
        return ask(
            login.log_in(place.profile, place.region, session_of or login.session_of), place.stack_name
        )
    except (login.NoLogin, NoStack) as error:
        raise Unusable(str(error)) from error
    except Refused as error:
        # Not 1, which would say that the guard does not work.
        raise Unusable(f"AWS refused: {error}") from error


def _lines(tried: tuple[Tried, ...]) -> Iterator[str]:
    for one in tried:
        yield row("Passed" if one.wrong is None else "Failed", one.what)
        if one.wrong is not None:
            yield row("Instead", one.wrong)
    failed = sum(one.wrong is not None for one in tried)
    yield ""
    yield f"{len(tried) - failed} passed, {failed} failed"
