"""The analysis, checked with random requests and the evaluator in iam: no pass where an untrusted request is allowed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random

import pytest

from permission_guard.access import EVERY, Access, Analysis, Scale, Target
from permission_guard.iam import Effect, EvalDecision, Policy, Request, ServicePrincipal, Statement, decide
from permission_guard.model.facts import Trusted
from permission_guard.services import service_of
from tests.access.random_policies import FUNCTION, OURS, OWN, PARTNER, UNTRUSTED, ZONES, random_policy
from tests.access.random_requests import Sampler
from tests.thorough import examples

NOW = datetime(2026, 8, 22, tzinfo=UTC)
BLOCKS = 20
KEPT = (39820, 112551)
"""Seeds that found a mistake once."""


def _alone(policy: Policy, allow: Statement) -> Policy:
    """The Allow with all Denies: what its answer is about."""
    kept = tuple(one for one in policy.statements if one.effect is Effect.DENY or one is allow)
    return Policy(policy.name, kept, policy.version)


def _of_undocumented_form(request: Request) -> bool:
    """Whether the request has an ARN that the service never sends: a statement that only this ARN can meet is dead."""
    arn = (request.context.values("aws:sourcearn") or ("",))[0]
    service = service_of(request.principal.name) if isinstance(request.principal, ServicePrincipal) else None
    if service is None or ":::" not in arn:
        return False
    return service.namespace != arn.split(":")[2] or (not service.owned and "/" in arn)


def check(seed: int, zones: Sequence[Trusted] = ZONES) -> None:
    """Analyze one random policy, and evaluate random requests."""
    random = Random(seed)
    policy, trusted = random_policy(random), random.choice(zones)
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


MANY = tuple(str(700_000_000_000 + one * 191_919_191) for one in range(200))
LARGE = (
    Trusted(OWN, (PARTNER, *MANY), (OURS,)),
    Trusted(OWN, (*MANY, *(f"12345678901{digit}" for digit in range(10))), (OURS, "o-other00001")),
    Trusted(OWN, (PARTNER, *UNTRUSTED[:2], *(f"12345678901{digit}" for digit in range(9)))),
)
"""Zones of trust with many accounts. Some of them hold accounts that the policies name."""


@pytest.mark.parametrize("block", range(4))
def test_the_same_is_true_of_a_large_zone_of_trust(block: int) -> None:
    size = examples(400, 40_000) // 4
    for seed in range(block * size, (block + 1) * size):
        check(seed, LARGE)


@pytest.mark.parametrize("seed", KEPT)
def test_a_case_that_was_answered_wrongly_once_is_answered_rightly(seed: int) -> None:
    check(seed)
