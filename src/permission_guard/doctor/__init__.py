"""Is a deployed guard awake, able, heard, and of this version? From what was seen to one check for each question."""

from __future__ import annotations

from permission_guard.doctor import checks as about
from permission_guard.doctor.check import Check, Verdict, worst
from permission_guard.doctor.seen import Checkup, Function


def checks(seen: Checkup, version: str) -> tuple[Check, ...]:
    """Answer every question about a stack; `version` is what it should be."""
    guard = next((one for one in seen.functions if isinstance(one, Function) and one.is_guard), None)
    return (
        about.trail(seen.trails, seen.region),
        *about.rules(seen.rules, seen.stack),
        *about.functions(seen.functions, seen.stack),
        *((about.settings(guard, seen.account, seen.region),) if guard else ()),
        about.rights(seen.rights),
        *map(about.topic, seen.topics),
        *map(about.key, seen.keys),
        *about.queues(seen.queues),
        *map(about.table, seen.tables),
        about.version(seen.version, version),
    )


__all__ = ["Check", "Checkup", "Verdict", "checks", "worst"]
