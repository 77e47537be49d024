"""Reads resource policies by the family of Lambda's calls that is available."""

from __future__ import annotations

from typing import Final

from botocore.exceptions import ClientError

from permission_guard.aws.clients import Clients
from permission_guard.aws.failures import code_of, translated
from permission_guard.iam import LayerVersionArn
from permission_guard.model.facts import Family, PolicyFacts, Unreadable, parsed
from permission_guard.ports import NOT_FOUND, Refused

PERMISSIONS = ("lambda:GetResourcePolicy", "lambda:GetPolicy", "lambda:GetLayerVersionPolicy")
"""The rights that this module's calls need."""

_UNKNOWN_CALL: Final = frozenset(
    {"UnknownOperationException", "InvalidAction", "NotImplemented", "501", "404", "405"}
)
_UNKNOWN_ROUTE: Final = "Unable to determine service/operation name to be authorized"
"""AWS's answer to a path that no service has."""


class PolicyStore:
    """Resource policies of functions, versions and aliases.

    GetResourcePolicy came in August 2026 and may be missing in some partitions (facts 3.1, mark U). How an endpoint without it
    answers is not documented, so its "not found" counts only once it has found something, or if GetPolicy agrees. A policy is
    written by the family that read it.
    """

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._family: Family | None = None

    def read(self, target: str, qualifier: str | None) -> PolicyFacts | Unreadable:
        """Read the policy of a function, version or alias. Raises Refused and RetryLater."""
        text, revision, family = self._found(target)
        if text is None:
            return PolicyFacts(qualifier, None, None, family)
        policy = parsed(text, f"the resource policy of {target}")
        if isinstance(policy, Unreadable):
            return policy
        # An emulator keeps an empty document where AWS has none.
        return PolicyFacts(qualifier, policy if policy.statements else None, revision, family)

    def of_layer(self, layer: LayerVersionArn) -> PolicyFacts | Unreadable:
        """Read the policy of a layer version, by its only call. Raises Refused and RetryLater."""
        name = str(layer).removesuffix(f":{layer.version}")
        try:
            with translated():
                found = self._clients.lambda_.get_layer_version_policy(
                    LayerName=name, VersionNumber=int(layer.version)
                )
        except Refused as error:
            if error.code in NOT_FOUND:
                return PolicyFacts(None, None, None, Family.STATEMENTS)
            raise
        policy = parsed(found["Policy"], f"the policy of {layer}")
        if isinstance(policy, Unreadable):
            return policy
        return PolicyFacts(None, policy, found["RevisionId"], Family.STATEMENTS)

    def _found(self, target: str) -> tuple[str | None, str | None, Family]:
        if self._family is not Family.STATEMENTS:
            with translated():
                answer = self._document(target)
            if answer is not None:
                self._family = Family.DOCUMENT
                return *answer, Family.DOCUMENT
            if self._family is Family.DOCUMENT:
                return None, None, Family.DOCUMENT
        text, revision = single(self._clients, target)
        if text is not None:
            self._family = Family.STATEMENTS
        return text, revision, Family.STATEMENTS

    def _document(self, target: str) -> tuple[str, str] | None:
        """GetResourcePolicy; None if it found nothing, or is not available."""
        try:
            found = self._clients.lambda_.get_resource_policy(ResourceArn=target)
        except ClientError as error:
            if code_of(error) in NOT_FOUND or _is_unknown_call(error):
                return None
            raise
        return found["Policy"], found["RevisionId"]


class FewestPolicies(PolicyStore):
    """Resource policies, each in one call, within a rate limit that deployments do not share.

    GetPolicy is available everywhere, so its "not found" counts. It has its own 15 requests a second, where GetResourcePolicy
    likely shares 15 with all other calls (facts 3.4). Both read the same policy (facts 3.1). A policy that was read so is only
    evaluated: before a change, it is read again by the family that writes it.
    """

    def _found(self, target: str) -> tuple[str | None, str | None, Family]:
        return *single(self._clients, target), Family.DOCUMENT


def _is_unknown_call(error: ClientError) -> bool:
    return code_of(error) in _UNKNOWN_CALL or _UNKNOWN_ROUTE in str(error)


def single(clients: Clients, target: str) -> tuple[str | None, str | None]:
    """GetPolicy: the document and its revision, or nothing if there is none. Raises Refused and RetryLater."""
    try:
        with translated():
            found = clients.lambda_.get_policy(FunctionName=target)
    except Refused as error:
        if error.code in NOT_FOUND:
            return None, None
        raise
    return found["Policy"], found["RevisionId"]
