"""The identity of a fault: a digest of its place and content, the same each time it is found."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Final, assert_never

from permission_guard.access.actions import INVOKING, MANAGING, READ_LAYER, READING
from permission_guard.iam import Effect, Policy
from permission_guard.model.document import Body, canonical, statements_of
from permission_guard.model.facts import FunctionFacts, RoleFacts, Unreadable
from permission_guard.model.finding import (
    Concern,
    DeniedRequest,
    Finding,
    Missing,
    Recorded,
    Undecided,
    Unused,
    Verdict,
    Witness,
)

_DIGITS = 16
_CALLS: Final = {
    Concern.MANAGEMENT_ACCESS: (*MANAGING, *READING),
    Concern.LAYER_IS_NOT_PUBLIC: (READ_LAYER,),
}
"""The calls that a finding is about, if not to invoke."""


def fault_of(finding: Finding, facts: FunctionFacts) -> str:
    """Return 16 hexadecimal digits that identify this fault among those of the subject.

    The Sid of a statement does not count: Terraform generates a new one each time that it adds the statement again. The Deny
    statements that concern the same calls do count: with the statement they decide who has access.
    """
    return finding.fault or _digest(*_where(finding, facts), *_what(finding, facts))


def identified(findings: tuple[Finding, ...], facts: FunctionFacts) -> tuple[Finding, ...]:
    """Return the findings with the digests of their faults, so that each is computed once."""
    return tuple(
        one if one.verdict is Verdict.PASS else replace(one, fault=fault_of(one, facts)) for one in findings
    )


def faults_alike(finding: Finding, facts: FunctionFacts) -> frozenset[str]:
    """Return the faults of all statements with this content, under any Sid.

    Terraform may add the new statement before it removes the old one, so for a moment both exist.
    """
    policy = facts.resource_policy
    if finding.statement is None or policy is None:
        return frozenset({fault_of(finding, facts)})
    content, _ = _statements(policy.text)[finding.statement]
    count = sum(one == content for one, _ in _statements(policy.text))
    limits = _limits(finding, policy)
    return frozenset(_digest(*_where(finding, facts), content, str(place), *limits) for place in range(count))


def statement_digest(target: str, statement: Body) -> str:
    """Return 16 hexadecimal digits of a statement's content, without its Sid, in the policy of a target."""
    return _digest(target, canonical(_without_sid(statement)))


def _where(finding: Finding, facts: FunctionFacts) -> tuple[str, ...]:
    return facts.target, finding.rule, finding.concern.value, finding.verdict.value


def _digest(*parts: str) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:_DIGITS]


def _what(finding: Finding, facts: FunctionFacts) -> tuple[str, ...]:
    policy = facts.resource_policy
    if finding.statement is not None and policy is not None:
        return *_statements(policy.text)[finding.statement], *_limits(finding, policy)
    role = facts.role.arn if isinstance(facts.role, RoleFacts) else ""
    return role, _proved(finding)


def _limits(finding: Finding, policy: Policy) -> tuple[str, ...]:
    """Return the content of each Deny about the calls of a finding. Without one of them, more callers may have access."""
    calls = _CALLS.get(finding.concern, INVOKING)
    denies = (one for one in policy.statements if one.effect is Effect.DENY and one.covers(calls))
    return tuple(sorted({_statements(policy.text)[one.index][0] for one in denies}))


@lru_cache(maxsize=8)  # each finding about a policy asks for its document again
def _statements(text: str) -> tuple[tuple[str, str], ...]:
    """Return each statement's content, and how many before it have the same."""
    before: Counter[str] = Counter()
    found = []
    for statement in statements_of(text):
        content = canonical(_without_sid(statement))
        found.append((content, str(before[content])))
        before[content] += 1
    return tuple(found)


def _without_sid(statement: Body) -> Body:
    return {key: value for key, value in statement.items() if key != "Sid"}


def _proved(finding: Finding) -> str:
    """Return what is wrong in words that stay the same in every run: AWS's messages hold request ids."""
    proof = finding.proof
    match proof:
        case Witness(request=asked) | DeniedRequest(request=asked) | Undecided(request=asked):
            return f"{asked.action} {asked.resource}"
        case Missing(what) | Unused(what) | Unreadable(what=what) | Recorded(sentence=what):
            return what
        case None:
            return ""
        case _:
            assert_never(proof)


def digest_of_all(digests: Iterable[str]) -> str:
    """Return 16 hexadecimal digits that change whenever one of the statements does."""
    return hashlib.sha256("".join(sorted(digests)).encode()).hexdigest()[:_DIGITS]
