"""Rule: no statement shares a layer version with everybody, nor with an account or organisation that is not trusted.

https://docs.aws.amazon.com/lambda/latest/dg/permissions-layer-cross-account.html: a layer version is shared by a
statement of its own policy, with one account, an organisation, or every account there is. What is shared can be
downloaded, code and all.
"""

from __future__ import annotations

from typing import Final

from permission_guard.exposure import READ_LAYER, Door, Kin, covered, door_of
from permission_guard.facts import FunctionFacts, Look, Trusted
from permission_guard.finding import Concern, Finding, Severity, Witness
from permission_guard.iam import LayerVersionArn, Statement
from permission_guard.rules.opening import Fault, ask_for_policy, passed, told, unread
from permission_guard.rules.rule import Rule

ID: Final = "layer-is-not-public"


def check(facts: FunctionFacts, trusted: Trusted) -> tuple[Finding, ...]:
    """Judge every statement of a layer version's policy: one finding each, FAIL with a stranger who gets the layer."""
    if not isinstance(facts.arn, LayerVersionArn):
        return ()
    if facts.resource_policy is None:
        return unread(ID, Concern.LAYER_IS_NOT_PUBLIC, facts)
    door = door_of(facts, trusted)
    return tuple(
        _judged(statement, door) for statement in door.policy.statements if covered(statement, (READ_LAYER,))
    )


def _judged(statement: Statement, door: Door) -> Finding:
    exposure = door.exposure(statement, (READ_LAYER,))
    summary = f"{statement.label} shares it with {exposure.scale.value}"
    finding = passed(ID, Concern.LAYER_IS_NOT_PUBLIC, door.target, statement, summary)

    def fault(witness: Witness) -> Fault:
        summary = f"{statement.label} lets {witness.stranger} download the layer"
        if exposure.kin is Kin.FOREIGN:
            return Fault(Concern.CROSS_ACCOUNT_ACCESS, Severity.MEDIUM, summary, _FOREIGN)
        return Fault(Concern.LAYER_IS_NOT_PUBLIC, Severity.HIGH, summary, _PUBLIC)

    return told(finding, exposure, fault)


_PUBLIC: Final = (
    "Share the layer version with the accounts that need it, or with your organisation (OrganizationId). If it is meant "
    "for everybody, set LayerIsNotPublic to Off."
)
_FOREIGN: Final = (
    "If this account or organisation is yours or a partner's, add it to TrustedAccounts or TrustedOrganizationIds; if "
    "not, remove the permission."
)

RULE: Final = Rule(
    id=ID,
    title="A layer version is not shared with everybody",
    why="Whoever may use a layer can download it: code, and whatever secrets were packed with it.",
    reference="https://docs.aws.amazon.com/lambda/latest/dg/permissions-layer-cross-account.html",
    looks_at=Look.POLICY,
    asks=ask_for_policy,
    check=check,
    remedies=lambda *_: iter(()),
)
