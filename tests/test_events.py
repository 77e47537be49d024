"""Every sample event, from EventBridge's envelope to what the guard found and did."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from permission_guard.batch import messages_in
from permission_guard.door import asked_by
from permission_guard.outcome import Ending
from permission_guard.task import Page, Part, Sweep
from permission_guard.trigger import Ignored, Kind, Trigger, trigger_of
from tests.samples import GUARD_ROLE, NAMES, NOW, sample, scene

LOGS, SOURCE, PUBLIC = "role-can-write-logs", "invoke-permission-names-its-source", "function-is-not-public"
ATTACHED = [(LOGS, Ending.REPAIRED)]
BOUND = [(SOURCE, Ending.REPAIRED)]
Ends = list[tuple[str, Ending]]

ACTED_UPON: dict[str, tuple[Kind, str | None, Ends]] = {
    "a-function-was-created-from-the-command-line": (Kind.FUNCTION_CREATED, None, ATTACHED),
    "a-function-was-created-by-cloudformation": (Kind.FUNCTION_CREATED, None, ATTACHED),
    "a-function-was-created-by-terraform": (Kind.FUNCTION_CREATED, None, ATTACHED),
    "a-function-was-created-with-a-log-group-of-its-own": (Kind.FUNCTION_CREATED, None, ATTACHED),
    "a-function-was-created-with-a-role-in-a-path": (Kind.FUNCTION_CREATED, None, ATTACHED),
    "a-function-was-created-in-china": (Kind.FUNCTION_CREATED, None, ATTACHED),
    "a-function-got-another-role": (Kind.FUNCTION_CHANGED, None, ATTACHED),
    "a-function-was-deleted": (Kind.FUNCTION_DELETED, None, []),
    "s3-was-let-in-without-a-source": (Kind.PERMISSION_ADDED, None, BOUND),
    "s3-was-let-in-for-a-bucket-that-anybody-can-take-over": (Kind.PERMISSION_ADDED, None, BOUND),
    "s3-was-let-in-for-one-bucket-of-this-account": (Kind.PERMISSION_ADDED, None, []),
    "eventbridge-was-let-in-without-a-source-from-the-console": (Kind.PERMISSION_ADDED, None, BOUND),
    "an-alias-was-opened-to-sns": (Kind.PERMISSION_ADDED, "live", BOUND),
    "api-gateway-was-let-in-by-an-older-call": (Kind.PERMISSION_ADDED, "live", BOUND),
    "anyone-was-let-in": (Kind.PERMISSION_ADDED, None, [(PUBLIC, Ending.REPAIRED)]),
    "another-account-was-let-in": (Kind.PERMISSION_ADDED, None, [(PUBLIC, Ending.TOLD)]),
    "a-function-url-was-opened-to-everybody": (Kind.PERMISSION_ADDED, None, [(PUBLIC, Ending.TOLD)]),
    "a-whole-policy-was-put": (Kind.POLICY_WRITTEN, None, BOUND),
    "a-whole-policy-was-put-and-not-recorded": (Kind.POLICY_WRITTEN, "live", BOUND),
    "a-permission-was-removed": (Kind.PERMISSION_REMOVED, None, []),
    "an-alias-was-created": (Kind.ALIAS_CREATED, "live", []),
    "an-alias-was-moved": (Kind.ALIAS_CHANGED, "live", []),
    "a-layer-was-shared": (Kind.LAYER_SHARED, None, [("layer-is-not-public", Ending.TOLD)]),
    "a-function-url-was-created": (Kind.URL_CREATED, None, []),
}
IGNORED = {
    "a-call-failed": "the call failed: AccessDenied",
    "a-function-was-only-read": "GetFunction20150331v2 changes no verdict",
    "the-guard-itself-bound-a-permission": "the guard made this call itself",
    "another-services-resource-policy-was-put": "not a call to Lambda recorded by CloudTrail",
    "a-web-functions-policy-was-put": "not about a function",
    "a-function-of-another-account-was-opened": "it belongs to account 444455556666, which has a record of its own",
    "a-version-was-deleted": "only one version was deleted",
}


def test_every_sample_event_has_its_expectation() -> None:
    assert {*ACTED_UPON, *IGNORED} == set(NAMES)


@pytest.mark.parametrize("name", ACTED_UPON)
def test_an_event_leads_to_the_function_it_is_about_and_to_what_must_be_done(name: str) -> None:
    kind, qualifier, ends = ACTED_UPON[name]
    event = sample(name)
    there = scene(event)
    trigger = trigger_of(event, guard_role_arn=GUARD_ROLE)
    assert isinstance(trigger, Trigger)
    named = "tools" if kind is Kind.LAYER_SHARED else "orders"
    assert (trigger.kind, trigger.subject.name, trigger.qualifier) == (kind, named, qualifier)
    report = there.guard.handle(trigger, NOW)
    assert [(line.finding.rule, line.ending) for line in report.lines] == ends
    assert [told.trigger.event_id for told in there.herald.told] == ([trigger.event_id] if ends else [])


@pytest.mark.parametrize("name", [name for name, (_, _, ends) in ACTED_UPON.items() if ends])
def test_the_same_event_again_repairs_nothing_again(name: str) -> None:
    event = sample(name)
    there = scene(event)
    trigger = trigger_of(event, guard_role_arn=GUARD_ROLE)
    assert isinstance(trigger, Trigger)
    there.guard.handle(trigger, NOW)
    again = there.guard.handle(trigger, NOW)
    assert [line.ending for line in again.lines if line.ending is Ending.REPAIRED] == []


@pytest.mark.parametrize("name", [name for name, (_, _, ends) in ACTED_UPON.items() if ends])
def test_in_observe_mode_everything_is_told_and_nothing_is_written(name: str) -> None:
    event = sample(name)
    there = scene(event, MODE="Observe")
    trigger = trigger_of(event, guard_role_arn=GUARD_ROLE)
    assert isinstance(trigger, Trigger)
    report = there.guard.handle(trigger, NOW)
    expected = [Ending.WOULD_REPAIR if end is Ending.REPAIRED else end for _, end in ACTED_UPON[name][2]]
    assert [line.ending for line in report.lines] == expected
    writes = {"AttachRolePolicy", "PutResourcePolicy", "AddPermission", "RemovePermission"}
    assert writes & set(there.account.calls) == set()


@pytest.mark.parametrize("name", IGNORED)
def test_an_event_that_is_none_of_our_business_is_ignored_with_its_reason(name: str) -> None:
    assert trigger_of(sample(name), guard_role_arn=GUARD_ROLE) == Ignored(IGNORED[name])


def test_a_schedules_event_begins_a_sweep_on_the_first_page() -> None:
    page = asked_by(sample("a-sweep-is-due"), guard_role_arn=GUARD_ROLE)
    sweep = Sweep("5f1c2f4a-9d0e-4a7b-8c36-2b1d0e9f7a64", datetime(2026, 11, 20, 3, tzinfo=UTC))
    assert page == Page(sweep, marker=None)


def test_what_waited_in_the_queue_is_an_event_a_part_of_a_function_and_a_page() -> None:
    created, part, page = (
        asked_by(message.read(), guard_role_arn=GUARD_ROLE)
        for message in messages_in(sample("what-waited-in-the-queue"))
    )
    assert isinstance(created, Trigger)
    assert created.kind is Kind.FUNCTION_CREATED
    assert isinstance(part, Part)
    assert (part.function.name, part.qualifiers) == ("orders", (None, "1"))
    assert page == Page(part.sweep, "AAAAbmV4dA==")


def test_a_call_to_another_service_in_lambdas_name_is_ignored() -> None:
    event = sample("anyone-was-let-in")
    event["detail"]["eventSource"] = "lambda-web.amazonaws.com"
    assert trigger_of(event, guard_role_arn=GUARD_ROLE) == Ignored("not a call to Lambda")


def test_a_session_without_an_issuer_is_no_role_and_no_reason_to_drop_the_event() -> None:
    event = sample("an-alias-was-moved")
    event["detail"]["userIdentity"] = {"type": "FederatedUser", "sessionContext": {"attributes": {}}}
    trigger = trigger_of(event, guard_role_arn=GUARD_ROLE)
    assert isinstance(trigger, Trigger)
    assert trigger.actor.role_arn is None
    assert trigger.actor.principal == "an unknown principal"
