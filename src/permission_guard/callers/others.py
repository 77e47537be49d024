"""Principals that show no ARN: those with a token, those nobody should touch, and those that need no statement at all."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from permission_guard.callers.caller import Cell, Mark


class Standing(Enum):
    """How a principal that shows no ARN of a known form stands to a function's resource policy."""

    TOKEN = "shows `lambda:EventSourceToken` and nothing else"  # noqa: S105 - it says what a token is for
    HANDS_OFF = "writes its own statements: never touched"
    USELESS = "invokes without the resource policy: a statement for it is useless"
    UNKNOWN = "nobody says what it sends: told only"


@dataclass(frozen=True, slots=True)
class Other:
    """One service without a SourceArn of a known form.

    `principals` are the names under which a statement would admit it; none where the service has none of its own, or
    uses the policy on another way (EventBridge without a role).
    """

    name: str
    principals: tuple[str, ...]
    standing: Standing
    known: Cell
    remark: str


def _roles(name: str, page: str, remark: str, *principals: str) -> Other:
    return Other(name, principals, Standing.USELESS, Cell(Mark.LIKELY, page), remark)


def _mapped(name: str, page: str, *principals: str) -> Other:
    page = f"lambda/latest/dg/{page}"
    return _roles(
        name, page, "An event source mapping: Lambda itself reads, with the execution role.", *principals
    )


def _unknown(name: str, page: str, principal: str) -> Other:
    remark = "Read the service's own page before you bind it."
    return Other(name, (principal,), Standing.UNKNOWN, Cell(Mark.UNSURE, page), remark)


_TOKEN_PAGE: Final = "lambda/latest/api/API_AddPermission.html"  # noqa: S105 - a page's name
_SKILL_PAGE: Final = (
    "serverless-application-model/latest/developerguide/sam-property-function-alexaskill.html"
)
_EDGE_PAGE: Final = "AmazonCloudFront/latest/DeveloperGuide/lambda-edge-permissions.html"
_EB: Final = "eventbridge/latest/userguide/"
_S3: Final = "AmazonS3/latest/userguide/"

OTHERS: Final = (
    Other(
        "Alexa skills",
        ("alexa-appkit.amazon.com",),
        Standing.TOKEN,
        Cell(Mark.LIKELY, _SKILL_PAGE),
        "The token is the id of the skill. The name does not end with .amazonaws.com. No call lists the skills: told.",
    ),
    Other(
        "Alexa smart home",
        ("alexa-connectedhome.amazon.com",),
        Standing.TOKEN,
        Cell(Mark.SURE, _TOKEN_PAGE),
        '"For Alexa Smart Home functions, a token that the invoker must supply." No call lists the skills: told.',
    ),
    Other(
        "Lambda@Edge",
        ("edgelambda.amazonaws.com", "replicator.lambda.amazonaws.com"),
        Standing.HANDS_OFF,
        Cell(Mark.LIKELY, _EDGE_PAGE),
        "`lambda:GetFunction` and `lambda:EnableReplication*`, written when a distribution takes the function up.",
    ),
    _roles(
        "CloudFormation",
        "AWSCloudFormation/latest/UserGuide/template-custom-resources-lambda.html",
        "Custom resources call with the stack's credentials or through SNS, hooks with a role.",
        "cloudformation.amazonaws.com",
    ),
    _roles(
        "Step Functions",
        "step-functions/latest/dg/connect-lambda.html",
        "The state machine's role.",
        "states.amazonaws.com",
    ),
    _roles(
        "EventBridge Scheduler",
        "scheduler/latest/UserGuide/setting-up.html",
        "The schedule's execution role.",
        "scheduler.amazonaws.com",
    ),
    _roles("EventBridge Pipes", _EB + "eb-pipes-permissions.html", "The pipe's role.", "pipes.amazonaws.com"),
    _roles(
        "EventBridge targets with a RoleArn",
        _EB + "eb-use-identity-based.html",
        "The target's role; without one, events.amazonaws.com and a statement.",
    ),
    _roles(
        "CodePipeline",
        "codepipeline/latest/userguide/action-reference-Lambda.html",
        "The pipeline's or the action's role.",
        "codepipeline.amazonaws.com",
    ),
    _roles(
        "Data Firehose",
        "firehose/latest/dev/controlling-access.html",
        "The stream's role.",
        "firehose.amazonaws.com",
    ),
    _roles(
        "S3 Batch Operations",
        _S3 + "batch-ops-invoke-lambda.html",
        "The job's role.",
        "batchoperations.s3.amazonaws.com",
    ),
    _roles("S3 Object Lambda", _S3 + "olap-policies.html", "The credentials of whoever asks for the object."),
    _roles(
        "AppSync data sources",
        "appsync/latest/devguide/attaching-a-data-source.html",
        "The data source's role; authorizers come as appsync.amazonaws.com.",
    ),
    _roles(
        "IoT Events",
        "iotevents/latest/developerguide/iotevents-supported-actions.html",
        "The detector model's role.",
        "iotevents.amazonaws.com",
    ),
    _mapped("SQS", "with-sqs.html", "sqs.amazonaws.com"),
    _mapped("Kinesis", "with-kinesis.html", "kinesis.amazonaws.com"),
    _mapped("DynamoDB streams", "with-ddb.html", "dynamodb.amazonaws.com"),
    _mapped("MSK", "with-msk.html", "kafka.amazonaws.com"),
    _mapped("Kafka of one's own", "with-kafka.html"),
    _mapped("MQ", "with-mq.html", "mq.amazonaws.com"),
    _mapped("DocumentDB", "with-documentdb.html"),
    _unknown(
        "CloudWatch Logs delivery",
        "AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html",
        "delivery.logs.amazonaws.com",
    ),
    _unknown("Chime", "chime-sdk/latest/ag/create-sip-app.html", "chime.amazonaws.com"),
    _unknown(
        "MediaTailor", "mediatailor/latest/ug/security_iam_service-with-iam.html", "mediatailor.amazonaws.com"
    ),
    _unknown(
        "QuickSight",
        "quicksight/latest/user/security_iam_service-with-iam.html",
        "quicksight.amazonaws.com",
    ),
    _unknown(
        "Supply Chain",
        "aws-supply-chain/latest/adminguide/security_iam_service-with-iam.html",
        "supplychain.amazonaws.com",
    ),
)
"""That a useless statement is useless is LIKELY: no page says so, but each says what is used instead.

Of the UNKNOWN ones even the principal's name is taken from that of the service, so that nothing is ever built upon it.
"""
