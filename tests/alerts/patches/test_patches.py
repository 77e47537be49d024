"""The lines to change at the source, for each kind of finding and in each language."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml

from permission_guard.alerts.patches import Language, patches_for
from permission_guard.events.actor import Actor
from permission_guard.events.tool import Tool
from permission_guard.events.trigger import Kind
from permission_guard.model.document import Body, dumped
from permission_guard.model.finding import Recorded
from permission_guard.repair.grant import Grant
from tests.alerts.patches.scenes import S3, TEMPLATES, about, alert_only, patch, scene, with_kind
from tests.alerts.patches.tables import check

ORG = {"TRUSTED_ORGANIZATION_IDS": "o-aaaaaaaaaa,o-bbbbbbbbbb"}
WIDE = {"Principal": "*"}
STACK = Actor("role", None, Tool.CLOUDFORMATION, "cloudformation.amazonaws.com", "", "shop", "Uploads")


def test_a_source_account_is_added_in_every_language() -> None:
    report = about({"Sid": "s3-may-invoke", "Principal": S3})
    assert patch(report, Language.CLOUDFORMATION) == (
        "S3MayInvoke:\n"
        "  Type: AWS::Lambda::Permission\n"
        "  Properties:\n"
        "    FunctionName: orders\n"
        "    Action: lambda:InvokeFunction\n"
        "    Principal: s3.amazonaws.com\n"
        '    SourceAccount: "111122223333"  # add'
    )
    assert patch(report, Language.SAM) == patch(report, Language.CLOUDFORMATION)
    assert patch(report, Language.TERRAFORM) == (
        'resource "aws_lambda_permission" "s3_may_invoke" {\n'
        '  statement_id   = "s3-may-invoke"\n'
        '  function_name  = "orders"\n'
        '  action         = "lambda:InvokeFunction"\n'
        '  principal      = "s3.amazonaws.com"\n'
        '  source_account = "111122223333" # add\n'
        "}"
    )
    assert patch(report, Language.CDK) == (
        "fn.addPermission('s3-may-invoke', {\n"
        "  principal: new iam.ServicePrincipal('s3.amazonaws.com'),\n"
        "  action: 'lambda:InvokeFunction',\n"
        "  sourceAccount: '111122223333', // add\n"
        "});"
    )


def test_an_alias_has_permissions_of_its_own() -> None:
    report = about({"Principal": S3}, qualifier="live")
    assert "    FunctionName: orders:live\n" in patch(report, Language.SAM)
    assert '  qualifier      = "live"\n' in patch(report, Language.TERRAFORM)
    assert patch(report, Language.CDK).startswith("alias.addPermission('it', {")


def test_several_accounts_are_one_resource_each_and_the_patch_says_so() -> None:
    report = about({"Principal": S3}, {"TRUSTED_ACCOUNTS": "444455556666"})
    resources = yaml.safe_load(patch(report, Language.CLOUDFORMATION))
    assert patch(report, Language.CLOUDFORMATION).startswith(
        "# One resource for each source: such a resource takes one.\nIt:\n"
    )
    check(resources)
    assert [one["Properties"]["SourceAccount"] for one in resources.values()] == [
        "111122223333",
        "444455556666",
    ]
    assert list(resources) == ["It", "It2"]
    terraform = patch(report, Language.TERRAFORM)
    assert '"aws_lambda_permission" "it_2" {\n  statement_id   = "it-2"\n' in terraform
    assert patch(report, Language.CDK).count("fn.addPermission('it") == 2


def test_a_star_is_narrowed_to_the_account() -> None:
    report = about(WIDE)
    for language in TEMPLATES:
        resources = yaml.safe_load(patch(report, language))
        check(resources)
        assert resources["It"]["Properties"]["Principal"] == "111122223333"
    assert '  principal     = "111122223333" # changed\n' in patch(report, Language.TERRAFORM)
    assert "principal: new iam.AccountPrincipal('111122223333'), // changed" in patch(report, Language.CDK)
    assert "its own policies too" in patch(report, Language.CDK)


def test_a_star_is_narrowed_to_each_organisation() -> None:
    report = about(WIDE, ORG)
    resources = yaml.safe_load(patch(report, Language.CLOUDFORMATION))
    check(resources)
    assert [one["Properties"]["PrincipalOrgID"] for one in resources.values()] == [
        "o-aaaaaaaaaa",
        "o-bbbbbbbbbb",
    ]
    assert "organizationId: 'o-aaaaaaaaaa', // add" in patch(report, Language.CDK)
    assert "principal: new iam.StarPrincipal(),\n" in patch(report, Language.CDK)
    assert '  principal        = "*"\n  principal_org_id = "o-aaaaaaaaaa" # add' in patch(
        report, Language.TERRAFORM
    )


def test_what_only_a_whole_policy_can_express_is_written_as_its_statement() -> None:
    report = about({"Principal": S3, "Action": ["lambda:InvokeFunction", "lambda:GetFunction"]})
    (line,) = [one for one in report.lines if one.after]
    for language in TEMPLATES:
        text = {one.language: one.text for one in patches_for(line, report.facts, report.trigger)}[language]
        (statement,) = yaml.safe_load(text)
        assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": "111122223333"}}
        assert "AWS::Lambda::ResourcePolicy; its other statements stay" in text


def test_a_variable_in_a_statement_is_no_template_of_terraforms() -> None:
    report = about({"Principal": S3})
    (line,) = report.lines
    before = {"Condition": {"StringLike": {"aws:PrincipalTag/x": "${aws:username}"}}}
    line = replace(line, before=dumped(before), after=dumped(before))
    texts = {one.language: one.text for one in patches_for(line, report.facts, report.trigger)}
    assert '"aws:PrincipalTag/x": "$${aws:username}"' in texts[Language.TERRAFORM]
    assert "'aws:PrincipalTag/x': '${aws:username}'" in texts[Language.CDK]


def test_a_statement_without_a_name_stays_without_one() -> None:
    report = about({"Sid": None, "Principal": S3})
    (statement,) = yaml.safe_load(patch(report, Language.CLOUDFORMATION))
    assert "Sid" not in statement


def test_the_narrow_statement_keeps_the_name_of_the_wide_one() -> None:
    there = scene()
    there.account.has_resource_policy_calls = False
    there.account.add_permission("orders", Grant("it", "lambda:InvokeFunction", "s3.amazonaws.com"))
    report = there.report(Kind.PERMISSION_ADDED, arrived="it")
    assert '  statement_id   = "it"\n' in patch(report, Language.TERRAFORM)


def test_a_name_that_terraform_made_up_is_not_written_into_its_source() -> None:
    report = about({"Sid": "terraform-20260909184319967500000001", "Principal": S3})
    assert "statement_id" not in patch(report, Language.TERRAFORM)


def test_the_resource_of_a_stack_is_called_as_it_is_called_there() -> None:
    report = about({"Principal": S3}, by=STACK)
    assert list(yaml.safe_load(patch(report, Language.SAM))) == ["It"]
    added = with_kind(report, Kind.PERMISSION_ADDED)
    assert list(yaml.safe_load(patch(added, Language.SAM))) == ["Uploads"]


REPORTED: dict[str, tuple[Body, str, str]] = {
    "a service that sends its ARN and its account": (
        {"Principal": S3},
        'SourceArn: arn:aws:s3:::NAME  # add\n    SourceAccount: "111122223333"  # add',
        "Replace NAME by the resource that calls the function.",
    ),
    "a service whose ARN carries the account": (
        {"Principal": {"Service": "events.amazonaws.com"}},
        "SourceArn: arn:aws:events:us-east-1:111122223333:rule/NAME  # add",
        "Replace NAME by the resource that calls the function.",
    ),
    "a source without its account": (
        {"Principal": S3, "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::uploads"}}},
        'SourceArn: arn:aws:s3:::uploads\n    SourceAccount: "111122223333"  # add',
        "The account that owns the source.",
    ),
    "anybody": (WIDE, 'Principal: "111122223333"  # changed', "Name the callers"),
    "anybody who may change it": (
        {"Principal": "*", "Action": "lambda:UpdateFunctionCode"},
        "Action: lambda:InvokeFunction  # changed",
        "Grant lambda:InvokeFunction only.",
    ),
}


@pytest.mark.parametrize("case", REPORTED)
def test_what_is_only_reported_gets_the_lines_of_its_advice(case: str) -> None:
    statement, lines, remark = REPORTED[case]
    report = about(statement, alert_only())
    text = patch(report, Language.CLOUDFORMATION)
    check(yaml.safe_load(text))
    assert lines in text
    assert text.startswith(f"# {remark}")


SILENT: dict[str, Body] = {
    "a foreign account": {"Principal": {"AWS": "arn:aws:iam::999999999999:root"}},
    "a service of which nothing is known": {"Principal": {"Service": "new.amazonaws.com"}},
    "a permission that nobody can use": {
        "Principal": {"Service": "events.amazonaws.com"},
        "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:events:*:111122223333:event-bus/default"}},
    },
    "what is undecided": {"Principal": S3, "Condition": {"StringEquals": {"aws:NewKey": "new"}}},
    "anybody under a condition": {**WIDE, "Condition": {"Bool": {"aws:SecureTransport": "true"}}},
}


@pytest.mark.parametrize("case", SILENT)
def test_where_only_a_person_can_know_it_nothing_is_made_up(case: str) -> None:
    report = about(SILENT[case], alert_only())
    assert report.lines
    assert [patches_for(line, report.facts, report.trigger) for line in report.lines] == [()] * len(
        report.lines
    )


def test_a_public_url_asks_for_credentials() -> None:
    url = {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}
    report = about({"Principal": "*", "Action": "lambda:InvokeFunctionUrl", "Condition": url})
    assert yaml.safe_load(patch(report, Language.SAM)) == {"FunctionUrlConfig": {"AuthType": "AWS_IAM"}}
    assert yaml.safe_load(patch(report, Language.CLOUDFORMATION)) == {"AuthType": "AWS_IAM"}
    assert patch(report, Language.TERRAFORM).endswith('authorization_type = "AWS_IAM" # changed')
    assert patch(report, Language.CDK) == (
        "fn.addFunctionUrl({ authType: lambda.FunctionUrlAuthType.AWS_IAM }); // changed"
    )


def test_of_a_fault_that_the_journal_remembers_only_what_was_written_down_is_reported() -> None:
    report = about({"Principal": S3}, alert_only())
    (line,) = report.lines
    finding = replace(line.finding, proof=Recorded("witness", "somebody got in"), statement=40)
    assert patches_for(replace(line, finding=finding), report.facts, report.trigger) == ()
    reported = replace(line, finding=finding, before=dumped({"Sid": "x"}), after=dumped({"Sid": "y"}))
    assert patches_for(reported, report.facts, report.trigger)[0].text.endswith('- {\n    "Sid": "x"\n  }')
