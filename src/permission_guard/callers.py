"""Who calls Lambda through its resource policy: the services, the ARNs they come with, and the keys they really send.

A key that a service does not send breaks the invocation when it is demanded, so a repair may only demand a key that is
marked SURE here. Each row names the page it rests on; all were read up to October 2026.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

from permission_guard.iam import FunctionArn, LayerVersionArn


class Mark(Enum):
    """How surely a service sends a key."""

    SURE = "documented or recorded"
    LIKELY = "one weak source, or several that agree indirectly"
    UNSURE = "nobody says"
    NEVER = "documented not to be sent"


class Region(Enum):
    """Which region stands in the ARN of a caller's resource."""

    FUNCTION = "the function's own"
    ANY = "any"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Caller:
    """One service that invokes functions.

    `service` and `resource` are the parts of its SourceArn, `resource` with a `*` for what names the single one.
    `owned` tells whether the ARN carries the account; if not, another account can take the name over.
    """

    principal: str
    service: str
    resource: str
    source_arn: Mark
    source_account: Mark
    page: str
    region: Region = Region.ANY
    owned: bool = True

    def arn(
        self, function: FunctionArn | LayerVersionArn, account: str, *, name: str = "*", region: str = "*"
    ) -> str:
        """Return the SourceArn of this service's resource `name` (`*` for all) in an account.

        `region` fills the region where the service may call from another one than the function's.
        """
        place = {Region.FUNCTION: function.region, Region.ANY: region, Region.NONE: ""}[self.region]
        resource = self.resource.replace("*", name)
        return f"arn:{function.partition}:{self.service}:{place}:{account if self.owned else ''}:{resource}"


_SURE, _LIKELY, _UNSURE, _NEVER = Mark.SURE, Mark.LIKELY, Mark.UNSURE, Mark.NEVER
_LAMBDA = "lambda/latest/dg/"

CALLERS: Final = (
    # "A bucket name can be used again by another account": AWS asks for SourceAccount beside the ARN.
    Caller("s3.amazonaws.com", "s3", "*", _SURE, _SURE, _LAMBDA + "with-s3.html", Region.NONE, owned=False),
    Caller("sns.amazonaws.com", "sns", "*", _SURE, _UNSURE, _LAMBDA + "with-sns.html"),
    # "Target and rule must be in the same Region"; SourceAccount is documented to stop the invocation.
    Caller(
        "events.amazonaws.com",
        "events",
        "rule/*",
        _SURE,
        _NEVER,
        "eventbridge/latest/userguide/eb-troubleshooting.html",
        Region.FUNCTION,
    ),
    Caller(
        "apigateway.amazonaws.com",
        "execute-api",
        "*",
        _SURE,
        _LIKELY,
        _LAMBDA + "services-apigateway.html",
        Region.FUNCTION,
    ),
    Caller(
        "logs.amazonaws.com",
        "logs",
        "log-group:*",
        _SURE,
        _SURE,
        "AmazonCloudWatch/latest/logs/SubscriptionFilters.html",
    ),
    Caller(
        "cognito-idp.amazonaws.com",
        "cognito-idp",
        "userpool/*",
        _SURE,
        _SURE,
        "cognito/latest/developerguide/cognito-user-identity-pools-working-with-aws-lambda-triggers.html",
    ),
    Caller(
        "cognito-sync.amazonaws.com",
        "cognito-sync",
        "identitypool/*",
        _LIKELY,
        _UNSURE,
        "cognito/latest/developerguide/cognito-events.html",
    ),
    Caller(
        "ses.amazonaws.com",
        "ses",
        "receipt-rule-set/*",
        _SURE,
        _SURE,
        "ses/latest/dg/receiving-email-permissions.html",
    ),
    Caller(
        "elasticloadbalancing.amazonaws.com",
        "elasticloadbalancing",
        "targetgroup/*",
        _SURE,
        _SURE,
        "elasticloadbalancing/latest/application/lambda-functions.html",
    ),
    Caller(
        "iot.amazonaws.com",
        "iot",
        "rule/*",
        _SURE,
        _SURE,
        "iot/latest/developerguide/lambda-rule-action.html",
    ),
    Caller(
        "config.amazonaws.com",
        "config",
        "config-rule/*",
        _LIKELY,
        _SURE,
        "config/latest/developerguide/evaluate-config_develop-rules_lambda-functions.html",
    ),
    Caller(
        "secretsmanager.amazonaws.com",
        "secretsmanager",
        "secret:*",
        _LIKELY,
        _SURE,
        "secretsmanager/latest/userguide/rotating-secrets-required-permissions-function.html",
    ),
    Caller(
        "bedrock.amazonaws.com",
        "bedrock",
        "*",
        _SURE,
        _SURE,
        "bedrock/latest/userguide/agents-permissions.html",
    ),
    Caller("lexv2.amazonaws.com", "lex", "bot-alias/*", _SURE, _LIKELY, "lexv2/latest/dg/lambda-attach.html"),
    Caller(
        "lex.amazonaws.com",
        "lex",
        "intent:*",
        _LIKELY,
        _UNSURE,
        "lex/latest/dg/gs-bp-create-lambda-function.html",
    ),
    Caller(
        "connect.amazonaws.com",
        "connect",
        "instance/*",
        _SURE,
        _SURE,
        "connect/latest/adminguide/connect-lambda-functions.html",
    ),
    Caller(
        "lambda.alarms.cloudwatch.amazonaws.com",
        "cloudwatch",
        "alarm:*",
        _SURE,
        _SURE,
        "AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html",
    ),
    Caller(
        "vpc-lattice.amazonaws.com",
        "vpc-lattice",
        "targetgroup/*",
        _SURE,
        _UNSURE,
        "vpc-lattice/latest/ug/lambda-functions.html",
    ),
    Caller(
        "codecommit.amazonaws.com",
        "codecommit",
        "*",
        _SURE,
        _UNSURE,
        "codecommit/latest/userguide/how-to-notify-lambda.html",
    ),
    Caller(
        "workmail.amazonaws.com",
        "workmail",
        "organization/*",
        _SURE,
        _UNSURE,
        "workmail/latest/adminguide/lambda.html",
    ),
    Caller(
        "transfer.amazonaws.com",
        "transfer",
        "server/*",
        _LIKELY,
        _UNSURE,
        "transfer/latest/userguide/custom-lambda-idp.html",
    ),
    Caller(
        "appsync.amazonaws.com",
        "appsync",
        "apis/*",
        _UNSURE,
        _UNSURE,
        "appsync/latest/devguide/security-authz.html",
    ),
    Caller(
        "cloudfront.amazonaws.com",
        "cloudfront",
        "distribution/*",
        _SURE,
        _UNSURE,
        "AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-lambda.html",
        Region.NONE,
    ),
)
"""The services of which enough is known. Pages are below https://docs.aws.amazon.com/."""

_BY_PRINCIPAL: Final = MappingProxyType({caller.principal: caller for caller in CALLERS})
_REGIONAL: Final = re.compile(
    r"(?P<service>[a-z0-9.-]+?)\.[a-z]{2}(?:-[a-z]+)+-[0-9]\.amazonaws\.com(?:\.cn)?"
)
_SUFFIX_OF_CHINA: Final = ".cn"


def caller_of(principal: str) -> Caller | None:
    """Return what is known of a service principal, or None.

    Regional names (`logs.eu-west-1.amazonaws.com`) and those of the China partition are the same service (facts 4.2).
    """
    name = principal.lower()
    regional = _REGIONAL.fullmatch(name)
    if regional:
        name = f"{regional['service']}.amazonaws.com"
    return _BY_PRINCIPAL.get(name.removesuffix(_SUFFIX_OF_CHINA))
