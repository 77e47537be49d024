"""The versions and aliases that a Resource element covers, as examples: those that as many Denies as possible leave out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from permission_guard.access.letters import ASCII_NAME
from permission_guard.access.meter import Meter
from permission_guard.access.shape import compiled, either, many, seq, text
from permission_guard.access.text import Automata
from permission_guard.access.word import Need, read
from permission_guard.iam import Context
from permission_guard.iam.pattern import Patterns, filled

_TRACK: Final = 1


def _spells_out(allowed: Patterns) -> bool:
    return not allowed.negated and all(
        isinstance(token, str) for one in allowed.patterns for token in one.tokens
    )


def left_out(target: str, allowed: Patterns, denied: Sequence[Patterns], meter: Meter) -> Iterator[str]:
    """Yield ARNs of versions and aliases of a function: one that no Deny covers, which fares best; else one for each Deny.

    Each of those is outside its Deny, and outside as many of the others as can be added one by one. Nothing if the Resource
    spells out what it covers. Raises BudgetSpent.
    """
    if _spells_out(allowed):
        return
    automata = Automata(meter)
    shape = compiled(
        seq(text(f"{target}:", _TRACK), either(many(ASCII_NAME, _TRACK), text("$LATEST", _TRACK)))
    )

    def need(patterns: Patterns, *, covered: bool) -> Need:
        loosely = covered != patterns.negated
        pieces = (filled(one.tokens, Context(), loosely=loosely) for one in patterns.patterns)
        return Need(_TRACK, automata.of([one for one in pieces if isinstance(one, tuple)]), loosely)

    def example(needs: Sequence[Need]) -> str | None:
        word = automata.find(shape, needs)
        return None if word is None else read(word, _TRACK)

    inside = need(allowed, covered=True)
    outside = list(dict.fromkeys(need(one, covered=False) for one in denied))
    best = example([inside, *outside])
    if best is not None:
        yield best
        return
    for first in outside:
        needs = [inside, first]
        found = example(needs)
        for more in outside if found else ():
            another = example([*needs, more])
            if another is not None:
                found = another
                needs.append(more)
        if found is not None:
            yield found
