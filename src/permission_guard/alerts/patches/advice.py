"""The advice on a finding, applied to its statement, with a placeholder where only the owner knows the value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, assert_never

from permission_guard.alerts.patches.permission import grant_of, marks_of
from permission_guard.frozen import frozen
from permission_guard.model.document import Body
from permission_guard.model.facts import FunctionFacts
from permission_guard.model.finding import Concern
from permission_guard.repair.grant import Grant
from permission_guard.services import Sends, Service, service_of

_NAME: Final = "NAME"
_FILL_IN: Final = f"Replace {_NAME} by the resource that calls the function."
_ACCOUNT: Final = "The account that owns the source."
WHO: Final = "Name the callers. A caller in the account then needs the right in its own policies too."
"""A `*` alone admits the account's own principals; with the account's id, their own policies must allow it too
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html)."""
_ALONE: Final = "Grant lambda:InvokeFunction only."


@frozen
class Advised:
    """The AddPermission calls of the advice, and which of their parameters change."""

    grants: tuple[Grant, ...]
    marks: Mapping[str, str]
    remark: str


def advised(concern: Concern, before: Body, facts: FunctionFacts) -> Advised | None:
    """Return the advice on a statement as AddPermission calls; None if there is none, or AddPermission cannot write it."""
    was = grant_of(before, facts.target)
    if was is None:
        return None
    match concern:
        case Concern.INVOKE_PERMISSION_NAMES_ITS_SOURCE:
            wanted, remark = _with_source(was, facts)
        case Concern.FUNCTION_IS_NOT_PUBLIC:
            wanted, remark = (replace(was, principal=facts.arn.account),), WHO
        case Concern.MANAGEMENT_ACCESS:
            wanted, remark = (replace(was, action="lambda:InvokeFunction"),), _ALONE
        case (
            Concern.CROSS_ACCOUNT_ACCESS
            | Concern.PERMISSION_IS_USABLE
            | Concern.LAYER_IS_NOT_PUBLIC
            | Concern.FUNCTION_URL_IS_NOT_PUBLIC
            | Concern.ROLE_CAN_WRITE_LOGS
        ):
            return None
        case _:
            assert_never(concern)
    marks = marks_of(wanted, was)
    return Advised(wanted, marks, remark) if marks else None


def _with_source(was: Grant, facts: FunctionFacts) -> tuple[tuple[Grant, ...], str]:
    """Name the form of the source that the service always sends (facts 4)."""
    row, account = service_of(was.principal), facts.arn.account
    if row is None:
        return (was,), ""
    if row.arn is Sends.ALWAYS and was.source_arn is None:
        arn = row.arn_of(facts.arn.partition, facts.arn.region, account, name=_NAME)
        return (_bound(was, row, arn, account),), _FILL_IN
    return (_bound(was, row, was.source_arn, account),), _ACCOUNT


def _bound(was: Grant, row: Service, arn: str | None, account: str) -> Grant:
    """Add the ARN, and the account where no ARN of the service carries it."""
    needs_account = row.account is Sends.ALWAYS and (arn is None or not row.owned)
    return replace(was, source_arn=arn, source_account=account if needs_account else was.source_account)
