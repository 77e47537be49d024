"""Search for a request that meets all conditions of one statement, and breaks a condition of each of several others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from permission_guard.access.literal import PRINCIPAL, Found, Literal, SearchMode, Want
from permission_guard.access.meter import BudgetSpent, Meter
from permission_guard.access.node import Caller
from permission_guard.frozen import frozen
from permission_guard.iam import Context
from permission_guard.iam.request import Values

_ROUNDS: Final = 4
_PER_EVALUATION: Final = 4
"""Steps for asking the ordinary evaluator about one condition."""
_MAX_DEPTH: Final = 400
_PARTLY_KNOWN: Final = "aws:principalservicenameslist"

Clause: TypeAlias = tuple[Want, ...]
"""Wants; a request must meet at least one of them."""

_Marks: TypeAlias = frozenset[int]
_NONE: Final[_Marks] = frozenset()


@frozen
class _Refused:
    """There is no solution unless a choice at one of the depths in `marks` is changed."""

    marks: _Marks


@frozen
class _Solution:
    """Values for all nodes that have wants, and the wants that they meet."""

    values: Mapping[str, Values]
    chosen: Mapping[int, _Marks]


_Result: TypeAlias = _Solution | _Refused


class Search:
    """Searches the requests of one kind of caller, in one mode."""

    def __init__(self, caller: Caller, mode: SearchMode, meter: Meter) -> None:
        self.caller = caller
        self._mode = mode
        self._meter = meter
        self._solved: dict[tuple[int, tuple[int, ...]], Found | None] = {}
        self._wants: dict[int, Want] = {}

    def solve(self, base: Iterable[Want], clauses: Sequence[Clause]) -> Found | None:
        """Return a request that meets all wants of the base and one want of each clause, or None. Raises BudgetSpent."""
        self._base: dict[int, _Marks] = dict.fromkeys(map(self._code, base), _NONE)
        self._feasible: dict[Clause, list[int]] = {}
        if any(code ^ 1 in self._base for code in self._base):
            return None
        result = self._fast(clauses)
        if result is None:
            result = self._search(self._forced(clauses), clauses, 0)
        return self._whole(result.chosen) if isinstance(result, _Solution) else None

    def _code(self, want: Want) -> int:
        literal, wanted = want
        code = literal.number * 2 + wanted
        self._wants[code] = want
        return code

    def _fast(self, clauses: Sequence[Clause]) -> _Result | None:
        """Add the first feasible want of each unmet clause, all at once; return None if this decides nothing."""
        chosen = dict(self._base)
        for _ in range(_ROUNDS):
            result = self._nodes(chosen)
            if isinstance(result, _Refused):
                return result if chosen == self._base else None
            unmet = self._unmet(result, clauses)
            if not unmet:
                return result
            for clause in unmet:
                feasible = self._options(clause)
                if not feasible:
                    return _Refused(_NONE)
                free = (code for code in feasible if code ^ 1 not in chosen)
                chosen[next(free, feasible[0])] = _NONE
        return None

    def _forced(self, clauses: Sequence[Clause]) -> Mapping[int, _Marks]:
        """Add to the base every want that is the only feasible one of its clause, and repeat with the larger base."""
        for _ in range(_ROUNDS):
            options = map(self._options, clauses)
            forced = {**self._base, **{codes[0]: _NONE for codes in options if len(codes) == 1}}
            if len(forced) == len(self._base):
                break
            self._base, self._feasible = forced, {}
        return self._base

    def _search(self, chosen: Mapping[int, _Marks], clauses: Sequence[Clause], depth: int) -> _Result:
        result = self._nodes(chosen)
        if isinstance(result, _Refused):
            return result
        unmet = self._unmet(result, clauses)
        if not unmet:
            return result
        if depth == _MAX_DEPTH:
            raise BudgetSpent
        codes = min(map(self._options, unmet), key=lambda some: sum(code ^ 1 not in chosen for code in some))
        marks = _NONE
        here = depth + 1
        for code in codes:
            if code ^ 1 in chosen:
                marks |= chosen[code ^ 1]
                continue
            refused = self._search({**chosen, code: frozenset({here})}, clauses, here)
            if isinstance(refused, _Solution):
                return refused
            if here not in refused.marks:
                return refused
            marks |= refused.marks
        return _Refused(marks - {here})

    def _options(self, clause: Clause) -> list[int]:
        """Return the wants of a clause that can be met together with the base."""
        found = self._feasible.get(clause)
        if found is None:
            codes = dict.fromkeys(map(self._code, clause))
            found = [code for code in codes if code ^ 1 not in self._base and self._fits_base(code)]
            self._feasible[clause] = found
        return found

    def _fits_base(self, code: int) -> bool:
        place = self._place(code)
        beside = [one for one in self._base if self._place(one) == place]
        return self._node(place, [*beside, code]) is not None

    def _place(self, code: int) -> int:
        return self.caller.place[self._wants[code][0].key]

    def _nodes(self, chosen: Mapping[int, _Marks]) -> _Result:
        """Solve every node that has wants."""
        self._meter.charge(len(chosen))
        by_place: dict[int, list[int]] = {}
        for code in chosen:
            if code ^ 1 in chosen:
                return _Refused(_NONE)
            by_place.setdefault(self._place(code), []).append(code)
        values: dict[str, Values] = {}
        for place, codes in by_place.items():
            found = self._node(place, codes)
            if found is None:
                return _Refused(_NONE.union(*(chosen[code] for code in codes)))
            values |= found.values
        return _Solution(values, chosen)

    def _node(self, place: int, codes: Iterable[int]) -> Found | None:
        key = (place, tuple(sorted(set(codes))))
        self._meter.charge(1 + len(key[1]))
        if key not in self._solved:
            wants = [self._wants[code] for code in key[1]]
            self._solved[key] = self.caller.nodes[place].solve(wants, self._mode)
        return self._solved[key]

    def _unmet(self, solution: _Solution, clauses: Sequence[Clause]) -> list[Clause]:
        """Return the clauses with no want that is surely met, whatever values the nodes without wants take."""
        context = Context(solution.values)
        self._meter.charge(len(clauses))
        truths: dict[tuple[Literal, bool], bool] = {}
        unmet: list[Clause] = []
        for clause in clauses:
            for want in clause:
                if want not in truths:
                    self._meter.charge(_PER_EVALUATION)
                    truths[want] = self._met(want, solution, context)
                if truths[want]:
                    break
            else:
                unmet.append(clause)
        return unmet

    def _met(self, want: Want, solution: _Solution, context: Context) -> bool:
        literal, wanted = want
        code = literal.number * 2 + wanted
        if code in solution.chosen or code ^ 1 in solution.chosen:
            return code in solution.chosen
        if solution.values.get(literal.key) is None or literal.key == _PARTLY_KNOWN:
            return False
        principal = self.caller.principal(solution.values) if literal.key == PRINCIPAL else None
        return self._mode.accepts(literal.truth(context, principal), wanted=wanted)

    def _whole(self, chosen: Mapping[int, _Marks]) -> Found | None:
        """Return the request with the values of all nodes; None if the mode accepts no value of a node."""
        values: dict[str, Values] = {}
        unsure: dict[str, None] = {}
        for place in range(len(self.caller.nodes)):
            found = self._node(place, [code for code in chosen if self._place(code) == place])
            if found is None:
                return None
            values |= found.values
            unsure |= dict.fromkeys(found.unsure)
        return Found(values, tuple(unsure))
