"""The comparison of two policies, checked with random requests: a repair without loss refuses no trusted one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from random import Random

import pytest

from permission_guard.access import Change, compare
from permission_guard.iam import Effect, EvalDecision, Policy, Request, decide
from tests.access.random_policies import FUNCTION, ZONES, random_policy
from tests.access.random_requests import Sampler
from tests.thorough import examples

NOW = datetime(2026, 8, 22, tzinfo=UTC)
BLOCKS = 10


def another(policy: Policy, random: Random) -> Policy:
    """A policy that shares statements with the first: some left out, some conditions dropped, some added."""
    statements = list(policy.statements)
    other = random_policy(random)
    draw = random.random()
    if draw < 0.3:
        statements += [one for one in other.statements if one.effect is Effect.DENY]
    elif draw < 0.6:
        statements = [one for one in statements if one.effect is Effect.ALLOW or random.random() < 0.5]
    elif draw < 0.8:
        statements += [one for one in other.statements if one.effect is Effect.ALLOW]
    else:
        statements = list(other.statements)
    return Policy(policy.name, tuple(statements), policy.version)


def allowed_by_one_alone(requests: Iterable[Request], one: Policy, other: Policy) -> Request | None:
    for request in requests:
        refused = decide(request, resource=other).answer in {EvalDecision.DENIED, EvalDecision.NOT_ALLOWED}
        if refused and decide(request, resource=one).answer is EvalDecision.ALLOWED:
            return request
    return None


def check(seed: int) -> None:
    random = Random(seed)
    before, trusted = random_policy(random), random.choice(ZONES)
    after = another(before, random)
    result = compare(before, after, FUNCTION, trusted, NOW)
    for change, witness, one, other in (
        (result.lost, result.lost_request, before, after),
        (result.admitted, result.admitted_request, after, before),
    ):
        if change is Change.SOME:
            assert witness is not None
            assert allowed_by_one_alone([witness.request], one, other) is witness.request
    # What EventBridge's requests show of the account nobody knows, so that they are neither lost nor admitted.
    if result.lost is Change.NONE:
        assert (
            allowed_by_one_alone(Sampler(before, trusted, NOW, random).trusted(60), before, after) is None
        ), seed
    if result.admitted is Change.NONE:
        sampler = Sampler(after, trusted, NOW, random)
        requests = [*sampler.trusted(30), *sampler.untrusted(30)]
        assert allowed_by_one_alone(requests, after, before) is None, seed


@pytest.mark.parametrize("block", range(BLOCKS))
def test_no_trusted_request_is_lost_and_none_admitted_where_the_comparison_says_so(block: int) -> None:
    size = examples(500, 20_000) // BLOCKS
    for seed in range(block * size, (block + 1) * size):
        check(seed)
