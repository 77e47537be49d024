"""The analysis against random requests and the ordinary evaluator: no pass where an untrusted request is allowed."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

import pytest

from permission_guard.access import EVERY, Access, Analysis, Scale, Target
from permission_guard.iam import Effect, EvalDecision, Policy, Request, ServicePrincipal, Statement, decide
from permission_guard.services import service_of
from tests.access.random_policies import FUNCTION, ZONES, random_policy
from tests.access.random_requests import Sampler
from tests.thorough import examples

NOW = datetime(2026, 8, 22, tzinfo=UTC)
BLOCKS = 20
KEPT = (39820, 112551)
"""Seeds that once found a fault."""


def _alone(policy: Policy, allow: Statement) -> Policy:
    """The Allow with all Denies: what its answer is about."""
    kept = tuple(one for one in policy.statements if one.effect is Effect.DENY or one is allow)
    return Policy(policy.name, kept, policy.version)


def _of_undocumented_form(request: Request) -> bool:
    """An ARN of no account that the service does not show: a statement that only it could meet is reported as dead."""
    arn = (request.context.values("aws:sourcearn") or ("",))[0]
    service = service_of(request.principal.name) if isinstance(request.principal, ServicePrincipal) else None
    if service is None or ":::" not in arn:
        return False
    return service.namespace != arn.split(":")[2] or (not service.owned and "/" in arn)


def check(seed: int) -> None:
    """Analyze one random policy and put random requests to it."""
    random = Random(seed)
    policy, trusted = random_policy(random), random.choice(ZONES)
    for allow in (one for one in policy.statements if one.effect is Effect.ALLOW):
        alone = _alone(policy, allow)
        answer = Analysis.of(alone, Target.of(FUNCTION), trusted, NOW).answer(allow, EVERY)
        assert not answer.disagreement, seed
        sampler = Sampler(alone, trusted, NOW, random)
        if answer.access in {Access.OPEN, Access.NAMED}:
            assert answer.witness is not None
            assert decide(answer.witness.request, resource=alone).answer is EvalDecision.ALLOWED
            assert answer.witness.account not in trusted.all_accounts
        if answer.access is Access.CLOSED:
            for request in sampler.untrusted(40):
                if answer.scale is Scale.DEAD and _of_undocumented_form(request):
                    continue
                assert decide(request, resource=alone).answer is not EvalDecision.ALLOWED, (
                    seed,
                    allow.index,
                    request,
                )
        if answer.scale is Scale.DEAD:
            for request in sampler.trusted(40):
                assert decide(request, resource=alone).answer is not EvalDecision.ALLOWED, (
                    seed,
                    allow.index,
                    request,
                )


@pytest.mark.parametrize("block", range(BLOCKS))
def test_no_pass_where_a_random_untrusted_request_is_allowed_and_every_witness_is_accepted(
    block: int,
) -> None:
    size = examples(2_000, 200_000) // BLOCKS
    for seed in range(block * size, (block + 1) * size):
        check(seed)


@pytest.mark.parametrize("seed", KEPT)
def test_a_case_that_was_answered_wrongly_once_is_answered_rightly(seed: int) -> None:
    check(seed)
