"""One small case of a rule: facts written down in JSON, and what the rule must say of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from permission_guard.access import INVOKING, MANAGING, READ_LAYER, READING, Scale
from permission_guard.iam import Decision, FunctionArn, LayerVersionArn, Policy, Request
from permission_guard.model.facts import (
    MISSING_ROLE,
    Configuration,
    Family,
    FunctionFacts,
    MissingRole,
    PolicyFacts,
    RoleFacts,
    Subject,
    Trusted,
    Unreadable,
)
from permission_guard.model.finding import Concern, Finding, Proof, Undecided, Verdict, Witness
from permission_guard.model.finding import DeniedRequest as Denied
from permission_guard.rules.review import review_of

NOW: Final = datetime(2026, 11, 20, tzinfo=UTC)
CASES: Final = Path(__file__).parent.parent / "cases"
FIELDS: Final = frozenset(
    {
        "why",
        "function",
        "layer",
        "qualifier",
        "trusted_accounts",
        "trusted_organizations",
        "role",
        "log_group",
        "log_group_exists",
        "policy",
        "expected",
    }
)
EXPECTATIONS: Final = frozenset(
    {"statement", "scale", "concern", "severity", "summary", "proof", "repaired", "reported"}
)
"""`repaired` is the statement as a repair leaves it, `told` what is told if there is none."""
_OF_A_ROLE: Final = frozenset(
    {"arn", "policies", "boundary", "tags", "trust", "unreadable", "unreadable_limits"}
)
_GRAVITY: Final = (Verdict.PASS, Verdict.UNKNOWN, Verdict.FAIL)


@dataclass(frozen=True, slots=True)
class Case:
    """A case, read from its file. The file's name is a sentence and the verdict."""

    rule: str
    name: str
    verdict: Verdict
    body: Mapping[str, Any]

    @classmethod
    def of(cls, path: Path) -> Case:
        sentence, verdict, _ = path.name.rsplit(".", 2)
        body = json.loads(path.read_text(encoding="utf-8"))
        unknown = (body.keys() - FIELDS) | (body["expected"].keys() - EXPECTATIONS)
        assert not unknown, f"{path.name} has fields that nobody reads: {sorted(unknown)}"
        assert ("function" in body) != ("layer" in body), f"{path.name} is about a function or about a layer"
        return cls(path.parent.name, sentence, Verdict(verdict.upper()), body)

    @property
    def subject(self) -> Subject:
        """The function, or the layer version, that the case is about."""
        if "layer" in self.body:
            return LayerVersionArn.parse(self.body["layer"])
        return FunctionArn.parse(self.body["function"])

    @property
    def trusted(self) -> Trusted:
        return Trusted(
            self.subject.account,
            tuple(self.body.get("trusted_accounts", ())),
            tuple(self.body.get("trusted_organizations", ())),
        )

    @property
    def facts(self) -> FunctionFacts:
        arn = self.subject
        facts = FunctionFacts(arn, self.body.get("qualifier"), at=NOW)
        if "role" in self.body:
            role_arn = f"arn:{arn.partition}:iam::{arn.account}:role/orders"
            if "arn" in self.body["role"]:
                role_arn = self.body["role"]["arn"]
            group = self.body.get("log_group", f"/aws/lambda/{arn.name}")
            facts = replace(
                facts, configuration=Configuration(role_arn, group), role=_role(self.body["role"], role_arn)
            )
        if "log_group_exists" in self.body:
            exists = self.body["log_group_exists"]
            facts = replace(facts, log_group_exists=_read("the log group", exists) or exists)
        if "policy" in self.body:
            facts = replace(facts, policy=_policy(self.body["policy"], facts), has_public_url=False)
        return facts

    def finding(self, findings: tuple[Finding, ...]) -> Finding | None:
        """The finding that the case is about: of the statement and concern it names, else the gravest; None if none."""
        expected = self.body["expected"]
        wanted = expected.get("statement")
        if wanted is not None:
            findings = tuple(one for one in findings if one.subject.endswith(f" {wanted}"))
            if len(findings) > 1:
                findings = tuple(one for one in findings if one.concern.value == expected.get("concern"))
            assert len(findings) == 1, f"{len(findings)} findings about {wanted}"
        return max(findings, key=lambda one: _GRAVITY.index(one.verdict), default=None)

    def scale(self, finding: Finding) -> Scale:
        """Who has access by the statement, of the principals and for the actions that the finding is about."""
        review = review_of(self.facts, self.trusted)
        services = self.rule == "invoke-permission-names-its-source"
        kinds = (review.services,) if services else (review.others, review.services)
        statement = next((one for kind in kinds for one in kind if one.index == finding.statement), None)
        if statement is None:
            return Scale.RESOURCE
        if "layer" in self.body:
            return review.answer(statement, (READ_LAYER,)).scale
        managing = finding.concern is Concern.MANAGEMENT_ACCESS
        return review.answer(statement, (*MANAGING, *READING) if managing else INVOKING).scale


def _read(what: str, value: object) -> Unreadable | None:
    return (
        Unreadable(what, value["unreadable"])
        if isinstance(value, Mapping) and "unreadable" in value
        else None
    )


def _role(body: Mapping[str, Any] | str, arn: str) -> RoleFacts | MissingRole | Unreadable:
    if body == "missing":
        return MISSING_ROLE
    assert isinstance(body, Mapping)
    assert body.keys() <= _OF_A_ROLE, f"nobody reads {sorted(body.keys() - _OF_A_ROLE)} of a role"
    if isinstance(body.get("unreadable"), str):
        return Unreadable(f"role {arn}", body["unreadable"])
    return RoleFacts(
        arn=arn,
        identity=tuple(
            Policy.parse(document, name=name) for name, document in body.get("policies", {}).items()
        ),
        boundary=Policy.parse(body["boundary"], name="boundary") if "boundary" in body else None,
        tags=MappingProxyType(body.get("tags", {})),
        trust=Policy.parse(body["trust"], name="the trust policy") if "trust" in body else None,
        unreadable=_unread(body, "unreadable"),
        unreadable_limits=_unread(body, "unreadable_limits"),
    )


def _unread(body: Mapping[str, Any], which: str) -> tuple[Unreadable, ...]:
    return tuple(Unreadable(what, why) for what, why in body.get(which, {}).items())


def _policy(body: Mapping[str, Any] | None, facts: FunctionFacts) -> PolicyFacts | Unreadable:
    if body is None:
        return PolicyFacts(facts.qualifier, None, None, Family.DOCUMENT)
    unreadable = _read(f"the resource policy of {facts.target}", body)
    if unreadable is not None:
        return unreadable
    policy = Policy.parse(json.dumps(body), name=f"the resource policy of {facts.target}")
    return PolicyFacts(facts.qualifier, policy, "revision", Family.DOCUMENT)


def reported(proof: Proof) -> str:
    """All that a proof says, in one text."""
    match proof:
        case Witness(request, decision, caller):
            return f"{caller}: {_asked(request, decision)}"
        case Denied(request, decision, blocker):
            return f"{blocker}: {_asked(request, decision)}"
        case Undecided(request, decision, doubt):
            return f"{doubt}: {_asked(request, decision)}"
        case _:
            return str(proof)


def _asked(request: Request, decision: Decision) -> str:
    keys = " ".join(f"{key}={','.join(values)}" for key, values in request.context.keys.items() if values)
    cited = " ".join(map(str, decision.statements))
    return f"{request.action} {request.resource} {request.principal} {keys} {decision.answer.value} {cited}"
