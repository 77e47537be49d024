"""Why a statement lets nobody in: the call that comes nearest to it, and what stands in its way."""

from __future__ import annotations

from collections.abc import Iterable

from permission_guard.exposure.family import Families
from permission_guard.finding import DeniedRequest
from permission_guard.iam import Statement, decide
from permission_guard.mismatch import Part, mismatches


def nearest(statement: Statement, families: Iterable[Families]) -> DeniedRequest | None:
    """Return the trusted call that the statement comes nearest to admitting; None if there is none at all."""
    best: tuple[tuple[bool, int], DeniedRequest] | None = None
    for family in families:
        for friend in family.friends():
            missed = mismatches(statement, friend.request)
            rank = (any(one.part is Part.PRINCIPAL for one in missed), len(missed))
            if best is None or rank < best[0]:
                why = "; ".join(one.why for one in missed)
                decision = decide(friend.request, resource=family.asked.policy)
                best = (rank, DeniedRequest(friend.request, decision, why))
    return best[1] if best else None
