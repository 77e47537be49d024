"""The kinds of callers: who can make a request, and what each condition key shows then.

Each kind is a list of nodes that do not depend on each other: the caller itself, the rows of the table, and what is
unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Final

from permission_guard.access import actions, letters
from permission_guard.access.identities import SERVICE_NAMES, principal_word, service_names, service_sources
from permission_guard.access.keys import AUTH_TYPE, TOKEN, VIA_URL, Keys
from permission_guard.access.literal import PRINCIPAL
from permission_guard.access.node import Fixed, Node
from permission_guard.access.rows import ANONYMOUS, IAM, PRINCIPAL_ORGANIZATION, ROWS, SERVICE
from permission_guard.access.scene import Scene, Side
from permission_guard.access.sources import SOURCE_KEYS
from permission_guard.frozen import frozen
from permission_guard.iam import ABSENT, Anonymous, Context, IamPrincipal, Principal, ServicePrincipal
from permission_guard.iam.arn import Arn
from permission_guard.iam.principal import Principals
from permission_guard.iam.request import Values
from permission_guard.services import BY_TOKEN, SERVICES

_TYPES: Final = dict(zip(IAM, ("AssumedRole", "User", "Account", "FederatedUser"), strict=True))
_PER_MODEL: Final = 200
"""Steps for building the model of one kind of caller."""
ANY_SERVICE: Final = f"{SERVICE}:"
"""A service of which not even the name is known; one that is known is called `service:NAME`."""
DOCUMENTED: Final = tuple(
    f"{ANY_SERVICE}{name}" for name in (*(row.principal for row in SERVICES), *sorted(BY_TOKEN))
)
"""The services of the table: what makes an unknown service's call a documented one."""


@frozen(slots=False)
class Caller:
    """One kind of caller: the parts of its requests, and who it is in one of them."""

    nodes: tuple[Node, ...]
    principal: Callable[[Mapping[str, Values]], Principal]

    @cached_property
    def place(self) -> Mapping[str, int]:
        """For each key the place of its node."""
        return {key: place for place, node in enumerate(self.nodes) for key in node.keys}


def kinds(side: Side, principals: Principals | None) -> Iterator[str]:
    """Yield the kinds of callers that a Principal element can be about."""
    named = () if principals is None or principals.negated else principals.named
    everyone = not named or any(one.is_anyone for one in named)
    if everyone or any(one.type != "Service" for one in named):
        yield from IAM[:2] if side.name else IAM
    if everyone:
        yield from (ANONYMOUS, ANY_SERVICE)
        # A trusted skill shows a token and no account, so that it is no case of a trusted service of any name.
        yield from (f"{ANY_SERVICE}{name}" for name in sorted(BY_TOKEN) if side.trusted)
    for name in dict.fromkeys(one.name.lower() for one in named if one.type == "Service"):
        yield ANY_SERVICE if {"*", "?"} & set(name) else ANY_SERVICE + name


def build(scene: Scene, side: Side, action: str, kind: str) -> Caller | None:
    """Return the model of a kind of caller; None if there is none for this action or on this side."""
    scene.meter.charge(_PER_MODEL + 4 * len(scene.principal_names))
    if kind == ANONYMOUS:
        able = action in {actions.INVOKE, actions.INVOKE_URL} and not side.trusted
        return _anonymous(scene, side, action) if able else None
    if not kind.startswith(ANY_SERVICE):
        return _iam(scene, side, action, kind)
    name = kind.removeprefix(ANY_SERVICE)
    if name in BY_TOKEN and side.trusted and not any(scene.literals.whole(TOKEN)):
        return None
    return _service(scene, side, action, name)


def _keys(scene: Scene, side: Side, action: str, kind: str, constants: Mapping[str, Values]) -> Keys:
    target = scene.target
    always: dict[str, Values] = {
        **{key: ABSENT for row in ROWS for key in row.lacking(scene, kind)},
        "aws:securetransport": ("true",),
        "aws:requestedregion": (target.region,),
        "aws:resourceaccount": (target.account,),
    }
    if len(scene.trusted.organizations) == 1:
        always["aws:resourceorgid"] = scene.trusted.organizations
    return Keys(scene, side, action, Context.of({**always, **constants}))


def _completed(keys: Keys, kind: str, own: Iterable[Node]) -> tuple[Node, ...]:
    """Add the rows of the table, the constants, and the keys that no row knows."""
    nodes = list(own)
    given = frozenset().union(*(node.keys for node in nodes))
    nodes += (node for row in ROWS for node in row.nodes(keys, kind) if not node.keys & given)
    taken = frozenset().union(*(node.keys for node in nodes))
    known = keys.known.keys.items()
    constants = {key: value for key, value in known if keys.scene.mentions(key) and key not in taken}
    if constants:
        nodes.append(keys.fixed(constants))
    nodes += keys.rest(taken | constants.keys())
    return tuple(nodes)


def _iam(scene: Scene, side: Side, action: str, kind: str) -> Caller:
    constants: dict[str, Values] = {
        "aws:principaltype": (_TYPES[kind],),
        "aws:principalisawsservice": ("false",),
        **dict.fromkeys(("aws:principalservicename", SERVICE_NAMES, *SOURCE_KEYS), ABSENT),
    }
    keys = _keys(scene, side, action, kind, constants)
    return Caller(_completed(keys, kind, principal_word(keys, kind)), _as_principal)


def _as_principal(values: Mapping[str, Values]) -> Principal:
    arn, _, session = _first(values, PRINCIPAL).partition(letters.SEPARATOR)
    account = _first(values, "aws:principalaccount")
    if ":role/" not in arn:
        return IamPrincipal(arn, account)
    name = f"{arn.rsplit('/', 1)[-1]}/{session or 'session'}"
    return IamPrincipal(arn, account, f"arn:{Arn.parse(arn).partition}:sts::{account}:assumed-role/{name}")


def _first(values: Mapping[str, Values], key: str) -> str:
    return (values.get(key) or ("",))[0]


def _anonymous(scene: Scene, side: Side, action: str) -> Caller:
    """Whoever knows a function's URL without authentication (lambda/latest/dg/urls-auth.html)."""
    shown: dict[str, Values] = {
        VIA_URL: ("true",) if action == actions.INVOKE else ABSENT,
        AUTH_TYPE: ("NONE",) if action == actions.INVOKE_URL else ABSENT,
    }
    constants: dict[str, Values] = {
        "aws:principaltype": ("Anonymous",),
        "aws:principalaccount": ("anonymous",),
        "aws:userid": ("anonymous",),
        "aws:principalisawsservice": ("false",),
        **dict.fromkeys(
            ("aws:principalarn", "aws:principalservicename", SERVICE_NAMES, *SOURCE_KEYS), ABSENT
        ),
    }
    keys = _keys(scene, side, action, ANONYMOUS, {**constants, **shown})
    own = [Fixed({PRINCIPAL: ("",)}, principal=Anonymous()), keys.fixed(shown)]
    return Caller(_completed(keys, ANONYMOUS, own), lambda _: Anonymous())


def _service(scene: Scene, side: Side, action: str, name: str) -> Caller:
    """A service that calls for somebody: by its name, or any at all."""
    absent = ("aws:principalarn", "aws:principalaccount", *PRINCIPAL_ORGANIZATION)
    constants: dict[str, Values] = {"aws:principalisawsservice": ("true",), **dict.fromkeys(absent, ABSENT)}
    keys = _keys(scene, side, action, SERVICE, constants)
    own = [*service_names(keys, name), *service_sources(keys, name)]
    if name == "cloudfront.amazonaws.com" and scene.mentions(VIA_URL):
        own.append(keys.via_url())
    return Caller(_completed(keys, SERVICE, own), lambda values: ServicePrincipal(_first(values, PRINCIPAL)))
