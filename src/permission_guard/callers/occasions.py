"""Services that call when something happened: a file came, a rule fired, a secret is due."""

from __future__ import annotations

from typing import Final

from permission_guard.callers.caller import REGIONS, Caller, Cell, Lookup, Mark, Region

_DG: Final = "lambda/latest/dg/"
_EB: Final = "eventbridge/latest/userguide/"
_CWL: Final = "AmazonCloudWatch/latest/logs/SubscriptionFilters.html"
_CWL_API: Final = "AmazonCloudWatchLogs/latest/APIReference/API_PutSubscriptionFilter.html"
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
        Cell(Mark.UNSURE, _DG + "with-s3.html"),
        "SourceAccount is required beside the ARN: a bucket can be deleted by its owner and made again by another "
        "account (API_AddPermission), and AWS Config and Security Hub fail a statement for S3 without it. S3 Batch "
        "Operations and S3 through EventBridge do not use this.",
        (
            Lookup("s3", "ListBuckets", 10_000, paginated=True),
            Lookup(
                "s3",
                "GetBucketNotificationConfiguration",
                says="for each bucket of the region; LambdaFunctionConfigurations[].LambdaFunctionArn",
            ),
        ),
        Region.NONE,
        owned=False,
    ),
    Caller(
        "sns.amazonaws.com",
        "sns",
        "*",
        Cell(Mark.SURE, _DG + "with-sns.html"),
        Cell(Mark.UNSURE, _DG + "with-sns.html"),
        Cell(Mark.NEVER, _DG + "with-sns.html"),
        "The console writes the ARN only. A topic of an opt-in region that calls into another region comes as "
        "sns.REGION.amazonaws.com.",
        (
            REGIONS,
            Lookup(
                "sns",
                "ListSubscriptions",
                100,
                paginated=True,
                says="in each region; keep Protocol lambda and the function or its aliases as Endpoint; a topic of "
                "another account is visible only if this account subscribed to it",
            ),
        ),
    ),
    Caller(
        "events.amazonaws.com",
        "events",
        "rule/*",
        Cell(Mark.SURE, _EB + "eb-use-resource-based.html"),
        Cell(Mark.NEVER, _EB + "eb-troubleshooting.html"),
        Cell(Mark.LIKELY, _EB + "eb-service-cross-account.html"),
        "SourceAccount is documented to stop the invocation. The name is `[BUS/]NAME`. Target and rule must be in the "
        "same region. A target with a RoleArn uses the role and no statement; a target in another account is to have one.",
        (
            Lookup("lambda", "ListAliases", 10_000, paginated=True),
            Lookup("events", "ListEventBuses", 100),
            Lookup(
                "events",
                "ListRuleNamesByTarget",
                100,
                paginated=True,
                says="for each bus, the function and each alias; TargetArn is the exact ARN",
            ),
            Lookup(
                "events", "ListTargetsByRule", 100, paginated=True, says="leave out targets with a RoleArn"
            ),
        ),
        Region.FUNCTION,
    ),
    Caller(
        "logs.amazonaws.com",
        "logs",
        "log-group:*:*",  # "log-group:NAME:*": the star at the end is what CloudWatch Logs sends
        Cell(Mark.SURE, _CWL),
        Cell(Mark.SURE, _CWL),
        Cell(Mark.LIKELY, _CWL_API),
        "The ARN ends with `:*`, a star that CloudWatch Logs itself puts there. The console writes both keys. Comes as "
        'logs.REGION.amazonaws.com too. The function "belongs to the same account as the subscription filter"; of the '
        "region nothing is said.",
        (
            Lookup(
                "logs",
                "DescribeAccountPolicies",
                says="policyType SUBSCRIPTION_FILTER_POLICY; DestinationArn in the document",
            ),
            Lookup("logs", "DescribeLogGroups", 50, paginated=True, says="logGroupClass STANDARD"),
            Lookup(
                "logs",
                "DescribeSubscriptionFilters",
                50,
                paginated=True,
                says="for each group, 5 to 10 calls a second: dear; destinationArn",
            ),
        ),
    ),
    Caller(
        "lambda.alarms.cloudwatch.amazonaws.com",
        "cloudwatch",
        "alarm:*",
        Cell(Mark.SURE, _ALARM),
        Cell(Mark.SURE, _ALARM),
        Cell(Mark.NEVER, _ALARM),
        "AWS's own command writes both keys.",
        (
            Lookup(
                "cloudwatch",
                "DescribeAlarms",
                100,
                paginated=True,
                says="all types; ActionPrefix is the function's ARN: the server filters, so it is cheap",
            ),
        ),
    ),
    Caller(
        "ses.amazonaws.com",
        "ses",
        "receipt-rule-set/*",
        Cell(Mark.SURE, _SES),
        Cell(Mark.SURE, _SES),
        Cell(Mark.UNSURE, _SES),
        "The name is SET:receipt-rule/RULE.",
        (
            Lookup("ses", "ListReceiptRuleSets", paginated=True, says="active or not"),
            Lookup(
                "ses",
                "DescribeReceiptRuleSet",
                says="for each set; Rules[].Actions[].LambdaAction.FunctionArn",
            ),
        ),
    ),
    Caller(
        "iot.amazonaws.com",
        "iot",
        "*",
        Cell(Mark.SURE, _IOT),
        Cell(Mark.SURE, _IOT),
        Cell(Mark.UNSURE, _IOT),
        "AWS's own command writes both keys for a rule; a custom authorizer shows an ARN of its own "
        "(iot/latest/developerguide/custom-auth-authorize.html), and so does the hook of a provisioning template "
        "(iot/latest/developerguide/pre-provisioning-hook.html).",
        (
            Lookup("iot", "ListTopicRules", 10_000, paginated=True),
            Lookup(
                "iot", "GetTopicRule", says="for each rule; actions[].lambda.functionArn, and errorAction too"
            ),
            Lookup("iot", "ListAuthorizers", 250, paginated=True),
            Lookup("iot", "DescribeAuthorizer", says="for each authorizer; authorizerFunctionArn"),
            Lookup("iot", "ListProvisioningTemplates", 250, paginated=True),
            Lookup(
                "iot", "DescribeProvisioningTemplate", says="for each template; preProvisioningHook.targetArn"
            ),
        ),
    ),
    Caller(
        "config.amazonaws.com",
        "config",
        "config-rule/*",
        Cell(Mark.LIKELY, _CONFIG),
        Cell(Mark.SURE, _CONFIG),
        Cell(Mark.UNSURE, _CONFIG),
        "The ARN is not known before the rule exists, and the permission must be there before the rule: AWS's pages "
        "and the CDK use SourceAccount.",
        (
            Lookup(
                "config", "DescribeConfigRules", 25, paginated=True, says="Source.SourceIdentifier is the ARN"
            ),
        ),
    ),
    Caller(
        "secretsmanager.amazonaws.com",
        "secretsmanager",
        "secret:*",
        Cell(Mark.LIKELY, _SECRET),
        Cell(Mark.SURE, _SECRET),
        Cell(Mark.UNSURE, _SECRET),
        "The name ends with a dash and six random characters. AWS's pages use SourceAccount.",
        (
            Lookup(
                "secretsmanager",
                "ListSecrets",
                100,
                paginated=True,
                says="RotationLambdaARN stands in the entry of the list",
            ),
        ),
    ),
    Caller(
        "codecommit.amazonaws.com",
        "codecommit",
        "*",
        Cell(Mark.SURE, _COMMIT),
        Cell(Mark.UNSURE, _COMMIT),
        Cell(Mark.UNSURE, _COMMIT),
        "The page writes SourceAccount into its sample too; nobody says that it was tried.",
        (
            Lookup("codecommit", "ListRepositories", paginated=True),
            Lookup("codecommit", "GetRepositoryTriggers", says="for each repository; destinationArn"),
        ),
    ),
)
