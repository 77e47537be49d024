"""What a role may, as far as a template tells: unresolved parts of its policies are read for the best and for the worst."""

from __future__ import annotations

import textwrap

import pytest

from permission_guard.model.finding import Verdict
from tests.check.checking import found, of

PASS, FAIL, UNKNOWN = Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN
ALL = "{Effect: Allow, Action: 'logs:*', Resource: '*'}"
DENY = "Effect: Deny, Action: 'logs:*', Resource: '*'"


def template(*, role: str = "", more: str = "", function: str = "") -> str:
    """A template of two functions; the role of the first has what the test gives it."""
    return textwrap.dedent(
        f"""\
        Parameters: {{P: {{Type: String}}}}
        Resources:
          Other: {{Type: AWS::Lambda::Function, Properties: {{Code: {{ZipFile: x}}, Role: !ImportValue other}}}}
          Orders: {{Type: AWS::Lambda::Function, Properties: {{Code: {{ZipFile: x}}, Role: !GetAtt Role.Arn{function}}}}}
          Role:
            Type: AWS::IAM::Role
            Properties: {{RoleName: orders, AssumeRolePolicyDocument: {{Statement: []}}{role}}}
        """
    ) + textwrap.indent(more, "  ")


def inline(*statements: str) -> str:
    document = f"{{Version: 2012-10-17, Statement: [{', '.join(statements)}]}}"
    return template(role=f", Policies: [{{PolicyName: p, PolicyDocument: {document}}}]")


def verdict(text: str) -> Verdict:
    return of(found(text), "Role").verdict


STATEMENTS = {
    "everything": ((ALL,), PASS),
    "nothing": ((), FAIL),
    "no statement": (("3",), UNKNOWN),
    "a statement that is imported": (("!ImportValue s",), UNKNOWN),
    "an imported one beside everything": ((ALL, "!ImportValue s"), UNKNOWN),
    "text that is partly known": ((ALL, "!Sub 'a${P}'"), UNKNOWN),
    "one action of several": (
        ("{Effect: Allow, Action: ['logs:*', !ImportValue a], Resource: '*'}",),
        PASS,
    ),
    "an action that is not known": (("{Effect: Allow, Action: [!ImportValue a], Resource: '*'}",), UNKNOWN),
    "an effect that is not known": (("{Effect: !ImportValue e, Action: 'logs:*', Resource: '*'}",), UNKNOWN),
    "all but an action that is not known": (
        ("{Effect: Allow, NotAction: !ImportValue a, Resource: '*'}",),
        UNKNOWN,
    ),
    "all but what is partly known": (("{Effect: Allow, NotAction: !Sub 's3:${P}', Resource: '*'}",), UNKNOWN),
    "all but what is not known, elsewhere": (
        ("{Effect: Allow, NotAction: 'logs:*', NotResource: !ImportValue r}",),
        FAIL,
    ),
    "a denial of all but what is not known": (
        (ALL, "{Effect: Deny, NotAction: !ImportValue a, Resource: '*'}"),
        UNKNOWN,
    ),
    "all but what is no action": (
        ("{Effect: Allow, NotAction: [{a: !ImportValue b}], Resource: '*'}",),
        UNKNOWN,
    ),
    "conditions of another kind": (
        ("{Effect: Allow, Action: 'logs:*', Resource: '*', Condition: [{a: b}]}",),
        UNKNOWN,
    ),
    "a resource that is partly known": (
        (
            "{Effect: Allow, Action: 'logs:*', Resource: !Sub 'arn:aws:logs:*:*:log-group:/aws/lambda/${P}:*'}",
        ),
        UNKNOWN,
    ),
    "a resource that cannot be it": (
        ("{Effect: Allow, Action: 'logs:*', Resource: !Sub 'arn:aws:s3:::${P}'}",),
        FAIL,
    ),
    "a condition that is not known": (
        (
            "{Effect: Allow, Action: 'logs:*', Resource: '*', Condition: {StringEquals: {aws:RequestedRegion: !Ref P}}}",
        ),
        UNKNOWN,
    ),
    "conditions that are imported": (
        ("{Effect: Allow, Action: 'logs:*', Resource: '*', Condition: !ImportValue c}",),
        UNKNOWN,
    ),
    "an operator whose keys are imported": (
        ("{Effect: Allow, Action: 'logs:*', Resource: '*', Condition: {StringEquals: !ImportValue c}}",),
        UNKNOWN,
    ),
    "a condition that is like what is partly known": (
        (
            "{Effect: Allow, Action: 'logs:*', Resource: '*', Condition: {StringLike: {aws:RequestedRegion: !Sub 'us-${P}'}}}",
        ),
        UNKNOWN,
    ),
    "a condition that is not known beside one that is met": (
        (
            (
                "{Effect: Allow, Action: 'logs:*', Resource: '*', Condition: "
                "{StringEquals: {aws:RequestedRegion: !Ref AWS::Region, aws:PrincipalTag/a: !ImportValue a}}}"
            ),
        ),
        UNKNOWN,
    ),
    "a condition that is met": (
        (
            "{Effect: Allow, Action: 'logs:*', Resource: '*', Condition: {StringEquals: {aws:RequestedRegion: !Ref AWS::Region}}}",
        ),
        PASS,
    ),
    "conditions of none": (
        ("{Effect: Allow, Action: 'logs:*', Resource: '*', Condition: {StringEquals: {}}}",),
        PASS,
    ),
    "a denial": ((ALL, f"{{{DENY}}}"), FAIL),
    "a denial of what is not known": (
        (ALL, "{Effect: Deny, Action: 'logs:*', Resource: !ImportValue r}"),
        UNKNOWN,
    ),
    "a denial under what is not known": (
        (ALL, f"{{{DENY}, Condition: {{StringEquals: {{aws:RequestedRegion: !Ref P}}}}}}"),
        UNKNOWN,
    ),
    "a denial elsewhere": (
        (ALL, "{Effect: Deny, Action: 'logs:*', Resource: 'arn:aws:logs:eu-west-1:*:*'}"),
        UNKNOWN,
    ),
}


@pytest.mark.parametrize(("statements", "wanted"), STATEMENTS.values(), ids=STATEMENTS)
def test_a_statement_counts_as_far_as_it_is_known(statements: tuple[str, ...], wanted: Verdict) -> None:
    assert verdict(inline(*statements)) is wanted


BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
ROLES = {
    "managed by AWS": (template(role=f", ManagedPolicyArns: [{BASIC}]"), PASS),
    "for insights only": (
        template(
            role=", ManagedPolicyArns: [arn:aws:iam::aws:policy/CloudWatchLambdaInsightsExecutionRolePolicy]"
        ),
        FAIL,
    ),
    "by a name alone": (template(role=", ManagedPolicyArns: [AWSLambdaBasicExecutionRole]"), PASS),
    "another account's": (
        template(role=", ManagedPolicyArns: [arn:aws:iam::111122223333:policy/x]"),
        UNKNOWN,
    ),
    "imported": (template(role=f", ManagedPolicyArns: [{BASIC}, !ImportValue p]"), UNKNOWN),
    "a boundary that allows": (
        template(
            role=f", ManagedPolicyArns: [{BASIC}], PermissionsBoundary: arn:aws:iam::aws:policy/PowerUserAccess"
        ),
        PASS,
    ),
    "a boundary that is imported": (
        template(role=f", ManagedPolicyArns: [{BASIC}], PermissionsBoundary: !ImportValue b"),
        UNKNOWN,
    ),
    "a boundary that cannot be read": (
        template(
            role=f", ManagedPolicyArns: [{BASIC}], PermissionsBoundary: !Ref B",
            more="B: {Type: AWS::IAM::ManagedPolicy, Properties: {PolicyDocument: {Statement: 3}}}\n",
        ),
        UNKNOWN,
    ),
    "a document that is imported": (
        template(role=", Policies: [{PolicyName: p, PolicyDocument: !ImportValue d}]"),
        UNKNOWN,
    ),
    "a document that is partly known": (
        template(role=", Policies: [{PolicyDocument: !Sub 'x${P}'}]"),
        UNKNOWN,
    ),
    "a policy that may be attached": (
        template(
            more=f"Q: {{Type: AWS::IAM::Policy, Properties: {{Roles: [!Ref P], PolicyDocument: {{Statement: [{ALL}]}}}}}}\n"
        ),
        UNKNOWN,
    ),
    "a policy of the role": (
        template(
            more=f"Q: {{Type: AWS::IAM::RolePolicy, Properties: {{RoleName: !Ref Role, PolicyDocument: {{Statement: [{ALL}]}}}}}}\n"
        ),
        PASS,
    ),
    "a policy of another role": (
        template(
            more=f"Q: {{Type: AWS::IAM::Policy, Properties: {{Roles: [another], PolicyDocument: {{Statement: [{ALL}]}}}}}}\n"
        ),
        FAIL,
    ),
    "a log group that is imported, and every right": (
        template(
            role=f", ManagedPolicyArns: [{BASIC}]", function=", LoggingConfig: {LogGroup: !ImportValue g}"
        ),
        PASS,
    ),
    "a log group that is imported, and no right": (
        template(function=", LoggingConfig: {LogGroup: !ImportValue g}"),
        UNKNOWN,
    ),
    "a trust that is not known": (
        template(role=f", ManagedPolicyArns: [{BASIC}], Tags: [{{Key: a, Value: b}}, {{Key: c}}]").replace(
            "{Statement: []}", "!ImportValue t"
        ),
        PASS,
    ),
}


@pytest.mark.parametrize(("text", "wanted"), ROLES.values(), ids=ROLES)
def test_a_role_has_what_the_template_gives_it(text: str, wanted: Verdict) -> None:
    assert verdict(text) is wanted


OF_A_PARAMETER = {
    "everything": (f"[{ALL}]", PASS),
    "its own group": (
        "[{Effect: Allow, Action: 'logs:*', Resource: !Sub 'arn:aws:logs:*:*:log-group:/aws/lambda/${P}*'}]",
        PASS,
    ),
    "another group, perhaps": (
        "[{Effect: Allow, Action: 'logs:*', Resource: 'arn:aws:logs:*:*:log-group:/aws/lambda/shop*'}]",
        UNKNOWN,
    ),
    "all but a group": (
        "[{Effect: Allow, Action: 'logs:*', NotResource: 'arn:aws:logs:*:*:log-group:/aws/lambda/shop*'}]",
        UNKNOWN,
    ),
    "a denial of a group": (
        f"[{ALL}, {{Effect: Deny, Action: 'logs:*', Resource: 'arn:aws:logs:*:*:log-group:/aws/lambda/shop*'}}]",
        UNKNOWN,
    ),
    "a denial of all but a group": (
        f"[{ALL}, {{Effect: Deny, Action: 'logs:*', NotResource: 'arn:aws:logs:*:*:log-group:/aws/lambda/shop*'}}]",
        UNKNOWN,
    ),
}


@pytest.mark.parametrize(("statements", "wanted"), OF_A_PARAMETER.values(), ids=OF_A_PARAMETER)
def test_of_a_function_whose_name_is_a_parameter_only_what_holds_for_every_name_is_reported(
    statements: str, wanted: Verdict
) -> None:
    policies = (
        f", Policies: [{{PolicyName: p, PolicyDocument: {{Version: 2012-10-17, Statement: {statements}}}}}]"
    )
    assert verdict(template(role=policies, function=", FunctionName: !Ref P")) is wanted


def test_a_role_that_the_template_does_not_define_is_unknown() -> None:
    text = "Resources: {F: {Type: AWS::Lambda::Function, Properties: {Role: 'arn:aws:iam::111122223333:role/r'}}}"
    one = of(found(text), "F")
    assert one.verdict is UNKNOWN
    assert (
        one.proof
        == "the role of F could not be read: arn:aws:iam::111122223333:role/r is not defined in this template"
    )


def test_a_subscription_to_a_topic_that_is_not_known_gives_no_lines_to_add() -> None:
    text = template(
        role=f", ManagedPolicyArns: [{BASIC}]",
        more="S: {Type: AWS::SNS::Subscription, Properties: {Protocol: lambda, TopicArn: !Ref P, Endpoint: !GetAtt Orders.Arn}}\n"
        "It:\n  Type: AWS::Lambda::Permission\n  Properties: {FunctionName: !Ref Orders, Action: 'lambda:InvokeFunction', "
        "Principal: sns.amazonaws.com}\n",
    )
    one = of(found(text))
    assert (one.verdict, one.patches) == (FAIL, ())
