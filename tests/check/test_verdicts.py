"""What a verdict on a template rests on, and what it says where it is undecided."""

from __future__ import annotations

import pytest

from permission_guard.model.facts import Unreadable
from permission_guard.model.finding import Concern, Verdict
from permission_guard.template import Said, Trust
from tests.check.checking import FUNCTION, found, of, permission, template, verdict

PASS, FAIL, UNKNOWN = Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN
OWN, OTHER = "123456789012", "111122223333"


@pytest.mark.parametrize(
    ("properties", "wanted"),
    [
        ({}, FAIL),
        ({"SourceAccount": "!Ref AWS::AccountId"}, PASS),
        ({"SourceAccount": "!ImportValue account"}, UNKNOWN),
        ({"SourceArn": "arn:aws:s3:::uploads"}, FAIL),
        ({"Principal": "events.amazonaws.com", "SourceAccount": "!Ref AWS::AccountId"}, PASS),
        ({"Principal": "sns.amazonaws.com", "SourceArn": "!ImportValue topic"}, UNKNOWN),
        ({"Principal": "unheard-of.amazonaws.com", "SourceArn": "!ImportValue x"}, UNKNOWN),
        ({"Principal": '"*"', "PrincipalOrgID": "!ImportValue organisation"}, UNKNOWN),
        ({"Principal": "!ImportValue somebody"}, UNKNOWN),
        ({"Principal": '"*"', "Action": "!ImportValue action"}, UNKNOWN),
        (
            {
                "Principal": '"*"',
                "Action": "lambda:InvokeFunctionUrl",
                "FunctionUrlAuthType": "!ImportValue x",
            },
            FAIL,
        ),
        ({"Principal": '"*"', "InvokedViaFunctionUrl": "false"}, FAIL),
        ({"Principal": "!Ref AWS::AccountId", "InvokedViaFunctionUrl": "true"}, PASS),
        ({"Principal": "alexa-appkit.amazon.com", "EventSourceToken": "!ImportValue skill"}, PASS),
        ({"Principal": f'"{OTHER}"'}, UNKNOWN),
    ],
)
def test_a_permission_is_evaluated_for_the_best_and_the_worst(
    properties: dict[str, str], wanted: Verdict
) -> None:
    found_ = [one.verdict for one in found(permission(**properties)).findings if one.subject == "It"]
    assert set(found_) == {wanted}


def test_what_is_in_doubt_says_what_is_not_known_and_what_it_may_come_to() -> None:
    one = of(found(permission(Principal="sns.amazonaws.com", SourceArn="!ImportValue topic")))
    assert one.sentence == (
        "Not decided: SourceArn of It is Fn::ImportValue topic, which only a deployed stack knows."
    )
    assert one.because[0].startswith(
        "If it comes to the worst: Untrusted callers have access. For example, Amazon SNS"
    )
    assert (one.proof_kind, one.repair, one.obstacle) == ("unreadable", "", "")


def test_an_account_is_the_own_one_only_if_somebody_says_so() -> None:
    text = permission(Principal=f'"{OTHER}"')
    assert of(found(text)).sentence == (
        f"Not decided: Principal of It names {OTHER}, which may be the account that you deploy to: "
        "pass --account."
    )
    assert verdict(text, account=OTHER) is PASS
    assert verdict(text, account=OWN) is FAIL
    assert of(found(text, said=Said(account=OWN), trust=Trust((OTHER,)))).verdict is PASS


def test_an_organisation_is_trusted_if_somebody_says_so() -> None:
    text = permission(Principal='"*"', PrincipalOrgID="o-abcdefghij")
    assert verdict(text) is FAIL
    assert of(found(text, trust=Trust((), ("o-abcdefghij",)))).verdict is PASS


def test_a_parameter_counts_as_given() -> None:
    text = "Parameters: {Account: {Type: String}}\n" + permission(SourceAccount="!Ref Account")
    assert verdict(text) is UNKNOWN
    assert verdict(text, parameters={"Account": OWN}, account=OWN) is PASS
    assert verdict(text, parameters={"Account": OTHER}, account=OWN) is FAIL


def test_a_region_is_the_own_one_only_if_somebody_says_so() -> None:
    logs = "arn:aws:logs:eu-west-1:*:*"
    text = FUNCTION.replace(
        "      ManagedPolicyArns: [arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]\n",
        "      Policies: [{PolicyName: logs, PolicyDocument: {Version: 2012-10-17, Statement: "
        f"[{{Effect: Allow, Action: 'logs:*', Resource: '{logs}'}}]}}}}]\n",
    )
    assert of(found(f"Resources:{text}"), "Role").sentence == (
        "Not decided: the policy logs of Role names eu-west-1, which may be the region that you deploy to: "
        "pass --region."
    )
    assert verdict(f"Resources:{text}", "Role", region="eu-west-1") is PASS
    assert verdict(f"Resources:{text}", "Role", region="eu-central-1") is FAIL


def test_undecided_conditions_are_tried_both_ways() -> None:
    head = "Parameters: {Stage: {Type: String}}\nConditions: {IsProd: !Equals [!Ref Stage, prod]}\n"
    text = head + permission(SourceAccount="!If [IsProd, !Ref AWS::AccountId, !Ref AWS::NoValue]")
    assert of(found(text)).sentence == (
        "Not decided: the condition IsProd is not known, and this fails if IsProd is false."
    )
    assert verdict(text, parameters={"Stage": "prod"}) is PASS
    assert verdict(text, parameters={"Stage": "dev"}) is FAIL


def test_what_is_in_doubt_under_a_condition_only_is_in_doubt() -> None:
    head = "Parameters: {Stage: {Type: String}}\nConditions: {IsProd: !Equals [!Ref Stage, prod]}\n"
    text = head + permission(SourceAccount="!If [IsProd, !Ref AWS::AccountId, !ImportValue account]")
    assert of(found(text)).sentence.endswith("and this is in doubt if IsProd is false.")


def test_conditions_beyond_the_first_few_stay_unresolved() -> None:
    names = [f"C{number}" for number in range(6)]
    conditions = "".join(f"  {name}: !Equals [!Ref P, {name}]\n" for name in names)
    head = f"Parameters: {{P: {{Type: String}}}}\nConditions:\n{conditions}"
    text = head + permission(SourceAccount="!If [C5, !Ref AWS::AccountId, !Ref AWS::NoValue]")
    assert "one of two, by the condition C5" in of(found(text)).sentence


DOCUMENT = """
Policy:
  Type: AWS::Lambda::ResourcePolicy
  Properties:
    {}: !GetAtt Orders.Arn
    PolicyDocument:
      Version: "2012-10-17"
      Statement:
        - {{Sid: one, Effect: Allow, Principal: {}, Action: "lambda:InvokeFunction", Resource: !GetAtt Orders.Arn{}}}
"""


@pytest.mark.parametrize("name", ["FunctionResourceArn", "ResourceArn"])
@pytest.mark.parametrize(
    ("principal", "more", "wanted"),
    [
        ('"*"', "", FAIL),
        ('{AWS: [!ImportValue caller, !Ref "AWS::AccountId"]}', "", UNKNOWN),
        ('{AWS: [!Ref "AWS::AccountId"]}', "", PASS),
        (
            "{Service: s3.amazonaws.com}",
            ", Condition: {StringEquals: {aws:SourceAccount: !Ref AWS::AccountId}}",
            PASS,
        ),
        (
            "{Service: s3.amazonaws.com}",
            ", Condition: {StringEquals: {aws:SourceAccount: !ImportValue a}}",
            UNKNOWN,
        ),
        ("{Service: s3.amazonaws.com}", ", Condition: !ImportValue conditions", UNKNOWN),
        (
            "{Service: sns.amazonaws.com}",
            ', Condition: {ArnLike: {aws:SourceArn: !Sub "arn:aws:sns:*:${AWS::AccountId}:${Orders.X}"}}',
            PASS,
        ),
        (
            "{Service: s3.amazonaws.com}",
            ", Condition: {StringEquals: {aws:SourceAccount: !Sub '1${Orders.X}'}}",
            UNKNOWN,
        ),
    ],
)
def test_a_whole_policy_is_evaluated_too(name: str, principal: str, more: str, wanted: Verdict) -> None:
    text = template(DOCUMENT.format(name, principal, more))
    assert of(found(text), "Policy").verdict is wanted


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (
            "!ImportValue document",
            "the policy document of Policy could not be read: it is Fn::ImportValue document",
        ),
        (
            "{Statement: {Effect: Maybe}}",
            "document of Policy could not be read: Statement[0].Effect: is 'Maybe', not Allow or Deny",
        ),
        ("3", "document of Policy could not be read: document: is not a JSON object"),
    ],
)
def test_a_policy_that_cannot_be_read_is_no_pass(document: str, says: str) -> None:
    text = template(
        "Policy:\n  Type: AWS::Lambda::ResourcePolicy\n  Properties: "
        f"{{ResourceArn: !GetAtt Orders.Arn, PolicyDocument: {document}}}\n"
    )
    one = next(one for one in found(text).findings if one.rule is Concern.INVOKE_PERMISSION_NAMES_ITS_SOURCE)
    assert one.verdict is UNKNOWN
    assert says in one.proof


def test_a_permission_for_another_stacks_function_is_evaluated_by_itself() -> None:
    text = "Resources:\n  It:\n    Type: AWS::Lambda::Permission\n    Properties: {FunctionName: %s, Principal: s3.amazonaws.com, Action: 'lambda:*'}\n"
    for name in ("!ImportValue function", "not a name", f"arn:aws:lambda:eu-west-1:{OTHER}:function:x:live"):
        assert {one.verdict for one in found(text % name).findings} == {FAIL}


def test_permissions_of_a_function_are_evaluated_together_and_an_aliass_by_themselves() -> None:
    text = template(
        """
        Alias: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref Orders, Name: live, FunctionVersion: "1"}}
        One:
          Type: AWS::Lambda::Permission
          Properties: {FunctionName: !Ref Alias, Action: "lambda:InvokeFunction", Principal: s3.amazonaws.com}
        Two:
          Type: AWS::Lambda::Permission
          Properties: {FunctionName: !Sub "${Orders}:live", Action: "lambda:InvokeFunction", Principal: s3.amazonaws.com}
        """
    )
    scan = found(text)
    assert {(one.subject, one.qualifier) for one in scan.findings if one.verdict is FAIL} == {
        ("One", "live"),
        ("Two", "live"),
    }
    assert (scan.functions, scan.targets) == (1, 2)


LAYER = """
Layer: {{Type: AWS::Lambda::LayerVersion, Properties: {{Content: {{S3Bucket: a, S3Key: b}}}}}}
It:
  Type: AWS::Lambda::LayerVersionPermission
  Properties: {{LayerVersionArn: {}, Action: "lambda:GetLayerVersion", Principal: {}}}
"""


@pytest.mark.parametrize(
    ("arn", "principal", "wanted"),
    [
        ("!Ref Layer", '"*"', FAIL),
        ("!ImportValue layer", '"*"', FAIL),
        ("!Ref Layer", '"*", OrganizationId: !ImportValue organisation', UNKNOWN),
        ("!Ref Layer", "!ImportValue account", UNKNOWN),
        ("!Ref Layer", '!Ref "AWS::AccountId"', PASS),
    ],
)
def test_a_layers_permission_is_evaluated(arn: str, principal: str, wanted: Verdict) -> None:
    assert verdict(template(LAYER.format(arn, principal))) is wanted


def test_what_a_macro_makes_is_not_looked_at_and_that_is_reported() -> None:
    scan = found(template("", head="Transform: [AWS::LanguageExtensions, Mine, {Name: AWS::Include}]\n"))
    assert [one.what for one in scan.skipped] == [
        "template.yaml: what the macro Mine makes",
        "template.yaml: what the macro AWS::Include makes",
    ]
    loop = found(
        template('"Fn::ForEach::Topics": [A, [b], {}]\n', head="Transform: AWS::LanguageExtensions\n")
    )
    assert [one.what for one in loop.skipped] == ["template.yaml: the resources of Fn::ForEach::Topics"]


def test_a_fault_is_known_by_its_file_and_resource() -> None:
    text = template(
        "".join(
            f"{name}: {{Type: AWS::Lambda::Permission, Properties: {{FunctionName: !Ref Orders, "
            "Action: 'lambda:InvokeFunction', Principal: s3.amazonaws.com}}}}\n".replace("}}}}", "}}")
            for name in ("One", "Two")
        )
    )
    faults = [one.fault for file in ("a.yaml", "b.yaml") for one in found(text, file).findings]
    assert len(set(faults)) == len(faults) == 6
    assert [one.fault for one in found(text, "a.yaml").findings] == faults[:3]


def test_of_several_doubts_each_says_its_own() -> None:
    text = template(
        """
        Another:
          Type: AWS::Lambda::Permission
          Properties: {FunctionName: !Ref Orders, Action: "lambda:InvokeFunction", Principal: sns.amazonaws.com, SourceArn: !ImportValue a}
        Layer:
          Type: AWS::Lambda::LayerVersionPermission
          Properties: {LayerVersionArn: x, Action: "lambda:GetLayerVersion", Principal: !ImportValue b}
        Open:
          Type: AWS::Lambda::LayerVersionPermission
          Properties: {LayerVersionArn: y, Action: "lambda:GetLayerVersion", Principal: !ImportValue c}
        Document:
          Type: AWS::Lambda::ResourcePolicy
          Properties: {ResourceArn: other, PolicyDocument: {Statement: [!ImportValue d]}}
        """
    )
    said = {
        one.subject: one.sentence.split("Fn::ImportValue ")[-1][0]
        for one in found(text).findings
        if one.verdict is UNKNOWN
    }
    assert said == {"Another": "a", "Layer": "b", "Open": "c", "Document": "d"}


def test_a_doubt_reads_as_a_sentence_for_machines_too() -> None:
    one = of(found(permission(SourceAccount="!ImportValue account")))
    assert one.proof == str(
        Unreadable("SourceAccount of It", "it is Fn::ImportValue account, which only a deployed stack knows")
    )
