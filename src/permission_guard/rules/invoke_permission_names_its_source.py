"""Rule: a statement that lets an AWS service invoke the function names the source that the service may act for.

https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html: a service acts for whoever asks it to. Without a
condition on its source, every AWS account can make it invoke the function.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from permission_guard.callers import Caller, Mark, caller_of
from permission_guard.document import Bound
from permission_guard.exposure import Connected, Kin, door_of, invoking, reached_by
from permission_guard.facts import FunctionFacts, Look, Trusted, Unreadable
from permission_guard.finding import Concern, Finding, Severity, Witness
from permission_guard.iam import FunctionArn, Statement
from permission_guard.iam.principal import Principals
from permission_guard.rules.opening import Fault, ask_for_policy, passed, told, unread
from permission_guard.rules.rule import AddConditions, LeaveIt, Remedy, Rule

ID: Final = "invoke-permission-names-its-source"
_CONCERN: Final = Concern.INVOKE_PERMISSION_NAMES_ITS_SOURCE


def services(statement: Statement) -> Principals:
    """Return the services that a statement names."""
    named = statement.principals
    if named is None or named.negated:
        return Principals(())
    return Principals(tuple(one for one in named.named if one.type == "Service"))


def check(facts: FunctionFacts, trusted: Trusted) -> tuple[Finding, ...]:
    """Judge every statement that lets a service invoke: one finding each, FAIL with a stranger who gets in."""
    policy = facts.resource_policy
    if not isinstance(facts.arn, FunctionArn) or policy is None:
        return unread(ID, _CONCERN, facts) if isinstance(facts.arn, FunctionArn) else ()
    return tuple(
        _judged(statement, facts, trusted)
        for statement in policy.statements
        if services(statement).named and invoking(statement)
    )


def _judged(statement: Statement, facts: FunctionFacts, trusted: Trusted) -> Finding:
    exposure = door_of(facts, trusted).exposure(replace(statement, principals=services(statement)))
    what = f"{statement.label} lets {' and '.join(one.name for one in services(statement).named)} invoke on behalf of"
    finding = passed(ID, _CONCERN, facts.target, statement, f"{what} {exposure.scale.value}")

    def fault(witness: Witness) -> Fault:
        summary = f"{what} strangers: {witness.stranger} gets in"
        if exposure.kin is Kin.FOREIGN:
            return Fault(Concern.FOREIGN_ACCOUNTS, Severity.MEDIUM, summary, _ADVICE)
        return Fault(_CONCERN, Severity.HIGH, summary, _ADVICE)

    return told(finding, exposure, fault)


def callers(finding: Finding, facts: FunctionFacts) -> tuple[Caller, ...]:
    """Return the services of the statement that a finding is about; none if one of them is not known.

    None either for a source in a foreign account that the statement names: that is a decision of somebody's, not a slip.
    """
    policy = facts.resource_policy
    if policy is None or finding.statement is None or finding.concern is not _CONCERN:
        return ()
    named = [caller_of(one.name) for one in services(policy.statements[finding.statement]).named]
    known = tuple(caller for caller in named if caller is not None)
    return known if len(known) == len(named) else ()


def named_services(facts: FunctionFacts) -> tuple[Caller, ...]:
    """Return the known services that any statement of the policy names."""
    statements = facts.resource_policy.statements if facts.resource_policy else ()
    found = (caller_of(one.name) for statement in statements for one in services(statement).named)
    return tuple(dict.fromkeys(caller for caller in found if caller is not None))


def remedies(finding: Finding, facts: FunctionFacts, trusted: Trusted) -> Iterator[Remedy]:
    """Offer the conditions that every service of the statement is sure to meet, the narrowest first.

    That is to name exactly what is connected, if it is known; else any SourceArn of the accounts; else SourceAccount.
    """
    policy, known = facts.resource_policy, callers(finding, facts)
    if policy is None or finding.statement is None or not known:
        return
    reached = reached_by(policy.statements[finding.statement], facts, trusted)
    reason = _why_a_person_decides(reached, trusted)
    if reason is not None:
        yield LeaveIt(reason)
        return
    wirings = (facts.wiring(caller.principal) for caller in known)
    note = "; ".join(dict.fromkeys(str(wiring) for wiring in wirings if isinstance(wiring, Unreadable)))
    for bounds in _bounds(known, reached, facts, trusted):
        yield AddConditions(finding.statement, bounds, note)


def _why_a_person_decides(reached: tuple[Connected, ...], trusted: Trusted) -> str | None:
    for service in dict.fromkeys(one.service for one in reached):
        mine = [one for one in reached if one.service == service]
        if not any(one.admitted for one in mine):
            return (
                f"the statement lets in nothing that is connected: the function is wired to {_listed(mine)}"
            )
    foreign = [one for one in reached if one.admitted and one.source.account not in trusted.all_accounts]
    return f"it is wired to {_listed(foreign)}, which is not trusted" if foreign else None


def _listed(some: list[Connected]) -> str:
    return " and ".join(dict.fromkeys(map(str, some)))


def _bounds(
    known: tuple[Caller, ...], reached: tuple[Connected, ...], facts: FunctionFacts, trusted: Trusted
) -> Iterator[tuple[Bound, ...]]:
    """Yield what could be added. A key is demanded only if every service of the statement is sure to send it."""
    of_accounts = Bound("StringEquals", "aws:SourceAccount", trusted.all_accounts)
    sends_account = all(caller.source_account is Mark.SURE for caller in known)
    if all(caller.source_arn is Mark.SURE for caller in known):
        exact = [_connected_arns(caller, reached, facts, trusted) for caller in known]
        if reached and all(exact):
            if not any(caller.account_required for caller in known):
                yield (_of_arns(exact),)
            elif sends_account:
                yield (_of_arns(exact), of_accounts)
        if all(caller.owned for caller in known):
            yield (_of_arns([_account_arns(caller, facts, trusted.all_accounts) for caller in known]),)
    if sends_account:
        yield (of_accounts,)


def _connected_arns(
    caller: Caller, reached: tuple[Connected, ...], facts: FunctionFacts, trusted: Trusted
) -> tuple[str, ...]:
    """Return the ARNs of what is connected; all that an account could have where nothing is, or none if they have no account.

    What is connected in another account is not seen from here, so a trusted one keeps all, unless the service calls
    no function of another account.
    """
    mine = [one.source.arn for one in reached if one.admitted and one.caller == caller]
    if not caller.owned:
        return tuple(mine)
    unseen = trusted.all_accounts[1:] if mine else trusted.all_accounts
    return (*mine, *_account_arns(caller, facts, () if mine and caller.stays_at_home else unseen))


def _account_arns(caller: Caller, facts: FunctionFacts, accounts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(caller.arn(facts.arn, account) for account in accounts)


def _of_arns(listed: list[tuple[str, ...]]) -> Bound:
    return Bound("ArnLike", "aws:SourceArn", tuple(dict.fromkeys(arn for arns in listed for arn in arns)))


_ADVICE: Final = (
    "Name the source where the permission is defined: SourceArn (and SourceAccount, if the ARN carries no account) of "
    "AWS::Lambda::Permission in CloudFormation and SAM, source_arn and source_account of aws_lambda_permission in "
    "Terraform."
)

RULE: Final = Rule(
    id=ID,
    title="A permission for a service names its source",
    why="A service invokes for whoever asks it to: without a source, any AWS account can have the function run.",
    reference="https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
    looks_at=Look.POLICY,
    asks=ask_for_policy,
    check=check,
    remedies=remedies,
)
