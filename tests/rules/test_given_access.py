"""To whom a statement gives access: nobody, over a named network, or callers in any account."""

from __future__ import annotations

from dataclasses import replace

from permission_guard.access import Access, Answer, Scale
from permission_guard.iam import Policy
from permission_guard.model.finding import Witness
from permission_guard.rules import evaluate
from permission_guard.rules.external_access import gives_access
from tests.fake_aws.builders import OWN, facts_with, statement


def test_access_over_a_named_network_is_given_to_nobody_in_the_zone_of_trust() -> None:
    (named,) = Policy.parse({"Statement": [statement("*")]}).statements
    answer = Answer(0, Access.CLOSED, Scale.DEAD, network=True)

    assert gives_access(named, answer, "invoke it").endswith(
        "allows nobody in the zone of trust to invoke it"
    )
    inside = replace(answer, scale=Scale.RESOURCE)
    assert "zone of trust" not in gives_access(named, inside, "invoke it")


def test_a_target_group_in_any_account_is_in_none_that_the_policy_names() -> None:
    arn = "arn:aws:elasticloadbalancing:us-east-1:*:targetgroup/web/1"
    asked = {"ArnLike": {"aws:SourceArn": arn}}
    (finding,) = evaluate(facts_with(statement("elasticloadbalancing.amazonaws.com", Condition=asked)), OWN)

    assert "without naming a source" in finding.summary
    assert isinstance(finding.proof, Witness)
    assert finding.proof.caller == "elasticloadbalancing.amazonaws.com for any account"
