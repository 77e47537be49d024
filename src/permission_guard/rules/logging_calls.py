"""The calls to CloudWatch Logs that Lambda makes with an execution role, and whether the role's policies allow them all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from typing import Final, TypeAlias

from permission_guard.access.granted import Granted, Resources
from permission_guard.frozen import frozen
from permission_guard.iam import (
    Context,
    Decision,
    EvalDecision,
    IamPrincipal,
    Request,
    ServicePrincipal,
    decide,
)
from permission_guard.model.facts import Configuration, FunctionFacts, RoleFacts, Subject, is_version
from permission_guard.rules.log_streams import LATEST, Streams, streams
from permission_guard.rules.role_session import sessions, without_tags

_EDGE: Final = "edgelambda.amazonaws.com"
_EDGE_HOME: Final = "us-east-1"
_EDGE_ELSEWHERE: Final = (
    *("eu-west-1", "eu-west-2", "eu-central-1", "us-east-2", "us-west-1", "us-west-2", "sa-east-1"),
    *("ap-south-1", "ap-northeast-1", "ap-northeast-2", "ap-southeast-1", "ap-southeast-2"),
)
"""The other Regions of CloudFront's regional edge caches (https://aws.amazon.com/cloudfront/features/), where Lambda@Edge runs."""
_STREAM_ACTIONS: Final = ("logs:CreateLogStream", "logs:PutLogEvents")
CREATE_GROUP: Final = "logs:CreateLogGroup"
ACTIONS: Final = (CREATE_GROUP, *_STREAM_ACTIONS)
"""Everything that Lambda calls with an execution role to write logs."""
_RANK: Final = (EvalDecision.ALLOWED, EvalDecision.UNDECIDED, EvalDecision.NOT_ALLOWED, EvalDecision.DENIED)
REFUSED: Final = frozenset({EvalDecision.NOT_ALLOWED, EvalDecision.DENIED})

Asked: TypeAlias = tuple[Request, Decision]
_Missed: TypeAlias = Callable[[Request, Resources], str | None]


@frozen
class LogDestination:
    """Where Lambda writes a function's logs, and in which sessions. `group` is the log group's ARN."""

    group: str
    streams: Streams
    sessions: tuple[Context, ...]
    is_here: bool
    """Whether it is the function's own Region, not the edge."""


def own_region(facts: FunctionFacts, role: RoleFacts, configuration: Configuration) -> LogDestination:
    """Return where the function writes its logs in its own Region."""
    function = facts.arn
    versions = (facts.qualifier,) if is_version(facts.qualifier) else (LATEST, None)
    group = configuration.log_group
    names = () if group == f"/aws/lambda/{function.name}" else (function.name,)
    arn = _group(function, function.region, group)
    context = sessions(role, function, function.region, facts.at, at_the_edge=False)
    return LogDestination(arn, streams(arn, names, versions), context, is_here=True)


def edge(facts: FunctionFacts, role: RoleFacts, configuration: Configuration) -> Iterator[LogDestination]:
    """Yield where Lambda@Edge writes the logs in other Regions, if it may assume the role.

    "The log group name is formatted: /aws/lambda/us-east-1.function-name" in the region where the function ran; custom
    names get no prefix (AmazonCloudFront/latest/DeveloperGuide/edge-functions-logs.html). Only published versions run
    there; whether their streams in a group of one's own have the prefix before the function's name, no page says.
    """
    function = facts.arn
    trusted = trust_in_the_edge(role)
    if function.region != _EDGE_HOME or trusted is None or trusted[1].answer in REFUSED:
        return
    prefixed = f"{_EDGE_HOME}.{function.name}"
    group, names = configuration.log_group, tuple[str, ...]((function.name, prefixed))
    if group == f"/aws/lambda/{function.name}":
        group, names = f"/aws/lambda/{prefixed}", ()
    for region in _EDGE_ELSEWHERE:
        arn = _group(function, region, group)
        context = sessions(role, function, region, facts.at, at_the_edge=True)
        yield LogDestination(arn, streams(arn, names, (None,)), context, is_here=False)


def trust_in_the_edge(role: RoleFacts) -> Asked | None:
    """Return whether Lambda@Edge may assume the role; only its functions need that (lambda-edge-permissions.html).

    None if the role's trust policy has not been read.
    """
    if role.trust is None:
        return None
    asked = Request("sts:AssumeRole", role.arn, ServicePrincipal(_EDGE))
    return asked, decide(asked, resource=role.trust)


def _group(function: Subject, region: str, name: str) -> str:
    return f"arn:{function.partition}:logs:{region}:{function.account}:log-group:{name}"


@frozen
class LoggingCalls:
    """The calls to one destination, evaluated by the role's policies. Its methods raise BudgetSpent.

    `with_group` is whether CreateLogGroup counts: it is not needed once the group exists (facts 5.1).
    """

    place: LogDestination
    role: RoleFacts
    granted: Granted

    def doubtful(self, *, with_group: bool) -> Asked | None:
        """Return a call that is or may be refused; None if every call is certainly allowed."""
        every = self.place.streams.every
        for session in self.place.sessions:
            found = self._stream(session, every, self.granted.not_surely_allowed)
            if found is None and with_group:
                group = self._create_group(session)
                found = group if group[1].answer is not EvalDecision.ALLOWED else None
            if found is not None:
                return found
        return None

    def refused(self, *, with_group: bool) -> Asked | None:
        """Return a call that is certainly refused; None if all may be allowed."""
        every: list[Asked] = []
        for session, case in product(self.place.sessions, self.place.streams.cases):
            found = self._refused(session, case, with_group=with_group)
            if found is None:
                return None
            every.append(found)
        return every[0]

    def example(self) -> Asked:
        """Return one of the calls."""
        every = self.place.streams.every
        return self._decided(
            self._request(_STREAM_ACTIONS[0], every.example, without_tags(self.place.sessions[0]))
        )

    def answers(self, asked: Request) -> frozenset[EvalDecision]:
        """Return the decisions on a call in all sessions."""
        return frozenset(self._decided(replace(asked, context=one))[1].answer for one in self.place.sessions)

    def _refused(self, session: Context, case: Resources, *, with_group: bool) -> Asked | None:
        found = self._stream(session, case, self.granted.refused)
        if found is not None or not with_group:
            return found
        group = self._create_group(session)
        return group if group[1].answer in REFUSED else None

    def _stream(self, session: Context, among: Resources, missed: _Missed) -> Asked | None:
        for action in _STREAM_ACTIONS:
            asked = self._request(action, among.start, without_tags(session))
            stream = missed(asked, among)
            if stream is not None:
                return self._decided(replace(asked, resource=stream))
        return None

    def _create_group(self, session: Context) -> Asked:
        """Evaluate CreateLogGroup by the form of the ARN with the better result: both have been recorded (facts 5.1)."""
        group = self.place.group
        both = (self._request(CREATE_GROUP, one, session) for one in (group, f"{group}:log-stream:"))
        return min(map(self._decided, both), key=lambda one: _RANK.index(one[1].answer))

    def _request(self, action: str, resource: str, context: Context) -> Request:
        account = resource.split(":")[4]
        return Request(action, resource, IamPrincipal(self.role.arn, account), context)

    def _decided(self, asked: Request) -> Asked:
        return asked, decide(asked, identity=self.role.identity, boundary=self.role.boundary)
