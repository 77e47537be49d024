"""The health checks of a deployed guard: from the state of its stack to one check for each question."""

from __future__ import annotations

from permission_guard.doctor import checks as about
from permission_guard.doctor.check import Check, Health, worst
from permission_guard.doctor.stack_state import Checkup


def checks(seen: Checkup, version: str) -> tuple[Check, ...]:
    """Return every check of a stack; `version` is the expected one."""
    return (
        about.trail(seen.trails, seen.region),
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


__all__ = ["Check", "Checkup", "Health", "checks", "worst"]
