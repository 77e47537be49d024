"""One condition of a Condition block: an operator, a key and its values.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html and
.../reference_policies_condition-single-vs-multi-valued-context-keys.html (ForAllValues, ForAnyValue).
"""

from __future__ import annotations

from dataclasses import field
from enum import Enum
from functools import lru_cache

from permission_guard.frozen import frozen
from permission_guard.iam.operators import NEGATIONS, POSITIVES, Test, Wanted
from permission_guard.iam.pattern import Wild
from permission_guard.iam.request import ABSENT, Context
from permission_guard.iam.truth import Truth, all_of, any_of, truth

_EMPTY = ("",)
"""An empty string as a key's only value. ForAllValues and ForAnyValue treat it like a missing key."""


class Quantifier(Enum):
    """How many of the values of a multi-valued key must match."""

    NONE = ""
    FOR_ALL = "forallvalues:"
    FOR_ANY = "foranyvalue:"


@frozen
class Condition:
    """A condition as in the policy (`operator`, `key`, `texts`), and compiled.

    A Condition block is true if all of its conditions are true. An empty block is true.
    """

    operator: str
    key: str
    texts: tuple[str, ...]
    quantifier: Quantifier = field(compare=False)
    if_exists: bool = field(compare=False)
    base: str = field(compare=False)
    """The operator without quantifier and IfExists, in lower case. It may be one that AWS does not have."""
    wanted: Wanted | None = field(compare=False, repr=False)
    """The values, compiled; None for Null and for an operator that AWS does not have."""
    lower_key: str = field(compare=False, repr=False)

    @classmethod
    def compiled(cls, operator: str, key: str, texts: tuple[str, ...], *, variables: bool) -> Condition:
        """Compile a condition. An operator that AWS does not have is kept; its result is UNKNOWN."""
        quantifier, if_exists, base = _read(operator)
        positive = NEGATIONS.get(base, base)
        wanted = Wanted(positive, texts, variables=variables) if positive in POSITIVES else None
        return cls(operator, key, texts, quantifier, if_exists, base, wanted, key.lower())

    @property
    def negated(self) -> bool:
        """Whether the operator is negated, such as StringNotEquals."""
        return self.base in NEGATIONS

    def holds(self, context: Context) -> Truth:
        """Return whether the condition is true for a request with this context."""
        have = context.values(self.lower_key)
        return self._whatever(context) if have is None else self._of(have, context)

    @property
    def matches_any_text(self) -> bool:
        """Whether one of its values is `*` as a pattern, so that its positive form matches every text."""
        wanted = self.wanted
        return wanted is not None and wanted.operator == "stringlike" and (Wild.RUN,) in wanted.tokens

    def _whatever(self, context: Context) -> Truth:
        """Return what the condition is with any value and without one, if that is the same: `StringLikeIfExists` with `*`."""
        if not self.matches_any_text:
            return Truth.UNKNOWN
        found = {self._of(have, context) for have in (ABSENT, _EMPTY, ("*",))}
        return found.pop() if len(found) == 1 else Truth.UNKNOWN

    def _of(self, have: tuple[str, ...], context: Context) -> Truth:
        if self.base == "null":
            return self._null(have)
        if self.wanted is None:
            return Truth.UNKNOWN
        if not have or (have == _EMPTY and self.quantifier is not Quantifier.NONE):
            return self._without_key(have)
        return self._over(have, self.wanted.test(context))

    def _null(self, have: tuple[str, ...]) -> Truth:
        """Null: "the key exists and its value is not null". Whether an empty value is null is not documented: UNKNOWN.

        Null takes no quantifier, no IfExists, and no values other than `true` and `false`.
        """
        if self.if_exists or self.quantifier is not Quantifier.NONE or have == _EMPTY:
            return Truth.UNKNOWN
        asked = {text.lower() for text in self.texts}
        if ("false" if have else "true") in asked:
            return Truth.YES
        return Truth.NO if asked <= {"true", "false"} else Truth.UNKNOWN

    def _without_key(self, have: tuple[str, ...]) -> Truth:
        """A missing key: negated operators, IfExists and ForAllValues are true, the others and ForAnyValue are false.

        Whether ForAnyValue with IfExists treats an empty value as a missing key is not documented: UNKNOWN.
        """
        if self.quantifier is Quantifier.FOR_ALL:
            return Truth.YES
        if self.if_exists:
            return Truth.UNKNOWN if have else Truth.YES
        return truth(self.negated and self.quantifier is not Quantifier.FOR_ANY)

    def _over(self, have: tuple[str, ...], test: Test) -> Truth:
        if len(have) == 1:  # with one value, all quantifiers mean the same
            return ~test(have[0]) if self.negated else test(have[0])
        passed = [~test(value) for value in have] if self.negated else [test(value) for value in have]
        every = self.quantifier is Quantifier.FOR_ALL or (self.negated and self.quantifier is Quantifier.NONE)
        return all_of(passed) if every else any_of(passed)


@lru_cache(maxsize=128)
def _read(operator: str) -> tuple[Quantifier, bool, str]:
    """Split an operator into its quantifier, IfExists, and the rest in lower case.

    The result is cached, because one operator may come with many keys.
    """
    base = operator.lower()
    quantifiers = (Quantifier.FOR_ALL, Quantifier.FOR_ANY)
    quantifier = next((one for one in quantifiers if base.startswith(one.value)), Quantifier.NONE)
    base = base.removeprefix(quantifier.value)
    return quantifier, base.endswith("ifexists"), base.removesuffix("ifexists")
