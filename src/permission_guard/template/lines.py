"""The lines that mend a fault in a template, from the repair that the guard itself would make."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Final

from permission_guard.document import bodies_of, body_of
from permission_guard.explanation import Mend
from permission_guard.finding import Verdict
from permission_guard.grant import Grant, NotExpressible
from permission_guard.mend import NOT_HERE
from permission_guard.patches import Language, Patch
from permission_guard.template.cloudformation import PROPERTIES
from permission_guard.template.declared import Declared
from permission_guard.template.edit import CannotEdit, Line
from permission_guard.template.judging import Judged
from permission_guard.template.sam import is_sam
from permission_guard.template.source import Source


def patches(source: Source, one: Judged) -> tuple[Patch, ...]:
    """Return the lines to add, in the language of the template; none where there are none to add."""
    if one.finding.verdict is not Verdict.FAIL:
        return ()
    try:
        text = "\n".join(row for line in lines(source, one) for row in line.rows)
    except CannotEdit:
        return ()
    return (Patch(Language.SAM if is_sam(source.body) else Language.CLOUDFORMATION, text),)


def lines(source: Source, fault: Judged) -> tuple[Line, ...]:
    """Return the lines to add where a fault is. Raises CannotEdit."""
    mend = fault.explanation.mend
    if not isinstance(mend, Mend):
        raise CannotEdit(mend.replace(NOT_HERE, ""))
    if source.is_plan:
        raise CannotEdit("a plan is made of the configuration: that is what must be changed")
    if not source.is_yaml:
        raise CannotEdit("lines are added to YAML only")
    if not mend.before:
        return (Line("ManagedPolicyArns", _managed(mend.after), is_item=True),)
    return tuple(_of_permission(source, fault, mend))


def _managed(arn: str) -> str:
    return f'!Sub "arn:${{AWS::Partition}}:{arn.split(":", 2)[2]}"'


def _of_permission(source: Source, fault: Judged, mend: Mend) -> Iterator[Line]:
    try:
        was = Grant.of(body_of(mend.before), fault.facts.target)
        after, *more = bodies_of(mend.after)
        if more:
            raise CannotEdit("it takes several statements at once")
        then = Grant.of(after, fault.facts.target)
    except NotExpressible as error:
        raise CannotEdit(str(error)) from error
    declared = source.worlds[0][1]
    if not _is_the_same_everywhere(source, fault.owner):
        raise CannotEdit("what it says depends on a condition that is not known")
    for each in fields(Grant):
        value: str | None = getattr(then, each.name)
        if each.name != "sid" and value is not None and value != getattr(was, each.name):
            yield Line(PROPERTIES[each.name], _EXPRESSED.get(each.name, _literal)(value, declared))


def _is_the_same_everywhere(source: Source, owner: str) -> bool:
    """Tell whether a permission says the same whatever the conditions are: it is proved for one of them only."""
    found = [one for _, declared in source.worlds for one in declared.permissions if one.owner == owner]
    return all(one == found[0] for one in found)


def _literal(value: str, _declared: Declared) -> str:
    return f'"{value}"'


def _account(value: str, declared: Declared) -> str:
    return "!Ref AWS::AccountId" if value == declared.home.account else f'"{value}"'


def _arn(arn: str, declared: Declared) -> str:
    """Write the pattern of ARNs that a repair names an account by, with pseudo parameters for the template's own."""
    home = declared.home
    partition, service, region, account, rest = arn.split(":", 5)[1:]
    written = ":".join(
        (
            "arn",
            "${AWS::Partition}" if partition == home.partition else partition,
            service,
            "${AWS::Region}" if region == home.region else region,
            "${AWS::AccountId}" if account == home.account else account,
            rest,
        )
    )
    return f'!Sub "{written}"'


_EXPRESSED: Final[dict[str, Callable[[str, Declared], str]]] = {
    "source_account": _account,
    "source_arn": _arn,
}
