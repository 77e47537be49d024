"""A finding explained: who has access or what is refused, why, and how to fix it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, assert_never

from permission_guard.frozen import frozen
from permission_guard.iam import (
    Cited,
    Context,
    Decision,
    Effect,
    EvalDecision,
    Layer,
    Policy,
    Request,
    ServicePrincipal,
    Statement,
)
from permission_guard.model.facts import FunctionFacts, Trusted, Unreadable
from permission_guard.model.finding import (
    GRAVITY,
    Concern,
    DeniedRequest,
    Finding,
    Missing,
    Recorded,
    Undecided,
    Unused,
    Verdict,
    Witness,
    gravest,
)
from permission_guard.repair.remedy import repairs_of
from permission_guard.repair.step import AttachRolePolicy, Repair, RewriteStatements, diffs
from permission_guard.rules import evaluate, rule_of
from permission_guard.rules.about import WHY
from permission_guard.scan.mismatch_text import condition, met, principals, request, unknowns


@frozen
class ProvedFix:
    """A change that is proved to fix a finding and to lose no trusted caller; `before` is empty where something is added.

    `costs` is its impact on others.
    """

    what: str
    before: str
    after: str
    costs: str


@frozen
class Explanation:
    """A finding in plain sentences.

    `title` and, unless the finding has its own, `why` are the rule's; `sentence` says who may do what or may not, `because` on what that rests, one
    statement after the other. `fix` is what the guard would do about a FAIL, or the reason why it would do nothing;
    `advice` is what a person should change at the source.
    """

    finding: Finding
    title: str
    why: str
    sentence: str
    because: tuple[str, ...]
    fix: ProvedFix | str
    advice: str


def explain(facts: FunctionFacts, trusted: Trusted, *, repairs: bool = True) -> tuple[Explanation, ...]:
    """Evaluate the facts by every rule and explain each finding: FAIL first, then UNKNOWN.

    Without `repairs`, `fix` stays empty: to prove a repair takes longer than to find the fault.
    """
    findings = sorted(evaluate(facts, trusted), key=lambda finding: GRAVITY.index(finding.verdict))
    failed = [one for one in findings if repairs and one.verdict is Verdict.FAIL]
    steps = dict(zip(map(id, failed), repairs_of(failed, facts, trusted), strict=True))
    return tuple(_explained(one, facts, *steps.get(id(one), (None, None))) for one in findings)


def verdict(explanations: tuple[Explanation, ...]) -> Verdict:
    """FAIL if anything failed, else UNKNOWN if anything is in doubt, else PASS."""
    return gravest(one.finding.verdict for one in explanations)


def _explained(
    finding: Finding, facts: FunctionFacts, step: Repair | None, reason: str | None
) -> Explanation:
    rule = rule_of(finding)
    because = _because(finding, facts) or _by_statement(finding, facts)
    sentence = _sentence(finding)
    # The advice of an unreadable fact is about the guard's own role.
    advice = "" if isinstance(finding.proof, Unreadable) else finding.advice
    fix = (reason or "") if step is None else _fix(step)
    why = WHY.get(finding.concern, rule.why) if finding.verdict is Verdict.FAIL else rule.why
    return Explanation(finding, rule.title, why, sentence, because, fix, advice)


def _evaluated(finding: Finding, facts: FunctionFacts) -> Iterator[tuple[Policy, Statement]]:
    """Yield the statement that a finding is about, with its policy; nothing if it is about no statement."""
    policy = facts.resource_policy
    if policy is not None:
        yield from ((policy, one) for one in policy.statements if one.index == finding.statement)


def _fix(step: Repair) -> ProvedFix:
    (_, before, after), *_ = diffs(step)
    return ProvedFix(step.what, before, after, _costs(step))


def _costs(step: Repair) -> str:
    match step:
        case AttachRolePolicy():
            return "everything else that runs with this role can write logs, too"
        case RewriteStatements():
            return "no trusted caller loses access, and no other caller gains it"
        case _:
            assert_never(step)


def _sentence(finding: Finding) -> str:
    proof = finding.proof
    match proof:
        case Witness(request=asked):
            return f"Untrusted callers have access. For example, {request(asked, 'is allowed to')}."
        case DeniedRequest(request=asked) if finding.concern is Concern.PERMISSION_IS_USABLE:
            return f"No caller can use this statement. For example, {request(asked, 'is not allowed to')}."
        case DeniedRequest(request=asked):
            return f"{request(asked, 'is not allowed to')}."
        case Undecided(request=asked):
            return f"The policies leave open whether {request(asked, 'is allowed to')}."
        case Missing(what):
            return f"{what} does not exist."
        case Unused() | Unreadable() | Recorded() | None:
            return f"{finding.summary}."
        case _:
            assert_never(proof)


def _because(finding: Finding, facts: FunctionFacts) -> tuple[str, ...]:
    proof = finding.proof
    match proof:
        case Witness(asked, decision):
            return tuple(_allows(cited, asked) for cited in decision.statements)
        case DeniedRequest(blocker=blocker) if finding.concern is Concern.PERMISSION_IS_USABLE:
            return tuple(
                f"{one.title} of {policy.name}: {blocker}." for policy, one in _evaluated(finding, facts)
            )
        case DeniedRequest(_, decision, blocker):
            return (f"{blocker}.", _LAYERS[_layer(decision)])
        case Undecided(asked, decision, doubt):
            return _to_know(decision, asked.context) or (f"{doubt[:1].upper()}{doubt[1:]}.",)
        case Unreadable() as unreadable:
            return (f"{unreadable}.",)
        case Missing() | Unused() | Recorded() | None:
            return ()
        case _:
            assert_never(proof)


_LAYERS: Final = {
    None: "An explicit Deny overrides every Allow.",
    Layer.BOUNDARY: "A role can do only what its policies and its permissions boundary both allow.",
    Layer.IDENTITY: "A request that no policy allows is denied.",
}


def _layer(decision: Decision) -> Layer | None:
    if decision.answer is EvalDecision.DENIED:
        return None
    return Layer.BOUNDARY if decision.layer is Layer.BOUNDARY else Layer.IDENTITY


def _allows(cited: Cited, asked: Request) -> str:
    """Say why a statement allows the request: it has no condition, or the request meets its conditions."""
    conditions = [met(one, asked.context) for one in cited.statement.conditions]
    head = f"{cited.statement.title} of {cited.policy} allows it"
    if conditions:
        return f"{head}: it requires that {'; and that '.join(conditions)}."
    if isinstance(asked.principal, ServicePrincipal):
        return f"{head} and has no condition on the source."
    whom = f" to {principals(cited.statement.principals)}" if cited.statement.principals else ""
    return f"{head}{whom}, without a condition."


def _to_know(decision: Decision, context: Context) -> tuple[str, ...]:
    return tuple(
        f"{cited.statement.title} of {cited.policy} depends on "
        f"{' and on '.join(open_)}; only each call shows that."
        for cited in decision.statements
        if (open_ := unknowns(cited.statement, context))
    )


def _by_statement(finding: Finding, facts: FunctionFacts) -> tuple[str, ...]:
    """Say what the statement of a PASS requires."""
    lines: list[str] = []
    for policy, one in _evaluated(finding, facts):
        whom = principals(one.principals) if one.principals else "nobody"
        head = f"{one.title} of {policy.name} names {whom}"
        asks = f"and requires that {'; and that '.join(map(condition, one.conditions))}"
        denies = (other for other in policy.statements if other.effect is Effect.DENY)
        lines += [
            f"{head}, {asks if one.conditions else 'without a condition'}.",
            *(f"{other.title} denies what it matches, and is taken into account." for other in denies),
        ]
    return tuple(lines)
