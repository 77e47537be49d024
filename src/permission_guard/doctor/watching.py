"""Does anything reach the guard? CloudTrail records, EventBridge's rules hear it, the function runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from permission_guard.doctor.check import Check, good, untold, wrong
from permission_guard.doctor.seen import Function, Rule, Trail
from permission_guard.facts import Unreadable

_ON: Final = ("ENABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")
"""The latter hears reads, too (facts 1.2)."""

_TRAIL: Final = "CloudTrail"
_RULE: Final = "rule"
_FUNCTION: Final = "function"
_DEAF: Final = "so EventBridge hears of no call to Lambda, and the guard never wakes"


def trail(trails: tuple[Trail | Unreadable, ...] | Unreadable, region: str) -> Check:
    """EventBridge hears only what a trail records that is switched on (facts 1.2)."""
    if isinstance(trails, Unreadable):
        return untold(_TRAIL, trails)
    seen = [one for one in trails if isinstance(one, Trail)]
    for one in seen:
        if one.is_logging and one.takes_writes:
            return good(_TRAIL, f"The trail {one.name} records write management events in {region}.")
    unread = next((one for one in trails if isinstance(one, Unreadable)), None)
    if unread is not None:
        return untold(_TRAIL, unread)
    return _without_trail(seen, region)


def _without_trail(seen: list[Trail], region: str) -> Check:
    for one in seen:
        if one.takes_writes:
            what = f"The trail {one.name} is switched off, {_DEAF}."
            return wrong(_TRAIL, what, f"Switch it on: aws cloudtrail start-logging --name {one.name}")
    if seen:
        names = ", ".join(one.name for one in seen)
        return wrong(
            _TRAIL,
            f"No trail records the write management events of Lambda ({names}), {_DEAF}.",
            f"Let it: aws cloudtrail put-event-selectors --trail-name {seen[0].name} --event-selectors "
            "ReadWriteType=WriteOnly,IncludeManagementEvents=true (which takes the place of its selectors)",
        )
    return wrong(
        _TRAIL,
        f"No trail covers {region}, {_DEAF}.",
        "Make a trail with write management events for all regions, and switch it on: aws cloudtrail create-trail "
        "--is-multi-region-trail, then aws cloudtrail start-logging",
    )


def rules(found: tuple[Rule | Unreadable, ...], stack: str) -> Iterator[Check]:
    """Every rule is switched on and has somebody to wake."""
    if not found:
        what = f"The stack {stack} has no rule of EventBridge: nothing wakes the guard."
        yield wrong(_RULE, what, _DEPLOY)
    for one in found:
        yield untold(_RULE, one) if isinstance(one, Unreadable) else _rule(one)


def _rule(rule: Rule) -> Check:
    if rule.state not in _ON:
        todo = f"Switch it on: aws events enable-rule --name {rule.name}"
        return wrong(_RULE, f"{rule.name} is {rule.state or 'in no state'}: it wakes nobody.", todo)
    if not rule.targets:
        return wrong(_RULE, f"{rule.name} has no target: it wakes nobody.", _DEPLOY)
    return good(
        _RULE, f"{rule.name} is {rule.state} and reaches {', '.join(_short(one) for one in rule.targets)}."
    )


def functions(found: tuple[Function | Unreadable, ...], stack: str) -> Iterator[Check]:
    """Every function is ready to run."""
    if not found:
        yield wrong(_FUNCTION, f"The stack {stack} has no function.", _DEPLOY)
    for one in found:
        yield untold(_FUNCTION, one) if isinstance(one, Unreadable) else _function(one)


def _function(function: Function) -> Check:
    name = function.name
    if "Failed" in {function.state, function.update} or function.state == "Inactive":
        reason = function.state_reason or function.update_reason or "Lambda gives no reason"
        what = f"{name} is {function.state}, and its last update is {function.update}: {reason}."
        return wrong(_FUNCTION, what, _DEPLOY)
    if function.reserved == 0:
        return wrong(
            _FUNCTION,
            f"The reserved concurrency of {name} is 0: it never runs, and every event goes to the dead letters.",
            f"Free it: aws lambda delete-function-concurrency --function-name {name}",
        )
    if function.state != "Active" or function.update != "Successful":
        what = (
            f"{name} is {function.state}, and its last update is {function.update}: a deployment is going on."
        )
        return untold(_FUNCTION, what, "Run it again in a minute.")
    if isinstance(function.reserved, Unreadable):
        return untold(_FUNCTION, function.reserved)
    return good(_FUNCTION, f"{name} is Active, its last update was successful, and it may run.")


def _short(arn: str) -> str:
    """The part of an ARN that names the thing."""
    return arn.split(":", 5)[-1]


_DEPLOY: Final = "Deploy the stack again (make deploy); its events in CloudFormation say what failed."
