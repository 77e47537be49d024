"""Literals: the single conditions and Principal elements of the policies. A search wants each one true or false."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntFlag
from typing import Final, NamedTuple, TypeAlias

from permission_guard.frozen import frozen
from permission_guard.iam import Context, Policy, Statement, Truth
from permission_guard.iam.condition import Condition, Quantifier
from permission_guard.iam.operators import NEGATIONS, Wanted
from permission_guard.iam.pattern import Token, Variable
from permission_guard.iam.principal import Principals
from permission_guard.iam.request import Principal, Values

PRINCIPAL: Final = "#principal"
"""Stands for the Principal element among the condition keys."""

_BOOLS: Final = frozenset(
    {
        *("aws:multifactorauthpresent", "aws:securetransport", "aws:viaawsservice"),
        *("aws:principalisawsservice", "lambda:invokedviafunctionurl"),
    }
)
_ADDRESSES: Final = frozenset({"aws:sourceip", "aws:vpcsourceip"})
_ARNS: Final = frozenset({"aws:sourcearn", "aws:principalarn", "lambda:sourcefunctionarn"})
_FREE: Final = ("aws:principaltag/", "aws:requesttag/", "aws:sourceidentity")

IGNORING_CASE: Final = "stringequalsignorecase"
_EQUALS: Final = frozenset({"stringequals", "stringlike", IGNORING_CASE})
_FUNCTIONS: Final = frozenset({"aws:resourceaccount", "aws:resourceorgid"})
_CALLERS: Final = frozenset(
    {"aws:principalaccount", "aws:sourceaccount", "aws:principalorgid", "aws:sourceorgid"}
)


class Spelling(NamedTuple):
    """Texts in the policies without wildcards and variables. `folded` are those that are compared without regard to case."""

    exact: tuple[str, ...]
    folded: tuple[str, ...]


class Stance(IntFlag):
    """How surely a request with this key or value can exist."""

    SURE = 1
    """The caller can make it so, or AWS documents it."""
    UNSURE = 2
    """It cannot be known beforehand. Or AWS documents that it is not so, and a proof must not depend on that."""
    UNDOCUMENTED = 4
    """As UNSURE, for an ARN of another form than AWS documents for the service."""
    NETWORK = 8
    """Only from a network that the policy names."""
    DOUBTFUL = 16
    """AWS's pages contradict each other on whether a trusted source shows this key."""


MAY: Final = Stance.SURE | Stance.UNSURE | Stance.UNDOCUMENTED


@frozen
class SearchMode:
    """What a search accepts: requests of the stances in `admits`. With `sure`, a truth that is unknown does not count."""

    sure: bool
    admits: Stance

    def accepts(self, truth: Truth, *, wanted: bool) -> bool:
        """Return whether a truth counts as the wanted one."""
        goal = Truth.YES if wanted else Truth.NO
        return truth is goal or (truth is Truth.UNKNOWN and not self.sure)


@dataclass(frozen=True, slots=True, eq=False)
class Literal:
    """One condition or Principal element; the same condition in several statements is one literal."""

    number: int
    key: str
    condition: Condition | None
    principals: Principals | None
    fits: bool
    """Whether the operator is made for the key's type. AWS does not say how it evaluates any other operator."""

    def truth(self, context: Context, principal: Principal | None) -> Truth:
        """Return whether it is true of a request; UNKNOWN if the keys that are given do not decide it."""
        if self.condition is None:
            if self.principals is None or principal is None:
                return Truth.UNKNOWN
            return self.principals.match(principal)
        if not self.fits and context.values(self.key):
            return Truth.UNKNOWN
        return self.condition.holds(context)


Want: TypeAlias = tuple[Literal, bool]
"""A literal, and whether it is to be true."""

Wants: TypeAlias = Sequence[Want]


class Found(NamedTuple):
    """Values that meet all wants, and the keys whose values are not sure."""

    values: Mapping[str, Values]
    unsure: tuple[str, ...] = ()


def _fits(condition: Condition) -> bool:
    base, key = NEGATIONS.get(condition.base, condition.base), condition.lower_key
    if base == "null":
        return True
    if condition.wanted is None:
        return False
    if key in _BOOLS:
        return base == "bool" or base.startswith("string")
    if key in _ADDRESSES:
        return base == "ipaddress"
    if key == "aws:multifactorauthage":
        return base.startswith("numeric")
    if key in {"aws:currenttime", "aws:tokenissuetime"}:
        return base.startswith("date")
    if key == "aws:epochtime":
        return base.startswith(("date", "numeric"))
    return base.startswith("string") or (base.startswith("arn") and (key in _ARNS or key.startswith(_FREE)))


@dataclass(slots=True)
class Literals:
    """All literals of the policies of one analysis, and all keys that the policies mention."""

    always: frozenset[str] = frozenset()
    """The keys of the function's account and organization that every request has."""
    by_key: dict[str, list[Literal]] = field(default_factory=dict)
    mentioned: dict[str, None] = field(default_factory=dict)
    variables: dict[str, None] = field(default_factory=dict)
    """The keys in policy variables, which are in `mentioned` too."""
    _known: dict[tuple[object, ...], Literal] = field(default_factory=dict)
    _broken: dict[int, tuple[Want, ...]] = field(default_factory=dict)

    def want(self, condition: Condition, *, wanted: bool) -> tuple[Literal, bool]:
        """Return the literal of a condition, and whether it is to be true.

        Without IfExists and quantifier an operator and its negation are one literal: one is true if the other is not.
        """
        condition = _turned(condition, self.always)
        if condition.base == "null" and condition.texts == ("false",):
            opposite = Condition.compiled(condition.operator, condition.key, ("true",), variables=False)
            return self.want(opposite, wanted=not wanted)
        plain = condition.quantifier is Quantifier.NONE and not condition.if_exists
        operator = NEGATIONS.get(condition.base, condition.base) if plain else condition.operator.lower()
        tokens = condition.wanted.tokens if condition.wanted else condition.texts
        literal = self._literal((operator, condition.lower_key, tokens), condition, None)
        same = literal.condition is None or literal.condition.negated == condition.negated
        return literal, wanted == same

    def broken(self, statement: Statement) -> tuple[Want, ...]:
        """Return the wants each of which alone keeps a statement of the policies from applying."""
        if id(statement) not in self._broken:
            self._broken[id(statement)] = tuple(self._wants(statement))
        return self._broken[id(statement)]

    def _wants(self, statement: Statement) -> Iterator[Want]:
        principals = statement.principals
        if principals is not None and (
            principals.negated or not any(one.is_anyone for one in principals.named)
        ):
            yield self.about(principals), False
        for condition in statement.conditions:
            yield self.want(condition, wanted=False)

    def about(self, principals: Principals) -> Literal:
        """Return the literal of a Principal or NotPrincipal element."""
        return self._literal((principals,), None, principals)

    def _literal(
        self, identity: tuple[object, ...], condition: Condition | None, principals: Principals | None
    ) -> Literal:
        known = self._known.get(identity)
        if known is None:
            key = condition.lower_key if condition else PRINCIPAL
            fits = condition is None or _fits(condition)
            known = self._known[identity] = Literal(len(self._known), key, condition, principals, fits)
            self.by_key.setdefault(key, []).append(known)
        return known

    def read(self, policy: Policy) -> None:
        """Add a policy's literals, and every key that it mentions, including keys in policy variables."""
        for statement in policy.statements:
            if statement.principals is not None:
                self.about(statement.principals)
            for condition in statement.conditions:
                self.want(condition, wanted=True)
                self.mentioned[condition.lower_key] = None
                self._read_variables(condition.wanted.tokens if condition.wanted else ())
            if statement.resources is not None:
                self._read_variables(one.tokens for one in statement.resources.patterns)

    def _read_variables(self, texts: Iterable[tuple[Token, ...]]) -> None:
        found = {one.key: None for tokens in texts for one in tokens if isinstance(one, Variable)}
        self.mentioned |= found
        self.variables |= found

    def texts(self, *keys: str) -> list[str]:
        """Return all values that the policies compare with these keys."""
        found = (one.condition for key in keys for one in self.by_key.get(key, ()))
        return [text for condition in found if condition for text in condition.texts]

    def whole(self, key: str) -> Spelling:
        """Return the values that a key must equal in full.

        Which characters are wildcards depends on the operator: for StringEquals none is.
        """
        return _spelling(self._wanted(key), lambda tokens: tokens)

    def starts(self, key: str, end: str) -> Spelling:
        """Return the texts before the character `end` with which the values of a key must begin."""
        return _spelling(self._wanted(key), lambda tokens: _before(tokens, end))

    def _wanted(self, key: str) -> list[Wanted]:
        return [
            one.condition.wanted
            for one in self.by_key.get(key, ())
            if one.condition is not None and one.condition.wanted is not None
        ]


def _turned(condition: Condition, always: frozenset[str]) -> Condition:
    """Turn a comparison of the function's account with a caller's around: the words that are searched are the caller's.

    For a key that is always there and has one value, IfExists and the quantifiers mean nothing.
    """
    wanted = condition.wanted
    if condition.lower_key not in _FUNCTIONS or wanted is None or wanted.operator not in _EQUALS:
        return condition
    plain = condition.quantifier is Quantifier.NONE and not condition.if_exists
    if not plain and condition.lower_key not in always:
        return condition
    match wanted.tokens:
        case ((Variable(key, None),),) if key in _CALLERS:
            return Condition.compiled(condition.base, key, (f"${{{condition.lower_key}}}",), variables=True)
        case _:
            return condition


def _spelling(every: list[Wanted], part: Callable[[tuple[Token, ...]], tuple[Token, ...]]) -> Spelling:
    exact: dict[str, None] = {}
    folded: dict[str, None] = {}
    for wanted in every:
        for tokens in map(part, wanted.tokens):
            match tokens:
                case (str(text),) if text:
                    (folded if wanted.operator == IGNORING_CASE else exact)[text] = None
    return Spelling(tuple(exact), tuple(folded))


def _before(tokens: tuple[Token, ...], end: str) -> tuple[Token, ...]:
    for place, one in enumerate(tokens):
        if isinstance(one, str) and end in one:
            return (*tokens[:place], one.partition(end)[0])
    return tokens
