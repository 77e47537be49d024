"""The behaviours that were proved wrong once, played from the message to the alert."""

from __future__ import annotations

import json

import pytest

from permission_guard.fake_aws import ApiError
from permission_guard.model.document import Body, dumped
from permission_guard.repair.grant import Grant
from tests.aws.delivered import Killed, at
from tests.aws.transport import Params
from tests.queued import (
    ORDERS,
    REGION,
    digest,
    orders,
    outcomes,
    permission_added,
    queues,
    removed,
    statements,
    sweep,
)
from tests.samples import ACCOUNT, sample


def test_a_sweep_of_800_functions_makes_a_chain_of_two_messages() -> None:
    there = queues(functions=800)
    sweep(there)
    assert (there.deepest, set(there.answers), len(there.answers)) == (2, {"done"}, 802)


def test_a_thousand_compliant_functions_cost_a_sweep_2020_calls_of_lambda() -> None:
    there = queues(functions=999)
    sweep(there)
    calls = [call for call in there.wire.calls if call in {"ListFunctions", "ListAliases", "GetPolicy"}]
    others = set(there.wire.calls) - {"ListFunctions", "ListAliases", "GetPolicy"}
    assert len(calls) == 20 + 2 * 1000
    assert others == {"UpdateItem", "Scan", "GetAccountAuthorizationDetails", "SendMessageBatch"}


def test_of_ten_messages_one_that_ends_its_run_takes_no_other_with_it() -> None:
    there = queues(functions=10)
    for number in range(10):
        event = at(sample("a-function-was-created-by-terraform"), there.now - 90)
        name = f"function-{number:05}"
        event["detail"]["requestParameters"]["functionName"] = name
        event["detail"]["responseElements"] |= {"functionName": name, "functionArn": f"{ORDERS[:-6]}{name}"}
        there.send(event)

    def hold(operation: str) -> None:
        if operation == "GetFunctionConfiguration" and there.wire.about.endswith("function-00003"):
            raise Killed

    there.wire.hold = hold
    there.run()
    assert there.answers.count("done") == 9
    assert [json.loads(one.body)["detail"]["requestParameters"]["functionName"] for one in there.dead] == [
        "function-00003"
    ]


def test_events_of_another_account_make_no_call_and_do_not_count_against_the_alerts() -> None:
    there = queues(ALERTS_PER_HOUR="1")
    for _ in range(120):
        event = at(sample("s3-permission-without-a-source"), there.now)
        event |= {"account": "999999999999"}
        event["detail"]["recipientAccountId"] = "999999999999"
        there.send(event)
    there.run()
    assert (there.wire.calls, set(there.answers)) == ([], {"done"})
    there.send(permission_added(there, "open"))
    there.run()
    assert outcomes(there) == ["REPAIRED"]


def test_three_conflicts_in_a_row_are_tried_again_later_and_end_in_one_alert_about_the_repair() -> None:
    there = queues()
    event = permission_added(there, "open")
    writes = 0

    def hold(operation: str) -> None:
        nonlocal writes
        if operation == "PutResourcePolicy" and writes < 3:
            writes += 1
            other = {"source_account": ACCOUNT}
            there.wire.account.add_permission(
                "orders", Grant(f"other-{writes}", "lambda:InvokeFunction", "s3.amazonaws.com", **other)
            )

    there.wire.hold = hold
    there.send(event)
    there.run()
    assert (there.answers, there.dead) == (["again", "done"], [])
    assert outcomes(there) == ["REPAIRED"]
    assert all("Condition" in one for one in statements(there))


def test_a_policy_that_is_read_before_its_event_shows_in_it_is_read_again_later() -> None:
    there = queues()
    event = permission_added(there, "open")
    after = orders(there).policies.pop(None)
    earlier: Body = {
        "Sid": "x",
        "Effect": "Allow",
        "Principal": {"AWS": ACCOUNT},
        "Action": "lambda:InvokeFunction",
        "Resource": ORDERS,
    }
    document: Body = {"Version": "2012-10-17", "Statement": [earlier]}
    orders(there).policies[None] = (dumped(document), "before")
    there.send(event)
    there.step()
    orders(there).policies[None] = after
    there.run()
    assert (there.answers, outcomes(there)) == (["again", "done"], ["REPAIRED"])


def test_a_statement_that_terraform_replaces_is_not_new_and_is_not_reported_again() -> None:
    there = queues()
    permission_added(there, "terraform-1")
    sweep(there)
    digest(there)
    assert outcomes(there) == ["REPORTED"]
    there.wire.account.remove_permission("orders", "terraform-1")
    there.send(removed(there, "terraform-1"))
    there.run()
    there.send(permission_added(there, "terraform-2"))
    there.run()
    assert ["Condition" in one for one in statements(there)] == [False]
    assert outcomes(there) == ["REPORTED"]


def test_a_document_that_is_written_again_makes_nothing_new_that_the_journal_knows() -> None:
    there = queues()
    permission_added(there, "one")
    permission_added(there, "two", "sns.amazonaws.com")
    sweep(there)
    event = at(sample("a-whole-policy-was-put"), there.now)
    event["detail"]["requestParameters"]["resourceArn"] = ORDERS
    there.send(event)
    there.run()
    assert ["Condition" in one for one in statements(there)] == [False, False]


def test_a_statement_that_appears_between_two_sweeps_without_an_event_is_repaired() -> None:
    there = queues()
    sweep(there)
    permission_added(there, "lost")
    sweep(there)
    assert ["Condition" in one for one in statements(there)] == [True]
    assert outcomes(there) == []
    digest(there)
    assert outcomes(there) == ["REPAIRED"]


def test_a_message_forged_into_the_tasks_changes_nothing_that_a_sweep_would_not_change() -> None:
    there = queues()
    event = permission_added(there, "open")
    there.send(event, "sweep-tasks")
    there.step()
    assert there.answers == ["BadEvent"]
    there.messages.clear()
    there.send({"function": ORDERS, "role": True, "seen": "forged", "arrived": "open"}, "sweep-tasks")
    there.run()
    assert ["Condition" in one for one in statements(there)] == [False]


@pytest.mark.parametrize("found", [{"N": "0.5"}, {"S": "many"}, {"NULL": True}])
def test_a_damaged_counter_of_alerts_stops_no_repair_and_no_alert(found: Params) -> None:
    there = queues()
    hour = at(sample("s3-permission-without-a-source"), there.now)["detail"]["eventTime"][:13]
    key = ("alerts", hour)
    there.wire.table.items[key] = {"subject": {"S": key[0]}, "fault": {"S": key[1]}, "sent": found}
    there.send(permission_added(there, "open"))
    there.run()
    assert (there.answers, outcomes(there)) == (["done"], ["REPAIRED"])


def test_what_is_beyond_the_alerts_of_an_hour_comes_in_one_digest_and_is_repaired_at_once() -> None:
    there = queues(ALERTS_PER_HOUR="2")
    for number in range(5):
        there.send(
            permission_added(
                there, f"open-{number}", "s3.amazonaws.com", source_arn=f"arn:aws:s3:::bucket-{number}"
            )
        )
        there.run()
    assert all("StringEquals" in one["Condition"] for one in statements(there))
    assert outcomes(there) == ["REPAIRED"] * 2
    digest(there)
    assert outcomes(there) == ["REPAIRED"] * 5
    assert len(there.wire.published) == 3
    digest(there)
    assert len(there.wire.published) == 3


def test_an_alert_that_the_topic_does_not_take_waits_for_the_digest() -> None:
    there = queues()
    there.wire.faults["Publish"] = ApiError("InternalError", "down")
    there.send(permission_added(there, "open"))
    there.run()
    assert (there.answers, outcomes(there)) == (["done"], [])
    del there.wire.faults["Publish"]
    digest(there)
    assert outcomes(there) == ["REPAIRED"]


def test_a_removal_by_the_original_sid_removes_what_the_guard_made_of_it() -> None:
    there = queues(documents=False)
    there.send(permission_added(there, "stack-FromBucket-AAAA"))
    there.run()
    (twin,) = statements(there)
    assert twin["Sid"] != "stack-FromBucket-AAAA"
    there.send(removed(there, "stack-FromBucket-AAAA", "ResourceNotFoundException"))
    there.run()
    assert statements(there) == []
    assert outcomes(there) == ["REPAIRED", "RELEASED"]


def test_a_new_function_is_left_alone_for_a_minute() -> None:
    there = queues()
    orders(there).role_arn = there.wire.account.with_role("late").arn
    there.send(at(sample("a-function-was-created-by-terraform"), there.now))
    there.step()
    assert (there.answers, there.wire.calls) == (["again"], ["ChangeMessageVisibility"])
    began = there.now
    there.run()
    assert there.answers == ["again", "done"]
    assert there.now - began == pytest.approx(60, abs=1)


def test_a_message_that_fails_comes_back_after_1_2_4_8_minutes_and_ends_as_a_dead_letter() -> None:
    there = queues()
    there.wire.faults["GetResourcePolicy"] = ApiError("TooManyRequestsException", "Rate exceeded")
    event = permission_added(there, "open")
    began = there.now
    there.send(event)
    times = []
    while there.messages:
        there.step()
        times.append(round((there.now - began) / 60))
    assert times[:-1] == [0, 1, 3, 7, 15, 31, 63, 127, 255, 511]
    assert (len(there.dead), there.answers) == (1, ["again"] * 10)


def test_an_entry_that_cannot_be_read_is_set_aside_and_reported_once_and_stops_nothing() -> None:
    there = queues()
    there.wire.table.items[ORDERS, "0123456789abcdef"] = {
        "subject": {"S": ORDERS},
        "fault": {"S": "0123456789abcdef"},
        "version": {"N": "1"},
        "entry": {"S": "{}"},
    }
    there.send(permission_added(there, "open"))
    there.run()
    assert (there.answers, outcomes(there)) == (["done"], ["REPAIRED"])
    assert (ORDERS, "~damaged#0123456789abcdef") in there.wire.table.items
    for _ in range(2):
        digest(there)
    assert [sent["Subject"] for sent in there.wire.published][1:] == [
        f"[HIGH] Digest: 1 alert ({ACCOUNT}, {REGION})"
    ]


def test_a_first_statement_that_is_not_shown_yet_is_read_again_later() -> None:
    there = queues()
    event = permission_added(there, "open")
    after = orders(there).policies.pop(None)
    there.send(event)
    there.step()
    orders(there).policies[None] = after
    there.run()
    assert (there.answers, outcomes(there)) == (["again", "done"], ["REPAIRED"])
