"""Services that call because somebody waits for the answer: a request, a sign-in, a conversation."""

from __future__ import annotations

from typing import Final

from permission_guard.callers.caller import REGIONS, Caller, Cell, Lookup, Mark, Region

_API: Final = "lambda/latest/dg/services-apigateway.html"
_API_TUTORIAL: Final = "apigateway/latest/developerguide/getting-started-with-lambda-integration.html"
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
        Cell(Mark.LIKELY, _API),
        Cell(Mark.NEVER, _API_TUTORIAL),
        "The name is APIID/STAGE/METHOD/PATH, of an authorizer APIID/authorizers/ID, of a WebSocket API "
        "APIID/STAGE/ROUTEKEY; `{proxy+}` in a path becomes `*`. The region is the function's, if they differ. AWS's "
        "sample policy writes both keys, its sample command the ARN only. An integration with a role of its own uses no "
        "statement.",
        (
            REGIONS,
            Lookup("apigateway", "GetRestApis", 500, paginated=True, says="in each region"),
            Lookup(
                "apigateway",
                "GetResources",
                500,
                paginated=True,
                says="for each API, embed=methods; methodIntegration.uri, not resolvable with ${stageVariables.x}",
            ),
            Lookup("apigateway", "GetAuthorizers", 500, says="for each API; authorizerUri", paginated=True),
            Lookup("apigatewayv2", "GetApis", paginated=True, says="in each region"),
            Lookup("apigatewayv2", "GetIntegrations", says="for each API; IntegrationUri", paginated=True),
            Lookup("apigatewayv2", "GetAuthorizers", says="for each API; AuthorizerUri", paginated=True),
        ),
        Region.FUNCTION,
    ),
    Caller(
        "elasticloadbalancing.amazonaws.com",
        "elasticloadbalancing",
        "targetgroup/*",
        Cell(Mark.SURE, _ALB),
        Cell(Mark.SURE, _ALB),
        Cell(Mark.SURE, _ALB),
        "AWS's page advises both keys; the console writes the ARN only. \"The Lambda function and target group must be in "
        'the same account and in the same Region".',
        (
            Lookup("elbv2", "DescribeTargetGroups", 400, paginated=True, says="keep TargetType lambda"),
            Lookup("elbv2", "DescribeTargetHealth", says="for each group; Target.Id"),
        ),
    ),
    Caller(
        "vpc-lattice.amazonaws.com",
        "vpc-lattice",
        "targetgroup/*",
        Cell(Mark.SURE, _LATTICE),
        Cell(Mark.UNSURE, _LATTICE),
        Cell(Mark.SURE, _LATTICE),
        'The console writes the ARN only. "The Lambda function and target group must be in the same account and in the same '
        'Region".',
        (
            Lookup("vpc-lattice", "ListTargetGroups", 100, paginated=True, says="targetGroupType LAMBDA"),
            Lookup("vpc-lattice", "ListTargets", 100, paginated=True, says="for each group; id"),
        ),
    ),
    Caller(
        "cloudfront.amazonaws.com",
        "cloudfront",
        "distribution/*",
        Cell(Mark.SURE, _CLOUDFRONT),
        Cell(Mark.UNSURE, _CLOUDFRONT),
        Cell(Mark.UNSURE, _CLOUDFRONT),
        "Origin access control in front of a function URL. The account is in the ARN, so SourceAccount adds nothing; the "
        "region is empty.",
        (
            Lookup("lambda", "ListFunctionUrlConfigs", 50, paginated=True),
            Lookup(
                "cloudfront",
                "ListDistributions",
                paginated=True,
                says="in us-east-1; the origin whose DomainName is the host of the function URL",
            ),
        ),
        Region.NONE,
    ),
    Caller(
        "appsync.amazonaws.com",
        "appsync",
        "apis/*",
        Cell(Mark.UNSURE, _APPSYNC),
        Cell(Mark.UNSURE, _APPSYNC),
        Cell(Mark.UNSURE, _APPSYNC),
        "Authorizers only: data sources use a role. AWS's own command writes no condition at all.",
        (
            Lookup(
                "appsync",
                "ListGraphqlApis",
                25,
                paginated=True,
                says="lambdaAuthorizerConfig.authorizerUri, and in additionalAuthenticationProviders",
            ),
            Lookup(
                "appsync",
                "ListApis",
                25,
                paginated=True,
                says="Event APIs; eventConfig.authProviders[].lambdaAuthorizerConfig.authorizerUri",
            ),
        ),
    ),
    Caller(
        "cognito-idp.amazonaws.com",
        "cognito-idp",
        "userpool/*",
        Cell(Mark.SURE, _POOL),
        Cell(Mark.SURE, _POOL),
        Cell(Mark.UNSURE, _POOL),
        "AWS's page writes both keys.",
        (
            Lookup(
                "cognito-idp",
                "ListUserPools",
                60,
                paginated=True,
                says="its entries carry a LambdaConfig, perhaps not all of it",
            ),
            Lookup("cognito-idp", "DescribeUserPool", says="for each pool; LambdaConfig with every trigger"),
        ),
    ),
    Caller(
        "cognito-sync.amazonaws.com",
        "cognito-sync",
        "identitypool/*",
        Cell(Mark.LIKELY, _COGNITO + "cognito-events.html"),
        Cell(Mark.UNSURE, _COGNITO + "cognito-events.html"),
        Cell(Mark.UNSURE, _COGNITO + "cognito-events.html"),
        "A legacy service.",
        (
            Lookup("cognito-identity", "ListIdentityPools", 60, paginated=True),
            Lookup("cognito-sync", "GetCognitoEvents", says="for each identity pool; Events"),
        ),
    ),
    Caller(
        "transfer.amazonaws.com",
        "transfer",
        "server/*",
        Cell(Mark.LIKELY, _TRANSFER),
        Cell(Mark.UNSURE, _TRANSFER),
        Cell(Mark.UNSURE, _TRANSFER),
        "A custom identity provider of a server. The page's sample policy has the ARN of the server.",
        (
            Lookup("transfer", "ListServers", 1000, paginated=True),
            Lookup("transfer", "DescribeServer", says="for each server; IdentityProviderDetails.Function"),
        ),
    ),
    Caller(
        "bedrock.amazonaws.com",
        "bedrock",
        "*",
        Cell(Mark.SURE, _BEDROCK),
        Cell(Mark.SURE, _BEDROCK),
        Cell(Mark.UNSURE, _BEDROCK),
        "The name is agent/ID, or flow/ID and others. AWS's page writes both keys.",
        (
            Lookup(
                "bedrock-agent",
                "ListFlows",
                1000,
                paginated=True,
                says="if there is one, nothing certain is known",
            ),
            Lookup("bedrock-agent", "ListAgents", 1000, paginated=True),
            Lookup("bedrock-agent", "ListAgentVersions", 1000, paginated=True, says="for each agent"),
            Lookup(
                "bedrock-agent",
                "GetAgentVersion",
                says="for each version; promptOverrideConfiguration.overrideLambda",
            ),
            Lookup("bedrock-agent", "ListAgentActionGroups", 1000, paginated=True, says="for each version"),
            Lookup("bedrock-agent", "GetAgentActionGroup", says="for each group; actionGroupExecutor.lambda"),
        ),
    ),
    Caller(
        "lexv2.amazonaws.com",
        "lex",
        "bot-alias/*",
        Cell(Mark.SURE, _LEX_V2),
        Cell(Mark.LIKELY, _LEX_V2),
        Cell(Mark.UNSURE, _LEX_V2),
        "The name is BOT/ALIAS.",
        (
            Lookup("lexv2-models", "ListBots", 1000),
            Lookup("lexv2-models", "ListBotAliases", 1000, says="for each bot"),
            Lookup(
                "lexv2-models",
                "DescribeBotAlias",
                says="for each alias; codeHookSpecification.lambdaCodeHook.lambdaARN of each locale",
            ),
        ),
    ),
    Caller(
        "lex.amazonaws.com",
        "lex",
        "intent:*",
        Cell(Mark.LIKELY, _LEX),
        Cell(Mark.UNSURE, _LEX),
        Cell(Mark.UNSURE, _LEX),
        "The name is INTENT:VERSION. Lex V1 ended in September 2025: a statement for it is told, never repaired.",
    ),
    Caller(
        "connect.amazonaws.com",
        "connect",
        "instance/*",
        Cell(Mark.SURE, _CONNECT),
        Cell(Mark.SURE, _CONNECT),
        Cell(Mark.UNSURE, _CONNECT),
        "AWS's page writes both keys.",
        (
            Lookup("connect", "ListInstances", 10, paginated=True),
            Lookup("connect", "ListLambdaFunctions", 25, paginated=True, says="for each instance"),
        ),
    ),
    Caller(
        "workmail.amazonaws.com",
        "workmail",
        "organization/*",
        Cell(Mark.SURE, _MAIL),
        Cell(Mark.UNSURE, _MAIL),
        Cell(Mark.UNSURE, _MAIL),
        "Comes as workmail.REGION.amazonaws.com. The rules live in each organisation's console and no call lists them: "
        "told, where the wiring would have to be known.",
    ),
)
