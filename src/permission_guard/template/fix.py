"""What mends a template: the lines that are missing, each proved by judging the text that they make.

A line is added only for a repair that the guard itself would make, and stays only if its fault is gone then and nothing
else has become worse.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from permission_guard.finding import Concern, Verdict
from permission_guard.template.check import Checked, check
from permission_guard.template.edit import CannotEdit, with_line
from permission_guard.template.judging import Judged, Trust
from permission_guard.template.lines import lines
from permission_guard.template.source import Said

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
    managing = one.finding.concern is Concern.MANAGEMENT_ACCESS
    return one.finding.rule, one.owner, one.facts.target, managing


def _mended(text: str, checked: Checked, fault: Judged, said: Said, trust: Trust) -> tuple[str, Checked]:
    """Return the text with one fault mended, and how it is judged. Raises CannotEdit."""
    changed = text
    for line in lines(checked.source, fault):
        changed = with_line(changed, ("Resources", fault.owner, "Properties"), line)
    after = check(changed, checked.source.file, said, trust)
    problem = harm(checked, after, fault)
    if problem is not None:
        raise CannotEdit(problem)
    return changed, after


def harm(before: Checked, after: Checked, fault: Judged) -> str | None:
    """Say what is wrong with a text that was to mend a fault: it is still there, or something else is worse."""
    was = {_key(one): one.finding.verdict for one in before.verdicts}
    now = {_key(one): one.finding.verdict for one in after.verdicts}
    if now.get(_key(fault)) is not Verdict.PASS:
        return "the lines that are missing would not mend it"
    worse = (key for key in now if _GRAVITY.index(now[key]) > _GRAVITY.index(was.get(key, Verdict.PASS)))
    return next((f"the lines that are missing would do harm to {key[1]}" for key in worse), None)
