"""The verdicts on a template: those that hold in every possible deployment, and UNKNOWN where deployments differ."""

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
from permission_guard.template.destination import ACCOUNT, REGION, Destination
from permission_guard.template.ignore import Ignore
from permission_guard.template.source import CheckOptions, Source, source
from permission_guard.template.value import Value, reasons

_ABOUT_A_ROLE: Final = "role-can-write-logs"


@frozen
class Trust:
    """The accounts and organizations that are trusted in addition to the own account."""

    accounts: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()

    def of(self, account: str) -> Trusted:
        """Return the zone of trust of functions in an account."""
        return Trusted(account, self.accounts, self.organizations)


@frozen
class TemplateFinding:
    """A verdict on a resource (`owner`), with the facts for it. `function` is the resource of the function or layer version."""

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
    """The verdicts that are ignored, each with its reason; they are not in `verdicts`."""


def check(text: str, file: str, options: CheckOptions, trust: Trust) -> Checked:
    """Evaluate a template or plan. Raises NotReadable, with the place, for any other text."""
    found = source(text, file, options)
    verdicts = evaluated(found.variants, trust)
    return Checked(found, tuple(sorted(verdicts, key=lambda one: found.at(one.owner, one.finding))), trust)


_Key: TypeAlias = tuple[str, str, str, bool]
_Declaration: TypeAlias = DeclaredFunction | Permission | WholePolicy
_Index: TypeAlias = dict[str, list[_Declaration]]
"""The declarations, by the resource that makes them."""


def evaluated(
    variants: Sequence[tuple[Mapping[str, bool], Declared]], trust: Trust
) -> tuple[TemplateFinding, ...]:
    """Evaluate every possible deployment of a template, and return the verdicts that hold in all of them."""
    verdicts: dict[_Key, list[tuple[Mapping[str, bool], TemplateFinding]]] = {}
    for assumed, declared in variants:
        for key, one in _in_one(declared, trust).items():
            verdicts.setdefault(key, []).append((assumed, one))
    return _merged([_agreed(each) for each in verdicts.values()])


def _merged(found: Sequence[TemplateFinding]) -> tuple[TemplateFinding, ...]:
    """Merge the verdicts on one role that several functions use."""
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
        case = each.worst_case()
        worst = best = _of(case, trust)
        # The best case matters only for a FAIL, and differs only where something is not resolved.
        if any(map(_may_differ, worst.values())):
            other = each.best_case()
            best = worst if other == case else _of(other, trust)
        found |= {
            key: _between(one, best.get(key), declared.destination, index) for key, one in worst.items()
        }
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
    worst: TemplateFinding, best: TemplateFinding | None, destination: Destination, index: _Index
) -> TemplateFinding:
    """Return the verdict that both cases agree on, else UNKNOWN."""
    finding = worst.finding
    if not _may_differ(worst):
        # A PASS in the worst case holds in all cases, and so does a statement that nobody can use.
        return worst
    if best is not None and best.finding.verdict is Verdict.FAIL:
        return worst if finding.rule == _ABOUT_A_ROLE else best
    return _in_doubt(worst, (*_doubts(worst, destination, index), _OTHER)[0])


_OTHER: Final = Unreadable("a part of it", "it is not resolved")


def _in_doubt(one: TemplateFinding, why: Unreadable) -> TemplateFinding:
    reason = f"{why.what} {why.why.removeprefix('it ')}"
    finding = replace(one.finding, verdict=Verdict.UNKNOWN, summary=f"not decided: {reason}", proof=why)
    worst = one.explanation.sentence
    explanation = replace(
        one.explanation,
        finding=finding,
        sentence=f"Not decided: {reason}.",
        because=(f"In the worst case: {worst}",),
        fix="",
        advice="",
    )
    return replace(one, explanation=explanation)


def _doubts(one: TemplateFinding, destination: Destination, index: _Index) -> list[Unreadable]:
    """Return what is not resolved among the values of a verdict, then what depends on an account or Region that is not given."""
    rests_on = list(_rests_on(one, index))
    unresolved = [Unreadable(what, f"it is {why}") for what, value in rests_on for why in reasons(value)]
    return [
        *unresolved,
        *(each for what, value in rests_on for each in _not_given(what, str(value), destination)),
    ]


def _rests_on(one: TemplateFinding, index: _Index) -> Iterator[tuple[str, Value]]:
    is_role = one.finding.rule == _ABOUT_A_ROLE
    found = index.get(one.function if is_role else one.owner, ())
    for function in [each for each in found if is_role and isinstance(each, DeclaredFunction)]:
        yield f"the log group of {function.owner}", function.log_group
        role = function.role
        for each in filter(None, (*role.documents, role.boundary) if isinstance(role, DeclaredRole) else ()):
            yield f"the policy {each.name} of {each.owner}", each.body
    for permission in [each for each in found if isinstance(each, Permission)]:
        for name, value in permission.given.items():
            yield f"{permission.labels.get(name, name)} of {permission.owner}", value
    for policy in [each for each in found if isinstance(each, WholePolicy)]:
        yield f"the policy document of {policy.owner}", policy.body


def _not_given(what: str, text: str, destination: Destination) -> Iterator[Unreadable]:
    accounts = () if destination.is_account_given else ACCOUNT.findall(text)
    regions = () if destination.is_region_given else REGION.findall(text)
    for kind, named in (("account", accounts), ("region", regions)):
        for one in named:
            if one not in {destination.account, destination.region}:
                why = f"it names {one}, and the {kind} of the deployment is not known: pass --{kind}"
                yield Unreadable(what, why)


def _agreed(verdicts: Sequence[tuple[Mapping[str, bool], TemplateFinding]]) -> TemplateFinding:
    """Return the verdict that all deployments have, or UNKNOWN with the condition on which they differ."""
    _, first = verdicts[0]
    if len({one.finding.verdict for _, one in verdicts}) == 1:
        return first
    assumed, one = min(verdicts, key=lambda pair: GRAVITY.index(pair[1].finding.verdict))
    values = " and ".join(f"{name} is {str(holds).lower()}" for name, holds in assumed.items())
    verb = "fails" if one.finding.verdict is Verdict.FAIL else "is not decided"
    return _in_doubt(
        one,
        Unreadable(f"the condition {' or '.join(assumed)}", f"it is not known, and this {verb} if {values}"),
    )
