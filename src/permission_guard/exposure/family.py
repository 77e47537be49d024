"""Families of requests to invoke a function: what strangers could send, and what the trusted would.

They are built from the policy's own constants: a bound is only as good as what stands outside it, so the strangers come
with foreign accounts, with every wildcard filled in by a name of theirs, with keys present and absent, and always in
combinations that AWS could really produce (a service acting for account X never shows an ARN of account Y).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Final

from permission_guard.callers import CALLERS, Caller, Mark, caller_of
from permission_guard.exposure.origins import Kin, Origin, domestic, foreign
from permission_guard.exposure.wildcards import Filling, account_of, constants
from permission_guard.facts import Trusted
from permission_guard.iam import (
    ABSENT,
    Anonymous,
    Context,
    FunctionArn,
    IamPrincipal,
    Policy,
    Principal,
    Request,
    Statement,
    Truth,
)
from permission_guard.iam import Service as ServicePrincipal
from permission_guard.iam.pattern import Pattern
from permission_guard.iam.principal import NamedPrincipal
from permission_guard.iam.request import Values

INVOKE: Final = "lambda:InvokeFunction"
INVOKE_URL: Final = "lambda:InvokeFunctionUrl"

_CHOSEN_BY_CALLER: Final = ("aws:principaltag/", "aws:useragent", "aws:referer", "aws:username", "aws:userid")
"""Keys that whoever calls from an account of his own can set as he likes."""

_VIA_URL: Final = "lambda:invokedviafunctionurl"


@dataclass(frozen=True, slots=True)
class Member:
    """One request of a family, and who makes it."""

    request: Request
    kin: Kin
    who: str


@dataclass(frozen=True, slots=True)
class Families:
    """The strangers and the friends of one policy of one function, for one action of invoking."""

    policy: Policy
    function: FunctionArn
    target: str
    action: str
    trusted: Trusted
    _constants: Mapping[str, tuple[str, ...]] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_constants", constants(self.policy))

    def strangers(self) -> Iterator[Member]:
        """Every request that somebody who is not trusted could make."""
        if self.action == INVOKE_URL:
            yield Member(self._request(Anonymous(), {}), Kin.STRANGER, "anyone on the internet")
        for origin in foreign(self.policy, self._constants, self.trusted):
            yield from self._from(origin, "stranger")

    def friends(self) -> Iterator[Member]:
        """The requests that trusted callers make: those the policy names, and others of the same kind."""
        for origin in domestic(self._constants, self.trusted):
            yield from self._from(origin, "example")

    def _from(self, origin: Origin, name: str) -> Iterator[Member]:
        filling = Filling(self.function, origin.account, name)
        for arn, kin in self._principal_arns(origin, filling):
            yield from self._principal_requests(arn, kin, origin, filling)
        for service in self._services():
            yield from self._service_requests(service, origin, filling)

    def _named_principals(self) -> Iterator[NamedPrincipal]:
        for statement in self.policy.statements:
            if statement.principals:
                yield from statement.principals.named

    # Services

    def _services(self) -> tuple[str, ...]:
        """The services that the policy names, and where it admits everyone or all but some, those that could come too."""
        named = [one.name for one in self._named_principals() if one.type == "Service"]
        if any(map(_admits_everyone, self.policy.statements)):
            named += self._unnamed_services(named)
        return tuple(dict.fromkeys(named))

    def _unnamed_services(self, named: list[str]) -> Iterator[str]:
        """The services that conditions ask for, by name or by their ARNs, and one more that nobody named.

        The one more is S3 if it can be, whose ARNs carry no account: the hardest to keep out.
        """
        for key in ("aws:principalservicename", "aws:principalservicenameslist"):
            for text in self._constants.get(key, ()):
                pattern = Pattern(text, variables=False)
                known = (caller.principal for caller in CALLERS)
                yield from (one for one in known if pattern.match(one, Context()) is Truth.YES)
                yield text
        arns = self._constants.get("aws:sourcearn", ())
        kinds = {arn.split(":")[2] for arn in arns if arn.count(":") > 1}
        yield from (caller.principal for caller in CALLERS if caller.service in kinds or not caller.owned)
        yield next(caller.principal for caller in CALLERS if caller.principal not in named)

    def _service_requests(self, service: str, origin: Origin, filling: Filling) -> Iterator[Member]:
        caller = caller_of(service)
        arns = self._source_arns(service, caller, origin, filling)
        for (arn, kin), account, token in product(arns, self._accounts(caller, origin), self._tokens(origin)):
            keys: dict[str, str | Values] = {
                "aws:PrincipalIsAWSService": "true",
                "aws:PrincipalServiceName": service,
                "aws:PrincipalServiceNamesList": service,
                "aws:SourceArn": arn,
                "aws:SourceAccount": account,
                "aws:SourceOrgID": origin.organization_id,
                "aws:SourceOrgPaths": origin.path(self._constants.get("aws:sourceorgpaths", ()), filling),
                "lambda:EventSourceToken": token,
                "lambda:FunctionUrlAuthType": "AWS_IAM" if self.action == INVOKE_URL else ABSENT,
            }
            who = f"{service} acting for account {origin.account}"
            yield Member(self._request(ServicePrincipal(service), keys), origin.named if token else kin, who)

    def _source_arns(
        self, service: str, caller: Caller | None, origin: Origin, filling: Filling
    ) -> tuple[tuple[Values, Kin], ...]:
        """The ARNs that the service could show on behalf of this account, each with how it stands to us."""
        found: dict[Values, Kin] = {}
        elsewhere = "us-west-2" if self.function.region != "us-west-2" else "us-east-1"
        for region in (self.function.region, elsewhere):
            if caller:
                own = caller.arn(self.function, origin.account, name=filling.name, region=region)
            else:
                label = service.split(".", maxsplit=1)[0]
                own = f"arn:{self.function.partition}:{label}:{region}:{origin.account}:{filling.name}"
            found[(own,)] = origin.kin
        for pattern in self._constants.get("aws:sourcearn", ()):
            arn = filling.arn(pattern)
            if arn is not None and account_of(arn) in {origin.account, ""}:
                found.setdefault((arn,), origin.named)
            for arn in self._namesakes(pattern, caller, origin, filling):
                found.setdefault((arn,), origin.kin)
        if origin.is_foreign or caller is None or caller.source_arn is not Mark.SURE:
            found[ABSENT] = origin.kin
        return tuple(found.items())

    def _namesakes(
        self, pattern: str, caller: Caller | None, origin: Origin, filling: Filling
    ) -> Iterator[str]:
        """ARNs of a stranger's whose names were chosen to fit the pattern; with a colon only if such ARNs have some."""
        if caller is None or not origin.is_foreign:
            return
        region = self.function.region
        head = caller.arn(self.function, origin.account, name="", region=region)
        for name in filling.names(pattern, head):
            if ":" in caller.resource or ":" not in name:
                yield caller.arn(self.function, origin.account, name=name, region=region)

    def _accounts(self, caller: Caller | None, origin: Origin) -> tuple[Values, ...]:
        """The ways to send SourceAccount: a friend's service sends what it is sure to, a stranger's may leave it out."""
        mark = caller.source_account if caller else Mark.UNSURE
        if mark is Mark.NEVER:
            return (ABSENT,)
        if mark is Mark.SURE and not origin.is_foreign:
            return ((origin.account,),)
        return ((origin.account,), ABSENT)

    def _tokens(self, origin: Origin) -> tuple[Values, ...]:
        """`lambda:EventSourceToken` binds a statement to one Alexa skill; another's skill shows another token."""
        named = self._constants.get("lambda:eventsourcetoken", ())
        if not named:
            return (ABSENT,)
        if origin.is_foreign:
            return (
                ("stranger",),
                *((text.replace("*", "stranger"),) for text in named if "*" in text),
                ABSENT,
            )
        return (*((text,) for text in named), ABSENT)

    # Principals of IAM

    def _principal_arns(self, origin: Origin, filling: Filling) -> tuple[tuple[str, Kin], ...]:
        roles = f"arn:{self.function.partition}:iam::{origin.account}:role/"
        found = {f"{roles}{filling.name}": origin.kin}
        named = (
            one.name
            for one in self._named_principals()
            if one.type == "AWS" and not one.name.endswith(":root")
        )
        for pattern in (*named, *self._constants.get("aws:principalarn", ())):
            arn = filling.arn(pattern)
            if arn is not None and account_of(arn) == origin.account:
                found.setdefault(arn, origin.named)
        if origin.is_foreign:
            for pattern in self._constants.get("aws:principalarn", ()):
                names = (name for name in filling.names(pattern, roles) if ":" not in name)
                found.update((f"{roles}{name}", origin.kin) for name in names)
        return tuple(found.items())

    def _principal_requests(self, arn: str, kin: Kin, origin: Origin, filling: Filling) -> Iterator[Member]:
        principal = IamPrincipal(arn, origin.account, _session(arn))
        authentications: tuple[Values, ...] = (
            (("AWS_IAM",), ("NONE",)) if self.action == INVOKE_URL else (ABSENT,)
        )
        for chosen, authentication in product(self._choices(origin, filling), authentications):
            keys: dict[str, str | Values] = {
                "aws:PrincipalArn": arn,
                "aws:PrincipalAccount": origin.account,
                "aws:PrincipalType": "AssumedRole",
                "aws:PrincipalOrgID": origin.organization_id,
                "aws:PrincipalOrgPaths": origin.path(
                    self._constants.get("aws:principalorgpaths", ()), filling
                ),
                "lambda:FunctionUrlAuthType": authentication,
                **chosen,
            }
            yield Member(
                self._request(principal, keys, tagged=True), kin, f"{arn} of account {origin.account}"
            )

    def _choices(self, origin: Origin, filling: Filling) -> tuple[dict[str, Values], ...]:
        """What a caller puts into the keys of his own choosing: what the policy wants, something else, nothing.

        A friend may also come through the function's URL. A stranger who does so is asked for under InvokeFunctionUrl,
        since "both permissions are required" (https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html).
        """
        keys = [key for key in self._constants if key.startswith(_CHOSEN_BY_CALLER)]
        choices: list[dict[str, Values]] = [{}]
        if keys:
            choices = [{key: (filling.text(self._constants[key][0]),) for key in keys}]
            choices += [dict.fromkeys(keys, (filling.name,)), dict.fromkeys(keys, ABSENT)]
        if _VIA_URL in self._constants and not origin.is_foreign:
            choices += [{**choice, _VIA_URL: ("true",)} for choice in choices]
        return tuple(choices)

    def _request(
        self, principal: Principal, keys: Mapping[str, str | Values], *, tagged: bool = False
    ) -> Request:
        """Build a request to this function; what is not said of it but could be told from outside is absent."""
        context = Context.of(
            {
                **dict.fromkeys(_NOT_SENT, ABSENT),
                "aws:PrincipalIsAWSService": "false",
                "aws:SecureTransport": "true",
                "aws:RequestedRegion": self.function.region,
                "aws:ResourceAccount": self.function.account,
                "lambda:FunctionUrlAuthType": "NONE" if self.action == INVOKE_URL else ABSENT,
            },
            complete=() if tagged else ("aws:PrincipalTag/",),
        )
        return Request(self.action, self.target, principal, context.with_keys(keys))


_NOT_SENT: Final = (
    "aws:PrincipalServiceName",
    "aws:PrincipalServiceNamesList",
    "aws:PrincipalArn",
    "aws:PrincipalAccount",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:SourceArn",
    "aws:SourceAccount",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:MultiFactorAuthPresent",
    "lambda:EventSourceToken",
    "lambda:InvokedViaFunctionUrl",
    "lambda:SourceFunctionArn",
)
"""Keys that a request has only if its sender gives them a value."""


def _admits_everyone(statement: Statement) -> bool:
    """Tell whether a statement is about services that it does not name: `*`, and NotPrincipal with its exceptions."""
    principals = statement.principals
    return principals is not None and (principals.negated or any(one.is_anyone for one in principals.named))


def _session(arn: str) -> str | None:
    """Return the ARN of a session of a role; None for a user or the root."""
    head, found, path = arn.partition(":role/")
    return (
        f"{head.replace(':iam:', ':sts:')}:assumed-role/{path.rsplit('/', 1)[-1]}/session" if found else None
    )
