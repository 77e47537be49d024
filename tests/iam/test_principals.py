"""Whom a Principal or NotPrincipal element names.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
"""

from __future__ import annotations

import pytest

from permission_guard.iam import (
    Anonymous,
    EvalDecision,
    IamPrincipal,
    Principal,
    ServicePrincipal,
    Truth,
    decide,
)
from permission_guard.iam.policy import Json
from permission_guard.iam.principal import NamedPrincipal
from tests.iam.asking import policy, request, statement

YES, NO, CANNOT_TELL = Truth.YES, Truth.NO, Truth.UNKNOWN

A = "444455556666"
ROOT_ARN = f"arn:aws:iam::{A}:root"
BOB_ARN = f"arn:aws:iam::{A}:user/Bob"
ROLE_ARN = f"arn:aws:iam::{A}:role/audit"
SESSION_ARN = f"arn:aws:sts::{A}:assumed-role/audit/app"

ROOT = IamPrincipal(ROOT_ARN, A)
BOB = IamPrincipal(BOB_ARN, A)
SESSION = IamPrincipal(ROLE_ARN, A, SESSION_ARN)
UNTRUSTED = IamPrincipal("arn:aws:iam::999999999999:user/Bob", "999999999999")
S3 = ServicePrincipal("s3.amazonaws.com")
NOBODY = Anonymous()

NAMED: list[tuple[Json, Principal, Truth]] = [
    ("*", BOB, YES),
    ("*", S3, YES),
    ("*", NOBODY, YES),
    ({"AWS": "*"}, BOB, YES),
    ({"AWS": "*"}, S3, YES),
    ({"AWS": "*"}, NOBODY, YES),
    ({"AWS": ["*"]}, UNTRUSTED, YES),
    # An account, by either of its names, stands for everyone in it.
    ({"AWS": A}, BOB, YES),
    ({"AWS": A}, ROOT, YES),
    ({"AWS": A}, SESSION, YES),
    ({"AWS": ROOT_ARN}, BOB, YES),
    ({"AWS": ROOT_ARN}, SESSION, YES),
    ({"AWS": f"arn:aws-cn:iam::{A}:root"}, BOB, YES),
    ({"AWS": A}, UNTRUSTED, NO),
    ({"AWS": ROOT_ARN}, UNTRUSTED, NO),
    ({"AWS": A}, S3, NO),
    ({"AWS": A}, NOBODY, NO),
    ({"AWS": BOB_ARN}, BOB, YES),
    ({"AWS": BOB_ARN.lower()}, BOB, NO),
    ({"AWS": BOB_ARN}, ROOT, NO),
    ({"AWS": BOB_ARN}, SESSION, NO),
    ({"AWS": ROLE_ARN}, SESSION, YES),
    ({"AWS": SESSION_ARN}, SESSION, YES),
    ({"AWS": SESSION_ARN}, IamPrincipal(ROLE_ARN, A), NO),
    # A wildcard cannot be part of a name; a deleted principal's unique id names nobody.
    ({"AWS": f"arn:aws:iam::{A}:user/*"}, BOB, NO),
    ({"AWS": f"arn:aws:iam::{A}:*"}, BOB, NO),
    ({"AWS": "AROAEXAMPLEEXAMPLEEXA"}, SESSION, NO),
    ({"AWS": [BOB_ARN, ROLE_ARN]}, SESSION, YES),
    ({"Service": "s3.amazonaws.com"}, S3, YES),
    ({"Service": "S3.amazonaws.com"}, S3, YES),
    ({"Service": ["sns.amazonaws.com", "s3.amazonaws.com"]}, S3, YES),
    ({"Service": "sns.amazonaws.com"}, S3, NO),
    ({"AWS": "s3.amazonaws.com"}, S3, NO),
    ({"Service": "s3.amazonaws.com"}, BOB, NO),
    ({"Service": A}, BOB, NO),
    ({"Service": "s3.amazonaws.com"}, NOBODY, NO),
    # AWS does not say what a wildcard among services means.
    ({"Service": "*"}, S3, CANNOT_TELL),
    ({"Service": "*.amazonaws.com"}, S3, CANNOT_TELL),
    ({"Service": "*"}, BOB, NO),
    ({"Service": "*"}, NOBODY, NO),
    ({"Federated": "accounts.google.com"}, SESSION, NO),
    ({"Federated": "*"}, SESSION, NO),
    # A canonical user id is some account's other name.
    ({"CanonicalUser": "79a59df900b949e55d96a1e698fbaced"}, BOB, CANNOT_TELL),
    ({"CanonicalUser": "79a59df900b949e55d96a1e698fbaced"}, S3, NO),
    ({"AWS": A, "Service": "s3.amazonaws.com"}, S3, YES),
    ({"AWS": A, "Service": "s3.amazonaws.com"}, BOB, YES),
    ({"AWS": A, "CanonicalUser": "79a59df900b949e55d96a1e698fbaced"}, BOB, YES),
]

EXCEPTED: list[tuple[Json, Principal, Truth]] = [
    ("*", BOB, NO),
    ({"AWS": "*"}, NOBODY, NO),
    ({"AWS": [BOB_ARN, ROOT_ARN]}, BOB, NO),
    ({"AWS": [BOB_ARN, A]}, BOB, NO),
    ({"AWS": [BOB_ARN, ROOT_ARN]}, UNTRUSTED, YES),
    ({"AWS": [BOB_ARN, ROOT_ARN]}, NOBODY, YES),
    ({"AWS": [BOB_ARN, ROOT_ARN]}, S3, YES),
    ({"AWS": [SESSION_ARN, ROLE_ARN, ROOT_ARN]}, SESSION, NO),
    ({"AWS": [ROLE_ARN, ROOT_ARN]}, SESSION, NO),
    ({"AWS": ROOT_ARN}, ROOT, NO),
    ({"AWS": A}, ROOT, NO),
    # "Otherwise, the policy might deny access to the entire account containing the principal."
    ({"AWS": BOB_ARN}, BOB, CANNOT_TELL),
    ({"AWS": ROOT_ARN}, BOB, CANNOT_TELL),
    ({"AWS": BOB_ARN, "Service": "*"}, BOB, CANNOT_TELL),
    ({"AWS": [BOB_ARN, ROOT_ARN]}, SESSION, CANNOT_TELL),
    ({"AWS": [SESSION_ARN, ROOT_ARN]}, SESSION, CANNOT_TELL),
    ({"Service": "s3.amazonaws.com"}, S3, NO),
    ({"Service": "s3.amazonaws.com"}, ServicePrincipal("sns.amazonaws.com"), YES),
    ({"Service": "*"}, S3, CANNOT_TELL),
    ({"CanonicalUser": "79a59df900b949e55d96a1e698fbaced"}, BOB, CANNOT_TELL),
]

ALLOWING = {YES: EvalDecision.ALLOWED, CANNOT_TELL: EvalDecision.UNDECIDED, NO: EvalDecision.NOT_ALLOWED}
DENYING = {YES: EvalDecision.DENIED, CANNOT_TELL: EvalDecision.UNDECIDED, NO: EvalDecision.ALLOWED}


@pytest.mark.parametrize(("named", "caller", "expected"), NAMED)
def test_whom_a_principal_element_names(named: Json, caller: Principal, expected: Truth) -> None:
    asked = request(principal=caller)
    allow = policy(statement(Principal=named))
    deny = policy(statement(Principal="*"), statement("Deny", Principal=named))

    assert decide(asked, resource=allow).answer is ALLOWING[expected]
    assert decide(asked, resource=deny).answer is DENYING[expected]


@pytest.mark.parametrize(("named", "caller", "expected"), EXCEPTED)
def test_whom_a_not_principal_element_leaves(named: Json, caller: Principal, expected: Truth) -> None:
    asked = request(principal=caller)
    allow = policy(statement(NotPrincipal=named))
    deny = policy(statement(Principal="*"), statement("Deny", NotPrincipal=named))

    assert decide(asked, resource=allow).answer is ALLOWING[expected]
    assert decide(asked, resource=deny).answer is DENYING[expected]


@pytest.mark.parametrize(
    ("type_", "name", "account"),
    [
        ("AWS", A, A),
        ("AWS", ROOT_ARN, A),
        ("AWS", SESSION_ARN, A),
        ("AWS", "*", None),
        ("AWS", "AROAEXAMPLEEXAMPLEEXA", None),
        ("AWS", "arn:aws:iam::*:root", None),
        ("AWS", "arn:aws:iam:", None),
        ("*", "*", None),
        ("Service", "s3.amazonaws.com", None),
        ("Federated", f"arn:aws:iam::{A}:saml-provider/ours", None),
    ],
)
def test_an_aws_principal_has_an_account_if_its_name_shows_one(
    type_: str, name: str, account: str | None
) -> None:
    assert NamedPrincipal(type_, name).account == account


def test_everyone_is_an_unnamed_star_or_the_star_of_aws_and_no_other() -> None:
    everyone = [kind for kind in ("*", "AWS", "Service", "Federated") if NamedPrincipal(kind, "*").is_anyone]

    assert everyone == ["*", "AWS"]
