"""For whom a service calls: aws:SourceArn, aws:SourceAccount and the organization's keys, and how they hang together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from permission_guard.access import forms
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


class Sources:
    """The ways in which one service, or an unknown one (`row` is None), shows for whom it calls."""

    def __init__(self, scene: Scene, side: Side, row: Service | None, known: Context) -> None:
        self._scene = scene
        self._side = side
        self._row = row
        self._known = known

    def node(self) -> Node:
        """Return all ways, the surest first."""
        ways = self._trusted() if self._side.trusted else self._untrusted()
        return Either(tuple(sorted(ways, key=lambda way: way[0])))

    def _untrusted(self) -> Iterator[tuple[Stance, Node]]:
        row = self._row
        disputed = row is not None and row.account is Sends.DISPUTED
        inside = row is not None and row.within_account and self._side.accounts is not None
        sure = Stance.UNSURE if inside else Stance.SURE
        account = Stance.UNSURE if disputed else sure
        yield from self._nameless(sure)
        yield from self._shown(account, forms.source_account(), ((_ACCOUNT,),))
        if row is not None:
            shape = forms.owned_arn if row.owned else forms.unowned_arn
            own = shape(self._partition, row.namespace, row.forms, self._place(row), None)
            yield from self._shown(sure, own, ((_ARN,),))
            yield from self._shown(account, own, (_BOTH,))
        if row is not None and row.owned:
            another = forms.unowned_arn(self._partition, row.namespace, _ANYTHING, None, None)
            yield from self._shown(Stance.UNSURE, another, ((_ARN,), _BOTH))
        yield from self._any(Stance.UNSURE, ((_ARN,), _BOTH))
        bare = forms.unowned_arn(self._partition, None, _ANYTHING, None, None)
        stance = Stance.UNDOCUMENTED if row is not None and row.arn is Sends.ALWAYS else Stance.UNSURE
        yield from self._shown(stance, bare, ((_ARN,), _BOTH))

    def _trusted(self) -> Iterator[tuple[Stance, Node]]:
        """What AWS documents; of a service of which it documents nothing, anything that shows for whom it calls."""
        row, name = self._row, self._side.name
        if row is None or row.arn is not Sends.ALWAYS:
            yield from self._shown(Stance.SURE, forms.source_account(), ((_ACCOUNT,),))
        if row is None:
            yield from self._any(Stance.SURE, ((_ARN,), _BOTH))
            bare = forms.unowned_arn(self._partition, None, _ANYTHING, None, name)
            yield from self._shown(Stance.SURE, bare, (_BOTH,))
            return
        both = Stance.DOUBTFUL if row.account is Sends.DISPUTED else Stance.SURE
        shape = forms.owned_arn if row.owned else forms.unowned_arn
        own = shape(self._partition, row.namespace, row.forms, self._place(row), name)
        yield from self._shown(both, own, (_BOTH,))
        if row.account is not Sends.ALWAYS and row.owned:
            yield from self._shown(Stance.SURE, own, ((_ARN,),))
        if row.arn is not Sends.ALWAYS:
            yield from self._any(Stance.SURE, (_BOTH,) if row.account is Sends.ALWAYS else ((_ARN,), _BOTH))

    def _any(self, stance: Stance, shown: tuple[tuple[str, ...], ...]) -> Iterator[tuple[Stance, Node]]:
        shape = forms.owned_arn(self._partition, None, _ANYTHING, None, self._side.name)
        yield from self._shown(stance, shape, shown)

    def _nameless(self, stance: Stance) -> Iterator[tuple[Stance, Node]]:
        """A call that shows for nobody: then it shows no organization either, as far as AWS documents."""
        yield stance, Fixed(dict.fromkeys((*_KEYS, *ORGANIZATION), ABSENT))
        if self._scene.mentions(*ORGANIZATION):
            shown = organization(self._scene, self._side, ORGANIZATION, self._known)
            yield Stance.UNSURE, Every((Fixed(dict.fromkeys(_KEYS, ABSENT)), shown))

    def _shown(
        self, stance: Stance, shape: Shape, shown: tuple[tuple[str, ...], ...]
    ) -> Iterator[tuple[Stance, Node]]:
        """One branch for each list of keys that can be shown together."""
        needs = self._scene.account_needs(self._side, SOURCE_ACCOUNT)
        for keys in shown:
            for more in ((), (_OWNER,)) if self._scene.mentions(_OWNER) else ((),):
                tracks = {key: SOURCE if key == _ARN else SOURCE_ACCOUNT for key in (*keys, *more)}
                missing = dict.fromkeys((key for key in _KEYS if key not in tracks), ABSENT)
                known = self._known.with_keys(missing)
                variables = Variables(
                    known, tracks, frozenset(tracks) - {_ARN} if shape.owned else frozenset()
                )
                word = Spelled(shape, tracks, self._scene.automata, variables, needs)
                # What is absent refuses most requests, and is told without a search.
                parts: list[Node] = [Fixed(missing), word]
                if self._scene.mentions(*ORGANIZATION) or not self._side.bare:
                    parts.append(organization(self._scene, self._side, ORGANIZATION, known))
                yield Stance.UNSURE if more else stance, Every(tuple(parts))

    def _place(self, row: Service) -> str:
        places = {Region.FUNCTION: self._scene.target.region, Region.ANY: forms.ANYWHERE, Region.NONE: ""}
        return places[row.region]

    @property
    def _partition(self) -> str:
        return self._scene.target.partition


_PATHS: Final = 1
_ID: Final = 2
_ZONE: Final = 4


def organization(scene: Scene, side: Side, keys: tuple[str, str], known: Context) -> Node:
    """The organization of a caller's or a source's account: its id begins its path; none outside organizations."""
    shape = forms.organization(_PATHS, _ID, _ZONE)
    tracks = {keys[0]: _ID, keys[1]: _PATHS}
    variables = Variables(known, tracks)

    def within(stance: Stance, among: Side) -> tuple[Stance, Node]:
        needs = scene.organization_needs(among, _ZONE)
        return stance, Spelled(shape, tracks, scene.automata, variables, needs)

    branches: list[tuple[Stance, Node]] = []
    if side.bare:
        branches.append((Stance.SURE, Fixed(dict.fromkeys(keys, ABSENT))))
    if side.trusted:
        branches.append(within(Stance.SURE, Side(None, (scene.trusted.organizations, True))))
    anywhere = side.organizations is None and side.trusted
    branches.append(within(Stance.UNSURE if anywhere else Stance.SURE, side))
    return Either(tuple(branches))
