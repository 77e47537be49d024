"""What Lambda, IAM and CloudWatch Logs answer on the wire: lists, page by page, and what they list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from permission_guard.fake_aws import Account, ApiError
from permission_guard.fake_aws.contents import FakeFunction, FakeRole

Params = dict[str, Any]
Answer = dict[str, Any]
_EVERYTHING = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'


def page_of(found: Sequence[Any], params: Params, most: int) -> tuple[list[Any], str | None]:
    """Return one page, and the marker of the next. A marker that AWS has not given is refused."""
    marker = params.get("Marker") or params.get("nextToken") or "0"
    if not (marker.isascii() and marker.isdigit()):
        raise ApiError("InvalidParameterValueException", "The marker is no marker of this list.")
    size = min(most, params.get("MaxItems") or params.get("limit") or most)
    start, end = int(marker), int(marker) + size
    return list(found[start:end]), str(end) if end < len(found) else None


def configuration(function: FakeFunction, version: str | None = None) -> Answer:
    """GetFunctionConfiguration, as far as the guard reads it."""
    logging = {"LoggingConfig": {"LogGroup": function.log_group}} if function.log_group else {}
    return {"FunctionName": function.arn.name, "Role": function.role_of(version), **logging}


def versions(function: FakeFunction) -> list[str]:
    return sorted(filter(str.isdigit, function.qualifiers))


def functions_listed(account: Account, params: Params) -> Answer:
    """ListFunctions: fifty at a time at most, whatever is asked for."""
    is_all = params.get("FunctionVersion") == "ALL"
    found = [
        (function, version)
        for _, function in sorted(account.functions.items())
        for version in ("$LATEST", *(versions(function) if is_all else ()))
    ]
    page, marker = page_of(found, params, 50)
    functions = [
        _listed(one, version) | ({} if is_all else {"FunctionArn": str(one.arn)}) for one, version in page
    ]
    return {"Functions": functions, **({"NextMarker": marker} if marker else {})}


def _listed(function: FakeFunction, version: str) -> Answer:
    arn = function.arn.qualified(version)
    return {"FunctionArn": arn, "Version": version, **configuration(function, version)}


def versions_listed(account: Account, params: Params) -> Answer:
    """ListVersionsByFunction."""
    function = account.get_function(params["FunctionName"])
    page, marker = page_of(["$LATEST", *versions(function)], params, 50)
    return {
        "Versions": [_listed(function, one) for one in page],
        **({"NextMarker": marker} if marker else {}),
    }


def aliases_listed(account: Account, params: Params) -> Answer:
    """ListAliases."""
    function = account.get_function(params["FunctionName"])
    names = sorted(one for one in function.qualifiers if not one.isdigit())
    page, marker = page_of(names, params, 50)
    return {
        "Aliases": [_alias(name, function.alias_versions.get(name, ("$LATEST",))) for name in page],
        **({"NextMarker": marker} if marker else {}),
    }


def _alias(name: str, points_to: tuple[str, ...]) -> Answer:
    routed = dict.fromkeys(points_to[1:], 0.1)
    more = {"RoutingConfig": {"AdditionalVersionWeights": routed}} if routed else {}
    return {"Name": name, "FunctionVersion": points_to[0], **more}


def groups_listed(account: Account, params: Params) -> Answer:
    """DescribeLogGroups."""
    prefix = params.get("logGroupNamePrefix", "")
    found = sorted(name for name in account.log_groups if name.startswith(prefix))
    page, marker = page_of(found, params, 50)
    return {
        "logGroups": [{"logGroupName": name} for name in page],
        **({"nextToken": marker} if marker else {}),
    }


def roles_listed(
    account: Account,
    params: Params,
    *,
    version: str = "v1",
    items: int = 1000,
    lists_documents: bool = True,
) -> Answer:
    """GetAccountAuthorizationDetails: of the managed policies those that are attached to a role or bound one."""
    kinds = set(params["Filter"])
    listed: list[tuple[str, Answer]] = []
    if "Role" in kinds:
        listed += [("RoleDetailList", _detail(role)) for _, role in sorted(account.roles.items())]
    if kinds & {"LocalManagedPolicy", "AWSManagedPolicy"}:
        used = {arn for role in account.roles.values() for arn in role.attached if arn in account.managed}
        listed += [
            ("Policies", _with_document(arn, account, version, lists_documents=lists_documents))
            for arn in sorted(used)
        ]
    page, marker = page_of(listed, params, items)
    found: Answer = {"RoleDetailList": [], "Policies": []}
    for kind, one in page:
        found[kind].append(one)
    return {**found, **({"IsTruncated": True, "Marker": marker} if marker else {})}


def role_fields(role: FakeRole) -> Answer:
    """What GetRole returns of a role."""
    boundary = {"PermissionsBoundary": {"PermissionsBoundaryArn": role.boundary}} if role.boundary else {}
    return {
        "Arn": role.arn,
        "RoleId": role.id,
        "AssumeRolePolicyDocument": quote(role.trust),
        "Tags": [{"Key": key, "Value": value} for key, value in role.tags.items()],
        **boundary,
    }


def policy_version(account: Account, params: Params, default: str) -> Answer:
    """GetPolicyVersion: the default version has the policy's document; `v1`, if it is another, allows everything."""
    document = account.get_managed_policy(params["PolicyArn"])
    is_default = params["VersionId"] == default
    if not is_default and params["VersionId"] != "v1":
        raise ApiError("NoSuchEntity", f"Policy version {params['VersionId']} was not found.")
    text = document if is_default else _EVERYTHING
    return {"PolicyVersion": {"IsDefaultVersion": is_default, "Document": quote(text)}}


def _detail(role: FakeRole) -> Answer:
    return {
        **role_fields(role),
        "RoleName": role.arn.rsplit("/", 1)[-1],
        "RolePolicyList": [
            {"PolicyName": one, "PolicyDocument": quote(text)} for one, text in role.inline.items()
        ],
        "AttachedManagedPolicies": [
            {"PolicyName": arn.rsplit("/", 1)[-1], "PolicyArn": arn} for arn in role.attached
        ],
    }


def _with_document(arn: str, account: Account, version: str, *, lists_documents: bool) -> Answer:
    found = [
        {"VersionId": "v0", "IsDefaultVersion": False, "Document": quote("{}")},
        {"VersionId": version, "IsDefaultVersion": True, "Document": quote(account.managed[arn])},
    ]
    return {
        "Arn": arn,
        "DefaultVersionId": version,
        "PolicyVersionList": found if lists_documents else [],
    }
