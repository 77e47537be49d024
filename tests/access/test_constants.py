"""Which keys have one value in every call of a kind of caller, and which a kind never has."""

from __future__ import annotations

import pytest

from permission_guard.access.callers import build
from permission_guard.access.external import Analysis
from permission_guard.access.literal import PRINCIPAL
from permission_guard.access.node import Fixed
from permission_guard.access.scene import Target
from tests.access.setting import ALONE, FUNCTION, NOW, OWN, allow, policy

KEYS = (
    *("aws:SecureTransport", "aws:RequestedRegion", "aws:ResourceAccount", "aws:PrincipalType", "aws:userid"),
    *(
        "aws:PrincipalIsAWSService",
        "aws:PrincipalServiceName",
        "aws:PrincipalServiceNamesList",
        "aws:username",
    ),
    *(
        "aws:PrincipalArn",
        "aws:PrincipalAccount",
        "aws:PrincipalOrgID",
        "aws:PrincipalTag/a",
        "aws:SourceArn",
    ),
    *("aws:SourceAccount", "aws:SourceOrgID", "lambda:FunctionUrlAuthType", "lambda:InvokedViaFunctionUrl"),
)
ALWAYS = {
    "aws:securetransport": "true",
    "aws:requestedregion": "us-east-1",
    "aws:resourceaccount": OWN,
}
OF_SERVICES = {
    *("aws:principalservicename", "aws:principalservicenameslist"),
    *("aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid"),
}
OF_PRINCIPALS = {"aws:principalarn", "aws:principalorgid", "aws:principaltag/a"}
VIA_URL, AUTH_TYPE = "lambda:invokedviafunctionurl", "lambda:functionurlauthtype"
ANONYMOUS = {
    PRINCIPAL: "",
    "aws:principaltype": "Anonymous",
    "aws:principalaccount": "anonymous",
    "aws:userid": "anonymous",
    "aws:principalisawsservice": "false",
}
ROLE = {"aws:principaltype": "AssumedRole", "aws:principalisawsservice": "false"}
TOPIC = "sns.amazonaws.com"
SERVICE = {
    PRINCIPAL: TOPIC,
    "aws:principalservicename": TOPIC,
    "aws:principalisawsservice": "true",
}


@pytest.mark.parametrize(
    ("kind", "action", "values", "never"),
    [
        ("role", "InvokeFunction", ROLE, {*OF_SERVICES, "aws:username", AUTH_TYPE}),
        (
            "anonymous",
            "InvokeFunction",
            {**ANONYMOUS, VIA_URL: "true"},
            {*OF_SERVICES, *OF_PRINCIPALS, "aws:username", AUTH_TYPE},
        ),
        (
            "anonymous",
            "InvokeFunctionUrl",
            {**ANONYMOUS, AUTH_TYPE: "NONE"},
            {*OF_SERVICES, *OF_PRINCIPALS, "aws:username", VIA_URL},
        ),
        (f"service:{TOPIC}", "InvokeFunction", SERVICE, {*OF_PRINCIPALS, "aws:principalaccount", AUTH_TYPE}),
    ],
)
def test_what_every_call_of_a_caller_has_and_has_not(
    kind: str, action: str, values: dict[str, str], never: set[str]
) -> None:
    document = policy(allow("*", {"StringLike": dict.fromkeys(KEYS, "x")}))
    scene = Analysis.of(document, Target.of(FUNCTION), ALONE, NOW).scene
    caller = build(scene, scene.untrusted(named=False), f"lambda:{action}", kind)
    assert caller is not None
    constants = [node.values for node in caller.nodes if isinstance(node, Fixed)]
    asked = {PRINCIPAL, *scene.literals.mentioned}
    found = {key: one for some in constants for key, one in some.items() if key in asked}

    assert found == {key: (one,) for key, one in (ALWAYS | values).items()} | dict.fromkeys(never, ())
