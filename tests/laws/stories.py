"""Stories for the laws: a function with its policy and role, the settings of a guard, and what happens to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from hypothesis import strategies as st

from permission_guard.events.actor import Actor
from permission_guard.events.tool import Tool
from permission_guard.events.trigger import EVERYTHING, Everything, Kind, Trigger
from permission_guard.fake_aws import Account, FakeJournal, FakeNotifier, FakeObserver, FakeWriter
from permission_guard.iam import ABSENT, Context, EvalDecision, FunctionArn, IamPrincipal, Request, decide
from permission_guard.iam.policy import Json
from permission_guard.model.document import Body, dumped, statements_of
from permission_guard.model.facts import FactKind, FunctionFacts, RoleFacts, Trusted
from permission_guard.model.finding import Concern
from permission_guard.pipeline import Guard
from permission_guard.read import read_facts
from permission_guard.repair.outcome import Ending
from permission_guard.repair.report import Report
from permission_guard.settings import NEVER_REPAIRED, Mode, Settings, Treatment
from tests.laws.statements import FUNCTION, OWN, PARTNER, TRUSTED_ORG, policies, target_of
from tests.received import alerts, endings, findings

BASIC: Final = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
NOW: Final = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
WRITES: Final = frozenset({"PutResourcePolicy", "AddPermission", "RemovePermission", "AttachRolePolicy"})
LOGS: Final = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")
_GROUP: Final = f"arn:aws:logs:us-east-1:{OWN}:log-group:/aws/lambda/orders"


def allow(action: Json, resource: Json = "*", effect: str = "Allow") -> Body:
    return {"Effect": effect, "Action": action, "Resource": resource}


_INLINE: Final[tuple[Body, ...]] = (
    allow("s3:GetObject"),
    allow(list(LOGS)),
    allow(list(LOGS), _GROUP),
    allow(list(LOGS[1:]), f"{_GROUP}:*"),
    allow("logs:*", effect="Deny"),
    allow("logs:PutLogEvents", f"{_GROUP}:*", effect="Deny"),
    {**allow("logs:*"), "Condition": {"StringEquals": {"aws:SourceVpc": "vpc-1"}}},
)
_BOUNDARY: Final = "arn:aws:iam::111122223333:policy/boundary"


@dataclass(frozen=True, slots=True)
class Story:
    """All that a run of the guard depends on."""

    statements: tuple[Body, ...]
    arrived: int
    qualifier: str | None
    has_resource_policy_calls: bool
    inline: tuple[Body, ...]
    boundary: Body | None
    role: str
    has_log_group: bool
    trusted: Trusted
    treatments: dict[Concern, Treatment]
    repair_existing: bool
    kinds: tuple[Kind, ...]
    age: timedelta
    mode: Mode = Mode.ENFORCE

    def sandbox(self) -> Sandbox:
        """The account at the beginning of the story."""
        account = Account(has_resource_policy_calls=self.has_resource_policy_calls)
        account.managed = {BASIC: dumped({"Version": "2012-10-17", "Statement": [allow(list(LOGS))]})}
        function = account.with_function("orders", role=self.role, aliases=["live"])
        if self.statements:
            document: Body = {"Version": "2012-10-17", "Id": "default", "Statement": list(self.statements)}
            function.policies[self.qualifier] = (dumped(document), "first")
        if self.role != "missing":
            names = (f"inline{index}" for index in range(len(self.inline)))
            documents: list[Body] = [{"Version": "2012-10-17", "Statement": [body]} for body in self.inline]
            role = account.with_role(self.role, **dict(zip(names, documents, strict=True)))
            if self.boundary:
                account.managed[_BOUNDARY] = dumped({"Version": "2012-10-17", "Statement": [self.boundary]})
                role.boundary = _BOUNDARY
        if self.has_log_group:
            account.log_groups.add("/aws/lambda/orders")
        return Sandbox(self, account)

    @property
    def settings(self) -> Settings:
        return Settings(self.mode, self.treatments, self.repair_existing, self.trusted, BASIC, "")

    def triggers(self, now: datetime = NOW) -> tuple[Trigger, ...]:
        return tuple(
            Trigger(
                kind,
                FunctionArn("aws", "us-east-1", OWN, "orders"),
                self.qualifier,
                Actor("somebody", None, Tool.UNKNOWN, "an address"),
                f"event-{index}",
                now - self.age,
                self._brought_by(kind),
            )
            for index, kind in enumerate(self.kinds)
        )

    def _brought_by(self, kind: Kind) -> str | Everything | None:
        if kind is Kind.POLICY_WRITTEN:
            return EVERYTHING
        if kind is not Kind.PERMISSION_ADDED or not self.statements:
            return None
        sid = self.statements[self.arrived % len(self.statements)].get("Sid")
        return sid if isinstance(sid, str) else None


@dataclass(slots=True)
class Sandbox:
    """An account in which a story happens, and the guard that watches it."""

    story: Story
    account: Account
    notifier: FakeNotifier = field(init=False)
    journal: FakeJournal = field(init=False)

    def __post_init__(self) -> None:
        self.notifier, self.journal = FakeNotifier(account=self.account), FakeJournal(self.account)

    @property
    def guard(self) -> Guard:
        return Guard(
            self.story.settings,
            FakeObserver(self.account, BASIC),
            FakeWriter(self.account),
            self.notifier,
            self.journal,
        )

    @property
    def document(self) -> str | None:
        """The present resource policy."""
        found = self.account.functions["orders"].policies.get(self.story.qualifier)
        return found[0] if found else None

    @property
    def statements(self) -> tuple[Body, ...]:
        return statements_of(self.document) if self.document else ()

    @property
    def attached(self) -> tuple[str, ...]:
        role = self.account.roles.get(self.story.role.rsplit("/", 1)[-1])
        return tuple(role.attached) if role else ()

    @property
    def reported(self) -> list[tuple[str | None, Ending]]:
        """What was reported: the journal's name of the fault, and its outcome."""
        return [
            (one["entry"], ending)
            for sent in alerts(self.notifier.sent)
            for one, ending in zip(findings(sent), endings(sent), strict=True)
        ]

    def run(self, now: datetime = NOW) -> tuple[Report, ...]:
        """Play all events, in order."""
        return tuple(self.guard.handle(trigger, now).report for trigger in self.story.triggers(now))

    def put_back(self, times: int) -> None:
        """Restore the policy from before the first repair, as a deployment tool would."""
        before = self.story.sandbox()
        if before.document is not None:
            self.account.functions["orders"].policies[self.story.qualifier] = (
                before.document,
                f"put back {times}",
            )
        for role in self.account.roles.values():
            role.attached.clear()

    def watched(self) -> tuple[str | None, ...]:
        """Play all events, and return the resource policy before them and after each call."""
        seen = [self.document]
        self.account.after = lambda _call: seen.append(self.document)
        self.run()
        return tuple(seen)


_ACTIONS: Final = (
    *LOGS,
    "logs:DeleteLogGroup",
    "logs:GetLogEvents",
    "s3:GetObject",
    "s3:DeleteBucket",
    "iam:PassRole",
)


def rights(sandbox: Sandbox) -> set[str]:
    """What the role may do."""
    facts = FunctionFacts(FunctionArn.parse(FUNCTION))
    role = read_facts(sandbox.guard.observer, facts, FactKind.ROLE).role
    if not isinstance(role, RoleFacts):
        return set()
    resource = f"arn:aws:logs:us-east-1:{OWN}:log-group:/aws/lambda/orders:log-stream:2026/01/31/1"
    who, known = IamPrincipal(role.arn, OWN), Context.of({}, unlisted=ABSENT)
    return {
        action
        for action in _ACTIONS
        if decide(
            Request(action, resource, who, known), identity=role.identity, boundary=role.boundary
        ).answer
        is EvalDecision.ALLOWED
    }


_ROLES: Final = (
    "role",
    "role",
    "role",
    "team/role",
    "missing",
    "aws-service-role/x.amazonaws.com/AWSServiceRole",
)
_TRUSTED: Final = (((), ()), ((), ()), ((PARTNER,), ()), ((), (TRUSTED_ORG,)), ((PARTNER,), (TRUSTED_ORG,)))
_BOUNDARIES: Final = (None, None, None, allow("*"), allow("s3:*"), allow("logs:*"))
_TREATMENTS: Final = (*(Treatment.REPAIR,) * 8, Treatment.ALERT, Treatment.IGNORE)
_REPORTED: Final = (Treatment.ALERT, Treatment.IGNORE)
_POLICY_KINDS: Final = (Kind.PERMISSION_ADDED, Kind.POLICY_WRITTEN, Kind.ALIAS_CHANGED, Kind.URL_CREATED)
_AGES: Final = (*(timedelta(minutes=3),) * 5, timedelta(hours=2))


@st.composite
def stories(draw: st.DrawFn, *, about_the_role: bool = False) -> Story:
    """Any story; the events in any order and some of them twice."""
    qualifier = draw(st.sampled_from((None, None, "live")))
    has_calls = draw(st.booleans())
    kinds = (Kind.FUNCTION_CREATED, Kind.FUNCTION_CHANGED) if about_the_role else _POLICY_KINDS
    return Story(
        statements=draw(policies(target_of(qualifier))),
        arrived=draw(st.integers(0, 5)),
        qualifier=qualifier,
        has_resource_policy_calls=has_calls,
        inline=tuple(draw(st.lists(st.sampled_from(_INLINE), max_size=2))),
        boundary=draw(st.sampled_from(_BOUNDARIES)),
        role=draw(st.sampled_from(_ROLES)),
        has_log_group=draw(st.booleans()),
        trusted=Trusted(OWN, *draw(st.sampled_from(_TRUSTED))),
        treatments={
            concern: draw(st.sampled_from(_REPORTED if concern in NEVER_REPAIRED else _TREATMENTS))
            for concern in Concern
        },
        repair_existing=draw(st.sampled_from((True, True, False))),
        kinds=tuple(draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=3))),
        age=draw(st.sampled_from(_AGES)),
    )
