"""What is said of some cases, word for word: `golden/rules/<rule-id>.txt`, one paragraph for each case that it names.

After a change that is meant, write them anew and read the difference:

    make test ARGS="tests/rules/test_wording.py" GOLDEN=write
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from permission_guard.iam import ABSENT, Decision, Layer, Request
from permission_guard.model.facts import FunctionFacts, Trusted
from permission_guard.model.finding import DeniedRequest as Denied
from permission_guard.model.finding import Finding, Proof, Undecided, Verdict, Witness
from permission_guard.rules import RULES, evaluate, rule_of
from permission_guard.rules.rule import AddCondition, AttachPolicy, LeaveIt, Remedy, SplitStatement
from tests.rules.case import CASES, Case
from tests.test_golden import FOLDER, golden


def said(case: Case) -> str:
    """All that the rules say about a case."""
    found = evaluate(case.facts, case.trusted)
    said = (line for one in found for line in lines(one, case.facts, case.trusted))
    return "".join(f"{line}\n" for line in (f"# {case.name}.{case.verdict.value.lower()}", *said))


def lines(finding: Finding, facts: FunctionFacts, trusted: Trusted) -> Iterator[str]:
    place = "" if finding.statement is None else f" [{finding.statement}]"
    by = "" if finding.rule == finding.concern.value else f" by {finding.rule}"
    yield f"{finding.verdict.value} {finding.severity.name} {finding.concern.value}{by}: {finding.subject}{place}"
    yield f"  {finding.summary}"
    yield from (f"  {one}" for one in proved(finding.proof) if one not in finding.summary)
    if finding.advice:
        yield f"  Advice: {finding.advice}"
    if finding.verdict is Verdict.FAIL:
        yield from (f"  Remedy: {offered(one)}" for one in rule_of(finding).remedies(finding, facts, trusted))


def proved(proof: Proof) -> tuple[str, ...]:
    match proof:
        case (
            Witness(request, decision, text)
            | Denied(request, decision, text)
            | Undecided(request, decision, text)
        ):
            return f"{type(proof).__name__}: {asked(request, decision)}", text
        case None:
            return ()
        case _:
            return (str(proof),)


def asked(request: Request, decision: Decision) -> str:
    """A request and its decision. The keys of a role's session are not shown: test_role_session.py has them."""
    keys = [
        f"{key} = {'unknown' if values is None else ', '.join(values)}"
        for key, values in sorted(request.context.keys.items())
        if values != ABSENT and decision.layer is Layer.RESOURCE
    ]
    cited = " and ".join(map(str, decision.statements)) or "nothing"
    said = f"{request.principal} calls {request.action} on {request.resource}"
    return f"{'; '.join((said, *keys))}: {decision.answer.value} in the {decision.layer.value} by {cited}"


def offered(remedy: Remedy) -> str:
    match remedy:
        case AttachPolicy(policy):
            return f"attach {policy.name}"
        case AddCondition(statement, condition):
            return f"add {condition} to [{statement}]"
        case SplitStatement(statement, conditions):
            return f"split [{statement}] by {', '.join(map(str, conditions))}"
        case LeaveIt(reason):
            return f"none: {reason}"


@pytest.mark.parametrize("rule", [rule.id for rule in RULES])
def test_a_case_is_reported_word_for_word_as_it_is_kept(rule: str) -> None:
    name = f"rules/{rule}.txt"
    cases = re.findall("^# (.+)$", (FOLDER / name).read_text(encoding="utf-8"), re.MULTILINE)
    made = "\n".join(said(Case.of(CASES / rule / f"{case}.json")) for case in cases)

    assert made == golden(name, made)
