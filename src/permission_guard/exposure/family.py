"""Families of requests: what strangers could send, and what the trusted would.

They are built from the policy's own constants: a bound is only as good as what stands outside it, so the strangers come
with foreign accounts, with every wildcard filled in by a name of theirs, with keys present and absent, and always in
combinations that AWS could really produce (a service acting for account X never shows an ARN of account Y).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from permission_guard.exposure.actions import INVOKE_URL, INVOKING
from permission_guard.exposure.origins import Kin, Origin, domestic, foreign
from permission_guard.exposure.principals import principal_calls
from permission_guard.exposure.question import Member, Question
from permission_guard.exposure.services import service_calls
from permission_guard.exposure.wildcards import Filling
from permission_guard.iam import Anonymous


@dataclass(frozen=True, slots=True)
class Families:
    """The strangers and the friends of one policy, for one action."""

    asked: Question

    def strangers(self) -> Iterator[Member]:
        """Every request that somebody who is not trusted could make."""
        if self.asked.action == INVOKE_URL:
            yield Member(self.asked.request(Anonymous(), {}), Kin.STRANGER, "anyone on the internet")
        for origin in foreign(self.asked.policy, self.asked.constants, self.asked.trusted):
            yield from self._from(origin, "stranger")

    def friends(self) -> Iterator[Member]:
        """The requests that trusted callers make: those the policy names, and others of the same kind."""
        for origin in domestic(self.asked.policy, self.asked.constants, self.asked.trusted):
            yield from self._from(origin, "example")

    def _from(self, origin: Origin, name: str) -> Iterator[Member]:
        filling = Filling(self.asked.subject, origin.account, name)
        yield from principal_calls(self.asked, origin, filling)
        if self.asked.action in INVOKING:
            # A service invokes; it manages and reads nothing of its own accord.
            yield from service_calls(self.asked, origin, filling)
