"""The policy language in plain words: the caller, what a statement requires, and what the request has."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final, assert_never

from permission_guard.iam import (
    Anonymous,
    Arn,
    ArnError,
    Context,
    IamPrincipal,
    Request,
    ServicePrincipal,
    Statement,
)
from permission_guard.iam.condition import Condition, Quantifier
from permission_guard.iam.mismatch import undecided
from permission_guard.iam.principal import NamedPrincipal, Principals
from permission_guard.iam.request import Values
from permission_guard.services import service_of

SERVICES: Final = MappingProxyType(
    {
        "s3.amazonaws.com": "Amazon S3",
        "sns.amazonaws.com": "Amazon SNS",
        "events.amazonaws.com": "Amazon EventBridge",
        "apigateway.amazonaws.com": "Amazon API Gateway",
        "logs.amazonaws.com": "Amazon CloudWatch Logs",
        "cognito-idp.amazonaws.com": "Amazon Cognito user pools",
        "ses.amazonaws.com": "Amazon SES",
        "elasticloadbalancing.amazonaws.com": "Elastic Load Balancing",
        "iot.amazonaws.com": "AWS IoT",
        "config.amazonaws.com": "AWS Config",
        "secretsmanager.amazonaws.com": "AWS Secrets Manager",
        "bedrock.amazonaws.com": "Amazon Bedrock",
        "lexv2.amazonaws.com": "Amazon Lex V2",
        "connect.amazonaws.com": "Amazon Connect",
        "lambda.alarms.cloudwatch.amazonaws.com": "Amazon CloudWatch alarms",
        "vpc-lattice.amazonaws.com": "Amazon VPC Lattice",
        "codecommit.amazonaws.com": "AWS CodeCommit",
        "workmail.amazonaws.com": "Amazon WorkMail",
        "transfer.amazonaws.com": "AWS Transfer Family",
        "appsync.amazonaws.com": "AWS AppSync",
        "cloudfront.amazonaws.com": "Amazon CloudFront",
    }
)
"""AWS's names for the services of `services.SERVICES`."""

_KEYS: Final = MappingProxyType(
    {
        "aws:sourcearn": "the resource that the service acts for",
        "aws:sourceaccount": "the account that the service acts for",
        "aws:sourceorgid": "the organization of the account that the service acts for",
        "aws:sourceorgpaths": "the place in its organization of the account that the service acts for",
        "aws:principalarn": "the caller's ARN",
        "aws:principalaccount": "the caller's account",
        "aws:principalorgid": "the caller's organization",
        "aws:principalorgpaths": "the place of the caller's account in its organization",
        "aws:sourceip": "the address that the call comes from",
        "aws:sourcevpc": "the VPC that the call comes through",
        "aws:sourcevpce": "the VPC endpoint that the call comes through",
        "lambda:functionurlauthtype": "how the function URL checks its callers",
        "lambda:eventsourcetoken": "the token that the caller must show, such as the id of an Alexa skill",
        "lambda:sourcefunctionarn": "the function that makes the call",
    }
)
_TESTS: Final = MappingProxyType(
    {
        "stringequals": "is",
        "stringnotequals": "is not",
        "stringequalsignorecase": "is (ignoring case)",
        "stringnotequalsignorecase": "is not (ignoring case)",
        "stringlike": "is like",
        "stringnotlike": "is not like",
        "arnequals": "is like",
        "arnlike": "is like",
        "arnnotequals": "is not like",
        "arnnotlike": "is not like",
        "bool": "is",
        "ipaddress": "is within",
        "notipaddress": "is outside",
    }
)


_NULL: Final = MappingProxyType({"true": "absent", "false": "present"})


def service(name: str) -> str:
    """Return a service's name with its principal; only the principal if it is not known to invoke functions."""
    row = service_of(name)
    return f"{SERVICES[row.principal]} ({name})" if row else f"the service {name}"


def request(asked: Request, verb: str) -> str:
    """Return a request as a clause; the verb is "is allowed to" or the like."""
    return f"{_who(asked)} {verb} call {asked.action} on {asked.resource}"


def _who(asked: Request) -> str:
    match asked.principal:
        case ServicePrincipal(name):
            return service(name) + _acting_for(asked.context)
        case IamPrincipal(arn, account):
            return arn if account in arn else f"{arn} of AWS account {account}"
        case Anonymous():
            return "anyone on the internet, without any credentials,"
        case _:
            assert_never(asked.principal)


def _acting_for(context: Context) -> str:
    arn = _first(context.values("aws:sourcearn"))
    account = _first(context.values("aws:sourceaccount")) or _account(arn)
    whom = " of ".join(one for one in (arn, f"AWS account {account}" if account else "") if one)
    return f", acting for {whom}," if whom else ", without a source account or ARN,"


def _first(values: Values) -> str:
    return values[0] if values else ""


def _account(arn: str) -> str:
    try:
        return Arn.parse(arn).account
    except ArnError:
        return ""


def principals(named: Principals) -> str:
    """Return whom a Principal or NotPrincipal element names."""
    everyone = " and ".join(map(_named, named.named))
    return f"everyone but {everyone}" if named.negated else everyone


def _named(one: NamedPrincipal) -> str:
    if one.is_anyone:
        return "everyone"
    if one.type == "Service":
        return service(one.name)
    if one.account and one.is_root_of(one.account):
        return f"AWS account {one.account}"
    return one.name if one.type == "AWS" else f"{one.name} ({one.type})"


def condition(one: Condition) -> str:
    """Return a condition as a clause: `aws:SourceAccount (the account that the service acts for) is 123456789012`."""
    meaning = _KEYS.get(one.key.lower())
    key = f"{one.key} ({meaning})" if meaning else one.key
    if one.quantifier is Quantifier.FOR_ALL:
        key = f"every value of {key}"
    elif one.quantifier is Quantifier.FOR_ANY:
        key = f"any value of {key}"
    values = " or ".join(one.texts)
    if one.base == "null" and values in _NULL:
        return f"{key} is {_NULL[values]}"
    clause = f"{key} {_TESTS.get(one.base, f'passes {one.operator} with')} {values}"
    return f"{clause} (or the request does not have it)" if one.if_exists else clause


def met(one: Condition, context: Context) -> str:
    """Return a condition, and what the request has for it."""
    have = context.values(one.key.lower())
    if have is None:
        return f"{condition(one)}, and the value in the request cannot be known"
    shows = f"has {' and '.join(have)}" if have else "does not have it"
    return f"{condition(one)}, and the request {shows}"


def unknowns(one: Statement, context: Context) -> tuple[str, ...]:
    """Return the conditions of a statement that are undecided for the request."""
    return tuple(f"whether {condition(open_)}" for open_ in undecided(one, context))
