"""The lines that fix a fault in a template. They limit a service to this account, and refer to no other resource.

So they add no dependency between resources, and keep a source that the template creates only with other parameters. Only
the author knows the exact source; the guard gives it as advice.
"""

from __future__ import annotations

import json
import re
from typing import Final

from permission_guard.alerts.patches import Language, Patch
from permission_guard.iam import EvalDecision, Layer
from permission_guard.model.finding import Concern, DeniedRequest, Verdict
from permission_guard.services import Region, Service, service_of
from permission_guard.template.declared import Permission
from permission_guard.template.edit import CannotEdit, NewProperty
from permission_guard.template.findings import Checked, TemplateFinding
from permission_guard.template.sam import is_sam
from permission_guard.template.value import text_of

_BASIC: Final = "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
_NAMED: Final = re.compile(r"\{[a-z]+\}")


def patches(checked: Checked, one: TemplateFinding) -> tuple[tuple[Patch, ...], str]:
    """Return the lines to add, in the language of the template; without lines, the reason why there are none."""
    if one.finding.verdict is not Verdict.FAIL:
        return (), ""
    source, reason = checked.source, str(one.explanation.fix)
    if reason:
        return (), reason
    try:
        fix = line(checked, one)
    except CannotEdit as error:
        return (), str(error)
    text = "\n".join(fix.rows) if source.is_yaml else fix.in_braces(is_json=True)
    return (Patch(Language.SAM if is_sam(source.body) else Language.CLOUDFORMATION, text),), ""


def line(checked: Checked, fault: TemplateFinding) -> NewProperty:
    """Return the line that fixes a fault. Raises CannotEdit."""
    source, concern = checked.source, fault.finding.concern
    if source.is_plan:
        raise CannotEdit("a plan is made from the configuration: change the configuration")
    if source.path(fault.owner) != ("Resources", fault.owner):
        raise CannotEdit("SAM generates it")
    if source.ignore_of(fault.owner, fault.finding) is not None:
        raise CannotEdit("it is ignored")
    if concern is Concern.ROLE_CAN_WRITE_LOGS:
        return _policy(fault)
    if concern is not Concern.INVOKE_PERMISSION_NAMES_ITS_SOURCE:
        is_dead = concern is Concern.PERMISSION_IS_USABLE
        raise CannotEdit(f"only you know who should {'call' if is_dead else 'have access'}")
    if checked.trust.accounts or checked.trust.organizations:
        raise CannotEdit("the source may be in a trusted account: name the source")
    found = [
        one for _, declared in source.variants for one in declared.permissions if one.owner == fault.owner
    ]
    if not found:
        raise CannotEdit("it is a statement of a policy document: add the condition there")
    return _condition(found)


def _policy(fault: TemplateFinding) -> NewProperty:
    """Return the line that attaches the logging policy. It does not help against a Deny or a boundary. Raises CannotEdit."""
    proof = fault.finding.proof
    if isinstance(proof, DeniedRequest) and (
        proof.decision.answer is EvalDecision.DENIED or proof.decision.layer is Layer.BOUNDARY
    ):
        raise CannotEdit("one more policy does not help against a Deny or a permissions boundary")
    return NewProperty("ManagedPolicyArns", f'!Sub "{_BASIC}"', json.dumps({"Fn::Sub": _BASIC}), is_item=True)


def _condition(permissions: list[Permission]) -> NewProperty:
    """Return the condition that the service surely meets in this account. Raises CannotEdit."""
    named = {text_of(one.given.get("principal")) for one in permissions}
    principal = named.pop() if len(named) == 1 else None
    if principal is None:
        raise CannotEdit("its Principal is not known")
    service = service_of(principal)
    key = service.condition_key if service is not None else None
    if service is None or key is None:
        raise CannotEdit(f"AWS does not document which source {principal} sends: name the source")
    if key == "aws:SourceAccount":
        return NewProperty("SourceAccount", "!Ref AWS::AccountId", '{"Ref": "AWS::AccountId"}')
    return _source(service)


def _source(service: Service) -> NewProperty:
    """Return the pattern of the account's sources. AddPermission does not accept `*` as Region. Raises CannotEdit."""
    if service.region is Region.ANY or len(service.forms) != 1:
        raise CannotEdit(
            f"{service.principal} calls from other Regions too, and AddPermission accepts no * as Region: "
            "name the source in SourceArn"
        )
    region = "${AWS::Region}" if service.region is Region.FUNCTION else ""
    form = _NAMED.sub("*", service.forms[0])
    arn = f"arn:${{AWS::Partition}}:{service.namespace}:{region}:${{AWS::AccountId}}:{form}"
    return NewProperty("SourceArn", f'!Sub "{arn}"', json.dumps({"Fn::Sub": arn}))
