"""The search over clauses, compared with an enumeration of tags."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest

from permission_guard.access import Access
from permission_guard.iam import ABSENT, Context, EvalDecision, IamPrincipal, Request, decide
from permission_guard.iam.policy import Json
from tests.access.setting import FUNCTION, UNTRUSTED, allow, answer, deny, policy
from tests.thorough import examples

KEYS = tuple(f"aws:PrincipalTag/{number}" for number in range(3))
VALUES = (ABSENT, ("",), ("1",), ("2",), ("12",), ("1x",), ("x2",), ("1x2",), ("x",))
"""One value of each class that the patterns distinguish."""
WHOLE = ("StringEquals", "StringNotEquals", "StringEqualsIfExists", "ForAnyValue:StringNotEquals")
LIKE = ("StringLike", "StringNotLike", "ForAllValues:StringLike")


def conditions(random: Random) -> Json:
    block: dict[str, dict[str, Json]] = {}
    for _ in range(random.choice((1, 2, 2, 3))):
        operators, values = random.choice(((WHOLE, ("1", "2", "12")), (LIKE, ("1*", "*2", "1"))))
        block.setdefault(random.choice(operators), {})[random.choice(KEYS)] = random.choice(values)
    return dict(block)


@pytest.mark.parametrize("block", range(4))
def test_a_named_account_has_access_exactly_if_some_tags_pass_every_deny(block: int) -> None:
    size = examples(25, 1_000)
    arn = f"arn:aws:iam::{UNTRUSTED}:role/x"
    principal = IamPrincipal(arn, UNTRUSTED, arn.replace(":role/", ":assumed-role/") + "/session")
    for seed in range(block * size, (block + 1) * size):
        random = Random(seed)
        statements = [allow({"AWS": UNTRUSTED}, conditions(random))]
        statements += [deny(conditions(random)) for _ in range(random.choice((3, 6, 12, 30)))]
        document = policy(*statements)
        contexts = (
            Context.of(dict(zip(KEYS, values, strict=True)), unlisted=ABSENT)
            for values in product(VALUES, repeat=len(KEYS))
        )
        requests = (Request("lambda:InvokeFunction", FUNCTION, principal, context) for context in contexts)
        allowed = any(decide(one, resource=document).answer is EvalDecision.ALLOWED for one in requests)

        assert answer(*statements).access is (Access.NAMED if allowed else Access.CLOSED), seed
