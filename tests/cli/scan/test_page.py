"""The page on scans says what the code does: the rights, the calls, the options, the exit codes."""

from __future__ import annotations

import json
import re
from pathlib import Path

from permission_guard.fake_aws import Account, ApiError
from permission_guard.repair.grant import Grant
from tests.aws.surveyed import Wires
from tests.cli.scanning import S3, account, run, wires

PAGE = (Path(__file__).parents[3] / "docs" / "scan.md").read_text()
SERVICES = {
    **dict.fromkeys(
        ("ListFunctions", "ListAliases", "GetFunctionConfiguration", "GetResourcePolicy"), "lambda"
    ),
    "GetFunctionUrlConfig": "lambda",
    **dict.fromkeys(("ListLayers", "ListLayerVersions", "GetLayerVersionPolicy"), "lambda"),
    **dict.fromkeys(("PutResourcePolicy", "AddPermission", "RemovePermission"), "lambda"),
    **dict.fromkeys(("GetAccountAuthorizationDetails", "GetRole", "GetPolicyVersion"), "iam"),
    **dict.fromkeys(
        ("ListAttachedRolePolicies", "ListRolePolicies", "GetRolePolicy", "AttachRolePolicy"), "iam"
    ),
    **dict.fromkeys(("Query", "PutItem"), "dynamodb"),
    "DescribeLogGroups": "logs",
    "DescribeStacks": "cloudformation",
    "Scan": "dynamodb",
    "ListRegions": "account",
    "AssumeRole": "sts",
}
"""Whose each call is; GetPolicy is a call of Lambda's and of IAM's."""
NEEDS_NO_RIGHT = {"GetCallerIdentity"}


def section(heading: str) -> str:
    return PAGE[PAGE.index(f"\n## {heading}\n") + 1 :].partition("\n## ")[0]


def named(text: str) -> set[str]:
    return set(re.findall(r"`([a-z]+:[A-Z][A-Za-z]+)`", text))


def used(there: Wires) -> set[str]:
    rights = {f"{SERVICES[call]}:{call}" for call in set(there.calls) - NEEDS_NO_RIGHT - {"GetPolicy"}}
    both = {
        "iam:GetPolicy" if "PolicyArn" in params else "lambda:GetPolicy"
        for wire in there.wires
        for call, params in wire.sent
        if call == "GetPolicy"
    }
    return rights | both


def everything() -> Account:
    """Whatever makes a scan ask: a role that cannot log, one that is gone, one that hangs on its log group, an alias."""
    made = account()
    streams = {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"}
    made.with_role("streams", logs={"Version": "2012-10-17", "Statement": [streams]})
    for role in ("mute", "gone", "streams"):
        made.with_function(role, role=role, aliases=["live"])
    made.add_permission("mute:live", S3)
    made.add_permission("mute", Grant("public", "lambda:InvokeFunction", "*"))
    made.layers["tools"] = 1
    return made


def allowed() -> set[str]:
    (document,) = re.findall(r"```json\n(.+?)```", section("The rights to read"), re.DOTALL)
    (statement,) = json.loads(document)["Statement"]
    assert statement["Action"] == sorted(statement["Action"])
    return set(statement["Action"])


def looked_at() -> Wires:
    """All that makes a scan ask for what it may have to."""
    there = wires(everything())
    (wire,) = there.wires
    # Not the version of the policy to attach that is asked for first.
    wire.default_version = "v2"
    wire.account.roles["mute"].inline["more"] = '{"Version":"2012-10-17","Statement":[]}'
    return there


def test_the_policy_on_the_page_gives_exactly_the_rights_that_a_scan_uses_with_the_list_of_roles_and_without() -> (
    None
):
    listed, refused = looked_at(), looked_at()
    refused.wires[0].faults["GetAccountAuthorizationDetails"] = ApiError("AccessDenied", "no")
    for there in (listed, refused):
        assert run(there).exit_code == 1
    assert allowed() == used(listed) | used(refused)


def test_the_other_rights_to_read_are_exactly_those_of_the_options_that_need_them() -> None:
    there = looked_at()
    role = "arn:aws:iam::111122223333:role/audit"
    there.let_assume(role)
    run(there, "--all-regions", "--role-arn", role)
    run(there, "--table", "journal")
    table = section("The rights to read").partition("| besides, for")[2].partition("\n\n")[0]
    assert named(table) == used(there) - allowed()


def test_the_rights_to_repair_are_exactly_those_that_a_repair_uses_besides() -> None:
    rights: set[str] = set()
    for documents in (True, False):
        made = everything()
        made.has_resource_policy_calls = documents
        there = wires(made)
        there.wires[0].stacks["permission-guard"] = {"JournalTableName": "journal"}
        run(there, "--repair", "--repair-existing", "--yes")
        there.wires[0].calls[:] = [call for call in there.calls if call in {*SERVICES, "GetPolicy"}]
        rights |= used(there)
    assert named(section("The rights to repair")) == rights - allowed() - {"dynamodb:Scan"}
