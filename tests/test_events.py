"""Every sample event, from EventBridge's envelope to what the guard found and did."""

from __future__ import annotations

from typing import Any

import pytest

from permission_guard.events.message import Message, QueueName, SendDigest, message_in
from permission_guard.events.sweep_task import SweepAll
from permission_guard.events.trigger import Ignored, Kind, Trigger
from permission_guard.repair.outcome import Ending
from tests.received import body
from tests.samples import NAMES, NOW, home, read, sample, scene, triggered

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
    "s3-permission-without-a-source": (Kind.PERMISSION_ADDED, None, BOUND),
    "s3-permission-for-a-bucket-that-another-account-can-take-over": (Kind.PERMISSION_ADDED, None, BOUND),
    "s3-permission-for-one-bucket-of-this-account": (Kind.PERMISSION_ADDED, None, []),
    "eventbridge-permission-without-a-source-from-the-console": (Kind.PERMISSION_ADDED, None, BOUND),
    "sns-permission-on-an-alias": (Kind.PERMISSION_ADDED, "live", BOUND),
    "api-gateway-permission-by-an-older-call": (Kind.PERMISSION_ADDED, "live", BOUND),
    "permission-for-everyone": (Kind.PERMISSION_ADDED, None, [(PUBLIC, Ending.REPAIRED)]),
    "permission-for-another-account": (Kind.PERMISSION_ADDED, None, [(PUBLIC, Ending.REPORTED)]),
    "a-function-url-became-public": (Kind.PERMISSION_ADDED, None, [(PUBLIC, Ending.REPORTED)]),
    "a-whole-policy-was-put": (Kind.POLICY_WRITTEN, None, BOUND),
    "a-whole-policy-was-put-and-not-recorded": (Kind.POLICY_WRITTEN, "live", BOUND),
    "a-permission-was-removed": (Kind.PERMISSION_REMOVED, None, []),
    "an-alias-was-created": (Kind.ALIAS_CREATED, "live", []),
    "an-alias-was-moved": (Kind.ALIAS_CHANGED, "live", []),
    "a-layer-was-shared": (Kind.LAYER_SHARED, None, [("layer-is-not-public", Ending.REPORTED)]),
    "a-function-url-was-created": (Kind.URL_CREATED, None, []),
}
IGNORED = {
    "a-call-failed": "the call failed: AccessDenied",
    "a-function-was-only-read": "GetFunction20150331v2 changes no verdict",
    "the-guard-itself-added-a-condition": "the guard made this call itself",
    "another-services-resource-policy-was-put": "not a call to Lambda recorded by CloudTrail",
    "a-web-functions-policy-was-put": "not about a function",
    "a-permission-on-a-function-of-another-account": (
        "arn:aws:lambda:eu-west-1:444455556666:function:orders belongs to another account or Region"
    ),
    "a-version-was-deleted": "only one version was deleted",
}


def test_every_sample_event_has_its_expectation() -> None:
    assert {*ACTED_UPON, *IGNORED} == set(NAMES)


@pytest.mark.parametrize("name", ACTED_UPON)
def test_an_event_leads_to_the_function_it_is_about_and_to_what_must_be_done(name: str) -> None:
    kind, qualifier, ends = ACTED_UPON[name]
    event = sample(name)
    there, trigger = scene(event), triggered(event)
    named = "tools" if kind is Kind.LAYER_SHARED else "orders"
    assert (trigger.kind, trigger.subject.name, trigger.qualifier) == (kind, named, qualifier)
    report = there.guard.handle(trigger, NOW)
    assert [(line.finding.rule, line.ending) for line in report.lines] == ends
    assert [body(one)["event"]["id"] for one in there.notifier.sent] == ([trigger.event_id] if ends else [])
    again = there.guard.handle(trigger, NOW)
    assert (again.lines, len(there.notifier.sent)) == ((), len(ends))


@pytest.mark.parametrize("name", IGNORED)
def test_an_event_that_changes_no_verdict_is_ignored_with_its_reason(name: str) -> None:
    assert read(sample(name)) == Ignored(IGNORED[name])


def message(name: str) -> Message:
    """The message of a sample, in a stack whose queues the samples name."""
    arn = "arn:aws:sqs:eu-west-1:123456789012:permission-guard-"
    names = {"Events": QueueName.EVENTS, "SweepTasks": QueueName.SWEEP_TASKS}
    queues = {f"{arn}{queue}-1ABCDEFGHIJKL": one for queue, one in names.items()}
    return message_in(sample(name), queues)


def test_what_sqs_hands_over_is_read_with_the_time_of_its_first_receipt() -> None:
    found = message("an-event-in-the-queue").request(home())
    assert isinstance(found, Trigger)
    assert (found.kind, found.receives) == (Kind.FUNCTION_CREATED, 1)
    assert found.first_received is not None
    assert (found.first_received - found.at).total_seconds() == pytest.approx(1.12)


def test_a_schedule_means_what_its_queue_is_for() -> None:
    due: Any = message("a-sweep-is-due")
    assert due.request(home()) == SweepAll("334b6b31-12a2-5bfc-bf4f-870c0954b343")
    in_the_events = Message(due.id, due.body, QueueName.EVENTS, due.receipt, 1, due.first_received)
    assert in_the_events.request(home()) == SendDigest()


def test_a_call_to_another_service_in_lambdas_name_is_ignored() -> None:
    event = sample("permission-for-everyone")
    event["detail"]["eventSource"] = "lambda-web.amazonaws.com"
    assert read(event) == Ignored("not a call to Lambda")


def test_a_session_without_an_issuer_is_no_role_and_no_reason_to_drop_the_event() -> None:
    event = sample("an-alias-was-moved")
    event["detail"]["userIdentity"] = {"type": "FederatedUser", "sessionContext": {"attributes": {}}}
    actor = triggered(event).actor
    assert (actor.role_arn, actor.principal) == (None, "an unknown principal")
