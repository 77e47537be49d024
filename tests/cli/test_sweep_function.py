"""`sweep FUNCTION`: one function is evaluated, and shown as the journal has it."""

from __future__ import annotations

import json

import pytest

from permission_guard.fake_aws import ApiError
from tests.followed import There, opened
from tests.queued import ORDERS, orders, permission_added
from tests.samples import ACCOUNT


@pytest.mark.parametrize(
    "name", ["orders", "orders:live", f"{ACCOUNT}:function:orders", ORDERS, f"{ORDERS}:1"]
)
def test_a_function_is_evaluated_with_its_aliases_and_shown_with_its_entries(name: str) -> None:
    there = There()
    orders(there.guard).qualifiers.add("live")
    opened(there)
    result = there.run(name)
    head, row = result.stdout.splitlines()[2:]
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[:2] == [f"Sent: evaluate {ORDERS}.", f"Evaluated: {ORDERS}."]
    assert head.startswith("ENTRY ")
    assert row.startswith("orders/")
    assert row.endswith(" REPORTED")


def test_a_function_without_a_finding_has_no_entry_and_one_that_is_gone_is_not_done() -> None:
    there = There()
    assert there.run("orders").stdout.endswith(f"Evaluated: {ORDERS}.\nThe journal has no entries.\n")
    result = there.run("ordres")
    assert (result.exit_code, result.stderr) == (
        1,
        f"permission-guard: Function {ORDERS.replace('orders', 'ordres')} does not exist.\n",
    )
    assert json.loads(there.run("ordres", "--json").stdout)["exists"] is False
    assert there.run("orders", "--json").stdout.count(ORDERS) == 1


def test_a_function_whose_message_is_a_dead_letter_is_evaluated_by_the_command() -> None:
    there = There()
    there.guard.wire.faults["GetResourcePolicy"] = ApiError("TooManyRequestsException", "slow down")
    there.guard.send(permission_added(there.guard, "s3"))
    there.guard.run()
    assert len(there.guard.dead) == 1
    there.guard.wire.faults.clear()
    body = json.loads(there.run("orders", "--json").stdout)
    assert [(one["state"], one["reported_as"]) for one in body["entries"]] == [("reported", "REPORTED")]
    # Its event is lost, and no sweep has seen the function before: the statement counts as existing.
    assert body["entries"][0]["existing"] is True
