"""The table of services. It never proves that nobody has access: it distinguishes open from unknown, and live from dead."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Final

from permission_guard.services.service import Region, Sends, Service

_ALWAYS, _UNDOCUMENTED = Sends.ALWAYS, Sends.UNDOCUMENTED
_DG: Final = "lambda/latest/dg/"
_IOT: Final = "iot/latest/developerguide/"

SERVICES: Final = (
    Service(
        "s3.amazonaws.com",
        "s3",
        ("{name}",),
        _ALWAYS,
        _ALWAYS,
        _DG + "with-s3.html",
        Region.NONE,
        owned=False,
    ),
    Service("sns.amazonaws.com", "sns", ("{name}",), _ALWAYS, _UNDOCUMENTED, _DG + "with-sns.html"),
    Service(
        "events.amazonaws.com",
        "events",
        ("rule/{path}",),
        _ALWAYS,
        Sends.DISPUTED,
        "eventbridge/latest/userguide/eb-use-resource-based.html",
        Region.FUNCTION,
    ),
    Service(
        "apigateway.amazonaws.com",
        "execute-api",
        ("{name}/{path}/{any}",),
        _ALWAYS,
        _ALWAYS,
        _DG + "services-apigateway.html",
        Region.FUNCTION,
    ),
    Service(
        "logs.amazonaws.com",
        "logs",
        ("log-group:{path}:*",),
        _ALWAYS,
        _ALWAYS,
        "AmazonCloudWatch/latest/logs/SubscriptionFilters.html",
    ),
    Service(
        "cognito-idp.amazonaws.com",
        "cognito-idp",
        ("userpool/{name}",),
        _ALWAYS,
        _ALWAYS,
        "cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html",
    ),
    Service(
        "ses.amazonaws.com",
        "ses",
        ("receipt-rule-set/{name}:receipt-rule/{name}",),
        _ALWAYS,
        _ALWAYS,
        "ses/latest/dg/receiving-email-permissions.html",
    ),
    Service(
        "elasticloadbalancing.amazonaws.com",
        "elasticloadbalancing",
        ("targetgroup/{name}/{name}",),
        _ALWAYS,
        _ALWAYS,
        "elasticloadbalancing/latest/application/lambda-functions.html",
        Region.FUNCTION,
        within_account=True,
    ),
    # Rules, authorizers, certificate providers, hooks and domains each show an ARN of their own; not all send the account.
    Service(
        "iot.amazonaws.com", "iot", ("{plain}",), _ALWAYS, _UNDOCUMENTED, _IOT + "lambda-rule-action.html"
    ),
    Service(
        "config.amazonaws.com",
        "config",
        ("config-rule/{name}",),
        _UNDOCUMENTED,
        _ALWAYS,
        "config/latest/developerguide/evaluate-config_develop-rules_nodejs.html",
    ),
    Service(
        "secretsmanager.amazonaws.com",
        "secretsmanager",
        ("secret:{path}",),
        _UNDOCUMENTED,
        _ALWAYS,
        "secretsmanager/latest/userguide/rotating-secrets-required-permissions-function.html",
    ),
    # Flows and inline agents send ARNs that no page documents.
    Service(
        "bedrock.amazonaws.com",
        "bedrock",
        ("{path}",),
        _ALWAYS,
        _ALWAYS,
        "bedrock/latest/userguide/agents-permissions.html",
    ),
    Service(
        "lexv2.amazonaws.com",
        "lex",
        ("bot-alias/{name}/{name}",),
        _UNDOCUMENTED,
        _UNDOCUMENTED,
        "lexv2/latest/dg/lambda-attach.html",
    ),
    Service(
        "connect.amazonaws.com",
        "connect",
        ("instance/{name}",),
        _ALWAYS,
        _ALWAYS,
        "connect/latest/adminguide/connect-lambda-functions.html",
    ),
    Service(
        "lambda.alarms.cloudwatch.amazonaws.com",
        "cloudwatch",
        ("alarm:{any}",),
        _ALWAYS,
        _ALWAYS,
        "AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html",
    ),
    Service(
        "vpc-lattice.amazonaws.com",
        "vpc-lattice",
        ("targetgroup/{name}",),
        _ALWAYS,
        _UNDOCUMENTED,
        "vpc-lattice/latest/ug/lambda-functions.html",
        Region.FUNCTION,
        within_account=True,
    ),
    Service(
        "codecommit.amazonaws.com",
        "codecommit",
        ("{name}",),
        _ALWAYS,
        _ALWAYS,
        "codecommit/latest/userguide/how-to-notify-lambda-cc.html",
    ),
    Service(
        "workmail.amazonaws.com",
        "workmail",
        ("organization/{name}",),
        _ALWAYS,
        _UNDOCUMENTED,
        "workmail/latest/adminguide/lambda.html",
    ),
    Service(
        "transfer.amazonaws.com",
        "transfer",
        ("server/{name}",),
        _ALWAYS,
        _UNDOCUMENTED,
        "transfer/latest/userguide/custom-lambda-idp.html",
    ),
    Service(
        "appsync.amazonaws.com",
        "appsync",
        ("apis/{path}",),
        _UNDOCUMENTED,
        _UNDOCUMENTED,
        "appsync/latest/devguide/security-authz.html",
    ),
    Service(
        "cloudfront.amazonaws.com",
        "cloudfront",
        ("distribution/{name}",),
        _ALWAYS,
        _UNDOCUMENTED,
        "AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-lambda.html",
        Region.NONE,
    ),
)
"""Each row as in facts 4. If one way of a service is undocumented, the row is."""

BY_TOKEN: Final = frozenset({"alexa-appkit.amazon.com", "alexa-connectedhome.amazon.com"})
"""They show `lambda:EventSourceToken`, the skill's id, and no source (lambda/latest/api/API_AddPermission.html)."""

WITHOUT_STATEMENT: Final = MappingProxyType(
    {
        "states.amazonaws.com": "step-functions/latest/dg/connect-lambda.html",
        "scheduler.amazonaws.com": "scheduler/latest/UserGuide/setting-up.html",
        "pipes.amazonaws.com": "eventbridge/latest/userguide/eb-pipes-permissions.html",
        "codepipeline.amazonaws.com": "codepipeline/latest/userguide/action-reference-Lambda.html",
        "firehose.amazonaws.com": "firehose/latest/dev/controlling-access.html",
        "batchoperations.s3.amazonaws.com": "AmazonS3/latest/userguide/batch-ops-invoke-lambda.html",
        "iotevents.amazonaws.com": "iotevents/latest/developerguide/iotevents-supported-actions.html",
        "sqs.amazonaws.com": _DG + "with-sqs.html",
        "kinesis.amazonaws.com": _DG + "with-kinesis.html",
        "dynamodb.amazonaws.com": _DG + "with-ddb.html",
        "kafka.amazonaws.com": _DG + "with-msk.html",
        "mq.amazonaws.com": _DG + "with-mq.html",
    }
)
"""Services that invoke with a role, or whose records Lambda reads itself: a statement for them has no effect."""

REPLICATORS: Final = frozenset({"replicator.lambda.amazonaws.com", "edgelambda.amazonaws.com"})
"""Lambda@Edge replicates a function with statements that CloudFront writes itself
(AmazonCloudFront/latest/DeveloperGuide/lambda-edge-permissions.html)."""

PUBLIC_TOPICS: Final = frozenset(
    {
        ("806199016981", "AmazonIpSpaceChanged"),
        ("137112412989", "amazon-linux-2023-ami-updates"),
        ("137112412989", "amazon-linux-2-ami-updates"),
        ("137112412989", "amazon-linux-ami-updates"),
        ("801119661308", "ec2-windows-ami-update"),
        ("801119661308", "ec2-windows-ami-private"),
        ("720620558202", "SSM-Agent-Update"),
        ("278350005181", "price-list-api"),
        ("278350005181", "daily-aggregated-price-list-api"),
        ("692768080016", "aws-new-feature-updates"),
        ("767397762724", "dlami-updates"),
        ("177427601217", "ecs-optimized-amazon-ami-update"),
        ("917786371007", "ecs-optimized-amazon-ami-update"),
        ("242987662583", "GuardDutyAnnouncements"),
        ("118283430703", "GuardDutyAnnouncements"),
        ("088139225913", "SecurityHubAnnouncements"),
        ("291342846459", "SecurityHubAnnouncements"),
        ("883600840440", "SecurityHubAnnouncements"),
    }
)
"""AWS's own public topics: account and name (vpc/latest/userguide/subscribe-notifications.html and alike)."""

_TOPIC: Final = re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:([0-9]{12}):([A-Za-z0-9_-]+)")


def is_public_topic(arn: str) -> bool:
    """Return whether a full ARN is that of one of AWS's own public topics."""
    found = _TOPIC.fullmatch(arn)
    return found is not None and found.groups() in PUBLIC_TOPICS


_BY_PRINCIPAL: Final = {row.principal: row for row in SERVICES}
_SUFFIXES: Final = (".amazonaws.com.cn", ".amazonaws.com")


def service_of(principal: str) -> Service | None:
    """Return the row of a service principal; `sns.ap-east-1.amazonaws.com` is `sns.amazonaws.com` in one Region (facts 4.2)."""
    name = principal.lower()
    suffix = next((one for one in _SUFFIXES if name.endswith(one)), "")
    label, _, region = name.removesuffix(suffix).rpartition(".")
    plain = label if label and region.count("-") > 1 else name.removesuffix(suffix)
    return _BY_PRINCIPAL.get(f"{plain}.amazonaws.com") if suffix else None
