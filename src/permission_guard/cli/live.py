"""A function as it is now, for `explain`: read from AWS with a person's own credentials, and what was read, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from permission_guard.cli.endings import Unusable, endings
from permission_guard.cli.given import Asked, Given, trusted_in
from permission_guard.facts import (
    GONE,
    NOT_READ,
    FunctionFacts,
    Look,
    PolicyFacts,
    RoleFacts,
    Trusted,
    Unreadable,
    Wired,
)
from permission_guard.finding import Verdict
from permission_guard.iam import ArnError
from permission_guard.iam.arn import named
from permission_guard.pipeline import look
from permission_guard.ports import Observer
from permission_guard.rules import judge
from permission_guard.rules.invoke_permission_names_its_source import callers

if TYPE_CHECKING:
    from permission_guard.aws.login import SessionOf

_LOGGING: Final = "arn:{}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


def as_it_is(
    text: str, given: Given, profile: str | None, region: str | None, opens: SessionOf | None = None
) -> Asked:
    """Read the function, version or alias that a name or an ARN means. Raises Unusable, NotDone and Again."""
    # `explain --policy` and --help do without AWS's libraries, which take a while to load.
    from permission_guard.aws import login  # noqa: PLC0415
    from permission_guard.aws.observe import AwsObserver  # noqa: PLC0415

    trusted = trusted_in(given.trusted_accounts, given.trusted_organizations)
    with endings():
        try:
            caller = login.log_in(profile, region, opens or login.session_of)
            function, qualifier = named(
                text, partition=caller.partition, region=caller.region, account=caller.account
            )
        except (login.NoLogin, ArnError) as error:
            raise Unusable(str(error)) from error
        clients = caller.clients.in_region(function.region)
        observer = AwsObserver(clients, _LOGGING.format(function.partition))
        whom = Trusted(function.account, *trusted)
        facts = look(observer, FunctionFacts(function, qualifier), Look.ROLE | Look.POLICY, whom)
        if facts.configuration is GONE:
            raise Unusable(f"{function} does not exist")
        facts = _with_wiring(facts, whom, observer)
    return Asked(facts, whom, (), tuple(_read(facts)))


def _with_wiring(facts: FunctionFacts, trusted: Trusted, observer: Observer) -> FunctionFacts:
    """Ask the services of open statements what is connected: that is what a repair would name."""
    for finding in judge(facts, trusted):
        for caller in callers(finding, facts) if finding.verdict is Verdict.FAIL else ():
            if caller.wired and facts.wiring(caller.principal) is NOT_READ:
                facts = facts.with_wiring(caller.principal, observer.wired(facts, caller.principal))
    return facts


def _read(facts: FunctionFacts) -> Iterator[str]:
    """Say what was read, one sentence for each thing."""
    role, policy = facts.role, facts.policy
    if isinstance(role, RoleFacts):
        names = ", ".join(one.name for one in role.identity) or "no policy at all"
        yield f"{role.arn}: {names}; {role.boundary.name if role.boundary else 'no permissions boundary'}"
        yield from map(str, role.unreadable)
    if isinstance(policy, PolicyFacts):
        count = len(policy.policy.statements) if policy.policy else 0
        yield f"the resource policy of {facts.target}: {count} statement{'' if count == 1 else 's'}"
    yield from (str(one) for one in (role, policy) if isinstance(one, Unreadable))
    for principal, wiring in facts.wirings:
        if isinstance(wiring, Wired):
            arns = ", ".join(dict.fromkeys(one.arn for one in wiring.sources))
            yield f"what {principal} is set up to invoke it for: {arns}"
        else:
            why = str(wiring) if isinstance(wiring, Unreadable) else wiring.why
            yield f"what {principal} is set up to invoke it for: {why}"
