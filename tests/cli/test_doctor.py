"""`doctor` over the wire: what it says of a stack that is well, of each thing that is not, and to whom nothing is shown."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from permission_guard import __version__
from permission_guard.aws.dynamodb import Table
from permission_guard.aws.stack import GUARD as LOGICAL
from permission_guard.aws.stack import QUEUE_OF, TOPIC_OUTPUT, VERSION_OUTPUT
from permission_guard.aws.sweep_records import DynamoSweepRecords
from permission_guard.fake_aws import ApiError
from tests import template
from tests.aws.deployed import DEAD_LETTERS, TABLE, TRAIL_ARN, Deployed, ago, denied, environment, swept
from tests.cli.examined import NAMES, run, verdicts
from tests.test_golden import golden

ROOT = Path(__file__).parents[2]


def test_a_stack_that_is_as_the_template_makes_it_is_good_in_every_line() -> None:
    there = Deployed()
    result = run(there)
    assert result.stderr == ""
    assert result.stdout == golden("doctor/all-is-good.txt", result.stdout)
    assert result.exit_code == 0
    assert verdicts(there, 0) == dict.fromkeys(NAMES, "good")


def unwell() -> Deployed:
    """Something is wrong with everything but the trail and the version, which could not be seen or is older."""
    there = Deployed(
        rule={"State": "DISABLED"},
        concurrency={"ReservedConcurrentExecutions": 0},
        mapping={"State": "Disabled"},
        environment={**environment(), "ALERTS_PER_HOUR": "many"},
        subscriptions=["PendingConfirmation", "PendingConfirmation"],
        table=swept(began=ago(hours=5), ended=ago(days=3.5)),
        table_state={"TableStatus": "DELETING"},
        outputs={"AlertsTopicArn": Deployed().outputs["AlertsTopicArn"], "Version": "0.0.9"},
    )
    there.faults |= denied("DescribeTrails")
    there.messages[DEAD_LETTERS] = 1
    return there


def test_each_thing_that_is_wrong_is_reported_with_what_to_do() -> None:
    there = unwell()
    plain, shown = run(there), run(there, color=True)
    assert plain.stdout == golden("doctor/little-is-good.plain.txt", plain.stdout)
    assert shown.stdout == golden("doctor/little-is-good.terminal.txt", shown.stdout)
    assert (plain.exit_code, shown.exit_code) == (1, 1)


def test_the_json_says_the_same() -> None:
    result = run(unwell(), "--json")
    assert result.stdout == golden("doctor/little-is-good.json", result.stdout)
    assert result.exit_code == 1


def test_a_rule_that_sends_elsewhere_is_wrong() -> None:
    there = Deployed()
    there.targets["Changes"] = "SweepTasks"
    assert verdicts(there, 1) == {**dict.fromkeys(NAMES, "good"), "rule": "wrong"}


def test_what_the_sweep_writes_is_what_is_read() -> None:
    there = Deployed(table=swept())
    assert verdicts(there, 2)["sweep"] == "unknown"
    records = DynamoSweepRecords(Table(there.clients(), TABLE))
    begun = records.begin("one", datetime.now(UTC))
    assert begun is not None
    assert verdicts(there, 2)["sweep"] == "unknown"
    records.end(begun, 1, datetime.now(UTC))
    assert verdicts(there, 0)["sweep"] == "good"


def test_a_time_of_the_last_sweep_that_somebody_has_damaged_is_unknown() -> None:
    assert verdicts(Deployed(table=swept(ended="yesterday")), 2)["sweep"] == "unknown"


SEEN = {
    "DescribeTrails": "CloudTrail",
    "GetTrailStatus": "CloudTrail",
    "GetEventSelectors": "CloudTrail",
    "DescribeRule": "rule",
    "ListTargetsByRule": "rule",
    "GetEventSourceMapping": "queue",
    "GetItem": "sweep",
    "GetFunctionConfiguration": "function",
    "GetFunctionConcurrency": "function",
    "SimulatePrincipalPolicy": "rights",
    "ListSubscriptionsByTopic": "alerts",
    "GetQueueAttributes": "queue",
    "DescribeKey": "key",
    "DescribeTable": "journal",
}


@pytest.mark.parametrize(
    ("call", "code"),
    [
        *((call, "AccessDenied") for call in SEEN),
        ("DescribeTable", "Throttling"),
        ("GetTrailStatus", "Throttling"),
    ],
)
def test_what_one_may_not_see_or_aws_does_not_answer_is_not_known_and_hides_nothing_else(
    call: str, code: str
) -> None:
    there = Deployed()
    there.faults[call] = ApiError(code, "no")
    reported = verdicts(there, 2)
    assert reported[SEEN[call]] == "unknown"
    lost = {SEEN[call]} | ({"rights", "settings"} if call == "GetFunctionConfiguration" else set())
    assert {name: reported[name] for name in NAMES - lost} == dict.fromkeys(NAMES - lost, "good")


def test_a_trail_is_asked_in_its_own_region_by_its_arn() -> None:
    there = Deployed()
    there.trails[0]["HomeRegion"] = "ap-southeast-2"
    run(there)
    for call, name in (("GetTrailStatus", "Name"), ("GetEventSelectors", "TrailName")):
        assert there.regions[call] == "ap-southeast-2"
        assert [params[name] for one, params in there.sent if one == call] == [TRAIL_ARN]


def test_a_stack_that_may_not_be_looked_at_is_one_line_and_no_verdict() -> None:
    there = Deployed()
    there.faults["DescribeStackResources"] = ApiError("AccessDenied", "no")
    result = run(there)
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == "permission-guard: AWS refused: AccessDenied: no (DescribeStackResources)\n"


def test_a_stack_that_is_not_the_guards_is_reported() -> None:
    there = Deployed(outputs={})
    result = run(there)
    assert result.exit_code == 3
    assert result.stderr.startswith('permission-guard: Stack "permission-guard" has no function Guard')


def test_the_version_of_the_template_is_the_version_of_the_code() -> None:
    outputs = template.written()["Outputs"]
    assert outputs[VERSION_OUTPUT]["Value"] == __version__


def test_the_template_has_what_is_looked_for_by_name() -> None:
    written = template.written()
    rules = {name: body for name, body in written["Resources"].items() if body["Type"] == "AWS::Events::Rule"}
    targets = {name: body["Properties"]["Targets"] for name, body in rules.items()}
    assert {name: one["Arn"]["Fn::GetAtt"][0] for name, (one,) in targets.items()} == QUEUE_OF
    assert written["Outputs"][TOPIC_OUTPUT]["Value"] == {"Ref": "Alerts"}
    assert written["Resources"][LOGICAL]["Type"] == "AWS::Serverless::Function"


def rights(heading: str) -> set[str]:
    """The rights that the page names below a heading."""
    page = (ROOT / "docs" / "operations.md").read_text()
    section = page[page.index(heading) :].split("\n#")[0]
    return {name.partition(":")[2] for name in re.findall(r"`([a-z]+:[A-Z][A-Za-z]+)`", section)}


def test_the_page_names_exactly_the_rights_that_the_doctor_uses() -> None:
    there = Deployed()
    run(there)
    assert rights("## What you need for the doctor") == set(there.calls) - {"GetCallerIdentity"}
