"""The page on the rights of the guard's role, read from `template.yaml`, each with its reason."""

from __future__ import annotations

from typing import Any, Final

from tests.template import written

REASONS: Final = {
    "WriteItsOwnLog": "The stack creates the log group, so the guard needs no right to create one.",
    "ReadFunctionsAndTheirPolicies": "To evaluate a function. Not GetFunction, which returns a link to the code.",
    "ReadTheTagsOfAFunctionToRepair": "Before a repair only: the tag `permission-guard:mode` = `observe` keeps the guard from changing a function.",
    "ReadThePoliciesOfLayers": "To evaluate a layer version that was shared.",
    "ReadTheRolesOfFunctions": "To evaluate whether the execution role can write the logs.",
    "ReadThePoliciesOfThoseRoles": "The same, for managed policies and boundaries.",
    "SeeWhichLogGroupsExist": "A role needs logs:CreateLogGroup only if the log group does not exist.",
    "ListFunctionsAndRoles": "For the sweep, and to see who else uses a role before a policy is detached. These actions know no resources.",
    "ListTheRegionsOfTheAccount": "A policy stays attached while a function in any Region uses the role.",
    "KeepTheJournal": "Every repair is written down before it is made. A transaction needs the right of each write in it.",
    "SendAlerts": "To its own topic.",
    "EncryptAlerts": "SNS encrypts with the publisher's rights.",
    "ReceiveMessages": "Lambda receives with the function's role; the guard says when a failed message is received again.",
    "SendTheTasksOfASweep": "One task for each function.",
    "AttachAndDetachTheLoggingPolicyAndNoOther": "The repair of a role, and its release. The condition pins the one policy.",
    "NeverChangeItsOwnOrReservedRoles": "The guard cannot change its own role, nor those of AWS services.",
    "RestrictWhoMayInvokeAFunction": "The repair of a resource policy. PutResourcePolicy needs the two older rights as well.",
    "NeverChangeTheGuardItself": "The guard cannot change who may invoke it.",
    "SendAlertsToTheOrganization": "To the central topic.",
    "ImportFindings": "Shows findings in Security Hub, as the product that each account has for findings of its own.",
    "EncryptAlertsToTheOrganization": "With the key of the central topic, through SNS only.",
}
"""Why each statement is there."""

_ABOUT: Final = """\
Read from `template.yaml`. A test compares the actions with the calls that the code makes, both ways. The rights to change something exist only with
`Mode=Enforce`. There is no `iam:PutRolePolicy`: no condition key limits what it writes, so it would equal administrator rights."""

_RESOURCES: Final = """\
Where the guard looks at your functions, roles and policies, the resource is every one of this account (and Region). Everything else is the stack's own."""


def permissions_page(note: str) -> str:
    """Return the page."""
    resources: dict[str, Any] = written()["Resources"]
    parts = ["# What the guard may do", note, "", _ABOUT, "", _RESOURCES, "", "## Always"]
    for policy in resources["GuardRole"]["Properties"]["Policies"]:
        parts += _statements(policy["PolicyDocument"]["Statement"])
    for body in resources.values():
        if body["Type"] == "AWS::IAM::Policy":
            parts += ["", f"## Only under the condition `{body['Condition']}`"]
            parts += _statements(body["Properties"]["PolicyDocument"]["Statement"])
    return "\n".join(parts) + "\n"


def _statements(found: list[dict[str, Any]]) -> list[str]:
    return ["", "| statement | effect | actions | why |", "|---|---|---|---|", *map(_row, found)]


def _row(statement: dict[str, Any]) -> str:
    listed = statement["Action"]
    actions = ", ".join(f"`{action}`" for action in ([listed] if isinstance(listed, str) else listed))
    keys = ", ".join(f"`{key}`" for block in statement.get("Condition", {}).values() for key in block)
    pinned = f", pinned by {keys}" if keys else ""
    sid = statement["Sid"]
    return f"| {sid} | {statement['Effect']} | {actions}{pinned} | {REASONS[sid]} |"
