"""Which calls a statement covers by its Action and Resource elements. It is evaluated once for each action."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from permission_guard.access import actions
from permission_guard.access.keys import AUTH_TYPE, NETWORK, NEVER_INVOKING, VIA_URL
from permission_guard.access.scene import Scene
from permission_guard.iam import Context, Effect, Statement, Truth

_PER_MATCH: Final = 4
"""Steps for matching one statement, in addition to one for each pattern."""


@dataclass
class Coverage:
    """Which calls the statements of the policies cover."""

    scene: Scene
    _known: dict[tuple[int, str], Truth] = field(default_factory=dict)
    _signatures: dict[str, tuple[object, ...]] = field(default_factory=dict)
    _modelled: dict[object, str] = field(default_factory=dict)

    def truth(self, statement: Statement, action: str) -> Truth:
        """Return whether a statement's Action and Resource cover a call of the target."""
        key = (id(statement), action)
        if key not in self._known:
            self._known[key] = self._evaluated(statement, action)
        return self._known[key]

    def _evaluated(self, statement: Statement, action: str) -> Truth:
        resources = statement.resources
        patterns = len(statement.actions.patterns) + (len(resources.patterns) if resources else 0)
        self.scene.meter.charge(_PER_MATCH + patterns)
        covered = statement.actions.match(action.lower(), Context())
        if covered is Truth.NO or resources is None:
            return covered
        return min(covered, resources.match(self.scene.target.arn, self._own))

    @cached_property
    def _own(self) -> Context:
        target = self.scene.target
        return Context.of({"aws:resourceaccount": target.account, "aws:requestedregion": target.region})

    def distinguished(self, allow: Statement, among: Iterable[str]) -> tuple[str, ...]:
        """Return the actions that the Allow covers, one for all that the policies treat alike. The least refused comes first."""
        first: dict[tuple[object, ...], str] = {}
        for action in among:
            if self.truth(allow, action) is not Truth.NO:
                first.setdefault(self._signature(action), action)
        return tuple(sorted(first.values(), key=self._refusals))

    def _signature(self, action: str) -> tuple[object, ...]:
        """Return what distinguishes an action from others: which statements cover it, and which keys its calls have."""
        if action not in self._signatures:
            covering = (self.truth(one, action) for one in self.scene.statements)
            self._signatures[action] = (self._keys_of_calls(action), *covering)
        return self._signatures[action]

    @cached_property
    def _tags(self) -> bool:
        return any(
            key.startswith(("aws:tagkeys", "aws:requesttag/")) for key in self.scene.literals.mentioned
        )

    def modelled(self, action: str) -> str:
        """Return the first action asked about whose calls have the same keys in the model of callers."""
        return self._modelled.setdefault(self._keys_of_calls(action), action)

    def _keys_of_calls(self, action: str) -> object:
        """Return what distinguishes the calls of an action from those of others in the model of callers."""
        mentions = self.scene.mentions
        url, otherwise = mentions(AUTH_TYPE, VIA_URL), mentions(*NETWORK, *NEVER_INVOKING)
        by_url = action in {actions.INVOKE, actions.INVOKE_URL}
        tagging = action in {actions.TAG, actions.UNTAG}
        alone = action if (url and by_url) or (tagging and self._tags) else by_url
        return alone, (otherwise or url) and action in actions.INVOKING

    def _refusals(self, action: str) -> int:
        denies = (one for one in self.scene.statements if one.effect is Effect.DENY)
        return sum(self.truth(one, action) is not Truth.NO for one in denies)
