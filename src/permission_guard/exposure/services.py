"""The calls that AWS services make, on behalf of strangers and of the trusted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Final, TypeAlias

from permission_guard.callers import CALLERS, Caller, Mark, Standing, caller_of, other_of
from permission_guard.exposure.actions import INVOKE_URL
from permission_guard.exposure.origins import Kin, Origin
from permission_guard.exposure.question import VIA_URL, Member, Question
from permission_guard.exposure.wildcards import REGIONS, Filling, account_of, service_of
from permission_guard.iam import ABSENT, Context, Service, Statement, Truth
from permission_guard.iam.pattern import Pattern
from permission_guard.iam.request import Values

_SHOW_A_STAR: Final = frozenset({"logs", "execute-api"})
"""Services whose real ARNs may hold a `*`: a log group's ends in `:*`, and `{proxy+}` becomes one (facts 4)."""

_Way: TypeAlias = tuple[tuple[Values, Kin], Values, Values]
"""SourceArn with how it stands to us, SourceAccount and EventSourceToken."""


def service_calls(asked: Question, origin: Origin, filling: Filling) -> Iterator[Member]:
    """Yield what the services that the policy is about could send on behalf of an account."""
    for service in _services(asked):
        yield from _calls(service, asked, origin, filling)


def _services(asked: Question) -> tuple[str, ...]:
    """The services that the policy names, and where it admits everyone or all but some, those that could come too."""
    named = [one.name for one in asked.named_principals() if one.type == "Service"]
    if any(map(_admits_everyone, asked.policy.statements)):
        named += _unnamed(asked.constants, named)
    return tuple(dict.fromkeys(named))


def _admits_everyone(statement: Statement) -> bool:
    """Tell whether a statement is about services that it does not name: `*`, and NotPrincipal with its exceptions."""
    principals = statement.principals
    return principals is not None and (principals.negated or any(one.is_anyone for one in principals.named))


def _unnamed(constants: Mapping[str, tuple[str, ...]], named: list[str]) -> Iterator[str]:
    """The services that conditions ask for, by name or by their ARNs, and one more that nobody named.

    The one more is S3 if it can be, whose ARNs carry no account: the hardest to keep out.
    """
    for key in ("aws:principalservicename", "aws:principalservicenameslist"):
        for text in constants.get(key, ()):
            pattern = Pattern(text, variables=False)
            known = (caller.principal for caller in CALLERS)
            yield from (one for one in known if pattern.match(one, Context()) is Truth.YES)
            yield text
    kinds = {service_of(arn) for arn in constants.get("aws:sourcearn", ())}
    yield from (caller.principal for caller in CALLERS if caller.service in kinds or not caller.owned)
    yield next(caller.principal for caller in CALLERS if caller.principal not in named)


def _calls(service: str, asked: Question, origin: Origin, filling: Filling) -> Iterator[Member]:
    caller = caller_of(service)
    arns = _source_arns(service, caller, asked, origin, filling)
    accounts, tokens = _accounts(service, caller, origin), _tokens(caller, asked, origin)
    yield from _sent(service, asked, origin, filling, product(arns, accounts, tokens))


def _sent(
    service: str, asked: Question, origin: Origin, filling: Filling, ways: Iterable[_Way]
) -> Iterator[Member]:
    """Yield each way of showing an ARN, an account and a token, by every route and from every place of the organisation."""
    paths = origin.paths(asked.constants.get("aws:sourceorgpaths", ()), filling)
    for ((arn, kin), account, token), via_url, path in product(ways, _routes(asked, origin), paths):
        keys: dict[str, str | Values] = {
            "aws:PrincipalIsAWSService": "true",
            "aws:PrincipalServiceName": service,
            "aws:PrincipalServiceNamesList": service,
            "aws:SourceArn": arn,
            "aws:SourceAccount": account,
            "aws:SourceOrgID": origin.organization_id,
            "aws:SourceOrgPaths": path,
            "lambda:EventSourceToken": token,
            "lambda:FunctionUrlAuthType": "AWS_IAM" if asked.action == INVOKE_URL else ABSENT,
            VIA_URL: via_url,
        }
        who = f"{service} acting for account {origin.account}"
        yield Member(asked.request(Service(service), keys), origin.named if token else kin, who)


def _source_arns(
    service: str, caller: Caller | None, asked: Question, origin: Origin, filling: Filling
) -> tuple[tuple[Values, Kin], ...]:
    """The ARNs that the service could show on behalf of this account, each with how it stands to us."""
    if _shows_a_token(service):
        return ((ABSENT, origin.kin),)
    found: dict[Values, Kin] = {}
    label = caller.service if caller else service.split(".", maxsplit=1)[0]
    for place in _places(asked):
        if caller:
            own = caller.arn(asked.subject, origin.account, name=filling.name, region=place)
        else:
            own = f"arn:{asked.subject.partition}:{label}:{place}:{origin.account}:{filling.name}"
        found[(own,)] = origin.kin
    for pattern in asked.constants.get("aws:sourcearn", ()):
        literal = pattern if label in _SHOW_A_STAR else None
        for arn in (filling.arn(pattern, label), literal):
            if arn is not None and account_of(arn) in {origin.account, ""} and _may_show(caller, arn):
                found.setdefault((arn,), origin.named)
        for arn in _namesakes(pattern, caller, asked, origin, filling):
            found.setdefault((arn,), origin.kin)
    if origin.is_foreign or caller is None or caller.source_arn is not Mark.SURE:
        found[ABSENT] = origin.kin
    return tuple(found.items())


def _may_show(caller: Caller | None, arn: str) -> bool:
    """Tell whether a service may show this ARN: one of which we are sure shows its own resources only."""
    return caller is None or caller.source_arn is not Mark.SURE or service_of(arn) == caller.service


def _namesakes(
    pattern: str, caller: Caller | None, asked: Question, origin: Origin, filling: Filling
) -> Iterator[str]:
    """ARNs of this account's whose names were chosen to fit the pattern; with a colon only if such ARNs have some."""
    if caller is None:
        return
    region = asked.subject.region
    head = caller.arn(asked.subject, origin.account, name="", region=region)
    for name in filling.names(pattern, head):
        if ":" in caller.resource or ":" not in name:
            yield caller.arn(asked.subject, origin.account, name=name, region=region)


def _places(asked: Question) -> tuple[str, ...]:
    """The function's own region, and another one that the policy does not name."""
    texts = [text for listed in asked.constants.values() for text in listed]
    others = (one for one in reversed(REGIONS[:4]) if one != asked.subject.region)
    unnamed = (one for one in (*others, *REGIONS) if not any(one in text for text in texts))
    return (asked.subject.region, next(unnamed, "us-west-2"))


def _shows_a_token(service: str) -> bool:
    other = other_of(service)
    return other is not None and other.standing is Standing.TOKEN


def _accounts(service: str, caller: Caller | None, origin: Origin) -> tuple[Values, ...]:
    """The ways to send SourceAccount: a friend's service sends what it is sure to, a stranger's may leave it out."""
    if _shows_a_token(service):
        return (ABSENT,)
    mark = caller.source_account if caller else Mark.UNSURE
    if mark is Mark.NEVER:
        return (ABSENT,)
    if mark is Mark.SURE and not origin.is_foreign:
        return ((origin.account,),)
    return ((origin.account,), ABSENT)


def _tokens(caller: Caller | None, asked: Question, origin: Origin) -> tuple[Values, ...]:
    """`lambda:EventSourceToken` binds a statement to one Alexa skill; another's skill shows another token.

    A service that shows an ARN shows no token.
    """
    named = asked.constants.get("lambda:eventsourcetoken", ())
    if caller is not None or not named:
        return (ABSENT,)
    if origin.is_foreign:
        filled = ((text.replace("*", "stranger"),) for text in named if "*" in text)
        return (("stranger",), *filled, ABSENT)
    return (*((text,) for text in named), ABSENT)


def _routes(asked: Question, origin: Origin) -> tuple[Values, ...]:
    """A service may come through the function's URL, as CloudFront does (facts 3.5).

    A stranger who does so is asked for under InvokeFunctionUrl, since "both permissions are required"
    (https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html).
    """
    return (ABSENT, ("true",)) if VIA_URL in asked.constants and not origin.is_foreign else (ABSENT,)
