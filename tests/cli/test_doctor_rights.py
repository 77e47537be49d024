"""What `doctor` asks the simulator of the guard's role, and what it says of the answers."""

from __future__ import annotations

from tests import template
from tests.aws.deployed import Deployed, environment
from tests.cli.examined import NAMES, run, verdicts
from tests.template import REGION
from tests.test_golden import golden


def test_rights_that_are_denied_are_named_with_who_denies_them() -> None:
    there = Deployed(
        forbidden={
            "iam:AttachRolePolicy": {
                "EvalDecision": "implicitDeny",
                "OrganizationsDecisionDetail": {"AllowedByOrganizations": False},
            },
            "sns:Publish": {
                "EvalDecision": "implicitDeny",
                "PermissionsBoundaryDecisionDetail": {"AllowedByPermissionsBoundary": False},
            },
            "sqs:SendMessage": {"EvalDecision": "explicitDeny"},
        }
    )
    result = run(there)
    assert result.stdout == golden("doctor/rights-are-denied.txt", result.stdout)
    assert result.exit_code == 1


def test_a_right_that_depends_on_a_missing_key_is_undecided() -> None:
    there = Deployed(
        forbidden={
            "iam:AttachRolePolicy": {
                "EvalDecision": "implicitDeny",
                "MissingContextValues": ["aws:PrincipalTag/team"],
            }
        }
    )
    assert verdicts(there, 2) == {**dict.fromkeys(NAMES, "good"), "rights": "unknown"}


def test_in_observe_no_right_to_change_anything_is_asked_for() -> None:
    there = Deployed(environment=environment(MODE="Observe"))
    assert run(there).exit_code == 0
    asked = {
        action
        for call, params in there.sent
        if call == "SimulatePrincipalPolicy"
        for action in params["ActionNames"]
    }
    assert {"iam:AttachRolePolicy", "lambda:PutResourcePolicy"} & asked == set()
    assert {"sns:Publish", "dynamodb:PutItem", "logs:PutLogEvents"} <= asked


def test_exactly_the_rights_that_the_template_gives_are_asked_for() -> None:
    there = Deployed()
    run(there)
    asked = {
        action
        for call, params in there.sent
        if call == "SimulatePrincipalPolicy"
        for action in params["ActionNames"]
    }
    assert asked == granted("GuardRole", "MayRepair")


def granted(*names: str) -> set[str]:
    """The actions that parts of the template allow the guard's role."""
    found: set[str] = set()
    for name in names:
        properties = template.written()["Resources"][name]["Properties"]
        for policy in properties.get("Policies", [properties]):
            for statement in policy["PolicyDocument"]["Statement"]:
                if statement["Effect"] == "Allow":
                    actions = statement["Action"]
                    found |= {actions} if isinstance(actions, str) else set(actions)
    return found


def test_what_the_simulator_does_not_fill_in_itself_is_given_to_it() -> None:
    there = Deployed()
    run(there)
    calls = [params for call, params in there.sent if call == "SimulatePrincipalPolicy"]
    regions = {
        action: next(
            one["ContextKeyValues"] for one in params["ContextEntries"] if one["ContextKeyName"] == key
        )
        for params in calls
        for action in params["ActionNames"]
        for key in ["aws:RequestedRegion"]
    }
    assert regions["iam:AttachRolePolicy"] == ["us-east-1"]
    assert regions["lambda:PutResourcePolicy"] == [REGION]
