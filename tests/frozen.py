"""The one way in which `test_frozen.py` reaches the product: whatever is renamed or moved there is followed here alone.

`verdicts` evaluates a case; `play` sends an event to the Lambda function, with an account in memory at the other end
of its boto3 clients; `outcome` reads from the wire and the account what came of it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any

from permission_guard.alerts import RenderedAlert
from permission_guard.aws.clients import Clients
from permission_guard.fake_aws import Account, ApiError
from permission_guard.fake_aws.contents import FakeFunction
from permission_guard.iam import LayerVersionArn
from permission_guard.model.document import dumped, statements_of
from permission_guard.repair.remedy import repair_of
from permission_guard.repair.step import AttachRolePolicy, RewriteStatements
from permission_guard.rules import RULES
from permission_guard.settings import Settings
from tests.aws.delivered import Queues, at
from tests.aws.transport import Answer, Params, Response, Transport
from tests.rules.case import Case
from tests.samples import LOGGING, sample

Json = dict[str, Any]
_DENIED = ApiError("AccessDeniedException", "not authorized")
_REVISION = "00000000-0000-4000-8000-000000000000"


def verdicts(case: Case) -> list[Json]:
    """Each finding of the case's rule: on what, the verdict, and the repair that is proved for it."""
    (rule,) = (one for one in RULES if one.id == case.rule)
    return [
        {
            "on": "role" if one.statement is None else _name(case.body["policy"]["Statement"], one.statement),
            "concern": one.concern.value,
            "verdict": one.verdict.value,
            "severity": one.severity.name,
            "scale": None if one.statement is None else case.scale(one).name,
            "repair": _repair(repair_of(one, case.facts, case.trusted)[0]),
        }
        for one in rule.check(case.facts, case.trusted)
    ]


def _name(statements: Any, place: int) -> str:
    found = statements[place] if isinstance(statements, list) else statements
    return str(found.get("Sid", f"statement {place}"))


def _repair(step: AttachRolePolicy | RewriteStatements | None) -> Json | None:
    if isinstance(step, RewriteStatements):
        return _change([*statements_of(step.before)], [*statements_of(step.after)])
    return {"+": [step.policy.name]} if step else None


@dataclass(slots=True)
class _Line(Transport):
    """A wire that leads to another one. Clients are slow to make, and so serve every account of a region."""

    to: Transport = field(default_factory=lambda: Transport(Account()))

    def note(self, params: Params, **_: Any) -> None:
        self.to.note(params)

    def answer(self, model: Any, **_: Any) -> tuple[Response, Answer]:
        return self.to.answer(model)


@cache
def _line(region: str) -> tuple[_Line, Clients]:
    line = _Line(Account(region=region))
    return line, line.clients()


AGE = timedelta(minutes=3)
"""How long ago the call of a played event was made."""


def play(event: Json, wire: Transport, **settings: str) -> str:
    """Send an event of three minutes ago, or what SQS hands over, and whatever it leads to. Returns how each run ended."""
    there = Queues(wire, settings)
    line, there._clients = _line(wire.account.region)
    line.to = wire
    body, queue = event, "events"
    if "Records" in event:
        record = event["Records"][0]
        body = json.loads(record["body"])
        queue = "sweep-tasks" if "SweepTasks" in record["eventSourceARN"] else "events"
    there.send(at(body, there.now - AGE.total_seconds()) if "eventTime" in body["detail"] else body, queue)
    there.run()
    return ", ".join(there.answers)


def outcome(
    wire: Transport, before: Json, reported: RenderedAlert | None = None
) -> Iterator[tuple[str, Any]]:
    """What was reported, if not by the wire then by a report; what waits for the digest; what is otherwise than before; how
    often each call was made.
    """
    alerts: list[Any] = [json.loads(json.loads(one["Message"])["default"]) for one in wire.published]
    alerts = [reported.body] if reported is not None else alerts
    yield "reported", [sorted(map(_ending, alert["findings"])) for alert in alerts]
    waiting = [json.loads(item["body"]["S"]) for key, item in wire.table.items.items() if key[0] == "digest"]
    yield "waits", [sorted(map(_ending, alert["findings"])) for alert in waiting]
    after = state(wire.account)
    changed = {key: _change(before.get(key, []), after.get(key, [])) for key in sorted({*before, *after})}
    yield "end", {key: change for key, change in changed.items() if change}
    yield "calls", dict(sorted(Counter(wire.calls).items()))


def _ending(finding: Json) -> str:
    ending = finding["action"]["outcome"]
    said = (finding["rule"], finding["verdict"], finding["severity"], ending)
    return " ".join(said)


def state(account: Account) -> Json:
    """Every resource policy, by statements, and what is attached to each role."""
    documents = {arn.split(":", 5)[5]: text for arn, (text, _) in account.layer_policies.items()}
    for one in account.functions.values():
        documents |= {f"{one.arn.name}:{name or '$LATEST'}": text for name, (text, _) in one.policies.items()}
    roles = {f"role {name}": [*role.attached, *role.inline] for name, role in account.roles.items()}
    return {f"policy of {name}": [*statements_of(text)] for name, text in documents.items()} | roles


def _change(before: list[Any], after: list[Any]) -> Json:
    added = [one for one in after if one not in before]
    gone = [one if isinstance(one, str) else one.get("Sid", one) for one in before if one not in after]
    return {**({"+": added} if added else {}), **({"-": gone} if gone else {})}


def staged(case: Case) -> tuple[Json, Transport, dict[str, str]]:
    """A case as an event, an account in which it has happened, and the settings; without what it says is connected."""
    arn, given = case.subject, case.body
    account = Account(arn.account, arn.region, arn.partition)
    wire = Transport(account)
    asked = Settings.of({}, account=arn.account, region=arn.region)
    account.managed[asked.logging_policy_arn] = dumped(LOGGING)
    policy = given.get("policy") or {}
    stored = {} if "Statement" not in policy else {given.get("qualifier"): (json.dumps(policy), _REVISION)}
    if "unreadable" in policy:
        wire.faults |= {"GetResourcePolicy": _DENIED, "GetLayerVersionPolicy": _DENIED}
    if isinstance(arn, LayerVersionArn):
        account.layer_policies |= {str(arn): one for one in stored.values()}
        event, request = sample("a-layer-was-shared"), {"layerName": arn.name, "versionNumber": arn.version}
        request |= {"statementId": "s", "principal": "*"}
    else:
        function = account.with_function(arn.name, role="orders")
        function.qualifiers |= {given["qualifier"]} if "qualifier" in given else set()
        function.policies = stored
        event, request = sample("a-whole-policy-was-put"), {"resourceArn": case.facts.target}
        if "role" in given:
            _give(given, function, wire)
            event = sample("a-function-was-created-by-terraform")
            request = {"functionName": arn.name, "role": function.role_arn}
    seen = {"requestParameters": request, "responseElements": {}, "awsRegion": arn.region}
    event["detail"] |= {**seen, "recipientAccountId": arn.account}
    lists = {"TRUSTED_ACCOUNTS": "trusted_accounts", "TRUSTED_ORGANIZATION_IDS": "trusted_organizations"}
    trusted = {setting: ",".join(given.get(name, ())) for setting, name in lists.items()}
    return {**event, "account": arn.account, "region": arn.region}, wire, trusted


def _give(given: Any, function: FakeFunction, wire: Transport) -> None:
    """Give the function its role; what cannot be read of it is a managed policy that is not there."""
    account, role = wire.account, given["role"]
    function.log_group = given.get("log_group", function.log_group)
    if isinstance(given.get("log_group_exists"), dict):
        wire.faults["DescribeLogGroups"] = _DENIED
    elif given.get("log_group_exists"):
        account.log_groups.add(function.log_group)
    if role == "missing":
        return
    function.role_arn = role.get("arn", function.role_arn)
    made = account.with_role(function.role_arn.rsplit("/", 1)[-1], **role.get("policies", {}))
    made.arn, made.tags = function.role_arn, role.get("tags", {})
    made.trust = dumped(role["trust"]) if "trust" in role else made.trust
    boundary, unreadable = account.role_arn("edge").replace(":role/", ":policy/"), role.get("unreadable", {})
    if isinstance(unreadable, str):
        wire.faults["GetRole"] = _DENIED
    elif "boundary" in role or "unreadable_limits" in role:
        made.boundary = boundary
        account.managed |= {boundary: dumped(role["boundary"])} if "boundary" in role else {}
    elif unreadable:
        made.attached.append(boundary.replace("edge", "shared"))
