"""Events that CloudTrail recorded, and others assembled from its documents: run where the folder of them is at hand."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from permission_guard.events.trigger import EVERYTHING, Ignored, Installation, Trigger, trigger_of

FOLDER = Path(
    os.environ.get("RECORDED_EVENTS", Path(__file__).resolve().parents[2] / "shared" / "recorded-events")
)
GUARD = "arn:aws:iam::111122223333:role/permission-guard-GuardRole"
FUNCTION = "arn:aws:lambda:us-east-1:111122223333:function:"
EXPECTED: dict[str, tuple[str, str, str | None, object] | str] = {
    "real-01-add-permission-star-sdk": (
        "AddPermission",
        "stratus-red-team-backdoor-f-func",
        None,
        "backdoor",
    ),
    "real-02-remove-permission": ("RemovePermission", "*", None, None),
    "real-03-create-function-terraform": ("CreateFunction", "*", None, None),
    "real-04-create-function-error-role-not-assumable": "the call failed: InvalidParameterValueException",
    "real-05-update-function-code-full-arn-publish": "UpdateFunctionCode20150331v2 changes no verdict",
    "real-06-delete-function": ("DeleteFunction", "*", None, None),
    "real-07-get-function-readonly": "GetFunction20150331v2 changes no verdict",
    "real-09-update-function-configuration-full-arn": (
        "UpdateFunctionConfiguration",
        "stratus-red-team-lambda-layer-simpleLambda",
        None,
        None,
    ),
    "real-12-create-function-cli": ("CreateFunction", "cloudtrail-events-test", None, None),
    "real-13-iam-attach-role-policy": "not a call to Lambda recorded by CloudTrail",
    "asm-01-add-permission-s3-both": ("AddPermission", "*", None, "*"),
    "asm-02-add-permission-s3-arn-only": ("AddPermission", "*", None, "*"),
    "asm-03-add-permission-events-rule": ("AddPermission", "*", None, "*"),
    "asm-04-add-permission-events-no-source": ("AddPermission", "*", None, "*"),
    "asm-05-add-permission-alias-qualifier": ("AddPermission", "orders", "live", "apigw-live"),
    "asm-08-add-permission-function-url-none": ("AddPermission", "*", None, "*"),
    "asm-10-add-permission-cross-account": ("AddPermission", "*", None, "*"),
    "asm-11-add-permission-org": ("AddPermission", "*", None, "*"),
    "asm-14-add-permission-error-conflict": "the call failed: ResourceConflictException",
    "asm-15-add-permission-console": ("AddPermission", "*", None, "*"),
    "asm-16-add-permission-guard-itself": "the guard made this call itself",
    "asm-30-create-function-cfn": ("CreateFunction", "*", None, None),
    "asm-32-create-function-custom-log-group": ("CreateFunction", "*", None, None),
    "asm-33-create-function-publish-true": ("CreateFunction", "*", None, None),
    "asm-34-create-function-role-in-path": ("CreateFunction", "*", None, None),
    "asm-36-update-function-configuration-new-role": ("UpdateFunctionConfiguration", "*", None, None),
    "asm-38-create-alias": ("CreateAlias", "*", "live", None),
    "asm-40-create-function-url-none": ("CreateFunctionUrlConfig", "webhook", None, None),
    "asm-50-put-resource-policy": ("PutResourcePolicy", "orders", None, EVERYTHING),
}
"""The kind, the function, the qualifier and what arrived (`*`: as the record says); or why it is ignored."""

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the folder of recorded events is not at hand")


def test_every_recorded_event_has_its_expectation() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} - {"_source"} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_recorded_event_is_understood(name: str) -> None:
    event = json.loads((FOLDER / f"{name}.json").read_text())
    request = event["detail"]["requestParameters"] or {}
    issuer = event["detail"]["userIdentity"].get("sessionContext", {}).get("sessionIssuer", {}).get("arn", "")
    own = issuer if "guard-itself" in name else GUARD
    detail = event["detail"]
    found = trigger_of(event, Installation(detail["recipientAccountId"], detail["awsRegion"], own))
    expected = EXPECTED[name]
    if isinstance(expected, str):
        assert found == Ignored(expected)
        return
    kind, function, qualifier, arrived = expected
    assert isinstance(found, Trigger)
    assert found.kind.value == kind
    assert found.subject.name == (request["functionName"].split(":")[-1] if function == "*" else function)
    assert found.qualifier == qualifier
    assert found.arrived == (request["statementId"] if arrived == "*" else arrived)
    assert found.event_id == event["detail"]["eventID"]
