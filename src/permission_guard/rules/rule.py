"""A rule: a pure function from facts to findings, with its remedies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from permission_guard.frozen import frozen
from permission_guard.iam import Policy
from permission_guard.model.document import NewCondition
from permission_guard.model.facts import FactKind, FunctionFacts, Trusted
from permission_guard.model.finding import Finding


@frozen
class AttachPolicy:
    """Remedy: attach a managed policy to the function's role."""

    policy: Policy


@frozen
class AddCondition:
    """Remedy: add one condition to a statement of the resource policy."""

    statement: int
    condition: NewCondition


@frozen
class SplitStatement:
    """Remedy: replace a statement by several, each with one condition more."""

    statement: int
    conditions: Sequence[NewCondition]


@frozen
class LeaveIt:
    """No remedy: the reason why only a person can decide."""

    reason: str


Remedy: TypeAlias = AttachPolicy | AddCondition | SplitStatement | LeaveIt


@frozen
class Rule:
    """One rule that a function has to meet.

    `asks` returns what must still be read before `check` can decide. `remedies` offers what could fix a finding, the best
    first; each is proved before it is made.
    """

    id: str
    title: str
    why: str
    reference: str
    reads: FactKind
    asks: Callable[[FunctionFacts], FactKind]
    check: Callable[[FunctionFacts, Trusted], tuple[Finding, ...]]
    remedies: Callable[[Finding, FunctionFacts, Trusted], Iterator[Remedy]]
