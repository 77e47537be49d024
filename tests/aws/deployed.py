"""A deployed guard on the wire: the stack as the template makes it, and all that it depends on.

Its role's policies are those of the template, and the simulator is our own evaluator.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from organization.template import expanded
from permission_guard import __version__
from permission_guard.aws.dynamodb import LAST, SWEEP
from permission_guard.aws.stack import MAPPING, QUEUE, QUEUE_OF, TOPIC
from permission_guard.fake_aws import Account, ApiError
from permission_guard.iam import Context, EvalDecision, IamPrincipal, Policy, Request, decide
from tests import template
from tests.aws.table import Table
from tests.aws.transport import Answer, Params, Response, Transport
from tests.template import ACCOUNT, REGION

STACK = "permission-guard"
TRAIL_ARN = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/management"
SUBSCRIPTION = f"arn:aws:sns:{REGION}:{ACCOUNT}:{STACK}-Alerts-1A2B3C:0f3c9a8b"


def physical(logical: str) -> str:
    """The name that CloudFormation gives to a resource."""
    return f"{STACK}-{logical}-1A2B3C"


GUARD = physical("Guard")
GUARD_ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{GUARD}"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/{physical('GuardRole')}"
TOPIC_ARN = f"arn:aws:sns:{REGION}:{ACCOUNT}:{physical('Alerts')}"
DEAD_LETTERS = physical("DeadLetters")
TABLE = physical("Journal")


def queue_url(name: str) -> str:
    return f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}"


QUEUES = ("Events", "SweepTasks", "DeadLetters")
UUIDS = {
    "GuardEvents": "6b1e2c0a-0000-4000-8000-000000000001",
    "GuardSweepTasks": "6b1e2c0a-0000-4000-8000-000000000002",
}


@cache
def resources() -> dict[str, Any]:
    """What CloudFormation makes."""
    made: dict[str, Any] = expanded("s3://bucket/key", REGION)["Resources"]
    return made


def _giving_up() -> set[str]:
    """The queues of the template that hand on what was tried too often."""
    return {
        physical(name) for name, body in resources().items() if "RedrivePolicy" in body.get("Properties", {})
    }


def _id(logical: str, kind: str) -> str:
    made = {TOPIC: TOPIC_ARN, QUEUE: queue_url(physical(logical)), MAPPING: UUIDS.get(logical, "")}
    return made.get(kind, physical(logical))


def _queue_arn(logical: str) -> str:
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{physical(logical)}"


ARNS = {
    "Guard": GUARD_ARN,
    "GuardRole": ROLE_ARN,
    "GuardLogs": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{physical('GuardLogs')}:*",
    "Alerts": TOPIC_ARN,
    "AlertsKey": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{physical('AlertsKey')}",
    "Journal": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{TABLE}",
    **{name: _queue_arn(name) for name in QUEUES},
}
"""What GetAtt gives."""
REFS = ARNS | {
    "Journal": TABLE,
    **{name: queue_url(physical(name)) for name in QUEUES},
    "GuardLogs": physical("GuardLogs"),
}
"""What Ref gives."""


def environment(**settings: str) -> dict[str, str]:
    """The guard's environment with the template's defaults, but that it enforces."""
    written = template.written()
    defaults = {name: str(body["Default"]) for name, body in written["Parameters"].items()}
    variables = written["Resources"]["Guard"]["Properties"]["Environment"]["Variables"]
    lists = {name for name, value in variables.items() if isinstance(value, dict) and "Fn::Join" in value}
    found: dict[str, str] = template.resolved(
        {name: value for name, value in variables.items() if name not in lists}, defaults, REFS
    )
    return {**found, **dict.fromkeys(lists, ""), "MODE": "Enforce", **settings}


def ago(**time: float) -> str:
    """A time as the journal keeps it."""
    return (datetime.now(UTC) - timedelta(**time)).isoformat()


def swept(**times: str) -> Table:
    """The journal's table with what is known of the last sweep."""
    item = {name: {"S": text} for name, text in times.items()}
    return Table(TABLE, {(SWEEP, LAST): item})


@cache
def policies(mode: str) -> list[Policy]:
    """What the guard's role has in a mode, with every other parameter at its default."""
    documents = [policy["PolicyDocument"] for policy in resources()["GuardRole"]["Properties"]["Policies"]]
    for body in resources().values():
        condition = body.get("Condition", "")
        is_there = not condition or (mode == "Enforce" and condition == "Enforces")
        if body["Type"] in {"AWS::IAM::ManagedPolicy", "AWS::IAM::Policy"} and is_there:
            documents.append(body["Properties"]["PolicyDocument"])
    return [Policy.parse(template.resolved(one, {}, ARNS), name="role") for one in documents]


@dataclass(slots=True)
class Deployed(Transport):
    """The wire to a stack in which everything is as it must be, until a test changes it."""

    account: Account = field(default_factory=lambda: Account(account=ACCOUNT, region=REGION))
    table: Table = field(default_factory=lambda: swept(began=ago(hours=3.1), ended=ago(hours=3)))
    outputs: dict[str, str] = field(
        default_factory=lambda: {
            "AlertsTopicArn": TOPIC_ARN,
            "Version": __version__,
            "SweepTasksQueueUrl": queue_url(physical("SweepTasks")),
        }
    )
    trails: list[Answer] = field(
        default_factory=lambda: [{"Name": "management", "TrailARN": TRAIL_ARN, "HomeRegion": "us-east-1"}]
    )
    is_logging: bool = True
    selectors: Answer = field(
        default_factory=lambda: {
            "EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": True}]
        }
    )
    rule: Answer = field(default_factory=lambda: {"State": "ENABLED"})
    targets: dict[str, str] = field(default_factory=lambda: dict(QUEUE_OF))
    """The queue that each rule sends to, both by their logical ids."""
    mapping: Answer = field(default_factory=lambda: {"State": "Enabled"})
    function: Answer = field(default_factory=lambda: {"State": "Active", "LastUpdateStatus": "Successful"})
    environment: dict[str, str] = field(default_factory=environment)
    concurrency: Answer = field(default_factory=dict)
    subscriptions: list[str] = field(default_factory=lambda: [SUBSCRIPTION])
    messages: dict[str, int] = field(default_factory=dict)
    """How many messages wait in a queue of the stack, by its name."""
    table_state: Answer = field(
        default_factory=lambda: {"TableStatus": "ACTIVE", "CreationDateTime": datetime.now(UTC)}
    )
    key: Answer = field(default_factory=lambda: {"KeyState": "Enabled"})
    forbidden: dict[str, Answer] = field(default_factory=dict)
    """What the simulator adds for an action that it does not allow."""
    regions: dict[str, str] = field(default_factory=dict)
    """The region in which each operation was called last."""

    def answer(self, model: Any, **more: Any) -> tuple[Response, Answer]:
        self.regions[str(model.name)] = more["context"]["client_region"]
        return Transport.answer(self, model, **more)  # `super` knows no class with slots

    def _operations(self) -> dict[str, Callable[[Params], Answer]]:
        return {
            **Transport._operations(self),  # `super` knows no class with slots
            "DescribeStacks": self._described,
            "DescribeStackResources": self._resources,
            "DescribeTrails": lambda _: {"trailList": self.trails},
            "GetTrailStatus": lambda _: {"IsLogging": self.is_logging},
            "GetEventSelectors": lambda _: self.selectors,
            "DescribeRule": lambda p: {"Name": p["Name"], **self.rule},
            "ListTargetsByRule": self._targets,
            "GetEventSourceMapping": self._mapping,
            "GetFunctionConfiguration": self._guard,
            "GetFunctionConcurrency": lambda _: self.concurrency,
            "ListSubscriptionsByTopic": lambda _: {
                "Subscriptions": [{"SubscriptionArn": arn} for arn in self.subscriptions]
            },
            "GetQueueAttributes": self._attributes,
            "DescribeTable": lambda p: {"Table": {"TableName": p["TableName"], **self.table_state}},
            "GetItem": self._item,
            "DescribeKey": lambda p: {"KeyMetadata": {"KeyId": p["KeyId"], **self.key}},
            "SimulatePrincipalPolicy": self._simulated,
        }

    def _described(self, params: Params) -> Answer:
        self.stacks = {STACK: self.outputs}
        return Transport._stack(self, params)  # as above

    def _resources(self, _params: Params) -> Answer:
        made = {name: body["Type"] for name, body in resources().items() if "Condition" not in body}
        listed = [
            {"LogicalResourceId": name, "PhysicalResourceId": _id(name, kind), "ResourceType": kind}
            for name, kind in made.items()
        ]
        return {"StackResources": [{**one, "ResourceStatus": "CREATE_COMPLETE"} for one in listed]}

    def _guard(self, _params: Params) -> Answer:
        return {
            "FunctionName": GUARD,
            "Role": ROLE_ARN,
            "LoggingConfig": {"LogGroup": physical("GuardLogs")},
            "Environment": {"Variables": self.environment},
            **self.function,
        }

    def _targets(self, params: Params) -> Answer:
        queues = {physical(rule): _queue_arn(queue) for rule, queue in self.targets.items()}
        return {"Targets": [{"Id": "1", "Arn": queues[params["Rule"]]}]}

    def _mapping(self, params: Params) -> Answer:
        (name,) = (name for name, uuid in UUIDS.items() if uuid == params["UUID"])
        queue = name.removeprefix("Guard")
        return {"UUID": params["UUID"], "EventSourceArn": _queue_arn(queue), **self.mapping}

    def _item(self, params: Params) -> Answer:
        assert params["TableName"] == self.table.name
        item = self.table.items.get((params["Key"]["subject"]["S"], params["Key"]["fault"]["S"]))
        return {"Item": item} if item else {}

    def _attributes(self, params: Params) -> Answer:
        name = params["QueueUrl"].rpartition("/")[2]
        policy = {"RedrivePolicy": "{}"} if name in _giving_up() else {}
        return {
            "Attributes": {
                "ApproximateNumberOfMessages": str(self.messages.get(name, 0)),
                "ApproximateNumberOfMessagesNotVisible": "0",
                **policy,
            }
        }

    def _simulated(self, params: Params) -> Answer:
        keys = {one["ContextKeyName"]: tuple(one["ContextKeyValues"]) for one in params["ContextEntries"]}
        context = Context.of(keys, unlisted=())
        role = IamPrincipal(params["PolicySourceArn"], ACCOUNT)
        has = policies(self.environment["MODE"])
        results = []
        for action in params["ActionNames"]:
            said = [
                decide(Request(action, arn, role, context), identity=has).answer
                for arn in params["ResourceArns"]
            ]
            words = {
                EvalDecision.ALLOWED: "allowed",
                EvalDecision.DENIED: "explicitDeny",
                EvalDecision.NOT_ALLOWED: "implicitDeny",
            }
            decisions = [words[one] for one in said]
            more = self.forbidden.get(action, {})
            decision = more.get(
                "EvalDecision", next((one for one in decisions if one != "allowed"), "allowed")
            )
            results.append(
                {
                    "EvalActionName": action,
                    "EvalResourceName": "*",
                    "EvalDecision": decision,
                    "ResourceSpecificResults": [
                        {
                            "EvalResourceName": arn,
                            "EvalResourceDecision": more.get("EvalDecision", decisions[place]),
                        }
                        for place, arn in enumerate(params["ResourceArns"])
                    ],
                    **more,
                }
            )
        return {"EvaluationResults": results, "IsTruncated": False}


def denied(operation: str) -> dict[str, Exception]:
    """What a person meets who may not make a call."""
    return {operation: ApiError("AccessDenied", f"User: alice is not authorized to perform: {operation}")}
