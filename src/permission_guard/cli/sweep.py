"""The command `sweep`: have the guard evaluate one function, or every function, now."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import click

from permission_guard.alerts import printable
from permission_guard.cli.connection import StackPlace, places
from permission_guard.cli.entries import TypedName, placed
from permission_guard.cli.errors import DONE, EXIT_CODES, Unusable, endings
from permission_guard.cli.output import written
from permission_guard.events.sweep_task import SweepAll, SweepFunction
from permission_guard.iam import ArnError, FunctionArn

if TYPE_CHECKING:
    from permission_guard.aws.login import SessionOf

_HELP: Final = f"""\
Have the guard evaluate every function now, or one.

FUNCTION is a name or an ARN; its versions and aliases are evaluated too. The command sends one message to the guard's queue
SweepTasks (sqs:SendMessage). The guard then evaluates as in its daily sweep; the results are in its log and in the next hourly
digest. A sweep of every function starts at most once an hour.

{EXIT_CODES}"""

Sends: TypeAlias = Callable[[StackPlace, TypedName | None], str]
"""Sends the message, and says what was sent."""


@click.command(help=_HELP, short_help="Have the guard evaluate every function now, or one.")
@click.argument("function", required=False)
@places
@click.pass_context
def sweep(context: click.Context, /, function: str | None, **place: Any) -> int:
    """Send the message."""
    sends: Sends = context.obj or sent
    with endings():
        name = TypedName.of(function) if function is not None else None
        what = sends(placed(name, StackPlace(**place)), name)
    written(printable(f"Sent: {what}. The results are in the guard's log and in the next digest.") + "\n")
    return DONE


def sent(place: StackPlace, name: TypedName | None, session_of: SessionOf | None = None) -> str:
    """Send one message to the queue of the stack. Raises Unusable, Refused and RetryLater."""
    # --help does without AWS's libraries, which take a while to load.
    from permission_guard.aws import login  # noqa: PLC0415
    from permission_guard.aws.queue import SqsQueue  # noqa: PLC0415

    try:
        caller = login.log_in(place.profile, place.region, session_of or login.session_of)
        task = SweepFunction(FunctionArn.parse(name.at(caller)), "") if name else SweepAll("")
        url = login.output_of(caller.clients, caller.account, place.stack_name, login.SWEEP_TASKS_OUTPUT)
    except (login.NoLogin, login.NoOutput) as error:
        raise Unusable(str(error)) from error
    except ArnError as error:
        raise Unusable(f"{error}: a sweep evaluates functions") from error
    SqsQueue(caller.clients, url).send((task,))
    if isinstance(task, SweepFunction):
        return f"evaluate {task.function}"
    return f"evaluate every function in {caller.region} of account {caller.account}, unless a sweep started within the last hour"
