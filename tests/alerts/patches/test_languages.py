"""Each language says everything, and that of the tool comes first."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml

from permission_guard.alerts.patches import Language, languages, patches_for
from permission_guard.alerts.patches.cdk import in_cdk
from permission_guard.alerts.patches.change import Permissions
from permission_guard.alerts.patches.cloudformation import in_cloudformation
from permission_guard.alerts.patches.terraform import in_terraform
from permission_guard.events.tool import Tool
from permission_guard.repair.grant import Grant
from tests.alerts.patches.scenes import ALICE, S3, about

FIRST = {
    Tool.SAM: [Language.SAM],
    Tool.CDK: [Language.CDK],
    Tool.TERRAFORM: [Language.TERRAFORM],
    Tool.OPENTOFU: [Language.TERRAFORM],
    Tool.CLOUDFORMATION: [Language.CLOUDFORMATION, Language.SAM, Language.CDK],
}


@pytest.mark.parametrize("tool", Tool)
def test_the_language_of_the_tool_comes_first_and_none_is_missing(tool: Tool) -> None:
    report = about({"Principal": S3}, by=replace(ALICE, tool=tool))
    (line,) = report.lines
    order = [one.language for one in patches_for(line, report.facts, report.trigger)]
    first = FIRST.get(tool, list(Language))
    assert list(languages(tool)) == first
    assert order[: len(first)] == first
    assert sorted(order, key=list(Language).index) == list(Language)


FULL = {
    "source_arn": "arn:aws:s3:::a'\"${x}\n",
    "source_account": "111122223333",
    "event_source_token": "amzn1.ask.skill.1",
    "principal_org_id": "o-aaaaaaaaaa",
    "function_url_auth_type": "NONE",
    "invoked_via_function_url": "true",
}


def test_every_parameter_has_its_place_in_every_language() -> None:

    role_arn = "arn:aws:iam::111122223333:role/it's"
    change = Permissions("orders", "7", (Grant("1-it", "lambda:*", role_arn, **FULL),), {})
    (resource,) = yaml.safe_load(in_cloudformation(change)).values()
    assert resource["Properties"] == {
        "FunctionName": "orders:7",
        "Action": "lambda:*",
        "Principal": role_arn,
        "SourceArn": FULL["source_arn"],
        "SourceAccount": "111122223333",
        "EventSourceToken": "amzn1.ask.skill.1",
        "PrincipalOrgID": "o-aaaaaaaaaa",
        "FunctionUrlAuthType": "NONE",
        "InvokedViaFunctionUrl": True,
    }
    assert in_terraform(change) == (
        'resource "aws_lambda_permission" "the_1_it" {\n'
        '  statement_id             = "1-it"\n'
        '  function_name            = "orders"\n'
        '  qualifier                = "7"\n'
        '  action                   = "lambda:*"\n'
        '  principal                = "arn:aws:iam::111122223333:role/it\'s"\n'
        '  source_arn               = "arn:aws:s3:::a\'\\"$${x}\\u000a"\n'
        '  source_account           = "111122223333"\n'
        '  event_source_token       = "amzn1.ask.skill.1"\n'
        '  principal_org_id         = "o-aaaaaaaaaa"\n'
        '  function_url_auth_type   = "NONE"\n'
        "  invoked_via_function_url = true\n"
        "}"
    )
    assert in_cdk(change) == (
        "version.addPermission('1-it', {\n"
        "  principal: new iam.ArnPrincipal('arn:aws:iam::111122223333:role/it\\'s'),\n"
        "  action: 'lambda:*',\n"
        "  sourceArn: 'arn:aws:s3:::a\\'\"${x}\\u{a}',\n"
        "  sourceAccount: '111122223333',\n"
        "  eventSourceToken: 'amzn1.ask.skill.1',\n"
        "  organizationId: 'o-aaaaaaaaaa',\n"
        "  functionUrlAuthType: lambda.FunctionUrlAuthType.NONE,\n"
        "  invokedViaFunctionUrl: true,\n"
        "});"
    )
