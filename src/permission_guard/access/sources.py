"""The keys that show for whom a service calls (aws:SourceArn, aws:SourceAccount and others), and how they depend on each other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Final

from permission_guard.access import forms, letters
from permission_guard.access.forms import SOURCE, SOURCE_ACCOUNT
from permission_guard.access.literal import Stance
from permission_guard.access.node import Either, Every, Fixed, Node
from permission_guard.access.scene import Scene, Side
from permission_guard.access.shape import Shape
from permission_guard.access.text import Spelled, Variables
from permission_guard.iam import ABSENT, Context
from permission_guard.services import Region, Sends, Service

_ARN: Final = "aws:sourcearn"
_ACCOUNT: Final = "aws:sourceaccount"
_OWNER: Final = "aws:sourceowner"
_BOTH: Final = (_ARN, _ACCOUNT)
_KEYS: Final = (*_BOTH, _OWNER)
ORGANIZATION: Final = ("aws:sourceorgid", "aws:sourceorgpaths")
SOURCE_KEYS: Final = (*_KEYS, *ORGANIZATION)
_ANYTHING: Final = ("{any}",)
_PLAIN: Final = ("{plain}", "log-group:{plain}:*", "alarm:{any}")
"""No documented ARN has a character that is a wildcard in policies, but for a log group's and that of an alarm so named."""


class Sources:
    """The ways in which a service shows for whom it calls. `row` is None for a service that the table does not have."""

    def __init__(self, scene: Scene, side: Side, row: Service | None, known: Context) -> None:
        self._scene = scene
        self._side = side
        self._row = row
        self._known = known

    def node(self) -> Node:
        """Return the node of all ways, the surest first."""
        ways = self._trusted() if self._side.trusted else self._untrusted()
        return Either(tuple(sorted(ways, key=lambda way: way[0])))

    def _untrusted(self) -> Iterator[tuple[Stance, Node]]:
        row = self._row
        disputed = row is not None and row.account is Sends.DISPUTED
        inside = row is not None and row.within_account and self._side.accounts is not None
        sure = Stance.UNSURE if inside else Stance.SURE
        account = Stance.UNSURE if disputed else sure
        yield from self._without_source(sure)
        yield from self._branches(account, forms.source_account(), ((_ACCOUNT,),))
        if row is not None:
            shape = forms.owned_arn if row.owned else forms.unowned_arn
            own = shape(self._partition, row.namespace, row.forms, self._place(row), None)
            yield from self._branches(sure, own, ((_ARN,),))
            yield from self._branches(account, own, (_BOTH,))
        if row is not None and row.owned:
            another = forms.unowned_arn(self._partition, row.namespace, _ANYTHING, None, None)
            yield from self._branches(Stance.UNSURE, another, ((_ARN,), _BOTH))
        yield from self._any(Stance.UNSURE, ((_ARN,), _BOTH))
        if any(set(letters.WILDCARDS) & set(one) for one in chain(*self._scene.literals.whole(_ARN))):
            # What StringEquals takes for a plain character stands in no ARN (facts 4.1).
            starred = forms.owned_arn(self._partition, None, _ANYTHING, None, None)
            yield from self._branches(Stance.UNDOCUMENTED, starred, ((_ARN,), _BOTH))
        bare = forms.unowned_arn(self._partition, None, _ANYTHING, None, None)
        stance = Stance.UNDOCUMENTED if row is not None and row.arn is Sends.ALWAYS else Stance.UNSURE
        yield from self._branches(stance, bare, ((_ARN,), _BOTH))

    def _trusted(self) -> Iterator[tuple[Stance, Node]]:
        """Yield what AWS documents; for a service without documentation, every way that shows the account."""
        row, name = self._row, self._side.name
        if row is None or row.arn is not Sends.ALWAYS:
            yield from self._branches(Stance.SURE, forms.source_account(), ((_ACCOUNT,),))
        if row is None:
            yield from self._any(Stance.SURE, ((_ARN,), _BOTH))
            bare = forms.unowned_arn(self._partition, None, _PLAIN, None, name)
            yield from self._branches(Stance.SURE, bare, (_BOTH,))
            return
        both = Stance.DOUBTFUL if row.account is Sends.DISPUTED else Stance.SURE
        shape = forms.owned_arn if row.owned else forms.unowned_arn
        own = shape(self._partition, row.namespace, row.forms, self._place(row), name)
        yield from self._branches(both, own, (_BOTH,))
        if row.account is not Sends.ALWAYS and row.owned:
            yield from self._branches(Stance.SURE, own, ((_ARN,),))
        if row.arn is not Sends.ALWAYS:
            yield from self._any(Stance.SURE, (_BOTH,) if row.account is Sends.ALWAYS else ((_ARN,), _BOTH))

    def _any(self, stance: Stance, key_lists: tuple[tuple[str, ...], ...]) -> Iterator[tuple[Stance, Node]]:
        shape = forms.owned_arn(self._partition, None, _PLAIN, None, self._side.name)
        yield from self._branches(stance, shape, key_lists)

    def _without_source(self, stance: Stance) -> Iterator[tuple[Stance, Node]]:
        """Yield a call without account and ARN. As far as AWS documents, it has no organization either."""
        yield stance, Fixed(dict.fromkeys((*_KEYS, *ORGANIZATION), ABSENT))
        if self._scene.mentions(*ORGANIZATION):
            organization = self._scene.organization(self._side, ORGANIZATION, self._known)
            yield Stance.UNSURE, Every((Fixed(dict.fromkeys(_KEYS, ABSENT)), organization))

    def _branches(
        self, stance: Stance, shape: Shape, key_lists: tuple[tuple[str, ...], ...]
    ) -> Iterator[tuple[Stance, Node]]:
        """Yield a branch for each list of keys that can be sent together."""
        needs = self._scene.account_needs(self._side, SOURCE_ACCOUNT)
        for keys in key_lists:
            for more in ((), (_OWNER,)) if self._scene.mentions(_OWNER) else ((),):
                tracks = {key: SOURCE if key == _ARN else SOURCE_ACCOUNT for key in (*keys, *more)}
                missing = dict.fromkeys((key for key in _KEYS if key not in tracks), ABSENT)
                known = self._known.with_keys(missing)
                variables = Variables(
                    known, tracks, frozenset(tracks) - {_ARN} if shape.owned else frozenset()
                )
                word = Spelled(shape, tracks, self._scene.automata, variables, needs)
                # Absent keys come first: they refuse most requests, without a search.
                parts: list[Node] = [Fixed(missing), word]
                if self._scene.mentions(*ORGANIZATION):
                    parts.append(self._scene.organization(self._side, ORGANIZATION, known))
                yield Stance.UNSURE if more else stance, Every(tuple(parts))

    def _place(self, row: Service) -> str:
        places = {Region.FUNCTION: self._scene.target.region, Region.ANY: forms.ANYWHERE, Region.NONE: ""}
        return places[row.region]

    @property
    def _partition(self) -> str:
        return self._scene.target.partition
