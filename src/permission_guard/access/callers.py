"""The kinds of callers: who can make a request, and which values each condition key can have in it.

The model of a kind is a list of independent nodes: those of the caller itself, those of the table in key_table.py, and
those of the keys that the table does not have.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from permission_guard.access import actions, letters
from permission_guard.access.identities import SERVICE_NAMES, principal_word, service_names, service_sources
from permission_guard.access.key_table import ANONYMOUS, IAM, PRINCIPAL_ORGANIZATION, ROWS, SERVICE
from permission_guard.access.keys import AUTH_TYPE, TOKEN, VIA_URL, Keys
from permission_guard.access.literal import PRINCIPAL
from permission_guard.access.node import Caller, Fixed, Node
from permission_guard.access.scene import Scene, Side
from permission_guard.access.sources import SOURCE_KEYS
from permission_guard.iam import ABSENT, Anonymous, Context, IamPrincipal, Principal, ServicePrincipal
from permission_guard.iam.arn import Arn
from permission_guard.iam.principal import Principals
from permission_guard.iam.request import Values
from permission_guard.services import BY_TOKEN, SERVICES

_TYPES: Final = dict(zip(IAM, ("AssumedRole", "User", "Account", "FederatedUser"), strict=True))
_PER_MODEL: Final = 200
"""Steps for building the model of one kind of caller."""
ANY_SERVICE: Final = f"{SERVICE}:"
"""The kind of a service whose name is not known. The kind of a service with a known name is `service:NAME`."""
DOCUMENTED: Final = tuple(
    f"{ANY_SERVICE}{name}" for name in (*(row.principal for row in SERVICES), *sorted(BY_TOKEN))
)
"""The kinds of the services in the table. They replace ANY_SERVICE where only a documented call gives a sure answer."""


def kinds(side: Side, principals: Principals | None) -> Iterator[str]:
    """Yield the kinds of callers that a Principal element can name."""
    named = () if principals is None or principals.negated else principals.named
    everyone = not named or any(one.is_anyone for one in named)
    if everyone or any(one.type != "Service" for one in named):
        yield from IAM[:2] if side.name else IAM
    if everyone:
        yield from (ANONYMOUS, ANY_SERVICE)
        # An Alexa skill sends a token and no account, so a service of any name, which sends a trusted account, does not cover it.
        yield from (f"{ANY_SERVICE}{name}" for name in sorted(BY_TOKEN) if side.trusted)
    for name in dict.fromkeys(one.name.lower() for one in named if one.type == "Service"):
        yield ANY_SERVICE if {"*", "?"} & set(name) else ANY_SERVICE + name


def build(scene: Scene, side: Side, action: str, kind: str) -> Caller | None:
    """Return the model of a kind of caller; None if no such caller can take this action or belongs to this side."""
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
    """Add the nodes of the table, of the constants, and of the keys that the table does not have."""
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
    url_keys: dict[str, Values] = {
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
    keys = _keys(scene, side, action, ANONYMOUS, {**constants, **url_keys})
    own = [Fixed({PRINCIPAL: ("",)}, principal=Anonymous()), keys.fixed(url_keys)]
    return Caller(_completed(keys, ANONYMOUS, own), lambda _: Anonymous())


def _service(scene: Scene, side: Side, action: str, name: str) -> Caller:
    """A service that calls for an account: the one with this name, or any service if the name is empty."""
    absent = ("aws:principalarn", "aws:principalaccount", *PRINCIPAL_ORGANIZATION)
    constants: dict[str, Values] = {"aws:principalisawsservice": ("true",), **dict.fromkeys(absent, ABSENT)}
    keys = _keys(scene, side, action, SERVICE, constants)
    own = [*service_names(keys, name), *service_sources(keys, name)]
    if name == "cloudfront.amazonaws.com" and scene.mentions(VIA_URL):
        own.append(keys.via_url())
    return Caller(_completed(keys, SERVICE, own), lambda values: ServicePrincipal(_first(values, PRINCIPAL)))
