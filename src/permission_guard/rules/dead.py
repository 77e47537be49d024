"""Why a statement gives nobody access: which part of it no request can meet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from permission_guard.iam import (
    ABSENT,
    Arn,
    Context,
    IamPrincipal,
    Request,
    ServicePrincipal,
    Statement,
    decide,
)
from permission_guard.iam.condition import Condition
from permission_guard.iam.mismatch import LITERAL, Part, mismatches, written
from permission_guard.iam.principal import Principals
from permission_guard.model.finding import DeniedRequest
from permission_guard.rules.review import Review, rows_in, services_in
from permission_guard.services import BY_TOKEN, Service, service_of


def why_nobody(statement: Statement, review: Review, actions: Sequence[str]) -> DeniedRequest | None:
    """Return a request that the statement seems intended for, and what refuses it.

    None if the statement alone gives access: then a Deny refuses everybody.
    """
    places = (review.target, *review.qualified(statement))
    if not all(review.alone(statement, actions, arn).gives_nobody_access for arn in places):
        return None
    action = next(action for action in actions if statement.covers((action,)))
    request = _meant(statement, review, action)
    decision = decide(request, resource=replace(review.policy, statements=(statement,)))
    return DeniedRequest(request, decision, "; ".join(_blockers(statement, review, actions, request)))


def _meant(statement: Statement, review: Review, action: str) -> Request:
    """Return a request as the first principal that the statement names would send it, or one that its NotPrincipal admits."""
    arn, principals = Arn.parse(review.target), statement.principals or Principals(())
    for service in services_in(statement):
        row = service_of(service)
        keys = {} if service.lower() in BY_TOKEN else {"aws:SourceAccount": arn.account}
        keys |= {"aws:SourceArn": form(row, review)} if row else {}
        context = Context.of(keys, unlisted=ABSENT)
        return Request(action, review.target, ServicePrincipal(service), context)
    name = account = arn.account
    if principals.negated:
        name = account = review.unnamed_account
    else:
        accounts = ((one.name, one.account) for one in principals.named if one.account)
        name, account = next(accounts, (name, account))
    principal = name if name.startswith("arn:") else f"arn:{arn.partition}:iam::{name}:root"
    keys = {"aws:PrincipalArn": principal, "aws:PrincipalAccount": account}
    context = Context.of(keys, unlisted=ABSENT)
    return Request(action, review.target, IamPrincipal(principal, account), context)


def _blockers(
    statement: Statement, review: Review, actions: Sequence[str], request: Request
) -> Iterator[str]:
    outside = [one for one in mismatches(statement, request) if one.part is not Part.CONDITION]
    if outside:
        yield from (one.why for one in outside)
        return
    literal = [
        one for one in statement.conditions if one.base in LITERAL and any("*" in text for text in one.texts)
    ]
    if literal:
        yield from (
            f"{written(one)}: {one.operator} takes a wildcard for a plain character" for one in literal
        )
        return
    lone = [
        one
        for one in statement.conditions
        if review.alone(replace(statement, conditions=(one,)), actions).gives_nobody_access
    ]
    if lone:
        yield from (_unmet(one, statement, review, request) for one in lone)
    else:
        yield f"its conditions exclude each other: {' and '.join(map(written, statement.conditions))}"


def _unmet(condition: Condition, statement: Statement, review: Review, request: Request) -> str:
    row = next(iter(rows_in(statement)), None)
    if condition.lower_key == "aws:sourcearn" and row is not None:
        return f"its {condition.key} is {' or '.join(condition.texts)}, and {row.principal} sends {form(row, review)}"
    why = [one.why for one in mismatches(replace(statement, conditions=(condition,)), request)]
    return why[0] if why else f"no request meets {written(condition)}"


def form(row: Service, review: Review) -> str:
    """Return the form of the ARN that a service shows for the function's own account."""
    arn = Arn.parse(review.target)
    return row.arn_of(arn.partition, arn.region, arn.account)
