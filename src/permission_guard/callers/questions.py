"""Services that call because somebody waits for the answer: a request, a sign-in, a conversation."""

from __future__ import annotations

from typing import Final

from permission_guard.callers.caller import Caller, Cell, Mark, Region

_API: Final = "lambda/latest/dg/services-apigateway.html"
_ALB: Final = "elasticloadbalancing/latest/application/lambda-functions.html"
_LATTICE: Final = "vpc-lattice/latest/ug/lambda-functions.html"
_CLOUDFRONT: Final = (
    "AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-lambda.html"
)
_APPSYNC: Final = "appsync/latest/APIReference/API_LambdaAuthorizerConfig.html"
_COGNITO: Final = "cognito/latest/developerguide/"
_POOL: Final = _COGNITO + "cognito-user-pools-working-with-lambda-triggers.html"
_TRANSFER: Final = "transfer/latest/userguide/custom-lambda-idp.html"
_BEDROCK: Final = "bedrock/latest/userguide/agents-permissions.html"
_LEX: Final = "lambda/latest/dg/services-lex.html"
_LEX_V2: Final = "lexv2/latest/dg/lambda-attach.html"
_CONNECT: Final = "connect/latest/adminguide/connect-lambda-functions.html"
_MAIL: Final = "workmail/latest/adminguide/lambda.html"

QUESTIONS: Final = (
    Caller(
        "apigateway.amazonaws.com",
        "execute-api",
        "*",
        Cell(Mark.SURE, _API),
        Cell(Mark.SURE, _API),
        "The name is APIID/STAGE/METHOD/PATH, of an authorizer APIID/authorizers/ID, of a WebSocket API "
        "APIID/STAGE/ROUTEKEY; `{proxy+}` in a path becomes `*`. The region is the function's, if they differ. AWS's "
        "sample policy writes both keys, its sample command the ARN only. An integration with a role of its own uses no "
        "statement.",
        Region.FUNCTION,
    ),
    Caller(
        "elasticloadbalancing.amazonaws.com",
        "elasticloadbalancing",
        "targetgroup/*",
        Cell(Mark.SURE, _ALB),
        Cell(Mark.SURE, _ALB),
        "AWS's page advises both keys; the console writes the ARN only. \"The Lambda function and target group must be in "
        'the same account and in the same Region".',
        Region.FUNCTION,
    ),
    Caller(
        "vpc-lattice.amazonaws.com",
        "vpc-lattice",
        "targetgroup/*",
        Cell(Mark.SURE, _LATTICE),
        Cell(Mark.UNSURE, _LATTICE),
        'The console writes the ARN only. "The Lambda function and target group must be in the same account and in the same '
        'Region".',
        Region.FUNCTION,
    ),
    Caller(
        "cloudfront.amazonaws.com",
        "cloudfront",
        "distribution/*",
        Cell(Mark.SURE, _CLOUDFRONT),
        Cell(Mark.UNSURE, _CLOUDFRONT),
        "Origin access control in front of a function URL. The account is in the ARN, so SourceAccount adds nothing; the "
        "region is empty.",
        Region.NONE,
    ),
    Caller(
        "appsync.amazonaws.com",
        "appsync",
        "apis/*",
        Cell(Mark.UNSURE, _APPSYNC),
        Cell(Mark.UNSURE, _APPSYNC),
        "Authorizers only: data sources use a role. AWS's own command writes no condition at all.",
    ),
    Caller(
        "cognito-idp.amazonaws.com",
        "cognito-idp",
        "userpool/*",
        Cell(Mark.SURE, _POOL),
        Cell(Mark.SURE, _POOL),
        "AWS's page writes both keys.",
    ),
    Caller(
        "cognito-sync.amazonaws.com",
        "cognito-sync",
        "identitypool/*",
        Cell(Mark.LIKELY, _COGNITO + "cognito-events.html"),
        Cell(Mark.UNSURE, _COGNITO + "cognito-events.html"),
        "A legacy service.",
    ),
    Caller(
        "transfer.amazonaws.com",
        "transfer",
        "server/*",
        Cell(Mark.LIKELY, _TRANSFER),
        Cell(Mark.UNSURE, _TRANSFER),
        "A custom identity provider of a server. The page's sample policy has the ARN of the server.",
    ),
    Caller(
        "bedrock.amazonaws.com",
        "bedrock",
        "*",
        Cell(Mark.SURE, _BEDROCK),
        Cell(Mark.SURE, _BEDROCK),
        "The name is agent/ID, or flow/ID and others. AWS's page writes both keys.",
    ),
    Caller(
        "lexv2.amazonaws.com",
        "lex",
        "bot-alias/*",
        Cell(Mark.SURE, _LEX_V2),
        Cell(Mark.LIKELY, _LEX_V2),
        "The name is BOT/ALIAS.",
    ),
    Caller(
        "lex.amazonaws.com",
        "lex",
        "intent:*",
        Cell(Mark.LIKELY, _LEX),
        Cell(Mark.UNSURE, _LEX),
        "The name is INTENT:VERSION. Lex V1 ended in September 2025: a statement for it is told, never repaired.",
    ),
    Caller(
        "connect.amazonaws.com",
        "connect",
        "instance/*",
        Cell(Mark.SURE, _CONNECT),
        Cell(Mark.SURE, _CONNECT),
        "AWS's page writes both keys.",
    ),
    Caller(
        "workmail.amazonaws.com",
        "workmail",
        "organization/*",
        Cell(Mark.SURE, _MAIL),
        Cell(Mark.UNSURE, _MAIL),
        "Comes as workmail.REGION.amazonaws.com.",
    ),
)
