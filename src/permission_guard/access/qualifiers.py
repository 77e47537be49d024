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
    """Yield ARNs of versions and aliases of a function: one for each largest set of Denies that leave it out together.

    What fewer Denies cover fares no worse. Nothing if the Resource spells out what it covers. Raises BudgetSpent.
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
    outside = tuple(dict.fromkeys(need(one, covered=False) for one in denied))
    found: list[frozenset[Need]] = []
    todo: list[tuple[tuple[Need, ...], tuple[Need, ...], str | None]] = [((), outside, example([inside]))]
    while todo:
        chosen, rest, known = todo.pop()
        if known is None or any(one.issuperset((*chosen, *rest)) for one in found):
            continue
        if not rest:
            found.append(frozenset(chosen))
            yield known
            continue
        first, more = rest[0], rest[1:]
        todo.append((chosen, more, known))
        todo.append(((*chosen, first), more, example([inside, *chosen, first])))
