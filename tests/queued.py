"""A guard behind its queues, the function `orders`, and what people and tools do to it."""

from __future__ import annotations

import json
from typing import Any

from permission_guard.fake_aws import Account
from permission_guard.fake_aws.contents import FakeFunction
from permission_guard.model.document import dumped, statements_of
from permission_guard.repair.grant import Grant
from tests.aws.delivered import Queues, at, scheduled
from tests.aws.transport import Transport
from tests.samples import ACCOUNT, LOGGING, sample

REGION = "eu-west-1"
ORDERS = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:orders"
BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
Json = dict[str, Any]


def account(functions: int = 0, *, documents: bool = True) -> Account:
    """An account with the function `orders`, whose role may write logs, and so many others."""
    made = Account(ACCOUNT, REGION, has_resource_policy_calls=documents)
    made.managed[BASIC] = dumped(LOGGING)
    made.with_role("orders-role").attached.append(BASIC)
    made.with_function("orders", role="orders-role")
    for number in range(functions):
        made.with_function(f"function-{number:05}", role="orders-role")
    return made


def queues(functions: int = 0, *, documents: bool = True, **settings: str) -> Queues:
    return Queues(Transport(account(functions, documents=documents)), settings)


def orders(there: Queues) -> FakeFunction:
    return there.wire.account.functions["orders"]


def permission_added(
    there: Queues,
    sid: str,
    principal: str = "s3.amazonaws.com",
    action: str = "lambda:InvokeFunction",
    **conditions: str,
) -> Json:
    """Add a permission to `orders`; return the event of the call."""
    grant = Grant(sid, action, principal, **conditions)
    statement = there.wire.account.add_permission("orders", grant)
    return added(there, sid, statement)


def added(there: Queues, sid: str, statement: Any) -> Json:
    event = at(sample("s3-permission-without-a-source"), there.now - 30)
    event["detail"]["requestParameters"] |= {"statementId": sid, "principal": "s3.amazonaws.com"}
    event["detail"]["responseElements"] = {"statement": json.dumps(statement)}
    return event


def removed(there: Queues, sid: str, error: str | None = None) -> Json:
    event = at(sample("a-permission-was-removed"), there.now)
    event["detail"]["requestParameters"] = {"functionName": "orders", "statementId": sid}
    if error:
        event["detail"]["errorCode"] = error
    return event


def sweep(there: Queues) -> None:
    there.now += 86_400
    there.send(scheduled(ACCOUNT, REGION), "sweep-tasks")
    there.run()


def digest(there: Queues) -> None:
    there.send(scheduled(ACCOUNT, REGION))
    there.run()


def statements(there: Queues) -> list[Any]:
    policies = orders(there).policies
    return [*statements_of(policies[None][0])] if None in policies else []


def outcomes(there: Queues) -> list[str]:
    """What each published finding ended in, those of digests too."""
    found = []
    for sent in there.wire.published:
        body = json.loads(json.loads(sent["Message"])["default"])
        for alert in body.get("alerts", [body]):
            found += [finding["action"]["outcome"] for finding in alert["findings"]]
    return found
