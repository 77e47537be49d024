"""Rule: the execution role can create the function's log group, create streams in it and put events into them.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html: without these rights the function runs,
its output is lost, and no error shows it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from permission_guard.access.granted import Granted
from permission_guard.access.meter import BUDGET, BudgetSpent, Meter
from permission_guard.iam import ABSENT, EvalDecision, Policy, decide
from permission_guard.model.facts import (
    MISSING_ROLE,
    NOT_READ,
    Configuration,
    FactKind,
    FunctionFacts,
    RoleFacts,
    Trusted,
    Unreadable,
)
from permission_guard.model.finding import (
    HELP_TO_READ,
    Concern,
    DeniedRequest,
    Finding,
    Missing,
    Proof,
    Severity,
    Undecided,
    Verdict,
)
from permission_guard.rules.every_case import every_case, unknown_keys
from permission_guard.rules.logging_calls import (
    ACTIONS,
    CREATE_GROUP,
    Asked,
    LoggingCalls,
    edge,
    own_region,
    trust_in_the_edge,
)
from permission_guard.rules.logging_words import (
    ADVICE_IN_DOUBT,
    advice,
    blocker,
    conditions,
    doubt,
)
from permission_guard.rules.role_documents import at_most, readable
from permission_guard.rules.rule import AttachPolicy, LeaveIt, Remedy, Rule

ID: Final = "role-can-write-logs"


def asks(facts: FunctionFacts) -> FactKind:
    """Ask for the role; for the log group if the verdict depends on it; for the policy to attach on a FAIL."""
    if facts.role is NOT_READ:
        return FactKind.ROLE
    found = check(facts)
    if not isinstance(facts.role, RoleFacts) or found[0].verdict is Verdict.PASS:
        return FactKind.NOTHING
    if facts.log_group_exists is NOT_READ:
        (existing,) = check(replace(facts, log_group_exists=True))
        if existing.verdict is not found[0].verdict:
            return FactKind.LOG_GROUP
    return FactKind.REMEDY & facts.unread if found[0].verdict is Verdict.FAIL else FactKind.NOTHING


def check(facts: FunctionFacts) -> tuple[Finding, ...]:
    """Evaluate the role. One finding: PASS, FAIL with the refused request, or UNKNOWN with what is undecided."""
    role, configuration = facts.role, facts.configuration
    if isinstance(role, Unreadable):
        return (_finding(facts, Verdict.UNKNOWN, str(role), role, HELP_TO_READ),)
    if not isinstance(configuration, Configuration):
        return ()
    if isinstance(role, RoleFacts):
        return (_in_every_case(facts, readable(role), configuration),)
    if role is MISSING_ROLE:
        summary, missing = (
            f"the execution role {configuration.role_arn} does not exist",
            Missing(configuration.role_arn),
        )
        return (_finding(facts, Verdict.FAIL, summary, missing, _NO_ROLE),)
    return ()


_NO_ROLE: Final = "Create the role again, or give the function a role that exists."


def _in_every_case(facts: FunctionFacts, role: RoleFacts, configuration: Configuration) -> Finding:
    """Return the finding; if a key leaves it unknown that no session shows, what is found whatever the key is."""
    found = _evaluated(facts, role, configuration, Meter())
    if not isinstance(found.proof, Undecided) or found.proof.doubt == _TOO_COMPLEX:
        return found
    meter = Meter()
    keys = unknown_keys(
        role, [one for place in _places(facts, role, configuration, meter) for one in place.place.sessions]
    )
    try:
        cases = [_evaluated(facts, one, configuration, meter) for one in every_case(role, keys, meter)]
    except BudgetSpent:
        return found
    if cases and all(one.verdict is Verdict.PASS for one in cases):
        return cases[0]
    denied = [one.proof for one in cases if isinstance(one.proof, DeniedRequest)]
    # Two calls need not show the same value, so one of them must be refused in every case.
    calls = {(one.request.action, one.request.resource) for one in denied}
    if not cases or len(denied) < len(cases) or len(calls) > 1:
        return found
    proof = denied[0]
    context = proof.request.context.with_keys(dict.fromkeys(keys, ABSENT))
    request = replace(proof.request, context=context)
    decision = decide(request, identity=role.identity, boundary=role.boundary)
    return replace(cases[0], proof=DeniedRequest(request, decision, proof.blocker))


def _evaluated(facts: FunctionFacts, role: RoleFacts, configuration: Configuration, meter: Meter) -> Finding:
    if not role.every_unreadable and Granted(role.identity, role.boundary, meter).is_everywhere(ACTIONS):
        # Most roles have a policy of AWS's that says no more: whatever the function is called, it can write.
        return _passed(facts, role)
    role = at_most(role)
    places = _places(facts, role, configuration, meter)
    try:
        doubts = [(calls, calls.doubtful(with_group=_needs_group(facts, calls))) for calls in places]
        for calls, asked in doubts:
            if asked is not None or role.every_unreadable:
                refused = _refused(facts, calls)
                if refused is not None:
                    return refused
    except BudgetSpent:
        return _too_complex(facts, places[0])
    for unread in role.every_unreadable:
        return _finding(facts, Verdict.UNKNOWN, str(unread), unread, HELP_TO_READ)
    for calls, asked in doubts:
        if asked is not None:
            return _in_doubt(facts, calls, asked)
    return _passed(facts, role)


def _passed(facts: FunctionFacts, role: RoleFacts) -> Finding:
    return _finding(facts, Verdict.PASS, f"{role.name} can write the logs of {facts.arn.name}", None)


def _needs_group(facts: FunctionFacts, calls: LoggingCalls) -> bool:
    """Return whether CreateLogGroup counts: not if the function's group exists (facts 5.1)."""
    return not (calls.place.is_here and facts.log_group_exists is True)


def _places(
    facts: FunctionFacts, role: RoleFacts, configuration: Configuration, meter: Meter
) -> tuple[LoggingCalls, ...]:
    granted = Granted(role.identity, role.boundary, meter)
    places = (own_region(facts, role, configuration), *edge(facts, role, configuration))
    return tuple(LoggingCalls(place, role, granted) for place in places)


def _refused(facts: FunctionFacts, calls: LoggingCalls) -> Finding | None:
    """Return the finding if a call is certainly refused. Raises BudgetSpent."""
    role, is_here = calls.role, calls.place.is_here
    is_known = not (is_here and isinstance(facts.log_group_exists, Unreadable))
    asked = calls.refused(with_group=is_known and _needs_group(facts, calls))
    if asked is None:
        return None
    trusted = trust_in_the_edge(role)
    if not is_here and trusted is not None and trusted[1].answer is EvalDecision.UNDECIDED:
        request = asked[0]
        unsure = (
            f"Lambda@Edge could not {request.action} on {request.resource}; whether it may assume the role: "
        )
        proof = Undecided(*trusted, unsure + conditions(trusted))
        return _finding(facts, Verdict.UNKNOWN, proof.doubt, proof, ADVICE_IN_DOUBT)
    denied = DeniedRequest(*asked, blocker(asked, role))
    return _finding(facts, Verdict.FAIL, _said(asked, role), denied, advice(asked, role))


def _in_doubt(facts: FunctionFacts, calls: LoggingCalls, asked: Asked) -> Finding:
    """Return the finding about a call that may be refused."""
    exists = facts.log_group_exists
    if asked[0].action == CREATE_GROUP and calls.place.is_here and isinstance(exists, Unreadable):
        return _finding(facts, Verdict.UNKNOWN, _said(asked, calls.role), exists, HELP_TO_READ)
    proof = Undecided(*asked, doubt(asked, calls))
    return _finding(facts, Verdict.UNKNOWN, _undecided_text(proof, calls.role), proof, ADVICE_IN_DOUBT)


def _undecided_text(proof: Undecided, role: RoleFacts) -> str:
    asked = proof.request
    return (
        f"whether {role.name} is allowed to call {asked.action} on {asked.resource} is unknown: {proof.doubt}"
    )


def _said(asked: Asked, role: RoleFacts) -> str:
    request, _ = asked
    return (
        f"{role.name} is not allowed to call {request.action} on {request.resource}: {blocker(asked, role)}"
    )


def _too_complex(facts: FunctionFacts, calls: LoggingCalls) -> Finding:
    """Return the finding that the policies are too complex to evaluate."""
    proof = Undecided(*calls.example(), _TOO_COMPLEX)
    return _finding(facts, Verdict.UNKNOWN, _undecided_text(proof, calls.role), proof, ADVICE_IN_DOUBT)


_TOO_COMPLEX: Final = f"the role's policies take more than {BUDGET:,} steps to evaluate; simplify the patterns of their Resource elements"


def _finding(facts: FunctionFacts, verdict: Verdict, summary: str, proof: Proof, to_do: str = "") -> Finding:
    role_arn = (
        facts.configuration.role_arn if isinstance(facts.configuration, Configuration) else str(facts.arn)
    )
    return Finding(
        rule=ID,
        concern=Concern.ROLE_CAN_WRITE_LOGS,
        subject=role_arn,
        verdict=verdict,
        severity=Severity.MEDIUM,
        summary=summary,
        proof=proof,
        advice=to_do,
    )


def remedies(finding: Finding, facts: FunctionFacts, _trusted: Trusted) -> Iterator[Remedy]:
    """Offer to attach the configured policy, if there is a role to attach it to and the policy could be read.

    For a published version with its own role, only a person knows whether it is still used.
    """
    if not isinstance(finding.proof, DeniedRequest):
        return
    if facts.qualifier is not None:
        yield LeaveIt(f"only {facts.target} has the role {finding.subject}, and that version may be unused")
    elif isinstance(facts.remedy, Policy):
        yield AttachPolicy(facts.remedy)
    elif isinstance(facts.remedy, Unreadable):
        yield LeaveIt(f"the policy to attach is not known: {facts.remedy}")


RULE: Final = Rule(
    id=ID,
    title="The execution role can write the function's logs",
    why="A function whose role cannot write logs leaves no trace of what it does, of failures, or of attacks.",
    reference="https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html",
    reads=FactKind.ROLE,
    asks=asks,
    check=lambda facts, _: check(facts),
    remedies=remedies,
)
