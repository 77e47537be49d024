"""The template and the code say the same: rights, settings, events; and the guard passes its own rules."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from permission_guard import handler as door
from permission_guard.aws import (
    alerts_sent,
    inventory,
    journal,
    layers,
    observe,
    policies,
    queue,
    roles,
    tell,
    trial,
    users,
)
from permission_guard.aws.checkup.rights import _HOME
from permission_guard.aws.journal import DynamoJournal
from permission_guard.door import asked_by, correlation_id
from permission_guard.facts import Configuration, Family, FunctionFacts, PolicyFacts, RoleFacts, Trusted
from permission_guard.finding import Concern, Verdict
from permission_guard.iam import FunctionArn, Policy
from permission_guard.role_change import HANDED_ON
from permission_guard.rules import judge
from permission_guard.settings import NEVER_REPAIRED, NUMBERS, SETTINGS, Mode, Settings, Treatment
from permission_guard.step import STEPS, AttachRolePolicy, BoundStatements, DetachRolePolicy, Step
from permission_guard.task import Moved, Sweep
from permission_guard.world import Account
from tests.aws.transport import Transport
from tests.journal.test_written import ENTRY
from tests.samples import GUARD_ROLE, sample
from tests.template import ACCOUNT, REGION, expanded, resolved, written

TEMPLATE = written()
RESOURCES: dict[str, Any] = TEMPLATE["Resources"]
GUARD: dict[str, Any] = RESOURCES["Guard"]["Properties"]
ENVIRONMENT: dict[str, Any] = GUARD["Environment"]["Variables"]
BASICS = RESOURCES["GuardRole"]["Properties"]["Policies"]
POLICIES = {name: body for name, body in RESOURCES.items() if body["Type"] == "AWS::IAM::Policy"}
TELLS_OTHERS = {"MayHandRoleChangesOn", "MayTellTheCentre"}
"""What is granted if there is somebody else to be told."""
CONDITIONAL = {name: body for name, body in POLICIES.items() if name not in TELLS_OTHERS}
GRANTED = [*BASICS, *(body["Properties"] for body in POLICIES.values())]
"""Every document that says what the guard's role may do."""

LAMBDAS_OWN = {
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
}
"""What Lambda itself does with the guard's role."""


def statements(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [statement for document in documents for statement in document["PolicyDocument"]["Statement"]]


def actions(found: list[dict[str, Any]], effect: str = "Allow") -> set[str]:
    listed = (statement["Action"] for statement in found if statement["Effect"] == effect)
    return {action for one in listed for action in ([one] if isinstance(one, str) else one)}


def test_the_role_may_always_do_exactly_what_reading_telling_remembering_queueing_and_trying_call() -> None:
    modules = (observe, roles, policies, users, inventory, layers, tell, journal, alerts_sent, queue, trial)
    needed = {permission for module in modules for permission in module.PERMISSIONS}
    assert actions(statements(BASICS)) == needed | LAMBDAS_OWN


def test_the_rights_to_write_are_exactly_those_that_the_steps_declare() -> None:
    granted = actions(statements([body["Properties"] for body in CONDITIONAL.values()]))
    assert granted == {permission for step in STEPS for permission in step.permissions}


@pytest.mark.parametrize(
    ("resource", "condition", "steps"),
    [
        ("MayAttachTheLoggingPolicy", "MayRepairRoles", (AttachRolePolicy, DetachRolePolicy)),
        ("MayNarrowPermissions", "MayRepairPermissions", (BoundStatements,)),
    ],
)
def test_each_right_to_write_exists_only_in_enforce_and_for_its_own_rule(
    resource: str, condition: str, steps: tuple[type[Step], ...]
) -> None:
    assert CONDITIONAL[resource]["Condition"] == condition
    assert {"Fn::Equals": [{"Ref": "Mode"}, Mode.ENFORCE.value]} in TEMPLATE["Conditions"][condition][
        "Fn::And"
    ]
    assert actions(statements([CONDITIONAL[resource]["Properties"]])) == {
        permission for step in steps for permission in step.permissions
    }


def test_what_may_be_attached_and_detached_is_pinned_to_one_policy_and_never_to_the_guards_own_role() -> None:
    allow, deny = CONDITIONAL["MayAttachTheLoggingPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert list(allow["Condition"]) == ["ArnEquals"]
    assert list(allow["Condition"]["ArnEquals"]) == ["iam:PolicyARN"]
    assert deny["Effect"] == "Deny"
    assert deny["Action"] == allow["Action"]
    assert {"Fn::GetAtt": ["GuardRole", "Arn"]} in deny["Resource"]


def test_every_statement_says_its_purpose_in_its_sid() -> None:
    found = statements(GRANTED)
    assert all(re.fullmatch(r"(?:[A-Z][a-z]*){2,}", statement["Sid"]) for statement in found)


WITHOUT_RESOURCES = {"lambda:ListFunctions", "lambda:ListLayers"}
"""Actions for which the Service Authorization Reference names no resource, so that anything but "*" allows nothing."""
NARROWER_FAILS = {"lambda:ListLayerVersions"}
"""Of ListLayerVersions AWS's pages do not agree on whether it has a resource (lambda-api-permissions-ref.html says the
layer, and said "*")."""


def test_every_resource_is_allowed_only_where_an_action_cannot_be_narrowed() -> None:
    wide = actions([statement for statement in statements(GRANTED) if statement["Resource"] == "*"])
    assert wide == WITHOUT_RESOURCES | NARROWER_FAILS


def test_no_statement_allows_a_wildcard_of_actions() -> None:
    assert [action for action in actions(statements(GRANTED)) if "*" in action] == []


def test_the_environment_names_every_setting_and_nothing_else() -> None:
    doors = {
        "ALERTS_TOPIC_ARN",
        "DEAD_LETTER_QUEUE_URL",
        "GUARD_ROLE_ARN",
        "JOURNAL_TABLE",
        "WAITING_QUEUE_URL",
    }
    lists = {"TRUSTED_ACCOUNTS", "TRUSTED_ORGANIZATION_IDS", "LOGGING_POLICY_ARN", "ROLE_CHANGE_REGIONS"}
    doors.add("CENTRAL_ALERTS_TOPIC_ARN")
    assert set(ENVIRONMENT) == {*SETTINGS.values(), *NUMBERS, "MODE", "REPAIR_EXISTING"} | lists | doors


def parameter(variable: str) -> dict[str, Any]:
    """The parameter that a variable takes its value from."""
    name = "".join(word.title() for word in variable.split("_"))
    assert ENVIRONMENT[variable] == {"Ref": name}
    found: dict[str, Any] = TEMPLATE["Parameters"][name]
    return found


@pytest.mark.parametrize("concern", Concern)
def test_each_parameter_offers_what_the_setting_takes_and_defaults_to_its_default(concern: Concern) -> None:
    offered = parameter(SETTINGS[concern])
    defaults = Settings.of({}, account=ACCOUNT, region=REGION)
    wanted = [one.value for one in Treatment if not (concern in NEVER_REPAIRED and one is Treatment.REPAIR)]
    assert offered["AllowedValues"] == wanted
    assert offered["Default"] == defaults.treatments[concern].value


def test_the_mode_and_the_repair_of_what_exists_default_as_in_the_code() -> None:
    defaults = Settings.of({}, account=ACCOUNT, region=REGION)
    assert parameter("MODE")["AllowedValues"] == [mode.value for mode in Mode]
    assert parameter("MODE")["Default"] == defaults.mode.value
    assert parameter("REPAIR_EXISTING")["Default"] == str(defaults.repair_existing).lower()


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_has_the_same_default_and_bounds_in_the_template_and_in_the_code(name: str) -> None:
    offered, bounds = parameter(name), NUMBERS[name]
    assert offered["Type"] == "Number"
    assert (offered["Default"], offered["MinValue"], offered["MaxValue"]) == (
        bounds.default,
        bounds.least,
        bounds.most,
    )


def test_the_table_is_what_the_journal_writes_into() -> None:
    table = RESOURCES["Journal"]["Properties"]
    wire = Transport(Account())
    DynamoJournal(wire.clients(), wire.table.name).write((replace(ENTRY, version=0),))
    (item,) = wire.table.items.values()
    assert {key["AttributeName"]: key["KeyType"] for key in table["KeySchema"]} == {
        "subject": "HASH",
        "fault": "RANGE",
    }
    types = {one["AttributeName"]: one["AttributeType"] for one in table["AttributeDefinitions"]}
    assert types == {name: next(iter(item[name])) for name in types}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}
    assert list(item["expires"]) == ["N"]


def test_what_the_journal_holds_is_encrypted_can_be_restored_and_outlives_a_replacement() -> None:
    table = RESOURCES["Journal"]
    assert table["Properties"]["SSESpecification"] == {"SSEEnabled": True}
    assert table["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == ("Delete", "Retain")


def test_the_guard_may_use_its_own_table_and_no_other() -> None:
    (found,) = [one for one in statements(BASICS) if one["Sid"] == "KeepTheJournal"]
    assert found["Resource"] == {"Fn::GetAtt": ["Journal", "Arn"]}
    assert ENVIRONMENT["JOURNAL_TABLE"] == {"Ref": "Journal"}


def test_the_right_to_hand_changes_of_roles_on_exists_only_where_they_are_seen_and_for_no_other_event() -> (
    None
):
    body = RESOURCES["MayHandRoleChangesOn"]
    (allowed,) = body["Properties"]["PolicyDocument"]["Statement"]
    assert allowed["Action"] == "events:PutEvents"
    assert allowed["Condition"] == {"ForAllValues:StringEquals": {"events:source": HANDED_ON}}
    given, homes = TEMPLATE["Conditions"][body["Condition"]]["Fn::And"]
    assert given == {"Fn::Not": [{"Fn::Equals": [{"Fn::Join": ["", {"Ref": "RoleChangeRegions"}]}, ""]}]}
    assert {one["Fn::Equals"][1] for one in homes["Fn::Or"]} == set(_HOME.values())


def test_the_right_to_tell_the_centre_exists_only_if_there_is_one_and_only_for_its_topic() -> None:
    body = RESOURCES["MayTellTheCentre"]
    publish, encrypt = body["Properties"]["PolicyDocument"]["Statement"]
    assert TEMPLATE["Conditions"][body["Condition"]] == {
        "Fn::Not": [{"Fn::Equals": [{"Ref": "CentralAlertsTopicArn"}, ""]}]
    }
    assert (publish["Action"], publish["Resource"]) == ("sns:Publish", {"Ref": "CentralAlertsTopicArn"})
    assert {publish["Action"], *encrypt["Action"], "sqs:SendMessage"} == set(tell.PERMISSIONS)


def rule_targets() -> dict[str, dict[str, Any]]:
    """Every rule's one target, those that SAM makes too."""
    rules = {
        name: body for name, body in expanded()["Resources"].items() if body["Type"] == "AWS::Events::Rule"
    }
    assert {len(body["Properties"]["Targets"]) for body in rules.values()} == {1}
    return {name: body["Properties"]["Targets"][0] for name, body in rules.items()}


def test_every_rule_keeps_what_it_cannot_deliver_and_may_put_it_there() -> None:
    found = rule_targets()
    assert {json.dumps(one["DeadLetterConfig"]) for one in found.values()} == {
        json.dumps({"Arn": {"Fn::GetAtt": ["DeadLetters", "Arn"]}})
    }
    assert allowed_rules("DeadLettersPolicy", "DeadLetters") == set(found)


def test_only_the_rules_that_lead_to_the_queue_may_put_events_into_it() -> None:
    waiting = {
        name for name, one in rule_targets().items() if one["Arn"] == {"Fn::GetAtt": ["Waiting", "Arn"]}
    }
    assert waiting == {"FunctionChanged", "RoleChanged", "SweepIsDue", "QuickSweepIsDue"}
    assert allowed_rules("WaitingPolicy", "Waiting") == waiting


def allowed_rules(policy: str, queue: str) -> set[str]:
    """The rules that a queue's policy lets in; nobody else is let in."""
    properties = RESOURCES[policy]["Properties"]
    (statement,) = properties["PolicyDocument"]["Statement"]
    assert properties["Queues"] == [{"Ref": queue}]
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert statement["Resource"] == {"Fn::GetAtt": [queue, "Arn"]}
    sources = statement["Condition"]["ArnEquals"]["aws:SourceArn"]
    return {resolved(one, {}, {name: name for name in RESOURCES}) for one in sources}


def test_the_queue_waits_as_long_as_the_setting_says_and_gives_nothing_up_too_soon() -> None:
    queue, wakes = RESOURCES["Waiting"]["Properties"], GUARD["Events"]["Waiting"]["Properties"]
    assert queue["DelaySeconds"] == {"Ref": "SettleSeconds"}
    # services-sqs-configure.html: at least six times the function's time-out.
    assert queue["VisibilityTimeout"] == 6 * GUARD["Timeout"]
    assert queue["RedrivePolicy"] == {
        "deadLetterTargetArn": {"Fn::GetAtt": ["DeadLetters", "Arn"]},
        "maxReceiveCount": 5,
    }
    # A message keeps its age when it moves: what is given up must not be gone at once.
    assert queue["MessageRetentionPeriod"] < RESOURCES["DeadLetters"]["Properties"]["MessageRetentionPeriod"]
    assert wakes["Queue"] == {"Fn::GetAtt": ["Waiting", "Arn"]}
    assert wakes["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert 2 <= wakes["ScalingConfig"]["MaximumConcurrency"] <= 5
    assert wakes["BatchSize"] <= 10


def test_half_of_the_functions_time_must_be_left_to_begin_with_one_more_message() -> None:
    assert GUARD["Timeout"] * 1000 == door._ENOUGH * 2


@pytest.mark.parametrize("queue", ["Waiting", "DeadLetters"])
def test_every_queue_is_encrypted(queue: str) -> None:
    assert RESOURCES[queue]["Properties"]["SqsManagedSseEnabled"] is True


@pytest.mark.parametrize(
    ("rate", "is_taken"),
    {
        "Off": True,
        "rate(1 day)": True,
        "rate(1 hour)": True,
        "rate(12 hours)": True,
        "cron(0 3 * * ? *)": True,
        "rate(1 minute)": False,
        "rate(1 days)": False,
        "rate(0 hours)": False,
        "off": False,
        "": False,
    }.items(),
)
def test_a_sweep_comes_at_most_each_hour_or_not_at_all(rate: str, *, is_taken: bool) -> None:
    offered = TEMPLATE["Parameters"]["SweepRate"]
    assert bool(re.fullmatch(offered["AllowedPattern"], rate)) == is_taken
    assert TEMPLATE["Conditions"]["Sweeps"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "SweepRate"}, "Off"]}]}
    due = RESOURCES["SweepIsDue"]["Properties"]
    assert due["State"] == {"Fn::If": ["Sweeps", "ENABLED", "DISABLED"]}
    assert due["ScheduleExpression"] == {"Fn::If": ["Sweeps", {"Ref": "SweepRate"}, offered["Default"]]}


def test_a_quick_sweep_may_be_as_often_as_a_sweep_and_is_switched_off_likewise() -> None:
    offered = TEMPLATE["Parameters"]["QuickSweepRate"]
    assert offered["AllowedPattern"] == TEMPLATE["Parameters"]["SweepRate"]["AllowedPattern"]
    assert TEMPLATE["Conditions"]["QuickSweeps"] == {
        "Fn::Not": [{"Fn::Equals": [{"Ref": "QuickSweepRate"}, "Off"]}]
    }
    due = RESOURCES["QuickSweepIsDue"]["Properties"]
    assert due["State"] == {"Fn::If": ["QuickSweeps", "ENABLED", "DISABLED"]}
    assert due["ScheduleExpression"] == {
        "Fn::If": ["QuickSweeps", {"Ref": "QuickSweepRate"}, offered["Default"]]
    }


def test_what_the_schedule_of_a_quick_sweep_puts_into_the_queue_is_its_task() -> None:
    """EventBridge puts a string in with its quotes (eventbridge/latest/userguide/eb-transform-target-input.html)."""
    (target,) = RESOURCES["QuickSweepIsDue"]["Properties"]["Targets"]
    event, transformer = sample("a-sweep-is-due"), target["InputTransformer"]
    message = transformer["InputTemplate"]
    for name, path in transformer["InputPathsMap"].items():
        message = message.replace(f"<{name}>", json.dumps(event[path.removeprefix("$.")]))
    asked = asked_by(json.loads(message), guard_role_arn=GUARD_ROLE)
    assert asked == Moved(Sweep(event["id"], datetime.fromisoformat(event["time"])))
    assert correlation_id(json.loads(message)) == event["id"]


# The guard judged by itself

FUNCTION = FunctionArn("aws", REGION, ACCOUNT, "guard")
ROLE = f"arn:aws:iam::{ACCOUNT}:role/guard-role"
NAMES = {
    "Guard": str(FUNCTION),
    "GuardRole": ROLE,
    "GuardLogs": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:guard-logs:*",
    "Alerts": f"arn:aws:sns:{REGION}:{ACCOUNT}:guard-alerts",
    "AlertsKey": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/guard-alerts",
    "Journal": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/guard-journal",
    "DeadLetters": f"arn:aws:sqs:{REGION}:{ACCOUNT}:guard-dead-letters",
    "Waiting": f"arn:aws:sqs:{REGION}:{ACCOUNT}:guard-waiting",
    "GuardFunctionDeleted": f"arn:aws:events:{REGION}:{ACCOUNT}:rule/guard-function-deleted",
    "GuardPermissionChanged": f"arn:aws:events:{REGION}:{ACCOUNT}:rule/guard-permission-changed",
    "GuardSelfTestIsDue": f"arn:aws:events:{REGION}:{ACCOUNT}:rule/guard-self-test-is-due",
}


def own_facts() -> FunctionFacts:
    resources = expanded()["Resources"]
    role = resources["GuardRole"]["Properties"]
    documents = [resolved(policy["PolicyDocument"], {}, NAMES) for policy in role["Policies"]]
    permissions = [
        body["Properties"] for body in resources.values() if body["Type"] == "AWS::Lambda::Permission"
    ]
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": f"permission-{number}",
                "Effect": "Allow",
                "Principal": {"Service": one["Principal"]},
                "Action": one["Action"],
                "Resource": f"{FUNCTION}:live",
                "Condition": {"ArnLike": {"AWS:SourceArn": resolved(one["SourceArn"], {}, NAMES)}},
            }
            for number, one in enumerate(permissions)
        ],
    }
    assert {one["FunctionName"]["Ref"] for one in permissions} == {"GuardAliaslive"}
    return FunctionFacts(
        FUNCTION,
        "live",
        configuration=Configuration(ROLE, "guard-logs"),
        role=RoleFacts(ROLE, tuple(Policy.parse(document, name="look-and-tell") for document in documents)),
        log_group_exists=True,
        policy=PolicyFacts("live", Policy.parse(json.dumps(policy)), "1", Family.DOCUMENT),
    )


def test_the_guard_passes_its_own_rules() -> None:
    findings = judge(own_facts(), Trusted(ACCOUNT))
    assert [(finding.rule, finding.verdict) for finding in findings] == [
        ("role-can-write-logs", Verdict.PASS),
        *[("invoke-permission-names-its-source", Verdict.PASS)] * 3,
    ]


def test_the_guard_would_find_fault_with_itself_if_its_log_group_were_not_in_the_stack() -> None:
    findings = judge(replace(own_facts(), log_group_exists=False), Trusted(ACCOUNT))
    assert findings[0].verdict is Verdict.FAIL
    assert "logs:CreateLogGroup" in findings[0].summary
