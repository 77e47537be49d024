"""Fix a template by adding missing lines. Each line is proved by evaluating the new text.

A line is added only if it fixes its fault and makes no other verdict worse.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from permission_guard.frozen import frozen
from permission_guard.model.finding import GRAVITY, Concern, Verdict
from permission_guard.repair.remedy import halved
from permission_guard.template.edit import CannotEdit, Editor, Insertion, with_insertions
from permission_guard.template.findings import Checked, TemplateFinding, Trust, check
from permission_guard.template.lines import line
from permission_guard.template.source import CheckOptions

_Key: TypeAlias = tuple[str, str, str, bool]


@frozen
class FixedText:
    """A text with its faults fixed where that is possible, and its evaluation. A fault that is left says why."""

    text: str
    checked: Checked


def fixed(text: str, file: str, options: CheckOptions, trust: Trust) -> FixedText:
    """Return the fixed text and its evaluation. Raises NotReadable for a text that is no template or plan."""
    found = fixable(text, file, options, trust)
    if found.text == text:
        return found
    reasons = {_key(one): str(one.explanation.fix) for one in found.checked.verdicts}
    return FixedText(found.text, _with_reasons(check(found.text, file, options, trust), reasons))


def fixable(text: str, file: str, options: CheckOptions, trust: Trust) -> FixedText:
    """Return the text that `fixed` returns, with the evaluation of the original text. A fault that cannot be fixed says why.

    Raises NotReadable for a text that is no template or plan.
    """
    checked = check(text, file, options, trust)
    editor: Editor | None = None
    found: list[tuple[TemplateFinding, Insertion]] = []
    reasons: dict[_Key, str] = {}
    for fault in checked.verdicts:
        if fault.finding.verdict is not Verdict.FAIL:
            continue
        try:
            wanted = line(checked, fault)
            editor = editor or Editor(text, is_json=not checked.source.is_yaml)
            found.append((fault, editor.insertion(("Resources", fault.owner, "Properties"), wanted)))
        except CannotEdit as error:
            reasons[_key(fault)] = str(error)

    def problem(some: Sequence[tuple[TemplateFinding, Insertion]]) -> str | None:
        changed = with_insertions(text, [insertion for _, insertion in some])
        after = check(changed, file, options, trust) if some else checked
        return harm(checked, after, [fault for fault, _ in some])

    kept: list[Insertion] = []
    for some, why in halved(found, problem):
        kept += [insertion for _, insertion in some if why is None]
        reasons |= {_key(fault): why for fault, _ in some if why is not None}
    return FixedText(with_insertions(text, kept), _with_reasons(checked, reasons))


def _with_reasons(checked: Checked, reasons: Mapping[_Key, str]) -> Checked:
    verdicts = (
        replace(one, explanation=replace(one.explanation, fix=reason)) if reason else one
        for one in checked.verdicts
        for reason in [reasons.get(_key(one))]
    )
    return replace(checked, verdicts=tuple(verdicts))


def _key(one: TemplateFinding) -> _Key:
    managing = one.finding.concern is Concern.MANAGEMENT_ACCESS
    return one.finding.rule, one.owner, one.facts.target, managing


def harm(before: Checked, after: Checked, faults: Sequence[TemplateFinding]) -> str | None:
    """Return what is wrong with a fixed text: a fault is still there, or another verdict is worse; None if neither."""
    was = {_key(one): one.finding.verdict for one in before.verdicts}
    now = {_key(one): one.finding.verdict for one in after.verdicts}
    if any(now.get(_key(fault)) is not Verdict.PASS for fault in faults):
        return "adding the line does not fix it"
    worse = (key for key in now if GRAVITY.index(now[key]) < GRAVITY.index(was.get(key, Verdict.PASS)))
    return next((f"adding the line makes {key[1]} worse" for key in worse), None)
