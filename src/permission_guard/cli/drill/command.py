"""A drill from its options to its exit code."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta

from permission_guard import PROGRAM, __version__
from permission_guard.aws import login
from permission_guard.aws.calls import Calls, Incomplete
from permission_guard.aws.checkup.rights import DeployedGuard, guard_of
from permission_guard.aws.drill import PREFIX, Stage, WriteEvent
from permission_guard.aws.stack import NoStack, stack_of
from permission_guard.cli.clock import Clock
from permission_guard.cli.connection import StackPlace, logged_in
from permission_guard.cli.doctor import read_stack
from permission_guard.cli.drill.result import DrillResult, Page, body, text
from permission_guard.cli.drill.run import Drill, NotRemoved, removed
from permission_guard.cli.drill.steps import expected, steps
from permission_guard.cli.errors import Interrupted, NotDone, Unusable
from permission_guard.cli.output import written
from permission_guard.doctor import Check, checks
from permission_guard.frozen import frozen
from permission_guard.model.facts import Family, Unreadable
from permission_guard.ports import Refused, RetryLater


@frozen
class Around:
    """The time, the sessions and the names. Tests have their own."""

    clock: Clock = Clock()
    session_of: login.SessionOf = login.session_of
    name: Callable[[], str] = lambda: f"{PREFIX}{secrets.token_hex(4)}"


def cleaned(place: StackPlace, around: Around) -> int:
    """Remove what earlier drills have left. Raises Unusable, NotDone, Refused and RetryLater."""
    stage = Stage(logged_in(place, around.session_of))
    names = stage.left()
    for name in names:
        try:
            removed(name, stage, around.clock)
        except NotRemoved as error:
            raise NotDone(str(error)) from error
        written(f"Removed {name}.\n")
    if not names:
        written("Earlier drills left nothing behind.\n")
    return 0


def drilled(place: StackPlace, around: Around, minutes: int, *, is_json: bool) -> int:
    """Make the drill and show it. Raises as `cleaned`, and Interrupted."""
    caller = logged_in(place, around.session_of)
    guard = _guard(place, caller)
    settings = guard.settings
    wanted = steps(expected(settings, around.clock.now()), settings.logging_policy_arn)
    if not wanted[0]:
        raise Unusable("The stack ignores both rules of the drill (parameter Ignore): no alert would come.")
    page = Page(around.name(), caller, guard, is_json=is_json)
    stage = Stage(caller, guard.environment["JOURNAL_TABLE"])
    made = Drill(page.name, wanted, stage, around.clock, timedelta(minutes=minutes), page.show)
    again = f"Run: {PROGRAM} drill --clean-up --region {caller.region}"
    try:
        made.run()
    except KeyboardInterrupt as error:
        left = "Everything that the drill made is removed." if made.is_clean else again
        raise Interrupted(f"Interrupted. {left}") from error
    except NotRemoved as error:
        raise NotDone(f"{error} {again}") from error
    event = _write_event(made, guard.name)
    result = DrillResult(made, caller, guard, _checks(place, around) if made.missing else (), event)
    written(body(result) if is_json else text(result))
    return 0 if result.is_good else 1


def _write_event(made: Drill, guard: str) -> WriteEvent | Unreadable | None:
    """Return the event of the guard's PutResourcePolicy, if it was made and the event history has it already."""
    if made.rewritten is None or made.rewritten.family is not Family.DOCUMENT:
        return None
    try:
        return made.stage.write_event(guard, made.name, min(made.at.values()))
    except (Refused, RetryLater, Incomplete, KeyboardInterrupt) as error:
        return Unreadable("CloudTrail's event history", str(error) or "interrupted")


def _guard(place: StackPlace, caller: login.Login) -> DeployedGuard:
    calls = Calls(caller.clients, caller.region)
    try:
        found = guard_of(calls, caller, stack_of(calls, caller.account, place.stack_name))
    except NoStack as error:
        raise Unusable(str(error)) from error
    if isinstance(found, Unreadable):
        raise Unusable(f"{found}. Run {PROGRAM} doctor.")
    return found


def _checks(place: StackPlace, around: Around) -> tuple[Check, ...]:
    """Return what `doctor` says of the stack; nothing if it may not look."""
    try:
        return checks(read_stack(place, around.session_of), __version__, place.profile)
    except (Unusable, RetryLater):
        return ()
