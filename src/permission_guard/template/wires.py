"""What a template sets up to invoke functions, as the services show it: so that a repair can name the very source."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from permission_guard.template.declared import Wire
from permission_guard.template.resources import Resource
from permission_guard.template.value import Value, listed, table, text_of


def wires(found: Iterable[Resource]) -> Iterator[Wire]:
    """Yield what is set up, with the function that it names."""
    for one in found:
        wired = _WIRED.get(one.kind)
        if wired is not None:
            yield from wired(one)


def _subscription(one: Resource) -> Iterator[Wire]:
    if text_of(one.get("Protocol")) == "lambda":
        yield Wire("sns.amazonaws.com", one.id, one.get("TopicArn"), one.get("Endpoint"))


def _topic(one: Resource) -> Iterator[Wire]:
    for each in map(table, listed(one.get("Subscription"))):
        if text_of(each.get("Protocol")) == "lambda":
            yield Wire("sns.amazonaws.com", one.id, one.scope.ref(one.id), each.get("Endpoint"))


def _bucket(one: Resource) -> Iterator[Wire]:
    for each in map(table, listed(table(one.get("NotificationConfiguration")).get("LambdaConfigurations"))):
        yield Wire("s3.amazonaws.com", one.id, _arn(one), each.get("Function"))


def _rule(one: Resource) -> Iterator[Wire]:
    """A target with a role of its own uses no permission (facts 2)."""
    for each in map(table, listed(one.get("Targets"))):
        if "RoleArn" not in each:
            yield Wire("events.amazonaws.com", one.id, _arn(one), each.get("Arn"))


def _pool(one: Resource) -> Iterator[Wire]:
    for trigger in table(one.get("LambdaConfig")).values():
        yield Wire("cognito-idp.amazonaws.com", one.id, _arn(one), trigger)


def _topic_rule(one: Resource) -> Iterator[Wire]:
    for each in map(table, listed(table(one.get("TopicRulePayload")).get("Actions"))):
        if "Lambda" in each:
            yield Wire("iot.amazonaws.com", one.id, _arn(one), table(each["Lambda"]).get("FunctionArn"))


_WIRED: Final[Mapping[str, Callable[[Resource], Iterator[Wire]]]] = {
    "AWS::SNS::Subscription": _subscription,
    "AWS::SNS::Topic": _topic,
    "AWS::S3::Bucket": _bucket,
    "AWS::Events::Rule": _rule,
    "AWS::Cognito::UserPool": _pool,
    "AWS::IoT::TopicRule": _topic_rule,
}


def _arn(one: Resource) -> Value:
    return one.scope.resolve({"Fn::GetAtt": [one.id, "Arn"]})
