"""Keys that hang together against enumeration: the services that pass a call on, and the function that makes it."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest

from permission_guard.access import Access
from permission_guard.iam import Context, EvalDecision, IamPrincipal, Request, decide
from permission_guard.iam.policy import Json
from permission_guard.iam.request import ABSENT, Values
from tests.access.setting import FUNCTION, OWN, UNTRUSTED, allow, answer, deny, policy

A, B = "athena.amazonaws.com", "glue.amazonaws.com"
CHAINS: tuple[tuple[str, ...], ...] = ((A,), (B,), (A, B), (B, A), (A, B, A))
ACCOUNTS = (UNTRUSTED, "888888888888")


def requests() -> list[Request]:
    """Every request of a role of two accounts, called directly or by a chain, with and without a function."""
    found = []
    for account, chain, function in product(ACCOUNTS, ((), *CHAINS), (True, False)):
        role = f"arn:aws:iam::{account}:role/x"
        arn = f"arn:aws:lambda:us-east-1:{account}:function:x"
        keys: dict[str, Values] = {
            "aws:principalarn": (role,),
            "aws:principalaccount": (account,),
            "aws:viaawsservice": ("true" if chain else "false",),
            "aws:calledvia": chain or ABSENT,
            "aws:calledviafirst": chain[:1] or ABSENT,
            "aws:calledvialast": chain[-1:] or ABSENT,
            "lambda:sourcefunctionarn": (arn,) if function else ABSENT,
        }
        caller = IamPrincipal(role, account, f"arn:aws:sts::{account}:assumed-role/x/me")
        found.append(Request("lambda:InvokeFunction", FUNCTION, caller, Context.of(keys, unlisted=ABSENT)))
    return found


CHAIN = ("aws:CalledVia", "aws:CalledVia", "aws:CalledViaFirst", "aws:CalledViaLast", "aws:ViaAWSService")


def condition(random: Random) -> tuple[str, str, str]:
    """Draw an operator, a key and a value."""
    key = random.choice((*CHAIN, "lambda:SourceFunctionArn", "aws:PrincipalAccount"))
    if random.random() < 0.2:
        return "Null", key, random.choice(("true", "false"))
    if key == "aws:ViaAWSService":
        return "Bool", key, random.choice(("true", "false"))
    negated = random.choice(("", "Not"))
    if key == "lambda:SourceFunctionArn":
        return f"Arn{negated}Like", key, f"arn:aws:lambda:*:{random.choice((*ACCOUNTS, '8*', OWN))}:*"
    if key == "aws:PrincipalAccount":
        return f"String{negated}Like", key, random.choice((*ACCOUNTS, "9*", "8*"))
    many = random.choice(("ForAnyValue:", "ForAllValues:")) if key == "aws:CalledVia" else ""
    return f"{many}String{negated}Like", key, random.choice((A, B, "a*", "g*", "*"))


def conditions(random: Random) -> Json:
    found: dict[str, dict[str, str]] = {}
    for _ in range(random.choice((1, 2, 3))):
        operator, key, value = condition(random)
        found.setdefault(operator, {})[key] = value
    return found


@pytest.mark.parametrize("block", range(4))
def test_a_statement_that_admits_a_chain_of_services_or_a_calling_function_is_never_closed(
    block: int,
) -> None:
    every = requests()
    for seed in range(block * 100, block * 100 + 100):
        random = Random(seed)
        statements = (
            allow("*", conditions(random)),
            *(deny(conditions(random)) for _ in range(random.choice((0, 1, 2)))),
        )
        result = answer(*statements)
        allowed = any(
            decide(one, resource=policy(*statements)).answer is EvalDecision.ALLOWED for one in every
        )
        if result.access is Access.CLOSED:
            assert not allowed, seed
        assert not result.disagreement, seed
        if result.access in {Access.OPEN, Access.NAMED} and result.witness:
            shown = result.witness.request.context
            chain = shown.values("aws:calledvia")
            for key, end in (("aws:calledviafirst", 0), ("aws:calledvialast", -1)):
                one = shown.values(key)
                assert not chain or not one or one[0] == chain[end], seed
