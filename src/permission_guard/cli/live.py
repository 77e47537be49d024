"""A function as it is now, for `explain`: read from AWS with a person's own credentials, and what was read, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from permission_guard.cli.errors import Unusable, endings
from permission_guard.cli.explain_input import ExplainInput, ExplainOptions, trusted_in
from permission_guard.cli.rows import counted
from permission_guard.iam import ArnError
from permission_guard.iam.arn import named
from permission_guard.model.facts import (
    GONE,
    FactKind,
    FunctionFacts,
    PolicyFacts,
    RoleFacts,
    Trusted,
    Unreadable,
)
from permission_guard.read import read_facts

if TYPE_CHECKING:
    from permission_guard.aws.login import SessionOf

_LOGGING: Final = "arn:{}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


def as_it_is(
    text: str, given: ExplainOptions, profile: str | None, region: str | None, opens: SessionOf | None = None
) -> ExplainInput:
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
        facts = read_facts(observer, FunctionFacts(function, qualifier), FactKind.ROLE | FactKind.POLICY)
        if facts.configuration is GONE:
            raise Unusable(f"Function {function} was not found.")
    return ExplainInput(facts, Trusted(function.account, *trusted), (), tuple(_read(facts)))


def _read(facts: FunctionFacts) -> Iterator[str]:
    """Say what was read, one sentence for each thing."""
    role, policy = facts.role, facts.policy
    if isinstance(role, RoleFacts):
        names = ", ".join(one.name for one in role.identity) or "no policies"
        yield f"{role.arn}: {names}; {role.boundary.name if role.boundary else 'no permissions boundary'}"
        yield from map(str, role.every_unreadable)
    if isinstance(policy, PolicyFacts):
        count = len(policy.policy.statements) if policy.policy else 0
        yield f"the resource policy of {facts.target}: {counted(count, 'statement')}"
    yield from (str(one) for one in (role, policy) if isinstance(one, Unreadable))
