"""One rich scan: every verdict, severity and kind of proof, two accounts, a layer, a template's finding, and hostile text."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

from permission_guard.alerts.patches import Language, Patch
from permission_guard.model.finding import Concern, Severity, Verdict
from permission_guard.rules import RULES
from permission_guard.scan.result import IgnoredFinding, Place, Scan, ScannedFinding, Skipped

ACCOUNT, OTHER = "111122223333", "444455556666"
ORDERS = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:orders"
TITLES = {rule.id: (rule.title, rule.why) for rule in RULES}

_WIDE = {
    "Sid": "s3-may-invoke",
    "Effect": "Allow",
    "Principal": {"Service": "s3.amazonaws.com"},
    "Action": "lambda:InvokeFunction",
    "Resource": ORDERS,
}
_NARROW = {**_WIDE, "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}}}
_PATCHES = (
    Patch(
        Language.SAM,
        "OrdersPermission:\n  Type: AWS::Lambda::Permission\n  Properties:\n    FunctionName: !Ref Orders\n"
        "    Action: lambda:InvokeFunction\n    Principal: s3.amazonaws.com\n    SourceAccount: !Ref AWS::AccountId",
    ),
    Patch(
        Language.CLOUDFORMATION,
        "OrdersPermission:\n  Type: AWS::Lambda::Permission\n  Properties:\n    SourceAccount: !Ref AWS::AccountId",
    ),
    Patch(
        Language.TERRAFORM,
        'resource "aws_lambda_permission" "orders" {\n  principal      = "s3.amazonaws.com"\n'
        "  source_account = data.aws_caller_identity.current.account_id\n}",
    ),
    Patch(
        Language.CDK,
        'orders.addPermission("S3", {\n  principal: new ServicePrincipal("s3.amazonaws.com"),\n'
        "  sourceAccount: Stack.of(this).account,\n});",
    ),
)

OPEN = ScannedFinding(
    fault="739a4bfd80b5b245",
    target=ORDERS,
    name="orders",
    qualifier=None,
    account=ACCOUNT,
    region="us-east-1",
    subject="s3-may-invoke",
    title=TITLES["invoke-permission-names-its-source"][0],
    rule=Concern.INVOKE_PERMISSION_NAMES_ITS_SOURCE,
    verdict=Verdict.FAIL,
    severity=Severity.HIGH,
    summary='Statement "s3-may-invoke": Principal `s3.amazonaws.com` allows any AWS account to invoke orders, for example 999999999999',
    proof_kind="witness",
    proof=f"s3.amazonaws.com, acting for account 999999999999, is allowed to call lambda:InvokeFunction on {ORDERS} "
    "with aws:SourceArn=arn:aws:s3:::example, aws:SourceAccount=999999999999",
    sentence="Untrusted callers have access. For example, Amazon S3 (s3.amazonaws.com), acting for arn:aws:s3:::example of AWS "
    f"account 999999999999, is allowed to call lambda:InvokeFunction on {ORDERS}.",
    because=(
        'Statement "s3-may-invoke" of the function\'s policy allows it and has no condition on the source.',
    ),
    why=TITLES["invoke-permission-names-its-source"][1],
    repair='add a condition to statement "s3-may-invoke" of orders',
    before=json.dumps(_WIDE),
    after=json.dumps(_NARROW),
    obstacle="",
    advice="Name the source where the permission is defined: SourceArn, and SourceAccount if the ARN carries no account.",
    patches=_PATCHES,
)
ANYONE = replace(
    OPEN,
    fault="1c0ffee1c0ffee10",
    target=f"arn:aws:lambda:eu-west-1:{OTHER}:function:webhook:live",
    name="webhook",
    qualifier="live",
    account=OTHER,
    region="eu-west-1",
    subject="everybody",
    title=TITLES["function-is-not-public"][0],
    rule=Concern.FUNCTION_IS_NOT_PUBLIC,
    severity=Severity.CRITICAL,
    summary='Statement "everybody": Principal `*` allows any AWS account to invoke webhook:live, for example 999999999999',
    proof="a role of AWS account 999999999999 is allowed to call lambda:InvokeFunction on "
    f"arn:aws:lambda:eu-west-1:{OTHER}:function:webhook:live",
    sentence="Untrusted callers have access. For example, a role of AWS account 999999999999 is allowed to call lambda:InvokeFunction on "
    f"arn:aws:lambda:eu-west-1:{OTHER}:function:webhook:live.",
    because=('Statement "everybody" of the alias\'s policy allows it to everyone, without a condition.',),
    why=TITLES["function-is-not-public"][1],
    repair="",
    before="",
    after="",
    obstacle="the fix is a condition on aws:PrincipalAccount, which AddPermission cannot write",
    advice="Name who may invoke it.",
    patches=(),
)
NO_LOGS = replace(
    ANYONE,
    fault="aa11bb22cc33dd44",
    target=f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:reports",
    name="reports",
    qualifier=None,
    account=ACCOUNT,
    subject=f"arn:aws:iam::{ACCOUNT}:role/reports-role",
    title=TITLES["role-can-write-logs"][0],
    rule=Concern.ROLE_CAN_WRITE_LOGS,
    severity=Severity.MEDIUM,
    summary="reports-role is not allowed to call logs:CreateLogStream: no policy of the role allows it",
    proof_kind="denied-request",
    proof="logs:CreateLogStream on the log group is not allowed: no policy allows it",
    sentence="The role reports-role is not allowed to call logs:CreateLogStream.",
    because=("No policy of the role allows it.", "A request that no policy allows is denied."),
    why=TITLES["role-can-write-logs"][1],
    repair="attach AWSLambdaBasicExecutionRole to role/reports-role",
    before="",
    after=f"arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole attached to reports-role of {ACCOUNT}",
    obstacle="",
    advice="Attach AWSLambdaBasicExecutionRole where the role is defined.",
    patches=(Patch(Language.SAM, "Policies:\n  - AWSLambdaBasicExecutionRole"),),
)
LAYER = replace(
    ANYONE,
    fault="0123456789abcdef",
    target=f"arn:aws:lambda:eu-west-1:{ACCOUNT}:layer:tools:7",
    name="tools",
    qualifier=None,
    account=ACCOUNT,
    subject="shared",
    title=TITLES["layer-is-not-public"][0],
    rule=Concern.LAYER_IS_NOT_PUBLIC,
    severity=Severity.LOW,
    summary='Statement "shared": Principal `999999999999` allows untrusted account 999999999999 to download the layer',
    proof="AWS account 999999999999 is allowed to call lambda:GetLayerVersion",
    because=('Statement "shared" of the layer version\'s policy allows it to account 999999999999.',),
    sentence="Untrusted callers have access. For example, AWS account 999999999999 is allowed to call lambda:GetLayerVersion.",
    why=TITLES["layer-is-not-public"][1],
    obstacle="findings of this rule are reported and never repaired",
)
UNREAD = replace(
    NO_LOGS,
    fault="fedcba9876543210",
    target=f"arn:aws:lambda:us-east-1:{OTHER}:function:billing:3",
    name="billing",
    qualifier="3",
    account=OTHER,
    region="us-east-1",
    verdict=Verdict.UNKNOWN,
    summary="whether its role can write its logs is not known",
    proof_kind="unreadable",
    proof="the policies of role/billing could not be read: AccessDenied",
    sentence="Whether its role can write its logs is not known.",
    because=("the policies of role/billing could not be read: AccessDenied.",),
    repair="",
    after="",
    advice="Find out why the call was refused.",
    patches=(),
)
DOUBTFUL = replace(
    OPEN,
    fault="5555666677778888",
    subject="partner",
    verdict=Verdict.UNKNOWN,
    summary='Statement "partner": whether an untrusted account has access is unknown: it depends on aws:PrincipalTag/team',
    proof_kind="undecided",
    proof="lambda:InvokeFunction cannot be decided: aws:PrincipalTag/team differs from call to call",
    sentence="The policies leave open whether an untrusted account is allowed to call lambda:InvokeFunction.",
    because=('Statement "partner" depends on aws:PrincipalTag/team.',),
    repair="",
    before="",
    after="",
    patches=(),
)
PASSES = tuple(
    replace(
        NO_LOGS,
        fault=f"{number:016x}",
        target=f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}",
        name=name,
        region="us-east-1",
        subject=f"arn:aws:iam::{ACCOUNT}:role/{name}-role",
        verdict=Verdict.PASS,
        summary="its role can write its logs",
        proof_kind="none",
        proof="nothing was found",
        sentence="its role can write its logs.",
        because=(),
        repair="",
        after="",
        advice="",
        patches=(),
    )
    for number, name in enumerate(("orders", "thumbnails", "parcels"), start=1)
)
HOSTILE = replace(
    OPEN,
    fault="dead0000beef0000",
    name='=HYPERLINK("https://untrusted.example")</script><img src=x onerror=alert(1)>',
    subject="\x1b[31mred\x1b[0m \u202eevil\u202c\r\nVERDICT PASS",
    summary='@SUM(1) "quoted" [link](https://untrusted.example) {0} ${aws:username}',
    before='{"Sid": "</pre><script>alert(1)</script>"}',
    after='{"Sid": "-1+1"}',
    patches=(Patch(Language.SAM, "Sid: '</pre>\u2066 & <b>'"),),
)
"""A function whose owner wants to break whatever shows it."""

SCAN = Scan(
    version="0.1.0",
    at=datetime(2026, 11, 25, 4, 0, tzinfo=UTC),
    sources=(f"{ACCOUNT}/us-east-1", f"{ACCOUNT}/eu-west-1", f"{OTHER}/us-east-1", f"{OTHER}/eu-west-1"),
    functions=7,
    targets=12,
    findings=(*PASSES, DOUBTFUL, UNREAD, LAYER, NO_LOGS, OPEN, ANYONE, HOSTILE),
    skipped=(Skipped(f"{OTHER}/ap-south-1", "the region is not enabled"),),
)
CHECK = replace(
    SCAN,
    sources=("deploy/template.yaml",),
    findings=(
        replace(
            OPEN,
            fault="9999888877776666",
            target="OrdersPermission",
            name="Orders",
            account="",
            region="",
            subject="OrdersPermission",
            place=Place("deploy/my template.yaml", 14, 5),
        ),
    ),
    skipped=(),
    notes=(),
    ignored=(
        IgnoredFinding(
            replace(
                ANYONE,
                target="Hook",
                name="Hook",
                qualifier=None,
                account="",
                region="",
                subject="Hook",
                place=Place("deploy/my template.yaml", 20, 3),
            ),
            "ours, {0} [a](b)",
            in_source=True,
        ),
    ),
)
"""What a check finds in a template: at a line, and in no account."""
EMPTY = replace(SCAN, functions=0, targets=0, findings=(), skipped=(), notes=(), ignored=())
