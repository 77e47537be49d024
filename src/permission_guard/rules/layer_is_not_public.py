"""Rule: no statement shares a layer version with everyone, or with an untrusted account or organization.

https://docs.aws.amazon.com/lambda/latest/dg/permissions-layer-cross-account.html: a layer version is shared by a
statement of its own policy, with one account, an organization, or every account there is. A shared layer
version can be downloaded with its code.
"""

from __future__ import annotations

from typing import Final

from permission_guard.access import READ_LAYER, Access
from permission_guard.iam import LayerVersionArn, Request, Statement
from permission_guard.model.facts import FactKind, FunctionFacts, Trusted
from permission_guard.model.finding import Concern, Finding, Severity
from permission_guard.rules.external_access import (
    Fault,
    allows,
    ask_for_policy,
    found,
    gives_access,
    passed,
    unread,
)
from permission_guard.rules.review import Review, review_of
from permission_guard.rules.rule import Rule

ID: Final = "layer-is-not-public"
_ACTIONS: Final = (READ_LAYER,)


def check(facts: FunctionFacts, trusted: Trusted) -> tuple[Finding, ...]:
    """Evaluate every statement of a layer version's policy: one finding each, FAIL with an untrusted request."""
    if not isinstance(facts.arn, LayerVersionArn):
        return ()
    if facts.resource_policy is None:
        return unread(ID, Concern.LAYER_IS_NOT_PUBLIC, facts)
    review = review_of(facts, trusted)
    statements = sorted((*review.services, *review.others), key=lambda one: one.index)
    return tuple(_evaluated(one, review) for one in statements if one.covers(_ACTIONS))


def _evaluated(statement: Statement, review: Review) -> Finding:
    verb = "download the layer"
    summary = gives_access(statement, review.answer(statement, _ACTIONS), verb)
    finding = passed(ID, Concern.LAYER_IS_NOT_PUBLIC, review.target, statement, summary)

    def fault(access: Access, request: Request) -> Fault:
        summary = allows(statement, access, request, verb)
        if access is Access.NAMED:
            return Fault(Concern.CROSS_ACCOUNT_ACCESS, Severity.MEDIUM, summary, _NAMED)
        return Fault(Concern.LAYER_IS_NOT_PUBLIC, Severity.HIGH, summary, _PUBLIC)

    return found(finding, statement, review, _ACTIONS, fault)


_PUBLIC: Final = (
    "Share the layer version with the accounts that need it, or with your organization (OrganizationId). If it is meant "
    "to be public, add layer-is-not-public to Ignore."
)
_NAMED: Final = (
    "If this account or organization is yours or a partner's, add it to TrustedAccounts or TrustedOrganizationIds; if "
    "not, remove the permission."
)

RULE: Final = Rule(
    id=ID,
    title="A layer version is not shared with everyone",
    why="A principal that can use a layer can download it: the code, and any secrets packed with it.",
    reference="https://docs.aws.amazon.com/lambda/latest/dg/permissions-layer-cross-account.html",
    reads=FactKind.POLICY,
    asks=ask_for_policy,
    check=check,
    remedies=lambda *_: iter(()),
)
