"""Where a template is taken to be deployed, and what its resources are called there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from permission_guard.frozen import frozen
from permission_guard.iam.arn import partition_of
from permission_guard.template.value import Value, joined

_REGIONS: Final = ("us-east-1", "eu-west-1", "ap-southeast-1", "ca-central-1", "sa-east-1", "us-west-2")
"""Of which the first that a template does not name stands for the one that is not said."""
STACK: Final = "stack"
MADE_UP: Final = "EXAMPLE"
"""Stands for what CloudFormation puts at the end of the names that it makes."""


@frozen
class Destination:
    """The account and region of a deployment. Those that were not said are made up, and count as the own ones."""

    partition: str = "aws"
    region: str = "us-east-1"
    account: str = "000000000000"
    says_region: bool = False
    """Whether somebody said the region, so that another one in the template is another one."""
    says_account: bool = False

    def at(self, region: str | None) -> Destination:
        """Return the same in another Region, which is one that somebody said; this one for None."""
        if region in {None, self.region}:
            return self
        return replace(self, partition=partition_of(region or ""), region=region or "", says_region=True)

    def arn(self, service: str, resource: Value, *, region: bool = True, account: bool = True) -> Value:
        """Return the ARN of a resource here."""
        place = f"{self.region if region else ''}:{self.account if account else ''}"
        return joined((f"arn:{self.partition}:{service}:{place}:", resource))


def home_for(text: str, region: str | None, account: str | None) -> Destination:
    """Return the home of a template. What nobody said is made up, such that the text does not name it by itself."""
    account_id = account or next(digit * 12 for digit in "0123456789" if digit * 12 not in text)
    place = region or next((one for one in _REGIONS if f":{one}:" not in text), _REGIONS[0])
    return Destination(partition_of(place), place, account_id, region is not None, account is not None)


@frozen
class _Form:
    """What Ref and GetAtt give of a type: its name property, its ARN (service, and resource with `{}`), who has which.

    `ref` is "name", "arn", or a text with `{}` for the name. GetAtt gives the ARN for what ends in Arn.
    """

    name: str
    service: str = ""
    resource: str = "{}"
    ref: str = "name"
    region: bool = True
    account: bool = True


_ARN, _NAME = "arn", "name"
_TARGETS: Final = "targetgroup/{}/0123456789abcdef"
FORMS: Final[Mapping[str, _Form]] = {
    "AWS::S3::Bucket": _Form("BucketName", "s3", region=False, account=False),
    "AWS::SNS::Topic": _Form("TopicName", "sns", ref=_ARN),
    "AWS::SQS::Queue": _Form("QueueName", "sqs", ref="https://sqs.example/{}"),
    "AWS::Events::Rule": _Form("Name", "events", "rule/{}"),
    "AWS::Events::EventBus": _Form("Name", "events", "event-bus/{}"),
    "AWS::IAM::Role": _Form("RoleName", "iam", "role/{}", region=False),
    "AWS::IAM::ManagedPolicy": _Form("ManagedPolicyName", "iam", "policy/{}", ref=_ARN, region=False),
    "AWS::Lambda::Function": _Form("FunctionName", "lambda", "function:{}"),
    "AWS::Lambda::LayerVersion": _Form("LayerName", "lambda", "layer:{}:1", ref=_ARN),
    "AWS::Logs::LogGroup": _Form("LogGroupName", "logs", "log-group:{}:*"),
    "AWS::DynamoDB::Table": _Form("TableName", "dynamodb", "table/{}"),
    "AWS::Kinesis::Stream": _Form("Name", "kinesis", "stream/{}"),
    "AWS::Cognito::UserPool": _Form("UserPoolId", "cognito-idp", "userpool/{}"),
    "AWS::IoT::TopicRule": _Form("RuleName", "iot", "rule/{}"),
    "AWS::StepFunctions::StateMachine": _Form("StateMachineName", "states", "stateMachine:{}", ref=_ARN),
    "AWS::ElasticLoadBalancingV2::TargetGroup": _Form("Name", "elasticloadbalancing", _TARGETS, ref=_ARN),
    "AWS::VpcLattice::TargetGroup": _Form("Id", "vpc-lattice", "targetgroup/{}"),
    "AWS::SecretsManager::Secret": _Form("Name", "secretsmanager", "secret:{}-AbCdEf", ref=_ARN),
    "AWS::Config::ConfigRule": _Form("ConfigRuleId", "config", "config-rule/{}"),
    "AWS::CloudFront::Distribution": _Form("Id", "cloudfront", "distribution/{}", region=False),
    "AWS::CloudWatch::Alarm": _Form("AlarmName", "cloudwatch", "alarm:{}"),
    "AWS::Connect::Instance": _Form("Id", "connect", "instance/{}", ref=_ARN),
    "AWS::Bedrock::Agent": _Form("AgentId", "bedrock", "agent/{}"),
    "AWS::Lex::BotAlias": _Form("BotAliasId", "lex", "bot-alias/BOT/{}"),
    "AWS::AppSync::GraphQLApi": _Form("ApiId", "appsync", "apis/{}", ref=_ARN),
    "AWS::Transfer::Server": _Form("ServerId", "transfer", "server/{}", ref=_ARN),
    "AWS::CodeCommit::Repository": _Form("RepositoryName", "codecommit"),
    "AWS::KMS::Key": _Form("KeyId", "kms", "key/{}"),
    "AWS::ApiGateway::RestApi": _Form("RestApiId"),
    "AWS::ApiGatewayV2::Api": _Form("ApiId"),
    "AWS::ApiGateway::Stage": _Form("StageName"),
    "AWS::ApiGatewayV2::Stage": _Form("StageName"),
    "AWS::ApiGateway::Authorizer": _Form("AuthorizerId"),
    "AWS::ApiGatewayV2::Authorizer": _Form("AuthorizerId"),
    "AWS::SES::ReceiptRuleSet": _Form("RuleSetName"),
    "AWS::SES::ReceiptRule": _Form("RuleName"),
    "AWS::Scheduler::Schedule": _Form("Name", "scheduler", "schedule/default/{}"),
    "AWS::EC2::VPC": _Form("VpcId"),
}
"""https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html, the
return values of each type: those that permissions and policies name."""


def name_of(kind: str, logical_id: str, given: Value) -> Value:
    """Return what a resource is called: the name that it is given, else one as CloudFormation makes it."""
    form = FORMS.get(kind)
    if given is not None and not isinstance(given, Mapping | list):
        return joined((given,))
    made = f"{STACK}-{logical_id}-{MADE_UP}" if form and form.service else logical_id
    return made.lower() if kind == "AWS::S3::Bucket" else made


def attribute(kind: str, name: Value, attribute_name: str | None, home: Destination) -> Value | None:
    """Return what Ref (no attribute) or GetAtt gives of a resource; None if that is not known of its type."""
    form = FORMS.get(kind)
    if form is None:
        return None
    wanted = form.ref if attribute_name is None else ""
    if attribute_name in {"Name", form.name}:
        wanted = _NAME
    elif attribute_name is not None and attribute_name.endswith("Arn") and form.service:
        wanted = _ARN
    if not wanted:
        return None
    if wanted == _NAME:
        return name
    if wanted != _ARN:
        return _filled(wanted, name)
    return home.arn(form.service, _filled(form.resource, name), region=form.region, account=form.account)


def _filled(pattern: str, name: Value) -> Value:
    before, _, after = pattern.partition("{}")
    return joined((before, name, after))


ACCOUNT: Final = re.compile(r"(?<![0-9A-Za-z])[0-9]{12}(?![0-9A-Za-z])")
REGION: Final = re.compile(r"arn:[^:]*:[^:]*:([a-z]{2}(?:-[a-z]+)+-[0-9]):")
REGION_OF_ARN: Final = re.compile(r"^(arn:[^:]*:[^:]*:)([a-z]{2}(?:-[a-z]+)+-[0-9])(?=:)")


def at_home(text: str, home: Destination) -> str:
    """Return a text with the accounts and the region that it names taken for the own ones, where nobody said these."""
    if not home.says_account:
        text = ACCOUNT.sub(home.account, text)
    return text if home.says_region else REGION_OF_ARN.sub(rf"\g<1>{home.region}", text)
