"""The health checks of a deployed guard: from the state of its stack to one check for each question."""

from __future__ import annotations

from dataclasses import replace
from shlex import quote
from typing import Final

from permission_guard import PROGRAM
from permission_guard.doctor import checks as about
from permission_guard.doctor.check import Check, Health, command_of, worst
from permission_guard.doctor.stack_state import Checkup
from permission_guard.doctor.trail_check import trail


def checks(seen: Checkup, version: str, profile: str | None = None) -> tuple[Check, ...]:
    """Answer every question about a stack; `version` is what it should be, `profile` whose credentials looked at it."""
    return tuple(replace(one, todo=_with_options(one.todo, seen, profile)) for one in _checks(seen, version))


def _with_options(todo: str, seen: Checkup, profile: str | None) -> str:
    """Return what to do with commands that can be pasted: each says the Region, and the profile if there is one."""
    advice, command = command_of(todo)
    if not command:
        return todo
    whose = f" --profile {quote(profile)}" if profile else ""
    where = f" --region {seen.region}"
    parts = [
        f"{part}{'' if ' --region ' in part else where}{whose}"
        f"{f' --stack-name {seen.stack}' if part.startswith(PROGRAM) and seen.stack != PROGRAM else ''}"
        for part in command.split(_AND)
    ]
    return f"{advice} {_AND.join(parts)}"


_AND: Final = " && "


def _checks(seen: Checkup, version: str) -> tuple[Check, ...]:
    return (
        trail(seen),
        *about.rules(seen.rules, seen.stack),
        *about.sources(seen.sources, seen.stack),
        about.function(seen.function),
        about.settings(seen.function, seen.account, seen.region),
        about.rights(seen.rights),
        about.sweep(seen.last_sweep, seen.table, seen.at),
        *about.dead_letters(seen.queues),
        *map(about.topic, seen.topics),
        *map(about.key, seen.keys),
        about.table(seen.table),
        about.version(seen.version, version),
    )


__all__ = ["Check", "Checkup", "Health", "checks", "command_of", "worst"]
