"""What mends a template: the lines that are missing, each proved by judging the text that they make.

A line is added only for a repair that the guard itself would make, and stays only if its fault is gone then and nothing
else has become worse.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Final, TypeAlias

from permission_guard.document import body_of
from permission_guard.explanation import Mend
from permission_guard.finding import Concern, Verdict
from permission_guard.grant import Grant, NotExpressible
from permission_guard.plan import NOT_HERE
from permission_guard.template.check import Checked, check
from permission_guard.template.cloudformation import PROPERTIES
from permission_guard.template.declared import Declared
from permission_guard.template.edit import CannotEdit, Line, with_line
from permission_guard.template.home import MADE_UP, Home
from permission_guard.template.judging import Judged, Trust
from permission_guard.template.node import NotReadable
from permission_guard.template.source import Said, Source

_GRAVITY: Final = (Verdict.PASS, Verdict.UNKNOWN, Verdict.FAIL)

_Key: TypeAlias = tuple[str, str, str, bool]


@dataclass(frozen=True, slots=True)
class Fixed:
    """A text with what could be mended, and how it is judged now; what was left says why."""

    text: str
    checked: Checked


def fixed(text: str, file: str, said: Said, trust: Trust) -> Fixed:
    """Mend what can be proved. Raises NotReadable for what is no template or plan."""
    checked = check(text, file, said, trust)
    reasons: dict[_Key, str] = {}
    while (fault := next((one for one in _faults(checked) if _key(one) not in reasons), None)) is not None:
        try:
            text, checked = _mended(text, checked, fault, said, trust)
        except CannotEdit as error:
            reasons[_key(fault)] = str(error)
    verdicts = tuple(_with_reason(one, reasons.get(_key(one))) for one in checked.verdicts)
    return Fixed(text, replace(checked, verdicts=verdicts))


def _with_reason(one: Judged, reason: str | None) -> Judged:
    return one if reason is None else replace(one, explanation=replace(one.explanation, mend=reason))


def _faults(checked: Checked) -> Iterator[Judged]:
    return (one for one in checked.verdicts if one.finding.verdict is Verdict.FAIL)


def _key(one: Judged) -> _Key:
    managing = one.finding.concern is Concern.MANAGEMENT_ACTIONS
    return one.finding.rule, one.owner, one.facts.target, managing


def _mended(text: str, checked: Checked, fault: Judged, said: Said, trust: Trust) -> tuple[str, Checked]:
    """Return the text with one fault mended, and how it is judged. Raises CannotEdit."""
    changed = text
    for line, beside in _lines(checked.source, fault):
        changed = with_line(changed, ("Resources", fault.owner, "Properties"), line, beside)
    try:
        after = check(changed, checked.source.file, said, trust)
    except NotReadable as error:
        raise CannotEdit(f"the lines that are missing do not fit in by themselves: {error}") from error
    before = {_key(one): one.finding.verdict for one in checked.verdicts}
    now = {_key(one): one.finding.verdict for one in after.verdicts}
    if now.get(_key(fault)) is not Verdict.PASS:
        raise CannotEdit("the lines that are missing would not mend it")
    for key, verdict in now.items():
        if _GRAVITY.index(verdict) > _GRAVITY.index(before.get(key, Verdict.PASS)):
            raise CannotEdit(f"the lines that are missing would do harm to {key[1]}")
    return changed, after


def _lines(source: Source, fault: Judged) -> tuple[tuple[Line, str], ...]:
    """Return the lines to add, and the properties beside which they belong. Raises CannotEdit."""
    mend = fault.explanation.mend
    if not isinstance(mend, Mend):
        raise CannotEdit(mend.removesuffix(NOT_HERE))
    if source.is_plan:
        raise CannotEdit("a plan is made of the configuration: that is what must be changed")
    if not source.is_yaml:
        raise CannotEdit("lines are added to YAML only")
    if fault.owner not in source.resources:
        raise CannotEdit(
            "SAM makes it, and its event has no such property: write the permission as a resource of its own"
        )
    if not mend.before:
        return ((Line("ManagedPolicyArns", _managed(mend.after), is_item=True), "ManagedPolicyArns"),)
    return tuple((line, "Principal") for line in _of_permission(source, fault, mend))


def _managed(arn: str) -> str:
    return f'!Sub "arn:${{AWS::Partition}}:{arn.split(":", 2)[2]}"'


def _of_permission(source: Source, fault: Judged, mend: Mend) -> Iterator[Line]:
    try:
        was = Grant.of(body_of(mend.before), fault.facts.target)
        then = Grant.of(body_of(mend.after), fault.facts.target)
    except NotExpressible as error:
        raise CannotEdit(str(error)) from error
    declared = source.worlds[0][1]
    for each in fields(Grant):
        value: str | None = getattr(then, each.name)
        if each.name != "sid" and value is not None and value != getattr(was, each.name):
            yield Line(PROPERTIES[each.name], _EXPRESSED.get(each.name, _literal)(value, declared))


def _literal(value: str, _declared: Declared) -> str:
    return f'"{value}"'


def _account(value: str, declared: Declared) -> str:
    return "!Ref AWS::AccountId" if value == declared.home.account else f'"{value}"'


def _arn(value: str, declared: Declared) -> str:
    """Write an ARN: by the resource of the template that has it, else with what CloudFormation knows filled in."""
    expression = declared.arns.get(value)
    if expression is not None:
        return expression
    if MADE_UP in value.upper():
        raise CannotEdit(f"the template has no name for {value}")
    return f'!Sub "{_with_pseudo_parameters(value, declared.home)}"'


def _with_pseudo_parameters(arn: str, home: Home) -> str:
    partition, service, region, account, rest = arn.split(":", 5)[1:]
    return ":".join(
        (
            "arn",
            "${AWS::Partition}" if partition == home.partition else partition,
            service,
            "${AWS::Region}" if region == home.region else region,
            "${AWS::AccountId}" if account == home.account else account,
            rest,
        )
    )


_EXPRESSED: Final[dict[str, Callable[[str, Declared], str]]] = {
    "source_account": _account,
    "source_arn": _arn,
}
