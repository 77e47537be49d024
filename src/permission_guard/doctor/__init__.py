"""Is a deployed guard awake, able, heard, and of this version? From what was seen to one check for each question."""

from __future__ import annotations

from permission_guard.doctor import able, telling, watching
from permission_guard.doctor.check import Check, Verdict, worst
from permission_guard.doctor.seen import Checkup, Function


def checks(seen: Checkup, version: str) -> tuple[Check, ...]:
    """Answer every question about a stack; `version` is what it should be."""
    guard = next((one for one in seen.functions if isinstance(one, Function) and one.is_guard), None)
    return (
        watching.trail(seen.trails, seen.region),
        *watching.rules(seen.rules, seen.stack),
        *watching.functions(seen.functions, seen.stack),
        *((able.settings(guard, seen.account, seen.region),) if guard else ()),
        able.rights(seen.rights),
        *telling.topics(seen.topics),
        *telling.keys(seen.keys),
        *telling.queues(seen.queues),
        *telling.tables(seen.tables),
        able.version(seen.version, version),
    )


__all__ = ["Check", "Checkup", "Verdict", "checks", "worst"]
