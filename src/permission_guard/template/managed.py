"""The policies that AWS manages, as far as they bear on writing logs.

https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html. A policy that is not listed here may
give the rights or deny them: then it cannot be told without AWS.
"""

from __future__ import annotations

from typing import Final

from permission_guard.document import NO_STATEMENTS, dumped

_LOGS: Final = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
_ALL: Final = dumped(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": _LOGS, "Resource": "*"}]}
)
_INSIGHTS: Final = dumped(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "logs:CreateLogGroup", "Resource": "*"},
            {
                "Effect": "Allow",
                "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                "Resource": "arn:aws:logs:*:*:log-group:/aws/lambda-insights:*",
            },
        ],
    }
)
GRANTING: Final = frozenset(
    {
        "AWSLambdaBasicDurableExecutionRolePolicy",
        "AWSLambdaBasicExecutionRole",
        "AWSLambdaDynamoDBExecutionRole",
        "AWSLambdaExecute",
        "AWSLambdaKinesisExecutionRole",
        "AWSLambdaMSKExecutionRole",
        "AWSLambdaSQSQueueExecutionRole",
        "AWSLambdaVPCAccessExecutionRole",
        "AdministratorAccess",
        "AmazonS3ObjectLambdaExecutionRolePolicy",
        "CloudWatchFullAccess",
        "CloudWatchFullAccessV2",
        "CloudWatchLogsFullAccess",
        "PowerUserAccess",
    }
)
"""Those that let a role write to every log group."""
SILENT: Final = frozenset(
    {
        "AWSKeyManagementServicePowerUser",
        "AWSLambdaENIManagementAccess",
        "AWSLambdaInvocation-DynamoDB",
        "AWSLambdaRole",
        "AWSStepFunctionsFullAccess",
        "AWSXRayDaemonWriteAccess",
        "AWSXrayFullAccess",
        "AWSXrayReadOnlyAccess",
        "AWSXrayWriteOnlyAccess",
        "AmazonBedrockFullAccess",
        "AmazonCognitoPowerUser",
        "AmazonCognitoReadOnly",
        "AmazonDynamoDBFullAccess",
        "AmazonDynamoDBReadOnlyAccess",
        "AmazonEC2ReadOnlyAccess",
        "AmazonElasticFileSystemClientReadWriteAccess",
        "AmazonEventBridgeFullAccess",
        "AmazonKinesisFirehoseFullAccess",
        "AmazonKinesisFullAccess",
        "AmazonKinesisReadOnlyAccess",
        "AmazonRDSDataFullAccess",
        "AmazonRekognitionFullAccess",
        "AmazonS3FullAccess",
        "AmazonS3ReadOnlyAccess",
        "AmazonSESFullAccess",
        "AmazonSNSFullAccess",
        "AmazonSQSFullAccess",
        "AmazonSQSReadOnlyAccess",
        "AmazonSSMReadOnlyAccess",
        "AmazonTextractFullAccess",
        "ComprehendFullAccess",
        "SecretsManagerReadWrite",
        "TranslateReadOnly",
    }
)
"""Those that neither let a role write logs nor forbid it."""


def managed_document(name: str) -> str | None:
    """Return what a policy of AWS's says about writing logs, by its name without the path; None if that is not known."""
    if name in GRANTING:
        return _ALL
    if name == "CloudWatchLambdaInsightsExecutionRolePolicy":
        return _INSIGHTS
    return NO_STATEMENTS if name in SILENT else None
