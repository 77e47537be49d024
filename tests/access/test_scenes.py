"""What an analysis is about: the ids that policies name, the parts of the world, and a name that no policy spells."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from permission_guard.access.meter import Meter
from permission_guard.access.scene import Scene, Side, Target
from permission_guard.iam import Policy
from permission_guard.iam.policy import Json
from permission_guard.model.facts import Trusted
from tests.access.setting import (
    ALONE,
    FUNCTION,
    IN_ORGANIZATION,
    NOW,
    OURS,
    OWN,
    PARTNER,
    UNTRUSTED,
    allow,
    deny,
    policy,
)


def scene(*statements: Mapping[str, Json], trusted: Trusted = ALONE) -> Scene:
    return Scene.of(Target.of(FUNCTION), trusted, NOW, (policy(*statements),), Meter())


def test_a_target_knows_where_it_is() -> None:
    assert Target.of("arn:aws-cn:lambda:cn-north-1:123456789012:function:f:live") == Target(
        "arn:aws-cn:lambda:cn-north-1:123456789012:function:f:live", "aws-cn", "cn-north-1", OWN
    )


@pytest.mark.parametrize(
    ("operator", "text", "accounts", "organizations"),
    [
        ("StringLike", f"arn:aws:iam::{UNTRUSTED}:role/*", [UNTRUSTED], []),
        ("StringLike", f"{UNTRUSTED}-{PARTNER}", [UNTRUSTED, PARTNER], []),
        ("StringLike", f"1{UNTRUSTED}", [], []),
        ("StringLike", f"{UNTRUSTED}1", [], []),
        ("StringLike", "o-other00000", [], ["o-other00000"]),
        ("StringLike", "o-other00000/r-a/*", [], ["o-other00000"]),
        ("StringLike", "o-other0000", [], []),
        ("StringLike", "o-other00000*", [], []),
        ("StringLike", "no-other00000", [], []),
        ("StringEquals", "O-OTHER00000", [], []),
        ("StringEqualsIgnoreCase", "O-OTHER00000", [], ["o-other00000"]),
        ("StringEquals", OWN, [], []),
    ],
)
def test_the_untrusted_ids_that_a_policy_names_in_full(
    operator: str, text: str, accounts: list[str], organizations: list[str]
) -> None:
    found = scene(allow("*", {operator: {"aws:UserAgent": text}}))

    assert found.untrusted(named=True) == Side(((OWN,), False), ((), False))
    assert found.untrusted(named=False) == Side(((OWN, *accounts), False), (tuple(organizations), False))


def test_principals_are_named_too_and_each_id_once() -> None:
    found = scene(
        allow({"AWS": UNTRUSTED}, {"StringEquals": {"aws:SourceAccount": UNTRUSTED}}),
        deny(Principal={"AWS": [PARTNER, "*"]}),
        trusted=IN_ORGANIZATION,
    )

    assert found.principal_names == (f"{UNTRUSTED}", f"{PARTNER}", "*")
    assert found.untrusted(named=False) == Side(((OWN, PARTNER, UNTRUSTED), False), ((OURS,), False))


def test_the_parts_of_the_zone_of_trust() -> None:
    alone, organized = scene(allow("*")), scene(allow("*"), trusted=IN_ORGANIZATION)

    assert alone.accounts == Side(((OWN,), True), None, bare=True, trusted=True)
    assert alone.members is None
    assert organized.accounts == Side(((OWN, PARTNER), True), None, bare=True, trusted=True)
    assert organized.members == Side(((OWN, PARTNER), False), ((OURS,), True), bare=False, trusted=True)


def test_a_name_that_no_policy_spells_is_made_of_the_rarest_letter() -> None:
    def name(text: str) -> str | None:
        found = scene(allow("*", {"StringLike": {"aws:UserAgent": text}}))
        side = found.renamed(found.accounts)
        assert side.accounts == found.accounts.accounts
        return side.name

    assert name("a") == "z" * 8
    assert name("zqx") == "j" * 8
    assert name("zqxjkvwyfgbhupmdnclostriea0123456789" + "zqx") == "j" * 8


def test_which_keys_the_policies_ask_for() -> None:
    found = scene(allow("*", {"Null": {"aws:SourceIp": "true"}}))

    assert found.mentions("aws:sourcearn", "aws:sourceip")
    assert not found.mentions("aws:sourcearn")
    assert not found.mentions()


def test_a_statement_without_principal_names_nobody() -> None:
    document = Policy.parse('{"Statement": [{"Effect": "Allow", "Action": "lambda:*"}]}')
    found = Scene.of(Target.of(FUNCTION), ALONE, NOW, (document,), Meter())

    assert found.principal_names == ()
    assert found.untrusted(named=False) == Side(((OWN,), False), ((), False))


@pytest.mark.parametrize(
    ("trusted", "always"),
    [
        (ALONE, {"aws:resourceaccount"}),
        (IN_ORGANIZATION, {"aws:resourceaccount", "aws:resourceorgid"}),
        (Trusted(OWN, (), (OURS, "o-other00000")), {"aws:resourceaccount"}),
    ],
)
def test_the_functions_keys_that_every_request_has(trusted: Trusted, always: set[str]) -> None:
    assert scene(allow("*"), trusted=trusted).literals.always == always
