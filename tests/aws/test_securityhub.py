"""Security Hub shows what was reported, as it is now, under one Id; and whatever it answers, no repair and no alert waits for it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from typing import Any

import boto3
import pytest
from moto import mock_aws

from permission_guard import handler as entry_point
from permission_guard.aws.clients import Clients
from permission_guard.aws.securityhub import SecurityHub
from permission_guard.events.trigger import Kind
from permission_guard.fake_aws import ApiError
from permission_guard.formats.imported import imports
from permission_guard.journal.acceptance import Acceptance
from permission_guard.journal.entry import State
from permission_guard.repair.grant import Grant
from permission_guard.repair.outcome import Ending
from tests.aws.delivered import Queues, at
from tests.aws.guarded import NOW, Guarded, guarded
from tests.aws.transport import Transport
from tests.formats.schemas import asff_faults, outside_the_model
from tests.journal.test_entry_json import ENTRY
from tests.samples import sample, scene

PUBLIC = "permission-for-everyone"


@pytest.fixture(autouse=True)
def aws() -> Any:
    with mock_aws():
        yield


def clients() -> Clients:
    return Clients(boto3.Session("testing", "testing", region_name="us-east-1"))


def shown() -> dict[str, tuple[str, str, str]]:
    """For each Id its RecordState, its Compliance.Status and how it ended."""
    found: Any = clients().ask("securityhub", "GetFindings", "us-east-1", {})["Findings"]
    return {
        one["Id"]: (
            one["RecordState"],
            one["Compliance"]["Status"],
            one["ProductFields"]["permission-guard/Repair"],
        )
        for one in found
    }


def watched(there: Guarded) -> Guarded:
    return replace(there, guard=replace(there.guard, hub=SecurityHub(clients()).update))


def test_a_finding_is_shown_when_it_is_reported_and_archived_as_passed_when_it_is_gone() -> None:
    there = watched(guarded(MODE="Observe"))
    there.permission_added("*")
    ((id_, state),) = shown().items()
    assert state == ("ACTIVE", "FAILED", "WOULD_REPAIR")
    there.account.remove_permission("orders", "it", None)
    there.happen(Kind.PERMISSION_REMOVED, removed="it")
    assert shown() == {id_: ("ARCHIVED", "PASSED", "WOULD_REPAIR")}


def test_a_finding_that_was_repaired_is_archived_as_passed_and_active_again_when_it_comes_back() -> None:
    there = watched(guarded())
    there.permission_added("s3.amazonaws.com")
    ((id_, state),) = shown().items()
    assert state == ("ARCHIVED", "PASSED", "REPAIRED")
    there.wire.faults["PutResourcePolicy"] = ApiError("AccessDeniedException", "no")
    there.account.remove_permission("orders", "it", None)
    there.permission_added("s3.amazonaws.com")
    assert shown() == {id_: ("ACTIVE", "FAILED", "FAILED")}


def test_a_sweep_shows_everything_that_is_open_so_that_what_was_missed_is_made_good() -> None:
    there = guarded()
    there.permission_added("s3.amazonaws.com")
    there.account.add_permission("orders", Grant("all", "lambda:InvokeFunction", "*"))
    there.happen(Kind.SWEEP, at=NOW + timedelta(hours=1))
    there = watched(there)
    there.happen(Kind.SWEEP, at=NOW + timedelta(hours=2))
    assert len(there.wire.published) == 1
    assert set(shown().values()) == {("ACTIVE", "FAILED", "REPORTED")}


def test_what_is_imported_is_valid_by_the_published_model_and_never_more_than_a_call_takes() -> None:
    entries = [
        replace(ENTRY, finding=replace(ENTRY.finding, subject=f"orders {number}"), state=state)
        for number, state in enumerate([*State] * 50)
    ]
    calls = list(imports(entries, NOW))
    assert [len(one) for one in calls] == [100] * (len(entries) // 100)
    for findings in calls:
        request = json.loads(json.dumps({"Findings": findings}))
        assert (asff_faults(request), outside_the_model(request)) == ("", [])


def test_of_a_statement_before_and_after_a_change_the_open_one_is_shown() -> None:
    gone = replace(ENTRY, state=State.GONE)
    changed = replace(ENTRY, fault="0" * 16, state=State.REPORTED, reported_as=Ending.REPORTED)
    for entries in ((gone, changed), (changed, gone)):
        ((finding,),) = imports(entries, NOW)
        assert isinstance(finding, dict)
        assert (finding["RecordState"], finding["UpdatedAt"]) == ("ACTIVE", "2026-11-20T10:16:00.000Z")


def test_what_is_accepted_is_archived_and_has_still_failed_and_is_active_when_that_has_ended() -> None:
    accepted = Acceptance("arn:aws:iam::111122223333:user/ops", NOW, NOW + timedelta(days=1), "ours")
    entry = replace(ENTRY, state=State.REPORTED, reported_as=Ending.REPORTED, acceptance=accepted)
    for days, state in ((0, "ARCHIVED"), (1, "ACTIVE")):
        ((finding,),) = imports((entry,), NOW + timedelta(days=days))
        assert isinstance(finding, dict)
        assert finding["RecordState"] == state
        assert finding["Compliance"]["Status"] == "FAILED"


def test_an_entry_of_a_rule_that_this_version_does_not_know_is_a_failure_and_raises_nothing() -> None:
    hub = SecurityHub(clients())
    hub.update((replace(ENTRY, finding=replace(ENTRY.finding, rule="of-another-version")),), NOW)
    assert (hub.failures, shown()) == (["KeyError: 'of-another-version'"], {})


FAILURES: dict[str, tuple[str, str]] = {
    "is not enabled": ("InvalidAccessException", ""),
    "throttles": ("TooManyRequestsException", ""),
    "has an error": ("InternalException", ""),
    "does not allow it": ("AccessDeniedException", ""),
    "takes no finding": ("", "InvalidAccess"),
}


@pytest.mark.parametrize("what", FAILURES)
def test_whatever_security_hub_answers_the_fault_is_repaired_and_reported_and_the_failure_counted(
    what: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    log = StringIO()
    monkeypatch.setattr(entry_point.logger.registered_handler, "stream", log)
    code, not_taken = FAILURES[what]
    wire = Transport(scene(sample(PUBLIC)).account, not_taken=not_taken)
    if code:
        wire.faults["BatchImportFindings"] = ApiError(code, "no")
    there = Queues(wire, {"SECURITY_HUB": "On"})
    there.send(at(sample(PUBLIC), there.now - 90))
    there.step()
    assert (there.answers, len(wire.published), wire.imported) == (["done"], 1, [])
    assert wire.calls.index("Publish") < wire.calls.index("BatchImportFindings")
    (failed,) = [
        one for one in map(json.loads, log.getvalue().splitlines()) if one["message"] == "security hub failed"
    ]
    assert (code or not_taken) in failed["calls"][0]
    (metrics,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert metrics["SecurityHubFailures"] == [1.0]
