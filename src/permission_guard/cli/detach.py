"""`undo --all-attached`: detach every policy that the guard attached to a role."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import click

from permission_guard.cli.connection import Connection, StackPlace, connect
from permission_guard.cli.entries import entries
from permission_guard.cli.errors import DONE, NotDone, NotFinished, endings
from permission_guard.cli.output import agreed, written
from permission_guard.cli.rows import counted, row
from permission_guard.journal.acceptance import Acceptance
from permission_guard.journal.entry import Attached, Entry
from permission_guard.model.facts import Unreadable
from permission_guard.ports import ChangedMeanwhile, Expired, Refused, RetryLater
from permission_guard.repair.outcome import UNFINISHED, Outcome, Result
from permission_guard.repair.step import DetachRolePolicy
from permission_guard.repair.undo import CannotUndo, attached_by_guard, detaching, taken_back

_NOT_DONE: Final = "Not done"


def detach_all(context: click.Context, place: StackPlace, *, dry_run: bool, yes: bool) -> int:
    """Show what will be detached, ask, detach, and say how many were. Raises NotDone and NotFinished if one was not."""
    with endings():
        there = connect(context, place)
        attached = attached_by_guard(entries(there, None))
        planned = [(_step(change, there), held) for change, held in attached.items()]
        steps = [(step, held) for step, held in planned if isinstance(step, DetachRolePolicy)]
        unread = [Result.REFUSED for step, _ in planned if isinstance(step, Unreadable)]
        if not steps and not unread:
            written("No policy that the guard attached is still attached.\n")
            return DONE
        for step, _ in steps:
            written(row("Detach", f"{step.policy_arn} from {step.role_arn}") + "\n")
        if steps:
            written(row("Impact", _IMPACT) + "\n")
        if dry_run:
            return _total(unread) if unread else DONE
        if steps and not yes and not agreed(f"Detach {counted(len(steps), 'policy', 'policies')}? [y/N] "):
            raise NotDone("Nothing was changed.")
        results = [_detached(step, held, there) for step, held in steps]
    return _total([*unread, *results])


_IMPACT: Final = (
    "Functions with these roles cannot write their logs unless another policy allows it. The guard attaches none of them "
    "again for the functions it knows until you let it (accept --remove); switch it to Observe or remove it now."
)


def _step(change: Attached, there: Connection) -> DetachRolePolicy | Unreadable | None:
    """Return the step; None, and say why, if there is nothing to detach. Raises RetryLater."""
    role = there.observer.attached(change.role_arn)
    if isinstance(role, Unreadable):
        written(row(_NOT_DONE, f"{role}.") + "\n")
        return role
    try:
        return detaching(change, role)
    except CannotUndo as error:
        written(row("Skipped", f"{error}.") + "\n")
        return None


def _detached(step: DetachRolePolicy, held: tuple[Entry, ...], there: Connection) -> Result:
    """Detach one policy, and show how that ended. Raises Expired."""
    undone = Acceptance(there.caller, datetime.now(UTC))
    try:
        outcome = taken_back(step, held, there.writer, there.journal, undone)
    except Expired:
        raise
    except ChangedMeanwhile as error:
        outcome = Outcome(step, Result.CHANGED_MEANWHILE, str(error))
    except RetryLater as error:
        outcome = Outcome(step, Result.RETRY_LATER, str(error))
    except Refused as error:
        outcome = Outcome(step, Result.REFUSED, str(error))
    if outcome.result is Result.DONE:
        written(row("Detached", f"{step.policy_arn} from {step.role_arn}") + "\n")
    else:
        written(row(_NOT_DONE, f"{step.role_arn}: {outcome.result.value} ({outcome.detail})") + "\n")
    return outcome.result


def _total(results: list[Result]) -> int:
    left = [one for one in results if one is not Result.DONE]
    total = f"{len(results) - len(left)} detached, {len(left)} not detached."
    if not left:
        written(f"{total}\n")
        return DONE
    again = " Run the command again." if UNFINISHED.intersection(left) else ""
    raise (NotFinished if again else NotDone)(f"{total}{again}")
