"""The lines to change for a role that cannot write logs, and for a layer that is shared."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml

from permission_guard.alerts.patches import Language, patches_for
from permission_guard.events.trigger import Kind
from permission_guard.journal.news import Alert
from permission_guard.model.document import dumped
from permission_guard.model.facts import RoleFacts
from permission_guard.repair.outcome import Ending
from tests.alerts.patches.scenes import TEMPLATES, alert_only, layer, patch, scene
from tests.alerts.patches.tables import check


def role(**settings: str) -> Alert:
    return scene(**settings).report(Kind.FUNCTION_CREATED)


BASIC = "service-role/AWSLambdaBasicExecutionRole"


@pytest.mark.parametrize("settings", [{}, alert_only()], ids=["repaired", "reported"])
def test_a_role_gets_the_logging_policy_in_every_language(settings: dict[str, str]) -> None:
    report = role(**settings)
    assert yaml.safe_load(patch(report, Language.SAM)) == {"Policies": ["AWSLambdaBasicExecutionRole"]}
    assert yaml.safe_load(patch(report, Language.CLOUDFORMATION)) == {
        "ManagedPolicyArns": [f"arn:aws:iam::aws:policy/{BASIC}"]
    }
    assert patch(report, Language.TERRAFORM) == (
        'resource "aws_iam_role_policy_attachment" "role_logs" {\n'
        '  role       = "role"\n'
        f'  policy_arn = "arn:aws:iam::aws:policy/{BASIC}"\n'
        "}"
    )
    assert patch(report, Language.CDK) == (
        f"role.addManagedPolicy(iam.ManagedPolicy.fromAwsManagedPolicyName('{BASIC}')); // add"
    )


def test_a_policy_of_the_account_is_named_by_its_arn() -> None:
    own = "arn:aws:iam::111122223333:policy/logs"
    report = role(LOGGING_POLICY_ARN=own)
    assert yaml.safe_load(patch(report, Language.SAM)) == {"Policies": [own]}
    assert patch(report, Language.CDK) == (
        f"role.addManagedPolicy(iam.ManagedPolicy.fromManagedPolicyArn(this, 'Logging', '{own}')); // add"
    )


def test_where_a_deny_or_a_boundary_forbids_the_logs_no_policy_is_offered() -> None:
    deny = scene()
    deny.account.with_role("role", no={"Statement": {"Effect": "Deny", "Action": "logs:*", "Resource": "*"}})
    bounded = scene()
    boundary = "arn:aws:iam::111122223333:policy/boundary"
    bounded.account.managed[boundary] = dumped(
        {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "NotAction": "logs:*", "Resource": "*"}}
    )
    allowed = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    bounded.account.with_role("role", all=allowed).boundary = boundary
    for there in (deny, bounded):
        report = there.report(Kind.FUNCTION_CREATED)
        (line,) = report.lines
        assert line.ending is Ending.REPORTED
        assert patches_for(line, report.facts, report.trigger) == ()


def test_a_role_of_a_service_is_not_to_be_changed_at_all() -> None:
    report = role(**alert_only())
    assert isinstance(report.facts.role, RoleFacts)
    moved = replace(report.facts.role, arn="arn:aws:iam::111122223333:role/aws-service-role/x/role")
    report = replace(report, facts=report.facts.with_role(moved))
    assert patch(report, Language.SAM) == ""


def test_a_public_layer_is_shared_with_an_organization() -> None:
    report = layer("*")
    for language in TEMPLATES:
        check(yaml.safe_load(patch(report, language)))
    assert "version_number  = 7\n" in patch(report, Language.TERRAFORM)
    assert '"aws_lambda_layer_version_permission" "tools_shared"' in patch(report, Language.TERRAFORM)
    assert "organizationId: 'o-exampleorgid', // add" in patch(report, Language.CDK)


def test_of_a_layer_for_a_foreign_account_only_its_owner_knows() -> None:
    report = layer("arn:aws:iam::999999999999:root")
    assert report.lines
    assert patch(report, Language.SAM) == ""


def test_what_was_released_needs_no_change() -> None:
    report = role()
    (line,) = report.lines
    assert patches_for(replace(line, ending=Ending.RELEASED), report.facts, report.trigger) == ()
