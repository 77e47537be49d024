"""Executes one step. No caller loses access at any moment, even if the run is killed in between."""

from __future__ import annotations

from typing import Final, assert_never

from permission_guard.model.document import canonical, statements_of
from permission_guard.model.facts import Family
from permission_guard.ports import NOT_FOUND, ChangedMeanwhile, Refused, RetryLater, Writer
from permission_guard.repair.outcome import Outcome, Result
from permission_guard.repair.step import (
    AttachRolePolicy,
    DetachRolePolicy,
    Replacement,
    RewriteStatements,
    Step,
)

_REFUSALS: Final = {
    "PolicyLengthExceededException": Result.TOO_LONG,
    "PublicPolicyException": Result.STILL_PUBLIC,
    "LimitExceeded": Result.QUOTA,
}
"""Refusals that need something other than missing rights (facts 3.1 and 5.6)."""


def execute(step: Step, writer: Writer) -> Outcome:
    """Make the calls of a step and return the Outcome. Nothing is raised."""
    try:
        match step:
            case AttachRolePolicy():
                # Not read back: IAM is eventually consistent, so neither answer would prove anything (facts 5.6).
                writer.attach_role_policy(step.role_arn.rsplit("/", 1)[-1], step.policy.name)
            case DetachRolePolicy():
                writer.detach_role_policy(step.role_arn.rsplit("/", 1)[-1], step.policy_arn)
            case RewriteStatements():
                _rewrite_unless_gone(step, writer)
            case _:
                assert_never(step)
    except ChangedMeanwhile as error:
        return Outcome(step, Result.CHANGED_MEANWHILE, detail=str(error))
    except Refused as error:
        return Outcome(step, _REFUSALS.get(error.code, Result.REFUSED), detail=str(error))
    except RetryLater as error:
        return Outcome(step, Result.RETRY_LATER, detail=str(error))
    return Outcome(step, Result.DONE)


def _rewrite_unless_gone(step: RewriteStatements, writer: Writer) -> None:
    """Make the calls. If something that was read a moment ago does not exist, it was removed meanwhile."""
    try:
        _rewrite(step, writer)
    except Refused as error:
        if error.code in NOT_FOUND:
            raise ChangedMeanwhile(str(error)) from error
        raise


def _rewrite(step: RewriteStatements, writer: Writer) -> None:
    match step.policy.family:
        case Family.DOCUMENT:
            writer.put_resource_policy(step.target, step.after, step.policy.revision)
        case Family.STATEMENTS:
            for replacement in step.replacements:
                _replace(step.target, replacement, writer)
        case _:
            assert_never(step.policy.family)


def _replace(target: str, replacement: Replacement, writer: Writer) -> None:
    """Add the narrow statement, read it back, and only then remove the wide one.

    In between both exist, so no caller loses access. If the run is killed in between, the next one finds the narrow
    statement by its Sid and finishes.
    """
    if replacement.narrow is None:
        raise Refused("NotExpressible", "AddPermission cannot write the narrower statement")
    present, revision = _read_back(target, replacement, writer)
    after = {canonical(one) for one in replacement.after}
    if not after <= present:
        writer.add_permission(target, replacement.narrow, revision)
        present, revision = _read_back(target, replacement, writer)
    if not after <= present:
        # Lambda may return the old policy for a moment. A later run finds the statement and goes on.
        raise RetryLater(f"{replacement.narrow.sid} was added, and the policy does not show it yet")
    writer.remove_permission(target, str(replacement.before.get("Sid")), revision)


def _read_back(target: str, replacement: Replacement, writer: Writer) -> tuple[frozenset[str], str | None]:
    """Return the policy as it is now. Raises ChangedMeanwhile if the wide statement's Sid has another statement."""
    text, revision = writer.get_policy(target)
    present = frozenset(map(canonical, statements_of(text))) if text else frozenset()
    if canonical(replacement.before) not in present:
        raise ChangedMeanwhile(f"{replacement.before.get('Sid')} has changed since it was read")
    return present, revision
