"""AWS IoT: rules, custom authorizers, and the hooks of provisioning templates."""

from __future__ import annotations

from collections.abc import Iterator

from permission_guard.aws.wiring.search import Search
from permission_guard.facts import Source

PERMISSIONS = (
    "iot:ListTopicRules",
    "iot:GetTopicRule",
    "iot:ListAuthorizers",
    "iot:DescribeAuthorizer",
    "iot:ListProvisioningTemplates",
    "iot:DescribeProvisioningTemplate",
)
"""The rights that this module's calls need."""


def of_iot(search: Search) -> Iterator[Source]:
    """Everything of IoT that invokes functions: all three come as the same service."""
    yield from _rules(search)
    yield from _authorizers(search)
    yield from _provisioning_templates(search)


def _rules(search: Search) -> Iterator[Source]:
    for page in search.calls.pages("iot", "ListTopicRules", "nextToken", maxResults=10_000):
        for rule in page.each("rules"):
            found = search.calls.call_unless_gone("iot", "GetTopicRule", ruleName=rule.text("ruleName"))
            for action in (*found.each("rule", "actions"), found.at("rule", "errorAction")):
                if target := search.target(action.text("lambda", "functionArn")):
                    yield search.source(rule.text("ruleArn"), target)


def _authorizers(search: Search) -> Iterator[Source]:
    for page in search.calls.pages(
        "iot", "ListAuthorizers", "marker", following=("nextMarker",), pageSize=250
    ):
        for authorizer in page.each("authorizers"):
            found = search.calls.call_unless_gone(
                "iot", "DescribeAuthorizer", authorizerName=authorizer.text("authorizerName")
            )
            if target := search.target(found.text("authorizerDescription", "authorizerFunctionArn")):
                yield search.source(authorizer.text("authorizerArn"), target)


def _provisioning_templates(search: Search) -> Iterator[Source]:
    for page in search.calls.pages("iot", "ListProvisioningTemplates", "nextToken", maxResults=250):
        for template in page.each("templates"):
            found = search.calls.call_unless_gone(
                "iot", "DescribeProvisioningTemplate", templateName=template.text("templateName")
            )
            if target := search.target(found.text("preProvisioningHook", "targetArn")):
                yield search.source(template.text("templateArn"), target)
