"""The command `redrive`: what lies in the dead-letter queues is shown, and put back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import click

from permission_guard.cli.connection import Place, places
from permission_guard.cli.endings import DONE, Again, NotDone, Unusable, endings
from permission_guard.cli.output import written
from permission_guard.cli.rows import minute, row
from permission_guard.cli.undo import agreed
from permission_guard.ports import ChangedMeanwhile, Refused, TryAgain

if TYPE_CHECKING:
    from permission_guard.aws.dead_letters import DeadLetters, Held
    from permission_guard.aws.login import SessionOf

QUESTION: Final = "Put them back? [y/N] "
_HELP: Final = """\
Put back what lies in the guard's dead-letter queues.

Each message is shown first: what it is, why it failed, and its way back; then you are asked. Events go to the guard once
more, alerts that could not be sent are published. A message is deleted only after what follows from it was accepted.
What is not the guard's is left. It is done with your own credentials.

\b
Exit codes:
  0  everything was put back, or nothing was there
  1  something was left, or AWS refused, or you said no
  2  not finished: AWS could not answer; run it again
  3  the credentials or the stack are not there, or the input cannot be used
"""

Opened: TypeAlias = "Callable[[Place], DeadLetters]"


@click.command(help=_HELP)
@click.option("--dry-run", is_flag=True, help="Only show what is there.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@places
@click.pass_context
def redrive(context: click.Context, /, *, dry_run: bool, yes: bool, **place: Any) -> int:
    """Read, show, ask, put back, tell."""
    open_: Opened = context.obj or opened
    held: list[Held] = []
    with endings():
        letters = open_(Place(**place))
        try:
            for one in letters.read():
                held.append(one)
                written("\n".join(_shown(len(held), one)) + "\n\n")
            if not held:
                written(row("Nothing", f"is in {' and '.join(letters.queues)}") + "\n")
            if dry_run or not held:
                return DONE
            if not yes and not agreed(QUESTION):
                raise NotDone("nothing was put back")
            return _put_back(letters, held)
        finally:
            # Whoever comes next, this command again as a rule, need not wait; if it cannot be, then in ten minutes.
            with suppress(Refused, TryAgain, ChangedMeanwhile):
                letters.release(held)


def opened(place: Place, session_of: SessionOf | None = None) -> DeadLetters:
    """Find the queues in AWS. Raises Unusable, Refused and TryAgain."""
    # --help does without AWS's libraries, which take a while to load.
    from permission_guard.aws import login  # noqa: PLC0415
    from permission_guard.aws.dead_letters import DeadLetters  # noqa: PLC0415
    from permission_guard.aws.stack import NoStack  # noqa: PLC0415

    try:
        caller = login.log_in(place.profile, place.region, session_of or login.session_of)
        return DeadLetters(caller, place.stack_name)
    except (login.NoLogin, NoStack) as error:
        raise Unusable(str(error)) from error


def _put_back(letters: DeadLetters, held: list[Held]) -> int:
    """Put back all that has a way; what is done leaves `held`."""
    count = len(held)
    for number, one in enumerate(tuple(held), 1):
        try:
            is_back = letters.put_back(one)
        except Refused as error:
            written(row("Left", f"{number}: AWS refused: {error}") + "\n")
            continue
        except TryAgain as error:
            raise Again(
                f"{count - len(held)} of {count} put back, then AWS could not answer: {error}"
            ) from error
        if is_back:
            # If that is refused, it ends here: nothing is sent twice that need not be.
            letters.delete(one)
            held.remove(one)
    done = count - len(held)
    written(row("Put back", f"{done} of {count}; the guard deals with them now") + "\n")
    if held:
        raise NotDone(f"{len(held)} of {count} left in the queue")
    return DONE


def _shown(number: int, held: Held) -> Iterator[str]:
    letter = held.letter
    queue = held.queue_url.rpartition("/")[2]
    yield row("Message", f"{number}, {letter.message.id} in {queue} since {minute(letter.message.sent)} UTC")
    yield row("What", letter.what)
    yield row("Why", letter.why or "it does not say")
    yield row("Way back", str(letter.way))
