"""The kinds of callers: who can make a request, and what each condition key shows then.

Each kind is a list of nodes that do not depend on each other. Sources: the principal key values of
IAM/latest/UserGuide/reference_policies_variables.html, the global condition keys, and facts 4 for services.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from permission_guard.access import actions, forms, letters
from permission_guard.access.keys import MFA, NETWORK, TOKEN, VIA_URL, Keys
from permission_guard.access.literal import PRINCIPAL, Stance
from permission_guard.access.names import names_of_principals, names_of_services
from permission_guard.access.node import Either, Fixed, Listed, Node
from permission_guard.access.scene import Scene, Side
from permission_guard.access.sources import SOURCE_KEYS, Sources, organization
from permission_guard.access.text import Spelled, Variables
from permission_guard.access.word import Need
from permission_guard.iam import ABSENT, Anonymous, Context, IamPrincipal, Principal, Service
from permission_guard.iam.arn import Arn
from permission_guard.iam.pattern import Wild
from permission_guard.iam.principal import NamedPrincipal, Principals
from permission_guard.iam.request import Values
from permission_guard.services import BY_TOKEN, SERVICES, service_of

_PRINCIPAL_ORGANIZATION: Final = ("aws:principalorgid", "aws:principalorgpaths")
_SERVICE_NAMES: Final = "aws:principalservicenameslist"
_TYPES: Final = {"role": "AssumedRole", "user": "User", "root": "Account", "federated": "FederatedUser"}
_VIA: Final = ("aws:calledvia", "aws:calledviafirst", "aws:calledvialast", "aws:viaawsservice")
_OF_SESSIONS: Final = ("aws:sourceidentity", "aws:federatedprovider", "lambda:sourcefunctionarn")


@dataclass(frozen=True)
class Caller:
    """One kind of caller: the parts of its requests, and who it is in one of them."""

    nodes: tuple[Node, ...]
    principal: Callable[[Mapping[str, Values]], Principal]

    @cached_property
    def place(self) -> Mapping[str, int]:
        """For each key the place of its node."""
        return {key: place for place, node in enumerate(self.nodes) for key in node.keys}


_PER_MODEL: Final = 200
"""Steps for building the model of one kind of caller."""
_ANY_SERVICE: Final = "service:"


def kinds(side: Side, principals: Principals | None) -> Iterator[str]:
    """Yield the kinds of callers that a Principal element can be about."""
    named = () if principals is None or principals.negated else principals.named
    everyone = not named or any(one.is_anyone for one in named)
    if everyone or any(one.type != "Service" for one in named):
        yield from ("role", "user") if side.name else _TYPES
    if everyone:
        yield "anonymous"
        yield _ANY_SERVICE
    for name in dict.fromkeys(one.name.lower() for one in named if one.type == "Service"):
        yield _ANY_SERVICE if {"*", "?"} & set(name) else _ANY_SERVICE + name


DOCUMENTED: Final = tuple(
    _ANY_SERVICE + name for name in (*(row.principal for row in SERVICES), *sorted(BY_TOKEN))
)
"""The services of the table: what makes an unknown service's call a documented one."""


def is_any_service(kind: str) -> bool:
    """Tell whether this kind is a service of which not even the name is known."""
    return kind == _ANY_SERVICE


def build(scene: Scene, side: Side, action: str, kind: str) -> Caller | None:
    """Return the model of a kind of caller; None if there is none for this action or on this side."""
    scene.meter.charge(_PER_MODEL + 4 * sum(1 for _ in _all_named(scene)))
    if kind == "anonymous":
        able = action in {actions.INVOKE, actions.INVOKE_URL} and not side.trusted
        return _anonymous(scene, side, action) if able else None
    if not kind.startswith(_ANY_SERVICE):
        return _iam(scene, side, action, kind)
    name = kind.removeprefix(_ANY_SERVICE)
    if name in BY_TOKEN and side.trusted and not scene.literals.whole(TOKEN):
        return None
    return _service(scene, side, action, name or None)


def _known(scene: Scene, more: Mapping[str, Values]) -> Context:
    target = scene.target
    always: dict[str, Values] = {
        "aws:securetransport": ("true",),
        "aws:requestedregion": (target.region,),
        "aws:resourceaccount": (target.account,),
    }
    return Context.of({**always, **more})


def _completed(keys: Keys, own: Iterable[Node]) -> tuple[Node, ...]:
    """Add what all callers have in common, and the keys that no row knows."""
    nodes = list(own)
    given = frozenset().union(*(node.keys for node in nodes))
    nodes += (node for node in keys.common() if not node.keys & given)
    taken = frozenset().union(*(node.keys for node in nodes))
    known = keys.known.keys.items()
    constants = {key: value for key, value in known if keys.scene.mentions(key) and key not in taken}
    if constants:
        nodes.append(keys.fixed(constants))
    nodes += keys.rest(taken | constants.keys())
    return tuple(nodes)


def _iam(scene: Scene, side: Side, action: str, kind: str) -> Caller:
    fixed: dict[str, Values] = {
        "aws:principaltype": (_TYPES[kind],),
        "aws:principalisawsservice": ("false",),
        **dict.fromkeys(("aws:principalservicename", _SERVICE_NAMES, *SOURCE_KEYS), ABSENT),
    }
    keys = Keys(scene, side, action, _known(scene, fixed))
    own = (node for make in (_principal_nodes, _session_nodes, _request_nodes) for node in make(keys, kind))
    return Caller(_completed(keys, own), _as_principal)


def _principal_nodes(keys: Keys, kind: str) -> Iterator[Node]:
    scene, side = keys.scene, keys.side
    sessions = any(":assumed-role/" in one.name for one in _all_named(scene))
    tail = kind in {"role", "user"} and (scene.mentions("aws:userid") or (sessions and kind == "role"))
    shape = forms.principal(kind, scene.target.partition, side.name, tail=tail)
    tracks = {PRINCIPAL: forms.ELEMENT, "aws:principalarn": forms.ARN, "aws:principalaccount": forms.ACCOUNT}
    if kind == "user":
        tracks["aws:username"] = forms.USERNAME
    if tail or kind in {"root", "federated"}:
        tracks["aws:userid"] = forms.USERID
    named = {
        literal.number: names_of_principals(
            literal.principals, kind, scene.target.partition, tail=tail and kind == "role"
        )
        for literal in scene.literals.by_key.get(PRINCIPAL, ())
        if literal.principals
    }
    accounts = frozenset({"aws:principalaccount"})
    variables = Variables(keys.known, tracks, accounts)
    needs = scene.account_needs(side, forms.ACCOUNT)
    word = Spelled(shape, tracks, scene.automata, variables, needs, named)
    yield _unpinned(keys, word) if tail and side.accounts and not side.trusted else word
    if kind != "user" and scene.mentions("aws:username"):
        yield keys.absent("aws:username")
    if scene.mentions(*_PRINCIPAL_ORGANIZATION) or not side.bare:
        yield organization(scene, side, _PRINCIPAL_ORGANIZATION, keys.known)


def _all_named(scene: Scene) -> Iterator[NamedPrincipal]:
    for literal in scene.literals.by_key.get(PRINCIPAL, ()):
        yield from literal.principals.named if literal.principals else ()


def _unpinned(keys: Keys, word: Spelled) -> Node:
    """Unique ids that the policy spells belong to somebody: whether to a trusted account, nobody can tell."""
    starts = [text.split(":", 1)[0] for text in keys.scene.literals.texts("aws:userid")]
    pinned = tuple(dict.fromkeys(one for one in starts if one and not {"*", "?", "$"} & set(one)))
    if not pinned:
        return word
    automaton = keys.scene.automata.of([piece for one in pinned for piece in ((one,), (f"{one}:", Wild.RUN))])
    others = Need(forms.USERID, automaton, wanted=False)
    free = Spelled(
        word.shape, word.tracks, word.automata, word.variables, (*word.standing, others), word.named
    )
    return Either(((Stance.SURE, free), (Stance.UNSURE, word)))


def _session_nodes(keys: Keys, kind: str) -> Iterator[Node]:
    """What a session carries along."""
    mentions = keys.scene.mentions
    for key in keys.mentioned("aws:principaltag/"):
        yield keys.absent(key) if kind == "root" else keys.chosen(key, letters.TAG, empty=True)
    if mentions("aws:sourceidentity"):
        role = kind == "role"
        yield (
            keys.chosen("aws:sourceidentity", letters.FRIENDLY) if role else keys.absent("aws:sourceidentity")
        )
    if mentions("aws:federatedprovider"):
        role = kind == "role"
        yield (
            keys.chosen("aws:federatedprovider", letters.VISIBLE)
            if role
            else keys.absent("aws:federatedprovider")
        )
    if mentions(*MFA):
        yield keys.mfa()
    if mentions("aws:tokenissuetime"):
        yield keys.issued(always=kind in {"role", "federated"})
    if mentions("lambda:sourcefunctionarn"):
        yield _source_function(keys) if kind == "role" else keys.absent("lambda:sourcefunctionarn")


def _source_function(keys: Keys) -> Node:
    """The function whose role calls: one of the caller's own account."""
    key = "lambda:sourcefunctionarn"
    needs = keys.scene.account_needs(keys.side, 2)
    shape = forms.function_arn(keys.scene.target.partition)
    word = Spelled(shape, {key: 1}, keys.scene.automata, Variables(keys.known, {key: 1}), needs)
    return Either(((Stance.SURE, keys.absent(key)), (Stance.SURE, word)))


def _request_nodes(keys: Keys, kind: str) -> Iterator[Node]:
    """What the caller chooses with each request, and the way that it takes."""
    mentions = keys.scene.mentions
    for key in ("aws:useragent", "aws:referer"):
        if mentions(key):
            yield keys.chosen(key, letters.PRINTABLE)
    if kind != "anonymous":
        if mentions("aws:viaawsservice"):
            yield keys.enumerated("aws:viaawsservice", "false", "true", None)
        if mentions("aws:calledvia"):
            yield keys.several("aws:calledvia", letters.DOTTED)
        for key in _VIA[1:3]:
            if mentions(key):
                yield keys.chosen(key, letters.DOTTED)
        if mentions(VIA_URL):
            yield keys.via_url()
    if mentions(TOKEN):
        yield keys.token(Stance.UNSURE)
    if mentions(*NETWORK):
        yield keys.network()


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
    absent = ("aws:username", "aws:principalarn", *_PRINCIPAL_ORGANIZATION, *SOURCE_KEYS, *MFA, *_OF_SESSIONS)
    fixed: dict[str, Values] = {
        "aws:principaltype": ("Anonymous",),
        "aws:principalaccount": ("anonymous",),
        "aws:userid": ("anonymous",),
        "aws:principalisawsservice": ("false",),
        **dict.fromkeys((*absent, "aws:principalservicename", _SERVICE_NAMES, "aws:tokenissuetime"), ABSENT),
        VIA_URL: ("true",) if action == actions.INVOKE else ABSENT,
        "lambda:functionurlauthtype": ("NONE",) if action == actions.INVOKE_URL else ABSENT,
    }
    keys = Keys(scene, side, action, _known(scene, fixed))
    own: list[Node] = [Fixed({PRINCIPAL: ("",)}, keys.known, Anonymous())]
    own += (
        keys.fixed({key: fixed[key]})
        for key in (VIA_URL, "lambda:functionurlauthtype")
        if scene.mentions(key)
    )
    own += (keys.absent(key) for key in keys.mentioned("aws:principaltag/"))
    own += (keys.unsaid(key) for key in _VIA if scene.mentions(key))
    own += _request_nodes(keys, "anonymous")
    return Caller(_completed(keys, own), lambda _: Anonymous())


def _service(scene: Scene, side: Side, action: str, name: str | None) -> Caller:
    """A service that calls for somebody: by its name, or any at all."""
    absent = ("aws:principalarn", "aws:principalaccount", *_PRINCIPAL_ORGANIZATION)
    fixed: dict[str, Values] = {"aws:principalisawsservice": ("true",), **dict.fromkeys(absent, ABSENT)}
    keys = Keys(scene, side, action, _known(scene, fixed))
    own = [*_service_names(keys, name), *_source_nodes(keys, name)]
    own += (
        keys.unknown(key)
        for key in ("aws:userid", "aws:username", "aws:principaltype")
        if scene.mentions(key)
    )
    silent = (*_VIA, *_OF_SESSIONS, *MFA, "aws:tokenissuetime", "aws:useragent", "aws:referer")
    own += (keys.unsaid(key) for key in silent if scene.mentions(key))
    own += (keys.unsaid(key) for key in keys.mentioned("aws:principaltag/"))
    if scene.mentions(*NETWORK):
        own.append(Either(((Stance.SURE, keys.absent(*NETWORK)), (Stance.UNSURE, keys.network()))))
    if scene.mentions(VIA_URL):
        own.append(keys.via_url() if name == "cloudfront.amazonaws.com" else keys.unsaid(VIA_URL))
    return Caller(_completed(keys, own), lambda values: Service(_first(values, PRINCIPAL)))


def _service_names(keys: Keys, name: str | None) -> Iterator[Node]:
    single = "aws:principalservicename"
    if name is not None:
        yield Fixed({PRINCIPAL: (name,)}, keys.known, Service(name))
        if keys.scene.mentions(single):
            yield keys.fixed({single: (name,)})
        if keys.scene.mentions(_SERVICE_NAMES):
            yield Listed(_SERVICE_NAMES, name, keys.known)
        return
    literals = keys.scene.literals.by_key.get(PRINCIPAL, ())
    named = {one.number: names_of_services(one.principals) for one in literals if one.principals}
    tracks = {PRINCIPAL: 1, single: 1}

    def word(*, known: bool) -> Node:
        shape = forms.service_name(documented=known)
        return Spelled(shape, tracks, keys.scene.automata, Variables(keys.known, tracks), (), named)

    yield Either(((Stance.SURE, word(known=True)), (Stance.UNSURE, word(known=False))))
    if keys.scene.mentions(_SERVICE_NAMES):
        yield keys.unknown(_SERVICE_NAMES)


def _source_nodes(keys: Keys, name: str | None) -> Iterator[Node]:
    row = service_of(name) if name else None
    source = Sources(keys.scene, keys.side, row, keys.known, listed=row is not None)
    by_token = name in BY_TOKEN
    if not by_token:
        yield source.node()
        if keys.scene.mentions(TOKEN):
            yield keys.token(Stance.UNSURE)
        return
    nameless = keys.absent(*SOURCE_KEYS)
    if keys.side.trusted:
        yield nameless
        yield keys.token(Stance.SURE)
    else:
        yield Either(((Stance.SURE, nameless), (Stance.UNSURE, source.node())))
        if keys.scene.mentions(TOKEN):
            yield keys.token(Stance.SURE)
