"""The rules, each in its own file, and the evaluation of facts by all of them."""

from __future__ import annotations

from typing import Final

from permission_guard.model.facts import FactKind, FunctionFacts, Trusted
from permission_guard.model.finding import Finding
from permission_guard.rules import (
    function_is_not_public,
    invoke_permission_names_its_source,
    layer_is_not_public,
    role_can_write_logs,
)
from permission_guard.rules.rule import Rule

RULES: Final[tuple[Rule, ...]] = (
    role_can_write_logs.RULE,
    invoke_permission_names_its_source.RULE,
    function_is_not_public.RULE,
    layer_is_not_public.RULE,
)
"""Every rule, in the order in which findings are reported."""

_BY_ID: Final = {rule.id: rule for rule in RULES}


def rule_of(finding: Finding) -> Rule:
    """Return the rule that made a finding."""
    return _BY_ID[finding.rule]


def wanted(facts: FunctionFacts, to_read: FactKind) -> FactKind:
    """Return what must still be read before the rules that need these facts can be evaluated."""
    asked = FactKind.NOTHING
    for rule in RULES:
        if rule.reads & to_read:
            asked |= rule.asks(facts)
    return asked


def evaluate(facts: FunctionFacts, trusted: Trusted) -> tuple[Finding, ...]:
    """Evaluate the facts by every rule. What has not been read is not evaluated."""
    return tuple(finding for rule in RULES for finding in rule.check(facts, trusted))
