"""Families of requests: what strangers could send, and what the trusted would.

They are built from the policy's own constants: a bound is only as good as what stands outside it, so the strangers come
with foreign accounts, with every wildcard filled in by a name of theirs, with keys present and absent, and always in
combinations that AWS could really produce (a service acting for account X never shows an ARN of account Y).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from permission_guard.exposure.actions import INVOKE_URL, INVOKING
from permission_guard.exposure.origins import Kin, Origin, domestic, foreign
from permission_guard.exposure.principals import principal_calls
from permission_guard.exposure.question import Member, Question
from permission_guard.exposure.services import service_calls
from permission_guard.exposure.wildcards import Filling
from permission_guard.iam import UNKNOWN, Anonymous, Context, Truth

_SEVERAL: Final = 2


@dataclass(frozen=True, slots=True)
class Families:
    """The strangers and the friends of one policy, for one action."""

    asked: Question

    def strangers(self) -> Iterator[Member]:
        """Every request that somebody who is not trusted could make.

        Where several conditions ask for one ARN, each of which some stranger's ARN meets, one that meets them all may
        exist though none of ours does: then a stranger comes with an ARN that is not known.
        """
        for key in ("aws:sourcearn", "aws:principalarn"):
            if self._may_be_met_together(key):
                yield from (_with_unknown(key, member) for member in self._certain())
        yield from self._certain()

    def _may_be_met_together(self, key: str) -> bool:
        asking = [one for one in self.asked.policy.statements[0].conditions if one.key.lower() == key]
        if len(asking) < _SEVERAL:
            return False
        shown = {member.request.context.values(key) for member in self._certain()}
        contexts = [Context.of({key: values}, unlisted=UNKNOWN) for values in shown if values]
        return all(any(one.holds(context) is not Truth.NO for context in contexts) for one in asking)

    def _certain(self) -> Iterator[Member]:
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


def _with_unknown(key: str, member: Member) -> Member:
    context = member.request.context.with_keys({key: UNKNOWN})
    return replace(member, request=replace(member.request, context=context))
