"""Repairs that keep every caller, whatever is connected tomorrow: played from the message to the policy that is left."""

from __future__ import annotations

import json
from typing import Any

import pytest

from permission_guard.iam import (
    ABSENT,
    Anonymous,
    Context,
    EvalDecision,
    Policy,
    Request,
    ServicePrincipal,
    decide,
)
from permission_guard.iam.request import Principal
from tests.aws.delivered import Queues
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
from tests.samples import ACCOUNT

UNTRUSTED = "999999999999"
INVOKE = "lambda:InvokeFunction"


def allowed(there: Queues, principal: Principal, action: str = INVOKE, **keys: str) -> bool:
    """Whether the policy that stands there now allows a request; in the names of keys `_` stands for `:`."""
    if None not in orders(there).policies:
        return False
    context = Context.of({name.replace("_", ":"): value for name, value in keys.items()}, unlisted=ABSENT)
    policy = Policy.parse(orders(there).policies[None][0])
    return decide(Request(action, ORDERS, principal, context), resource=policy).answer is EvalDecision.ALLOWED


def may_invoke(there: Queues, service: str, arn: str, *, with_account: bool = False) -> bool:
    """Whether a service may invoke for the resource, showing its ARN and, if it sends that, the resource's account."""
    account = {"aws_SourceAccount": arn.split(":")[4] or ACCOUNT} if with_account else {}
    return allowed(there, ServicePrincipal(service), aws_SourceArn=arn, **account)


def findings(there: Queues) -> list[Any]:
    """Every published finding, those of digests too."""
    found = []
    for sent in there.wire.published:
        body = json.loads(json.loads(sent["Message"])["default"])
        for alert in body.get("alerts", [body]):
            found += alert["findings"]
    return found


def topic(name: str, account: str = ACCOUNT, region: str = REGION) -> str:
    return f"arn:aws:sns:{region}:{account}:{name}"


def test_both_topics_may_invoke_that_are_subscribed_one_after_the_other() -> None:
    there = queues()
    there.send(permission_added(there, "topics", "sns.amazonaws.com"))
    there.run()
    sns = "sns.amazonaws.com"

    assert outcomes(there) == ["REPAIRED"]
    assert may_invoke(there, sns, topic("order-placed"))
    assert may_invoke(there, sns, topic("parcel-sent", region="ap-southeast-2"))
    assert not may_invoke(there, sns, topic("order-placed", UNTRUSTED))


def test_where_there_is_only_add_permission_a_topic_of_every_region_cannot_be_expressed_so_it_is_reported() -> (
    None
):
    there = queues(documents=False)
    there.send(permission_added(there, "topics", "sns.amazonaws.com"))
    before = statements(there)
    there.run()

    assert (outcomes(there), statements(there)) == (["REPORTED"], before)


@pytest.mark.parametrize("documents", [True, False])
def test_the_second_bucket_may_invoke_too(*, documents: bool) -> None:
    there = queues(documents=documents)
    there.send(permission_added(there, "buckets"))
    there.run()

    for bucket in ("orders-in", "made-tomorrow"):
        assert may_invoke(there, "s3.amazonaws.com", f"arn:aws:s3:::{bucket}", with_account=True)
    assert not allowed(
        there,
        ServicePrincipal("s3.amazonaws.com"),
        aws_SourceArn="arn:aws:s3:::orders-in",
        aws_SourceAccount=UNTRUSTED,
    )


@pytest.mark.parametrize("documents", [True, False])
def test_a_target_group_that_replaces_another_may_invoke(*, documents: bool) -> None:
    there = queues(documents=documents, REPAIR_EXISTING="true")
    permission_added(there, "balancer", "elasticloadbalancing.amazonaws.com")
    sweep(there)
    digest(there)
    groups = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup"

    assert outcomes(there) == ["REPAIRED"]
    for name in ("web-1/6d0ecf831eec9f09", "web-2/0123456789abcdef"):
        assert may_invoke(there, "elasticloadbalancing.amazonaws.com", f"{groups}/{name}", with_account=True)
    foreign = groups.replace(ACCOUNT, UNTRUSTED)
    assert not may_invoke(there, "elasticloadbalancing.amazonaws.com", f"{foreign}/web/1", with_account=True)


@pytest.mark.parametrize(
    "resource",
    [
        "rule/telemetry",
        "domainconfiguration/shop/abcde",
        "certificateprovider/shop",
        "provisioningtemplate/fleet",
        "authorizer/made-tomorrow",
    ],
)
def test_every_kind_of_resource_of_iot_may_invoke(resource: str) -> None:
    there = queues()
    there.send(permission_added(there, "things", "iot.amazonaws.com"))
    there.run()

    assert may_invoke(there, "iot.amazonaws.com", f"arn:aws:iot:{REGION}:{ACCOUNT}:{resource}")
    assert not may_invoke(there, "iot.amazonaws.com", f"arn:aws:iot:{REGION}:{UNTRUSTED}:{resource}")


@pytest.mark.parametrize("documents", [True, False])
def test_a_log_subscription_of_the_whole_account_may_invoke(*, documents: bool) -> None:
    there = queues(documents=documents)
    there.send(permission_added(there, "logs", "logs.amazonaws.com"))
    there.run()

    for group in ("*", "/shop/orders:*"):
        arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}"
        assert may_invoke(there, "logs.amazonaws.com", arn, with_account=True)


def test_agents_that_are_named_at_call_time_may_invoke() -> None:
    there = queues()
    there.send(permission_added(there, "agents", "bedrock.amazonaws.com"))
    there.run()

    for agent in ("agent/AAAAAAAAAA", "flow/BBBBBBBBBB"):
        arn = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:{agent}"
        assert may_invoke(there, "bedrock.amazonaws.com", arn, with_account=True)


def url_halves(there: Queues) -> list[Any]:
    """The events of a deploy that adds the two permissions of a public function URL, the wider one first."""
    both = []
    for sid, action, conditions in (
        ("second", INVOKE, {}),
        ("first", "lambda:InvokeFunctionUrl", {"function_url_auth_type": "NONE"}),
    ):
        both.append(permission_added(there, sid, "*", action, **conditions))
        there.send(both[-1])
        there.run()
    return both


def test_callers_of_a_public_url_get_in_though_its_second_permission_came_first() -> None:
    there = queues()
    orders(there).urls[None] = "NONE"
    url_halves(there)

    assert "REPAIRED" not in outcomes(there)
    assert allowed(there, Anonymous(), "lambda:InvokeFunctionUrl", lambda_FunctionUrlAuthType="NONE")
    assert allowed(there, Anonymous(), lambda_InvokedViaFunctionUrl="true")
    assert "GetFunctionUrlConfig" in there.wire.calls


def test_a_permission_beside_that_of_a_public_url_is_left_alone_though_the_url_is_not_made_yet() -> None:
    there = queues(REPAIR_EXISTING="true")
    permission_added(there, "first", "*", "lambda:InvokeFunctionUrl", function_url_auth_type="NONE")
    there.send(permission_added(there, "second", "*"))
    there.run()

    assert "REPAIRED" not in outcomes(there)


def test_a_topic_of_awss_own_is_no_untrusted_account() -> None:
    there = queues()
    there.send(
        permission_added(
            there, "ranges", "sns.amazonaws.com", source_arn=topic("AmazonIpSpaceChanged", "806199016981")
        )
    )
    there.run()

    assert findings(there) == []
    assert may_invoke(there, "sns.amazonaws.com", topic("AmazonIpSpaceChanged", "806199016981"))


def test_a_topic_of_the_same_name_in_another_account_is_untrusted() -> None:
    there = queues()
    there.send(
        permission_added(
            there, "ranges", "sns.amazonaws.com", source_arn=topic("AmazonIpSpaceChanged", UNTRUSTED)
        )
    )
    there.run()

    (finding,) = findings(there)
    assert f"untrusted account {UNTRUSTED}" in finding["summary"]


def test_a_bare_star_keeps_every_principal_and_every_service_of_the_account() -> None:
    there = queues()
    there.send(permission_added(there, "public", "*"))
    there.run()

    assert outcomes(there) == ["REPAIRED"]
    assert len(statements(there)) == 3
    for account, is_allowed in ((ACCOUNT, True), (UNTRUSTED, False)):
        assert may_invoke(there, "sns.amazonaws.com", topic("made-tomorrow", account)) is is_allowed
        assert (
            allowed(there, ServicePrincipal("config.amazonaws.com"), aws_SourceAccount=account) is is_allowed
        )
        assert allowed(there, ServicePrincipal("new.amazonaws.com"), aws_SourceAccount=account) is is_allowed
    assert not allowed(there, Anonymous(), lambda_InvokedViaFunctionUrl="true")


def test_whoever_removes_the_original_statement_removes_all_that_was_made_of_it() -> None:
    there = queues()
    there.send(permission_added(there, "public", "*"))
    there.run()
    there.now += 60
    there.wire.account.remove_permission("orders", "public", None)
    there.send(removed(there, "public"))
    there.run()

    assert statements(there) == []
    assert outcomes(there) == ["REPAIRED", "RELEASED"]


def test_where_there_is_only_add_permission_a_bare_star_is_reported() -> None:
    there = queues(documents=False)
    event = permission_added(there, "public", "*")
    before = statements(there)
    there.send(event)
    there.run()

    assert (outcomes(there), statements(there)) == (["REPORTED"], before)
