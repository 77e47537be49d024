"""Services that call when something happened: a file came, a rule fired, a secret is due."""

from __future__ import annotations

from typing import Final

from permission_guard.callers.caller import Caller, Cell, Mark, Region

_DG: Final = "lambda/latest/dg/"
_EB: Final = "eventbridge/latest/userguide/"
_CWL: Final = "AmazonCloudWatch/latest/logs/SubscriptionFilters.html"
_COMMIT: Final = "codecommit/latest/userguide/how-to-notify-lambda-cc.html"
_CONFIG: Final = "config/latest/developerguide/evaluate-config_develop-rules_nodejs.html"
_IOT: Final = "iot/latest/developerguide/lambda-rule-action.html"
_ALARM: Final = "AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html"
_SECRET: Final = "secretsmanager/latest/userguide/rotate-secrets_turn-on-cli.html"  # noqa: S105 - a page's name
_SES: Final = "ses/latest/dg/receiving-email-permissions.html"

OCCASIONS: Final = (
    Caller(
        "s3.amazonaws.com",
        "s3",
        "*",
        Cell(Mark.SURE, _DG + "with-s3.html"),
        Cell(Mark.SURE, _DG + "access-control-resource-based.html"),
        "SourceAccount is required beside the ARN: a bucket can be deleted by its owner and made again by another "
        "account (API_AddPermission), and AWS Config and Security Hub fail a statement for S3 without it. S3 Batch "
        "Operations and S3 through EventBridge do not use this.",
        Region.NONE,
        owned=False,
    ),
    Caller(
        "sns.amazonaws.com",
        "sns",
        "*",
        Cell(Mark.SURE, _DG + "with-sns.html"),
        Cell(Mark.UNSURE, _DG + "with-sns.html"),
        "The console writes the ARN only. A topic of an opt-in region that calls into another region comes as "
        "sns.REGION.amazonaws.com.",
    ),
    Caller(
        "events.amazonaws.com",
        "events",
        "rule/*",
        Cell(Mark.SURE, _EB + "eb-use-resource-based.html"),
        Cell(Mark.NEVER, _EB + "eb-troubleshooting.html"),
        "SourceAccount is documented to stop the invocation. The name is `[BUS/]NAME`. Target and rule must be in the "
        "same region. A target with a RoleArn uses the role and no statement; a target in another account is to have one.",
        Region.FUNCTION,
    ),
    Caller(
        "logs.amazonaws.com",
        "logs",
        "log-group:*:*",  # "log-group:NAME:*": the star at the end is what CloudWatch Logs sends
        Cell(Mark.SURE, _CWL),
        Cell(Mark.SURE, _CWL),
        "The ARN ends with `:*`, a star that CloudWatch Logs itself puts there. The console writes both keys. Comes as "
        'logs.REGION.amazonaws.com too. The function "belongs to the same account as the subscription filter"; of the '
        "region nothing is said.",
    ),
    Caller(
        "lambda.alarms.cloudwatch.amazonaws.com",
        "cloudwatch",
        "alarm:*",
        Cell(Mark.SURE, _ALARM),
        Cell(Mark.SURE, _ALARM),
        "AWS's own command writes both keys.",
    ),
    Caller(
        "ses.amazonaws.com",
        "ses",
        "receipt-rule-set/*",
        Cell(Mark.SURE, _SES),
        Cell(Mark.SURE, _SES),
        "The name is SET:receipt-rule/RULE.",
    ),
    Caller(
        "iot.amazonaws.com",
        "iot",
        "*",
        Cell(Mark.SURE, _IOT),
        Cell(Mark.LIKELY, _IOT),
        "AWS's own command writes both keys for a rule; a custom authorizer is shown with the ARN only, one of its own "
        "(iot/latest/developerguide/custom-auth-authorize.html), and so does the hook of a provisioning template "
        "(iot/latest/developerguide/pre-provisioning-hook.html).",
    ),
    Caller(
        "config.amazonaws.com",
        "config",
        "config-rule/*",
        Cell(Mark.LIKELY, _CONFIG),
        Cell(Mark.SURE, _CONFIG),
        "The ARN is not known before the rule exists, and the permission must be there before the rule: AWS's pages "
        "and the CDK use SourceAccount.",
    ),
    Caller(
        "secretsmanager.amazonaws.com",
        "secretsmanager",
        "secret:*",
        Cell(Mark.LIKELY, _SECRET),
        Cell(Mark.SURE, _SECRET),
        "The name ends with a dash and six random characters. AWS's pages use SourceAccount.",
    ),
    Caller(
        "codecommit.amazonaws.com",
        "codecommit",
        "*",
        Cell(Mark.SURE, _COMMIT),
        Cell(Mark.SURE, _COMMIT),
        "AWS's page writes both keys.",
    ),
)
