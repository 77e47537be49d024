"""Whether the guard's role has the rights that it needs. Only AWS's policy simulator sees service control policies.

(facts 6.3; https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from permission_guard.aws.calls import Calls
from permission_guard.aws.checkup.needed import Own, needed, resources
from permission_guard.aws.checkup.parts import environment
from permission_guard.aws.login import Login
from permission_guard.aws.response import Response
from permission_guard.aws.stack import FUNCTION, GUARD, KEY, Stack
from permission_guard.aws.users import log_group
from permission_guard.doctor.stack_state import Denied, Rights
from permission_guard.frozen import frozen
from permission_guard.model.facts import Unreadable
from permission_guard.ports import Refused
from permission_guard.settings import NEEDED, Settings, SettingsError

_HOME: Final = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
"""The Region in which the calls of a global service are made (facts 1.2)."""
_GLOBAL: Final = frozenset({"iam", "account"})
_WHY: Final = {"explicitDeny": "a statement denies it", "implicitDeny": "nothing allows it"}
"""The simulator's decisions besides "allowed"."""


@frozen
class DeployedGuard:
    """The guard's function as it is configured."""

    name: str
    role: str
    log_group: str
    environment: Mapping[str, str]
    settings: Settings


def guard_of(calls: Calls, caller: Login, stack: Stack) -> DeployedGuard | Unreadable:
    """Read the settings of the deployed guard. Raises Refused and RetryLater."""
    (guard,) = (part.id for part in stack.of(FUNCTION) if part.name == GUARD)
    found = calls.call("lambda", "GetFunctionConfiguration", FunctionName=guard)
    given = environment(found)
    if isinstance(given, Unreadable):
        return given
    missing = [name for name in NEEDED if not given.get(name)]
    if missing:
        return Unreadable(_SETTINGS, f"{', '.join(missing)} is missing")
    try:
        settings = Settings.of(given, account=caller.account, region=caller.region)
    except SettingsError as error:
        return Unreadable(_SETTINGS, str(error))
    role, group = found.text("Role"), found.text("LoggingConfig", "LogGroup")
    return DeployedGuard(guard, role, group, given, settings)


_SETTINGS: Final = "the guard's settings"


def rights(calls: Calls, caller: Login, stack: Stack) -> Rights | Unreadable:
    """Simulate every right that the guard needs with its settings. Raises Refused and RetryLater."""
    found = guard_of(calls, caller, stack)
    if isinstance(found, Unreadable):
        return found
    guard, given, settings = found.name, found.environment, found.settings
    own = Own(
        caller.partition,
        caller.region,
        caller.account,
        log_group(guard, found.log_group),
        given["JOURNAL_TABLE"],
        given["ALERTS_TOPIC_ARN"],
        next((part.id for part in stack.of(KEY)), "none"),
        given["EVENTS_QUEUE_URL"].rpartition("/")[2],
        given["SWEEP_TASKS_QUEUE_URL"].rpartition("/")[2],
        settings.logging_policy_arn,
        settings.central_topic_arn,
    )
    return _simulated(calls, found.role, own, needed(settings))


def _simulated(calls: Calls, role: str, own: Own, actions: tuple[str, ...]) -> Rights:
    """Ask for the actions on the same resources in one call."""
    together: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for action in actions:
        is_global = action.partition(":")[0] in _GLOBAL
        region = _HOME.get(own.partition, own.region) if is_global else own.region
        together.setdefault((resources(own, action), region), []).append(action)
    denied: list[Denied] = []
    unread: list[Unreadable] = []
    for (on, region), asked in together.items():
        answer = _answer(calls, role, asked, on, _context(role, own, region))
        if isinstance(answer, Unreadable):
            unread.append(answer)
            continue
        for action in asked:
            decisions = tuple(_decisions(action, answer.get(action)))
            denied += [one for one in decisions if isinstance(one, Denied)]
            unread += [one for one in decisions if isinstance(one, Unreadable)]
    return Rights(len(actions), tuple(denied), tuple(unread))


def _answer(
    calls: Calls, role: str, asked: list[str], on: tuple[str, ...], context: list[dict[str, object]]
) -> dict[str, Response] | Unreadable:
    """Return the result for each action. Raises Refused if the person may not use the simulator, and RetryLater."""
    pages = calls.pages(
        "iam",
        "SimulatePrincipalPolicy",
        "Marker",
        PolicySourceArn=role,
        ActionNames=asked,
        ResourceArns=list(on),
        ContextEntries=context,
    )
    try:
        return {one.text("EvalActionName"): one for page in pages for one in page.each("EvaluationResults")}
    except Refused as error:
        if error.code.startswith("AccessDenied"):
            raise
        return Unreadable(", ".join(asked), str(error))


def _context(role: str, own: Own, region: str) -> list[dict[str, object]]:
    """Return the condition keys that the simulator does not fill in: a missing key makes its condition fail."""
    keys = {
        "aws:PrincipalArn": ("string", role),
        "aws:RequestedRegion": ("string", region),
        "aws:SecureTransport": ("boolean", "true"),
        "iam:PolicyARN": ("string", own.logging_policy_arn),
    }
    return [
        {"ContextKeyName": key, "ContextKeyType": kind, "ContextKeyValues": [value]}
        for key, (kind, value) in keys.items()
    ]


def _decisions(action: str, result: Response | None) -> Iterator[Denied | Unreadable]:
    """Since 2026 the decision for each ARN is only in ResourceSpecificResults (facts 6.3)."""
    if result is None:
        yield Unreadable(action, "the simulator did not answer for it")
        return
    single = [(one, "EvalResourceDecision") for one in result.each("ResourceSpecificResults")]
    for one, field in single or [(result, "EvalDecision")]:
        decision = one.text(field)
        if decision == "allowed":
            continue
        missing = ", ".join((*result.texts("MissingContextValues"), *one.texts("MissingContextValues")))
        if missing:
            yield Unreadable(action, f"the simulator does not know {missing}")
        else:
            yield Denied(action, one.text("EvalResourceName") or "*", _why(result, one, decision))


def _why(result: Response, one: Response, decision: str) -> str:
    if result.at("OrganizationsDecisionDetail", "AllowedByOrganizations").value is False:
        return "a service control policy does not allow it"
    for at in (one, result):
        if at.at("PermissionsBoundaryDecisionDetail", "AllowedByPermissionsBoundary").value is False:
            return "its permissions boundary does not allow it"
    return _WHY.get(decision, decision)
