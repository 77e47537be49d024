"""The Lambda function, woken because a role has changed: from IAM's event to the repair of the function that uses it."""

from __future__ import annotations

import json

import pytest

from tests.aws.transport import Transport
from tests.samples import sample
from tests.test_handler import connected, environment, fresh, handled
from tests.test_handler_batch import batch, failed

__all__ = ["environment"]


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Transport:
    """An account in which `orders` has a role that has no rights."""
    made = connected(fresh("a-function-was-created-by-terraform"), monkeypatch)
    made.account.with_function("bills", role="another")
    return made


def test_a_role_that_lost_its_policy_is_followed_to_its_function_which_is_repaired(wire: Transport) -> None:
    event = sample("a-role-lost-a-policy")
    role = wire.account.functions["orders"].role_arn.rpartition("/")[2]
    event["detail"]["requestParameters"]["roleName"] = role
    assert failed(handled(batch(event))) == []
    assert wire.calls == ["GetRole", "ListFunctions", "SendMessageBatch"]
    (task,) = wire.waiting
    assert json.loads(task["MessageBody"])["function"].endswith(":function:orders")
    assert failed(handled(batch(task["MessageBody"]))) == []
    assert "AttachRolePolicy" in wire.calls
    (told,) = wire.published
    alert = json.loads(json.loads(told["Message"])["default"])
    assert (alert["event"]["name"], alert["event"]["id"]) == ("DetachRolePolicy", event["detail"]["eventID"])
    assert "assumed-role/Admin/alice" in json.dumps(alert)


def test_a_page_of_users_that_waited_is_listed_when_its_turn_comes(wire: Transport) -> None:
    detail = sample("a-role-lost-a-policy")["detail"]
    detail["requestParameters"] = {"roleName": "another"}
    assert failed(handled(batch({"roleChange": detail, "marker": None}))) == []
    assert [json.loads(one["MessageBody"])["function"].rpartition(":")[2] for one in wire.waiting] == [
        "bills"
    ]
