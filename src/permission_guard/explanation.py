"""A finding explained to somebody who has never read a policy: who gets in or what is refused, why, and what mends it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, assert_never

from permission_guard.facts import FunctionFacts, Trusted, Unreadable
from permission_guard.finding import (
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
from permission_guard.iam import (
    Answer,
    Cited,
    Context,
    Decision,
    Effect,
    Layer,
    Policy,
    Request,
    Service,
    Statement,
)
from permission_guard.mend import repair_of
from permission_guard.rules import judge, rule_of
from permission_guard.step import AttachRolePolicy, BoundStatements, Repair, diffs
from permission_guard.words import condition, met, principals, request, unknowns


@dataclass(frozen=True, slots=True)
class Mend:
    """A change that is proved to mend a finding and to harm nobody; `before` is empty where something is only added.

    `costs` says what it takes from whom.
    """

    what: str
    before: str
    after: str
    costs: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """A finding in plain sentences.

    `title` and, unless the finding has its own, `why` are the rule's; `sentence` says who may do what or may not, `because` on what that rests, one
    statement after the other. `mend` is what the guard would do about a FAIL, or the reason why it would do nothing;
    `advice` is what a person should change at the source.
    """

    finding: Finding
    title: str
    why: str
    sentence: str
    because: tuple[str, ...]
    mend: Mend | str
    advice: str


def explain(facts: FunctionFacts, trusted: Trusted, *, repairs: bool = True) -> tuple[Explanation, ...]:
    """Judge the facts by every rule and explain each finding, faults first, then doubts.

    Without `repairs`, `mend` stays empty: to prove one takes longer than to find what is wrong.
    """
    findings = sorted(judge(facts, trusted), key=lambda finding: GRAVITY.index(finding.verdict))
    return tuple(_explained(finding, facts, trusted, repairs=repairs) for finding in findings)


def verdict(explanations: tuple[Explanation, ...]) -> Verdict:
    """FAIL if anything failed, else UNKNOWN if anything is in doubt, else PASS."""
    return gravest(one.finding.verdict for one in explanations)


def _explained(finding: Finding, facts: FunctionFacts, trusted: Trusted, *, repairs: bool) -> Explanation:
    rule = rule_of(finding)
    because = _because(finding, facts) or _by_statement(finding, facts)
    sentence = _sentence(finding)
    # What the finding advises then is about rights of the guard's own role.
    advice = "" if isinstance(finding.proof, Unreadable) else finding.advice
    mend = _mend(finding, facts, trusted) if repairs else ""
    why = _WHY.get(finding.concern, rule.why) if finding.verdict is Verdict.FAIL else rule.why
    return Explanation(finding, rule.title, why, sentence, because, mend, advice)


_WHY: Final = {
    Concern.PERMISSION_IS_USABLE: "What was meant to call the function is refused, and nobody is told of it.",
    Concern.CROSS_ACCOUNT_ACCESS: "Whoever holds that account can do with this what the statement allows, whenever he likes.",
    Concern.MANAGEMENT_ACCESS: "Whoever may change a function runs code of his own with its role; whoever may read it has its "
    "code and its environment.",
}
"""Why it matters, where a rule's own reason is about something graver or else."""


def _judged(finding: Finding, facts: FunctionFacts) -> Iterator[tuple[Policy, Statement]]:
    """Yield the statement that a finding is about, with its policy; nothing if it is about no statement."""
    policy = facts.resource_policy
    if policy is not None:
        yield from ((policy, one) for one in policy.statements if one.index == finding.statement)


def _mend(finding: Finding, facts: FunctionFacts, trusted: Trusted) -> Mend | str:
    if finding.verdict is not Verdict.FAIL:
        return ""
    step, reason = repair_of(finding, facts, trusted)
    if step is None:
        return reason or ""
    (_, before, after), *_ = diffs(step)
    return Mend(step.what, before, after, _costs(step))


def _costs(step: Repair) -> str:
    match step:
        case AttachRolePolicy():
            return "nobody anything; whatever else runs with this role may write logs, too"
        case BoundStatements():
            return "no trusted caller: by proof, each that has access now has access afterwards, and nobody else gains any"
        case _:
            assert_never(step)


def _sentence(finding: Finding) -> str:
    proof = finding.proof
    match proof:
        case Witness(request=asked):
            return f"Untrusted access, for example: {request(asked, 'may')}."
        case DeniedRequest(request=asked) if finding.concern is Concern.PERMISSION_IS_USABLE:
            return f"Nobody has access, so what it is for cannot work: {request(asked, 'may not')}."
        case DeniedRequest(request=asked):
            return f"Something that ought to be allowed is refused: {request(asked, 'may not')}."
        case Undecided(request=asked):
            return f"It cannot be told whether {request(asked, 'may')}."
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
                f"{_name(one)} of {policy.name}: {blocker}." for policy, one in _judged(finding, facts)
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
    None: "A Deny wins over every Allow, wherever it stands.",
    Layer.BOUNDARY: "A role has only the rights that its policies and its permissions boundary both give.",
    Layer.IDENTITY: "What no policy allows is refused.",
}


def _layer(decision: Decision) -> Layer | None:
    if decision.answer is Answer.DENIED:
        return None
    return Layer.BOUNDARY if decision.layer is Layer.BOUNDARY else Layer.IDENTITY


def _allows(cited: Cited, asked: Request) -> str:
    """Say why a statement covers the request: it asks for nothing, or for what the request has."""
    conditions = [met(one, asked.context) for one in cited.statement.conditions]
    head = f"{_name(cited.statement)} of {cited.policy} allows it"
    if conditions:
        return f"{head}: it asks that {'; and that '.join(conditions)}."
    if isinstance(asked.principal, Service):
        return f"{head} without asking for whom."
    whom = f" to {principals(cited.statement.principals)}" if cited.statement.principals else ""
    return f"{head}{whom}, without a condition."


def _to_know(decision: Decision, context: Context) -> tuple[str, ...]:
    return tuple(
        f"{_name(cited.statement)} of {cited.policy} depends on "
        f"{' and on '.join(open_)}; that is not to be known from the policy, only from each call."
        for cited in decision.statements
        if (open_ := unknowns(cited.statement, context))
    )


def _by_statement(finding: Finding, facts: FunctionFacts) -> tuple[str, ...]:
    """Say what the statement of a PASS asks for."""
    said: list[str] = []
    for policy, one in _judged(finding, facts):
        whom = principals(one.principals) if one.principals else "nobody"
        head = f"{_name(one)} of {policy.name} is for {whom}"
        asks = f"and asks that {'; and that '.join(map(condition, one.conditions))}"
        denies = (other for other in policy.statements if other.effect is Effect.DENY)
        said += [
            f"{head}, {asks if one.conditions else 'without a condition'}.",
            *(f"{_name(other)} denies again what it matches; that has been counted." for other in denies),
        ]
    return tuple(said)


def _name(one: Statement) -> str:
    return f"Statement '{one.sid}'" if one.sid else one.label
