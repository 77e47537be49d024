"""The template and the code say the same: settings, queues, the journal's table; and the guard passes its own rules."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from permission_guard.aws.dynamodb import Table
from permission_guard.aws.journal import DynamoJournal
from permission_guard.fake_aws import Account
from permission_guard.iam import (
    Context,
    EvalDecision,
    FunctionArn,
    IamPrincipal,
    Policy,
    Principal,
    Request,
    ServicePrincipal,
    decide,
)
from permission_guard.model.facts import Configuration, FunctionFacts, RoleFacts, Trusted
from permission_guard.model.finding import Concern, Verdict
from permission_guard.rules import evaluate
from permission_guard.settings import ALERTS_PER_HOUR, MOST_ALERTS_PER_HOUR, NEEDED, Mode, Settings
from tests.aws.delivered import MOST_RECEIVES, VISIBILITY
from tests.aws.transport import Transport
from tests.journal.test_entry_json import ENTRY
from tests.template import ACCOUNT, ARNS, PATH, REGION, resolved, written

TEMPLATE = written()
RESOURCES: dict[str, Any] = TEMPLATE["Resources"]
PARAMETERS: dict[str, dict[str, Any]] = TEMPLATE["Parameters"]
GUARD: dict[str, Any] = RESOURCES["Guard"]["Properties"]
ENVIRONMENT: dict[str, Any] = GUARD["Environment"]["Variables"]


def test_the_template_stays_within_what_a_reviewer_reads_at_once() -> None:
    alarms = [body for body in RESOURCES.values() if body["Type"] == "AWS::CloudWatch::Alarm"]
    assert len(PATH.read_text().splitlines()) <= 750
    assert (len(PARAMETERS) <= 14, len(alarms) <= 8) == (True, True)


@dataclass
class Asked(Mapping[str, str]):
    """Variables of which none is set; it notes the names that are asked for."""

    names: set[str] = field(default_factory=set)

    def __getitem__(self, name: str) -> str:
        self.names.add(name)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def test_the_function_is_given_every_variable_that_the_code_reads_and_no_other() -> None:
    asked = Asked()
    Settings.of(asked, account=ACCOUNT, region=REGION)
    assert set(ENVIRONMENT) == {*asked.names, *NEEDED}


def test_two_hundred_trusted_accounts_fit_into_the_environment() -> None:
    """lambda/latest/dg/gettingstarted-limits.html: 4 KB for all variables together."""
    rules = ",".join(one.value for one in Concern)
    url = f"https://sqs.ap-southeast-1.amazonaws.com/{ACCOUNT}/permission-guard-SweepTasks-1ABCDEFGHIJKL"
    given = {
        "Mode": "Observe",
        "AlertOnly": rules,
        "Ignore": "",
        "RepairExisting": "false",
        "TrustedAccounts": ",".join(["123456789012"] * 200),
        "TrustedOrganizationIds": "o-a1b2c3d4e5",
        "AlertsPerHour": "10000",
        "SecurityHub": "Off",
        "CentralAlertsTopicArn": f"arn:aws:sns:ap-southeast-1:{ACCOUNT}:permission-guard-central",
    }
    names = {
        "Events": url,
        "SweepTasks": url,
        "Journal": "permission-guard-Journal-1ABCDEFGHIJKL",
        "Alerts": f"arn:aws:sns:ap-southeast-1:{ACCOUNT}:permission-guard-Alerts-1ABCDEFGHIJKL",
        "GuardRole": f"arn:aws:iam::{ACCOUNT}:role/permission-guard-GuardRole-1ABCDEFGHIJKL",
    }
    variables = resolved(ENVIRONMENT, given, names)
    assert sum(len(name) + len(value) for name, value in variables.items()) < 4096


def test_the_parameters_take_and_default_to_what_the_settings_do_but_for_the_mode_which_changes_nothing() -> (
    None
):
    assert PARAMETERS["Mode"]["AllowedValues"] == [mode.value for mode in Mode]
    assert PARAMETERS["Mode"]["Default"] == Mode.OBSERVE.value
    defaults = {name: str(body["Default"]) for name, body in PARAMETERS.items()}
    variables = resolved(ENVIRONMENT, defaults, {"GuardRole": ""})
    assert Settings.of(variables, account=ACCOUNT, region=REGION) == replace(
        Settings.of({}, account=ACCOUNT, region=REGION), mode=Mode.OBSERVE
    )
    alerts = PARAMETERS["AlertsPerHour"]
    assert (alerts["Default"], alerts["MinValue"], alerts["MaxValue"]) == (
        ALERTS_PER_HOUR,
        1,
        MOST_ALERTS_PER_HOUR,
    )


@pytest.mark.parametrize("name", ["AlertOnly", "Ignore"])
def test_a_list_of_rules_takes_every_rule_and_nothing_else(name: str) -> None:
    pattern = PARAMETERS[name]["AllowedPattern"]
    assert all(re.fullmatch(pattern, one.value) for one in Concern)
    assert set(pattern.strip("^$()?").split("|")) == {one.value for one in Concern}


SWEEP_RATES = {
    **dict.fromkeys(["rate(1 day)", "rate(1 hour)", "rate(2 hours)", "rate(24 hours)"], True),
    **dict.fromkeys(["rate(0 hours)", "rate(1 hours)", "rate(25 hours)", "rate(2 days)", "Off", ""], False),
    **dict.fromkeys(["rate(1 minute)", "cron(0 3 * * ? *)"], False),
}


@pytest.mark.parametrize("rate", SWEEP_RATES)
def test_a_sweep_comes_at_least_once_a_day_and_at_most_once_an_hour(rate: str) -> None:
    assert bool(re.fullmatch(PARAMETERS["SweepRate"]["AllowedPattern"], rate)) == SWEEP_RATES[rate]


def test_the_table_is_what_the_journal_writes_into() -> None:
    table = RESOURCES["Journal"]["Properties"]
    wire = Transport(Account())
    DynamoJournal(Table(wire.clients(), wire.table.name)).write((replace(ENTRY, version=0),))
    (item,) = wire.table.items.values()
    assert [key["AttributeName"] for key in table["KeySchema"]] == ["subject", "fault"]
    types = {one["AttributeName"]: one["AttributeType"] for one in table["AttributeDefinitions"]}
    assert types == {name: next(iter(item[name])) for name in ("subject", "fault")}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}
    assert list(item["expires"]) == ["N"]


# The queues

QUEUES = ("Events", "SweepTasks")
LEADS_TO = {"Changes": "Events", "DigestIsDue": "Events", "SweepIsDue": "SweepTasks"}


@pytest.mark.parametrize("name", QUEUES)
def test_one_message_is_one_run_and_ten_failures_are_a_dead_letter(name: str) -> None:
    queue, mapping = RESOURCES[name]["Properties"], GUARD["Events"][name]["Properties"]
    assert mapping["Queue"] == {"Fn::GetAtt": [name, "Arn"]}
    assert (mapping["BatchSize"], mapping["FunctionResponseTypes"]) == (1, ["ReportBatchItemFailures"])
    # Lambda takes no lower one (API_ScalingConfig.html).
    assert 2 <= mapping["ScalingConfig"]["MaximumConcurrency"] <= 5
    # services-sqs-configure.html: at least six times the function's timeout.
    assert queue["VisibilityTimeout"] == VISIBILITY >= 6 * GUARD["Timeout"]
    assert queue["RedrivePolicy"] == {
        "deadLetterTargetArn": {"Fn::GetAtt": ["DeadLetters", "Arn"]},
        "maxReceiveCount": MOST_RECEIVES,
    }
    # A message keeps its age when it moves: a dead letter must not be gone at once. Without a setting SQS keeps it for four days.
    four_days = 4 * 86_400
    assert (
        queue.get("MessageRetentionPeriod", four_days)
        < RESOURCES["DeadLetters"]["Properties"]["MessageRetentionPeriod"]
    )


def test_every_queue_is_encrypted() -> None:
    queues = [body["Properties"] for body in RESOURCES.values() if body["Type"] == "AWS::SQS::Queue"]
    assert [queue["SqsManagedSseEnabled"] for queue in queues] == [True] * 3


def may_send(queue: str, principal: Principal, *, identity: bool = False, **keys: str) -> EvalDecision:
    """What the queue's policy, and that of an administrator, say of sending a message."""
    (policy,) = (
        Policy.parse(resolved(body["Properties"]["PolicyDocument"], {}, ARNS), name="the queue's policy")
        for body in RESOURCES.values()
        if body["Type"] == "AWS::SQS::QueuePolicy" and {"Ref": queue} in body["Properties"]["Queues"]
    )
    everything = '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
    administrator = (Policy.parse(everything, name="AdministratorAccess"),) if identity else ()
    context = Context.of({f"aws:{key}": value for key, value in keys.items()}, unlisted=())
    return decide(
        Request("sqs:SendMessage", ARNS[queue], principal, context), identity=administrator, resource=policy
    ).answer


EVENTBRIDGE = ServicePrincipal("events.amazonaws.com")
ADMINISTRATOR = IamPrincipal(f"arn:aws:iam::{ACCOUNT}:role/admin", ACCOUNT)


def test_each_rule_may_send_to_its_queue_and_what_cannot_be_delivered_to_the_dead_letters() -> None:
    assert {name for name, one in RESOURCES.items() if one["Type"] == "AWS::Events::Rule"} == set(LEADS_TO)
    for rule, queue in LEADS_TO.items():
        (target,) = RESOURCES[rule]["Properties"]["Targets"]
        assert target["Arn"] == {"Fn::GetAtt": [queue, "Arn"]}
        assert target["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": ["DeadLetters", "Arn"]}}
        for to in (queue, "DeadLetters"):
            assert may_send(to, EVENTBRIDGE, SourceArn=ARNS[rule]) is EvalDecision.ALLOWED


def test_only_the_two_rules_may_say_that_something_is_new_and_no_administrator() -> None:
    assert may_send("Events", ADMINISTRATOR, identity=True) is EvalDecision.DENIED
    assert may_send("Events", EVENTBRIDGE) is EvalDecision.DENIED
    others = [ARNS["SweepIsDue"], f"{ARNS['Changes']}-2", ARNS["Changes"].replace(ACCOUNT, "999999999999")]
    assert {may_send("Events", EVENTBRIDGE, SourceArn=one) for one in others} == {EvalDecision.DENIED}
    # A caller cannot set the key: a service that acts for somebody else's rule does.
    assert (
        may_send("Events", ServicePrincipal("sns.amazonaws.com"), SourceArn=ARNS["Changes"])
        is EvalDecision.NOT_ALLOWED
    )


def test_a_task_of_a_sweep_may_be_sent_by_whoever_has_the_right_in_the_account() -> None:
    assert may_send("SweepTasks", ADMINISTRATOR, identity=True) is EvalDecision.ALLOWED
    untrusted = IamPrincipal("arn:aws:iam::999999999999:role/admin", "999999999999")
    assert may_send("SweepTasks", untrusted) is EvalDecision.NOT_ALLOWED
    foreign = ARNS["SweepIsDue"].replace(ACCOUNT, "999999999999")
    assert may_send("SweepTasks", EVENTBRIDGE, SourceArn=foreign) is EvalDecision.NOT_ALLOWED


# The guard evaluated by itself


def own_facts(*, log_group_exists: bool) -> FunctionFacts:
    documents = [
        resolved(policy["PolicyDocument"], {}, ARNS)
        for policy in RESOURCES["GuardRole"]["Properties"]["Policies"]
    ]
    policies = tuple(Policy.parse(json.dumps(document), name="read-and-report") for document in documents)
    return FunctionFacts(
        FunctionArn("aws", REGION, ACCOUNT, "guard"),
        configuration=Configuration(ARNS["GuardRole"], "guard"),
        role=RoleFacts(ARNS["GuardRole"], policies),
        log_group_exists=log_group_exists,
    )


def test_the_guard_passes_its_own_rule_because_its_log_group_is_in_the_stack() -> None:
    def verdicts(*, exists: bool) -> list[Verdict]:
        return [one.verdict for one in evaluate(own_facts(log_group_exists=exists), Trusted(ACCOUNT))]

    assert (verdicts(exists=True), verdicts(exists=False)) == ([Verdict.PASS], [Verdict.FAIL])
    # Nobody invokes it by a permission: Lambda fetches the messages with the guard's own role.
    assert [name for name, body in RESOURCES.items() if body["Type"] == "AWS::Lambda::Permission"] == []
