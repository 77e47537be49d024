"""Which actions are asked for: one of each group that fares alike, the least refused first; and those of no list."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from permission_guard.access import EVERY, Access, Analysis, Target, analyze
from permission_guard.access.actions import written
from permission_guard.iam import Policy
from permission_guard.iam.policy import Json
from tests.access.setting import ALONE, FUNCTION, NOW, OWN, allow, deny, equals, policy

NAME = FUNCTION.removesuffix("f")
URL, ASYNC = "InvokeFunctionUrl", "InvokeAsync"


def everything(condition: Json = None, **more: Json) -> dict[str, Json]:
    return allow("*", condition, **{"Action": "lambda:*", **more})


@pytest.mark.parametrize(
    ("statements", "asked"),
    [
        ([everything()], ["InvokeFunction", ASYNC]),
        ([everything(Action="lambda:Get*")], ["GetFunction"]),
        ([everything(), deny(Action="lambda:GetFunction")], ["InvokeFunction", ASYNC, "GetFunction"]),
        ([everything(), deny(Action="lambda:Invoke*")], ["UpdateFunctionCode", "InvokeFunction", ASYNC]),
        (
            [everything(), deny(Action="lambda:Invoke*", Resource=f"{FUNCTION}:x")],
            ["InvokeFunction", ASYNC],
        ),
        ([everything(), allow("*", Action="lambda:Get*")], ["InvokeFunction", ASYNC, "GetFunction"]),
        (
            [everything(equals("lambda:FunctionUrlAuthType", "NONE"))],
            ["InvokeFunction", URL, ASYNC, "UpdateFunctionCode"],
        ),
        (
            [everything(equals("lambda:InvokedViaFunctionUrl", "true"))],
            ["InvokeFunction", URL, ASYNC, "UpdateFunctionCode"],
        ),
        ([everything(equals("aws:SourceVpc", "x"))], ["InvokeFunction", ASYNC, "UpdateFunctionCode"]),
        ([everything(equals("aws:TagKeys", "x"))], ["InvokeFunction", ASYNC, "TagResource", "UntagResource"]),
        (
            [everything(equals("aws:RequestTag/a", "x"))],
            ["InvokeFunction", ASYNC, "TagResource", "UntagResource"],
        ),
        ([everything(Resource=f"{FUNCTION}:x")], []),
        ([everything(Resource=f"{NAME}${{aws:PrincipalTag/x}}")], ["InvokeFunction", ASYNC]),
        ([everything(equals("aws:PrincipalTag/x", "x"), Resource=f"{NAME}${{aws:ResourceAccount}}")], []),
    ],
)
def test_one_action_of_each_group_is_asked_for(
    statements: list[Mapping[str, Json]], asked: list[str]
) -> None:
    document = policy(*statements)
    coverage = Analysis.of(document, Target.of(FUNCTION), ALONE, NOW).coverage

    found = coverage.distinguished(document.statements[0], EVERY)

    assert found == tuple(f"lambda:{name}" for name in asked)


def test_a_statement_without_resource_is_about_every_resource() -> None:
    document = Policy.parse('{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "lambda:Get*"}]}')
    coverage = Analysis.of(document, Target.of(FUNCTION), ALONE, NOW).coverage

    assert coverage.distinguished(document.statements[0], EVERY) == ("lambda:GetFunction",)


def test_a_statement_without_principal_is_about_everybody() -> None:
    document = Policy.parse('{"Statement": [{"Effect": "Allow", "Action": "lambda:*", "Resource": "*"}]}')

    assert analyze(document, FUNCTION, ALONE, NOW)[0].access is Access.OPEN


def test_a_statement_without_principal_is_about_every_service() -> None:
    condition = '"Condition": {"Bool": {"aws:PrincipalIsAWSService": "true"}}'
    statement = f'"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*", {condition}'
    document = Policy.parse(f'{{"Statement": [{{{statement}}}]}}')

    assert analyze(document, FUNCTION, ALONE, NOW)[0].access is Access.OPEN


def test_a_resource_may_name_the_functions_own_account_and_region() -> None:
    target = Target.of(f"{NAME}{OWN}-us-east-1")
    document = policy(everything(Resource=f"{NAME}${{aws:ResourceAccount}}-${{aws:RequestedRegion}}"))

    found = Analysis.of(document, target, ALONE, NOW).coverage.distinguished(document.statements[0], EVERY)

    assert found == ("lambda:InvokeFunction", "lambda:InvokeAsync")


@pytest.mark.parametrize(
    ("key", "groups"),
    [
        ("aws:userid", [f"InvokeFunction {URL}", f"{ASYNC} GetPolicy TagResource UntagResource"]),
        ("aws:SourceVpc", [f"InvokeFunction {URL}", ASYNC, "GetPolicy TagResource UntagResource"]),
        ("aws:TagKeys", [f"InvokeFunction {URL}", f"{ASYNC} GetPolicy", "TagResource", "UntagResource"]),
        ("lambda:Principal", [f"InvokeFunction {URL}", ASYNC, "GetPolicy TagResource UntagResource"]),
        (
            "lambda:FunctionUrlAuthType",
            ["InvokeFunction", URL, ASYNC, "GetPolicy TagResource UntagResource"],
        ),
    ],
)
def test_actions_whose_calls_have_the_same_keys_share_a_model(key: str, groups: list[str]) -> None:
    document = policy(everything(equals(key, "x")))
    coverage = Analysis.of(document, Target.of(FUNCTION), ALONE, NOW).coverage
    shared: dict[str, list[str]] = {}
    for name in ("InvokeFunction", URL, ASYNC, "GetPolicy", "TagResource", "UntagResource"):
        shared.setdefault(coverage.modelled(f"lambda:{name}"), []).append(name)

    assert shared == {f"lambda:{one.split()[0]}": one.split() for one in groups}


@pytest.mark.parametrize(
    ("actions", "found"),
    [
        (["lambda:EnableReplication*"], ("lambda:enablereplication",)),
        (["lambda:IndeX?"], ("lambda:index",)),
        (["LAMBDA:New", "lambda:new", "*lambda:Odd?"], ("lambda:new", "lambda:odd")),
        (["lambda:*", "*", "lambda:In*ke", "lambda:In?oke"], ()),
        (["s3:GetObject", "lambda:InvokeFunction", "lambda:GetLayerVersion", "lambda:getpolicy"], ()),
    ],
)
def test_actions_of_no_list_are_those_that_a_policy_spells(
    actions: list[Json], found: tuple[str, ...]
) -> None:
    assert written(policy(allow("*", Action=actions)).statements) == found
