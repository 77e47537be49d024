"""The rules before the deploy: what holds in every deployment that a template may come to, and UNKNOWN where they differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

from permission_guard.frozen import frozen
from permission_guard.model.facts import FunctionFacts, Trusted, Unreadable
from permission_guard.model.finding import GRAVITY, Concern, Finding, Verdict
from permission_guard.scan.explanation import Explanation, explain
from permission_guard.template.cases import Case, deployed
from permission_guard.template.declared import (
    Declared,
    DeclaredFunction,
    DeclaredRole,
    Permission,
    WholePolicy,
)
from permission_guard.template.home import ACCOUNT, REGION, Destination
from permission_guard.template.ignore import Ignore
from permission_guard.template.source import Said, Source, source
from permission_guard.template.value import Value, reasons

_ABOUT_A_ROLE: Final = "role-can-write-logs"


@frozen
class Trust:
    """Whose callers are no untrusted accounts, besides the own account."""

    accounts: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()

    def of(self, account: str) -> Trusted:
        """Return the same for functions of an account."""
        return Trusted(account, self.accounts, self.organizations)


@frozen
class TemplateFinding:
    """A verdict: on which resource, with the facts that it rests on. `function` is the resource that is opened or run."""

    owner: str
    function: str
    facts: FunctionFacts
    explanation: Explanation

    @property
    def finding(self) -> Finding:
        """The finding."""
        return self.explanation.finding


@frozen
class Checked:
    """A file that was checked, and its verdicts in the order of their places."""

    source: Source
    verdicts: tuple[TemplateFinding, ...]
    trust: Trust
    ignored: tuple[tuple[TemplateFinding, Ignore], ...] = ()
    """What is ignored for a reason, and is no verdict any more."""


def check(text: str, file: str, said: Said, trust: Trust) -> Checked:
    """Evaluate a template or plan. Raises NotReadable, which names the place, for what is neither."""
    found = source(text, file, said)
    verdicts = evaluated(found.variants, trust)
    return Checked(found, tuple(sorted(verdicts, key=lambda one: found.at(one.owner, one.finding))), trust)


_Key: TypeAlias = tuple[str, str, str, bool]
_Declaration: TypeAlias = DeclaredFunction | Permission | WholePolicy
_Index: TypeAlias = dict[str, list[_Declaration]]
"""What is declared, by the resources."""


def evaluated(
    variants: Sequence[tuple[Mapping[str, bool], Declared]], trust: Trust
) -> tuple[TemplateFinding, ...]:
    """Evaluate what is declared in each deployment that the template allows, and return what holds in all of them."""
    verdicts: dict[_Key, list[tuple[Mapping[str, bool], TemplateFinding]]] = {}
    for assumed, declared in variants:
        for key, one in _in_one(declared, trust).items():
            verdicts.setdefault(key, []).append((assumed, one))
    return _merged([_agreed(each) for each in verdicts.values()])


def _merged(found: Sequence[TemplateFinding]) -> tuple[TemplateFinding, ...]:
    """Report what is wrong with a role once, for all its functions."""
    groups: dict[tuple[object, ...], list[TemplateFinding]] = {}
    for number, one in enumerate(found):
        finding = one.finding
        is_shared = finding.rule == _ABOUT_A_ROLE and finding.verdict is not Verdict.PASS
        key = (one.owner, finding.verdict) if is_shared else (number,)
        groups.setdefault(key, []).append(one)
    return tuple(_for_all(each) for each in groups.values())


def _for_all(alike: Sequence[TemplateFinding]) -> TemplateFinding:
    first = alike[0]
    if len(alike) == 1:
        return first
    names = ", ".join(one.function for one in alike)
    because = (*first.explanation.because, f"The functions {names} run with this role.")
    return replace(first, explanation=replace(first.explanation, because=because))


def _in_one(declared: Declared, trust: Trust) -> dict[_Key, TemplateFinding]:
    index: _Index = {}
    every: tuple[_Declaration, ...] = (*declared.functions, *declared.permissions, *declared.policies)
    for one in every:
        index.setdefault(one.owner, []).append(one)
    found: dict[_Key, TemplateFinding] = {}
    for each in deployed(declared):
        case = each.at_worst()
        worst = best = _of(case, trust)
        # The other reading decides only about a fault, and differs only where something is not resolved.
        if any(map(_may_differ, worst.values())):
            other = each.at_best()
            best = worst if other == case else _of(other, trust)
        found |= {key: _between(one, best.get(key), declared.home, index) for key, one in worst.items()}
    return found


def _of(case: Case, trust: Trust) -> dict[_Key, TemplateFinding]:
    found: dict[_Key, TemplateFinding] = {}
    for one in explain(case.facts, trust.of(case.facts.arn.account), repairs=False):
        finding = one.finding
        owner = case.role_owner if finding.rule == _ABOUT_A_ROLE else case.owner
        if finding.statement is not None:
            owner = case.owners[finding.statement]
        managing = finding.concern is Concern.MANAGEMENT_ACCESS
        found[finding.rule, case.facts.target, finding.subject, managing] = TemplateFinding(
            owner, case.owner, case.facts, one
        )
    return found


def _may_differ(worst: TemplateFinding) -> bool:
    finding = worst.finding
    return finding.verdict is Verdict.FAIL and finding.concern is not Concern.PERMISSION_IS_USABLE


def _between(
    worst: TemplateFinding, best: TemplateFinding | None, home: Destination, index: _Index
) -> TemplateFinding:
    """Return the verdict that both readings agree on, else UNKNOWN."""
    finding = worst.finding
    if not _may_differ(worst):
        # What passes at its worst passes; what nobody can use at its widest, nobody can use.
        return worst
    if best is not None and best.finding.verdict is Verdict.FAIL:
        return worst if finding.rule == _ABOUT_A_ROLE else best
    return _in_doubt(worst, (*_doubts(worst, home, index), _OTHER)[0])


_OTHER: Final = Unreadable("a part of it", "it is not resolved")


def _in_doubt(one: TemplateFinding, why: Unreadable) -> TemplateFinding:
    said = f"{why.what} {why.why.removeprefix('it ')}"
    finding = replace(one.finding, verdict=Verdict.UNKNOWN, summary=f"not decided: {said}", proof=why)
    worst = one.explanation.sentence
    explanation = replace(
        one.explanation,
        finding=finding,
        sentence=f"Not decided: {said}.",
        because=(f"If it comes to the worst: {worst}",),
        fix="",
        advice="",
    )
    return replace(one, explanation=explanation)


def _doubts(one: TemplateFinding, home: Destination, index: _Index) -> list[Unreadable]:
    """Say what is not resolved of what a verdict rests on, then what was not said of where it is deployed."""
    rests_on = list(_rests_on(one, index))
    unresolved = [Unreadable(what, f"it is {why}") for what, value in rests_on for why in reasons(value)]
    return [
        *unresolved,
        *(each for what, value in rests_on for each in _not_said(what, str(value), home)),
    ]


def _rests_on(one: TemplateFinding, index: _Index) -> Iterator[tuple[str, Value]]:
    is_role = one.finding.rule == _ABOUT_A_ROLE
    found = index.get(one.function if is_role else one.owner, ())
    for function in [each for each in found if is_role and isinstance(each, DeclaredFunction)]:
        yield f"the log group of {function.owner}", function.log_group
        yield from _of_role(function.role)
    for permission in [each for each in found if isinstance(each, Permission)]:
        for name, value in permission.given.items():
            yield f"{permission.says.get(name, name)} of {permission.owner}", value
    for policy in [each for each in found if isinstance(each, WholePolicy)]:
        yield f"the policy document of {policy.owner}", policy.body


def _of_role(role: DeclaredRole | Unreadable) -> Iterator[tuple[str, Value]]:
    documents = (*role.documents, role.boundary) if isinstance(role, DeclaredRole) else ()
    for one in filter(None, documents):
        yield f"the policy {one.name} of {one.owner}", one.body


def _not_said(what: str, text: str, home: Destination) -> Iterator[Unreadable]:
    accounts = () if home.says_account else ACCOUNT.findall(text)
    regions = () if home.says_region else REGION.findall(text)
    for kind, named in (("account", accounts), ("region", regions)):
        for one in named:
            if one not in {home.account, home.region}:
                why = f"it names {one}, which may be the {kind} that you deploy to: pass --{kind}"
                yield Unreadable(what, why)


def _agreed(verdicts: Sequence[tuple[Mapping[str, bool], TemplateFinding]]) -> TemplateFinding:
    """Return the verdict of all deployments, or a doubt that names the condition on which they differ."""
    _, first = verdicts[0]
    if len({one.finding.verdict for _, one in verdicts}) == 1:
        return first
    assumed, one = min(verdicts, key=lambda pair: GRAVITY.index(pair[1].finding.verdict))
    said = " and ".join(f"{name} is {str(holds).lower()}" for name, holds in assumed.items())
    verb = "fails" if one.finding.verdict is Verdict.FAIL else "is in doubt"
    return _in_doubt(
        one,
        Unreadable(f"the condition {' or '.join(assumed)}", f"it is not known, and this {verb} if {said}"),
    )
