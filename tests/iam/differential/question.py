"""One question to every evaluator: may this request be made under this policy, and within this boundary?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Final, TypeAlias

from permission_guard.iam import Arn, ArnError, Context, EvalDecision, IamPrincipal, Policy, Request, decide
from permission_guard.iam.arn import is_account
from permission_guard.iam.policy import Json
from permission_guard.iam.request import ABSENT

ACCOUNT: Final = "123456789012"
REGION: Final = "us-east-1"
ROLE: Final = IamPrincipal(f"arn:aws:iam::{ACCOUNT}:role/caller", ACCOUNT)

Statement: TypeAlias = Mapping[str, Json]
Keys: TypeAlias = Mapping[str, tuple[str, ...]]
"""The condition keys of a request, in lower case, with their values; a key that is not listed is absent."""

EVERY_CALL: Final[Keys] = {
    "aws:principalarn": (ROLE.arn,),
    "aws:principalaccount": (ACCOUNT,),
    "aws:principaltype": ("AssumedRole",),
    "aws:requestedregion": (REGION,),
    "aws:securetransport": ("true",),
    "aws:sourceip": ("203.0.113.7",),
}
"""Keys that no real call is without; ministack fills them, so that they cannot be left out."""


@dataclass(frozen=True, eq=False)
class Document:
    """A policy as JSON has it; two documents are the same only if they are one object."""

    body: Mapping[str, Json]

    @cached_property
    def policy(self) -> Policy:
        return Policy.parse(self.body)

    @property
    def statements(self) -> list[Mapping[str, Json]]:
        listed = self.body["Statement"]
        entries = [listed] if isinstance(listed, Mapping) else listed
        assert isinstance(entries, list)
        return [entry for entry in entries if isinstance(entry, Mapping)]

    @property
    def version(self) -> Json:
        return self.body.get("Version")


@dataclass(frozen=True, eq=False)
class Question:
    """A request, the identity policy that it is made under, and the permissions boundary, if there is one."""

    action: str
    resource: str
    keys: Keys
    identity: Document
    boundary: Document | None = None

    @cached_property
    def all_keys(self) -> Keys:
        """The request's keys, and those of every call."""
        account = {key: (self._resource_account(),) for key in ("aws:resourceaccount", "s3:resourceaccount")}
        return {**EVERY_CALL, **self.keys, **account}

    def _resource_account(self) -> str:
        """The account in the resource's ARN; where it has none (S3), ministack takes the caller's, as we do here."""
        try:
            owner = Arn.parse(self.resource).account
        except ArnError:
            owner = ""
        return owner if is_account(owner) else self.keys.get("aws:principalaccount", (ACCOUNT,))[0]

    @cached_property
    def context(self) -> Context:
        return Context.of(self.all_keys, unlisted=ABSENT)

    @cached_property
    def ours(self) -> EvalDecision:
        request = Request(self.action, self.resource, ROLE, self.context)
        boundary = self.boundary.policy if self.boundary else None
        return decide(request, identity=[self.identity.policy], boundary=boundary).answer

    def __str__(self) -> str:
        given = f"{self.action} on {self.resource} with {dict(self.keys)} under {dict(self.identity.body)}"
        return f"{given} within {dict(self.boundary.body)}" if self.boundary else given


def texts(value: Json) -> list[str]:
    """One text, or those of a list; a Bool or a number as IAM reads it."""
    listed = value if isinstance(value, list) else [value]
    return ["true" if one is True else "false" if one is False else str(one) for one in listed]


def lines(statement: Statement) -> list[tuple[str, str, Json]]:
    """Each operator, key and value of the Condition block."""
    block = statement.get("Condition", {})
    assert isinstance(block, Mapping)
    return [
        (operator, key, value)
        for operator, keys in block.items()
        if isinstance(keys, Mapping)
        for key, value in keys.items()
    ]


def question(
    statement: Mapping[str, Json],
    *,
    action: str = "s3:GetObject",
    resource: str = "arn:aws:s3:::b/x",
    keys: Keys = MappingProxyType({}),
) -> Question:
    """A question about a policy of one statement, which is about everything but for the elements that are given."""
    whole: dict[str, Json] = {"Effect": "Allow", **statement}
    if "NotAction" not in whole:
        whole.setdefault("Action", "*")
    if "NotResource" not in whole:
        whole.setdefault("Resource", "*")
    document = Document({"Version": "2012-10-17", "Statement": [whole]})
    return Question(action, resource, keys, document)
