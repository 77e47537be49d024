"""The account and Region of a deployment, and the names and ARNs of resources there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from permission_guard.frozen import frozen
from permission_guard.iam.arn import account_not_in, partition_of
from permission_guard.template.value import Value, joined

_REGIONS: Final = ("us-east-1", "eu-west-1", "ap-southeast-1", "ca-central-1", "sa-east-1", "us-west-2")
"""If no Region is given, the first of these that the template does not name."""
STACK: Final = "stack"
MADE_UP: Final = "EXAMPLE"
"""The end of a name that CloudFormation generates; the real one is random."""


@frozen
class Destination:
    """The account and Region of a deployment. If the user gave none, an invented one stands for the own account or Region."""

    partition: str = "aws"
    region: str = "us-east-1"
    account: str = "000000000000"
    is_region_given: bool = False
    """Whether the user gave the Region. Only then a different Region in the template is surely not the own one."""
    is_account_given: bool = False

    def at(self, region: str | None) -> Destination:
        """Return the same destination in another Region, which counts as given; the same one for None."""
        if region is None or region == self.region:
            return self
        return replace(self, partition=partition_of(region), region=region, is_region_given=True)

    def arn(self, service: str, resource: Value, *, region: bool = True, account: bool = True) -> Value:
        """Return the ARN of a resource in this account and Region."""
        place = f"{self.region if region else ''}:{self.account if account else ''}"
        return joined((f"arn:{self.partition}:{service}:{place}:", resource))


def destination_for(text: str, region: str | None, account: str | None) -> Destination:
    """Return the destination of a template. If no account or Region is given, invent one that the text does not contain."""
    account_id = account or account_not_in(text, "0123456789")
    place = region or next((one for one in _REGIONS if f":{one}:" not in text), _REGIONS[0])
    return Destination(partition_of(place), place, account_id, region is not None, account is not None)


@frozen
class _Form:
    """What Ref and GetAtt return for a resource type.

    `name` is the property with the resource's name. `service`, `resource` (with `{}` for the name), `region` and
    `account` make its ARN. `ref` is "name", "arn", or a text with `{}` for the name. GetAtt of an attribute that ends in
    Arn returns the ARN.
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
return values of each type. The table has the types that permissions and policies refer to."""


def name_of(kind: str, logical_id: str, given: Value) -> Value:
    """Return the name of a resource: the one in the template, else one such as CloudFormation generates."""
    form = FORMS.get(kind)
    if given is not None and not isinstance(given, Mapping | list):
        return joined((given,))
    made = f"{STACK}-{logical_id}-{MADE_UP}" if form and form.service else logical_id
    return made.lower() if kind == "AWS::S3::Bucket" else made


def attribute(kind: str, name: Value, attribute_name: str | None, destination: Destination) -> Value | None:
    """Return what Ref (no attribute) or GetAtt returns for a resource; None if the table does not have it."""
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
    return destination.arn(
        form.service, _filled(form.resource, name), region=form.region, account=form.account
    )


def _filled(pattern: str, name: Value) -> Value:
    before, _, after = pattern.partition("{}")
    return joined((before, name, after))


ACCOUNT: Final = re.compile(r"(?<![0-9A-Za-z])[0-9]{12}(?![0-9A-Za-z])")
REGION: Final = re.compile(r"arn:[^:]*:[^:]*:([a-z]{2}(?:-[a-z]+)+-[0-9]):")
REGION_OF_ARN: Final = re.compile(r"^(arn:[^:]*:[^:]*:)([a-z]{2}(?:-[a-z]+)+-[0-9])(?=:)")


def with_own_account(text: str, destination: Destination) -> str:
    """Return a text with its accounts and Region replaced by the own ones, if the user gave none."""
    if not destination.is_account_given:
        text = ACCOUNT.sub(destination.account, text)
    return text if destination.is_region_given else REGION_OF_ARN.sub(rf"\g<1>{destination.region}", text)
