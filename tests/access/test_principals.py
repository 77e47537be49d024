"""Whom a Principal element names among the callers of each kind, as patterns: `|` stands before a session's name."""

from __future__ import annotations

import pytest

from permission_guard.access.letters import SEPARATOR
from permission_guard.access.names import names_of_principals, names_of_services
from permission_guard.access.text import Named
from permission_guard.iam.pattern import Pieces, Wild
from permission_guard.iam.policy import Json
from permission_guard.iam.principal import Principals
from tests.access.setting import OWN, PARTNER, allow, policy

IAM, STS = f"arn:aws:iam::{OWN}:", f"arn:aws:sts::{OWN}:"


def shown(pieces: Pieces) -> str:
    texts = ("*" if one is Wild.RUN else str(one) for one in pieces)
    return "".join(texts).replace(SEPARATOR, "|")


def told(named: Named) -> tuple[list[str], list[str], bool]:
    return [shown(one) for one in named.patterns], [shown(one) for one in named.excepted], named.vague


def element(principal: Json) -> Principals:
    (statement,) = policy(allow(principal)).statements
    assert statement.principals is not None
    return statement.principals


@pytest.mark.parametrize(
    ("principal", "kind", "patterns", "excepted", "vague"),
    [
        ("*", "role", ["*"], ["*"], False),
        ({"AWS": ["AROAX", "*"]}, "user", ["*"], ["*"], False),
        ({"AWS": OWN}, "role", [f"{IAM}*", f"{STS}*"], [f"{IAM}root"], False),
        ({"AWS": f"{IAM}root"}, "user", [f"{IAM}root", f"{IAM}*", f"{STS}*"], [f"{IAM}root"], False),
        ({"AWS": f"{IAM}role/a"}, "role", [f"{IAM}role/a"], [], False),
        ({"AWS": f"{IAM}role/a"}, "role with session", [f"{IAM}role/a|*"], [], False),
        ({"AWS": f"{STS}assumed-role/a/me"}, "role", [f"{STS}assumed-role/a/me"], [], False),
        (
            {"AWS": f"{STS}assumed-role/a/me"},
            "role with session",
            [f"{STS}assumed-role/a/me|*", f"{IAM}role/a|me", f"{IAM}role/*/a|me"],
            [],
            False,
        ),
        ({"AWS": f"{STS}assumed-role/a"}, "role with session", [f"{STS}assumed-role/a|*"], [], False),
        ({"AWS": f"{IAM}assumed-role/a/me"}, "role with session", [f"{IAM}assumed-role/a/me|*"], [], False),
        ({"AWS": "AROAX"}, "role", [], [], False),
        ({"AWS": [f"{IAM}role/a", f"{IAM}user/u"]}, "user", [f"{IAM}role/a", f"{IAM}user/u"], [], False),
        ({"AWS": f"{IAM}role/{SEPARATOR}"}, "role", [], [], False),
        ({"CanonicalUser": "7"}, "user", [], [], True),
        ({"Federated": "accounts.google.com"}, "role", [], [], True),
        ({"Federated": "accounts.google.com"}, "federated", [], [], True),
        ({"Federated": "accounts.google.com"}, "user", [], [], False),
        ({"Service": "sns.amazonaws.com"}, "role", [], [], False),
        ({"CanonicalUser": "7", "AWS": f"{IAM}user/u"}, "user", [f"{IAM}user/u"], [], True),
    ],
)
def test_whom_an_element_names_among_principals(
    principal: Json, kind: str, patterns: list[str], excepted: list[str], *, vague: bool
) -> None:
    kind, _, session = kind.partition(" with ")

    assert told(names_of_principals(element(principal), kind, "aws", tail=bool(session))) == (
        patterns,
        excepted,
        vague,
    )


def test_a_principal_is_surely_excepted_only_beside_the_root_of_its_account() -> None:
    def excepted(*names: str) -> list[str]:
        return told(names_of_principals(element({"AWS": list(names)}), "role", "aws", tail=False))[1]

    assert excepted(f"{IAM}role/a", f"{IAM}role/b", f"{IAM}root") == [
        *(f"{IAM}role/a", f"{IAM}role/b", f"{IAM}root")
    ]
    assert excepted(f"{IAM}role/a", PARTNER) == [f"arn:aws:iam::{PARTNER}:root"]


@pytest.mark.parametrize(
    ("principal", "names", "vague"),
    [
        ("*", ["*"], False),
        ({"AWS": "*"}, ["*"], False),
        ({"AWS": OWN}, [], False),
        ({"AWS": OWN, "Service": "SNS.amazonaws.com"}, ["sns.amazonaws.com"], False),
        ({"Service": ["s3.amazonaws.com", "*", "s?.amazonaws.com"]}, ["s3.amazonaws.com"], True),
    ],
)
def test_which_services_an_element_names(principal: Json, names: list[str], *, vague: bool) -> None:
    assert told(names_of_services(element(principal))) == (names, names, vague)
