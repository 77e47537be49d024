"""The nodes that identify a caller: a principal of an account, or a service and the account for which it calls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from permission_guard.access import forms
from permission_guard.access.keys import SOURCE_FUNCTION, TOKEN, Keys
from permission_guard.access.literal import PRINCIPAL, Stance
from permission_guard.access.names import names_of_principals, names_of_services
from permission_guard.access.node import Either, Every, Fixed, Listed, Node
from permission_guard.access.sources import SOURCE_KEYS, Sources
from permission_guard.access.text import Spelled, Variables
from permission_guard.access.word import Need
from permission_guard.iam import ServicePrincipal
from permission_guard.iam.pattern import Wild
from permission_guard.services import BY_TOKEN, service_of

SERVICE_NAMES: Final = "aws:principalservicenameslist"
_SERVICE_NAME: Final = "aws:principalservicename"


def principal_word(keys: Keys, kind: str) -> Iterator[Node]:
    """Yield the node of a principal of an account. One word has its ARN, its account, its name and its unique id."""
    scene, side = keys.scene, keys.side
    sessions = any(":assumed-role/" in name for name in scene.principal_names)
    tail = kind in {"role", "user"} and (scene.mentions("aws:userid") or (sessions and kind == "role"))
    tracks = {PRINCIPAL: forms.ELEMENT, "aws:principalarn": forms.ARN, "aws:principalaccount": forms.ACCOUNT}
    if kind == "user":
        tracks["aws:username"] = forms.USERNAME
    if tail or kind in {"root", "federated"}:
        tracks["aws:userid"] = forms.USERID
    with_session = tail and kind == "role"
    named = {
        one.number: names_of_principals(one.principals, kind, scene.target.partition, tail=with_session)
        for one in scene.literals.by_key.get(PRINCIPAL, ())
        if one.principals
    }
    needs = scene.account_needs(side, forms.ACCOUNT)

    def word(*, function: bool) -> Node:
        shape = forms.principal(kind, scene.target.partition, side.name, tail=tail, function=function)
        all_tracks = tracks | ({SOURCE_FUNCTION: forms.FUNCTION} if function else {})
        variables = Variables(keys.known, all_tracks, frozenset({"aws:principalaccount"}))
        spelled = Spelled(shape, all_tracks, scene.automata, variables, needs, named)
        return _with_unknown_owner(keys, spelled) if tail and side.accounts and not side.trusted else spelled

    if kind != "role" or not scene.mentions(SOURCE_FUNCTION):
        yield word(function=False)
        return
    # Lambda adds the key to the calls that a function makes with its execution role, a role of the function's own account.
    alone = Every((word(function=False), keys.absent(SOURCE_FUNCTION)))
    yield Either(((Stance.SURE, alone), (Stance.SURE, word(function=True))))


def _with_unknown_owner(keys: Keys, word: Spelled) -> Node:
    """Make requests with a unique id that the policy contains unsure: the account that the id belongs to is not known."""
    policy_ids = keys.scene.automata.spelled(
        keys.scene.literals.starts("aws:userid", ":"), lambda text: ((text,), (f"{text}:", Wild.RUN))
    )
    if not policy_ids:
        return word
    others = (Need(forms.USERID, one, wanted=False) for one in policy_ids)
    free = Spelled(
        word.shape, word.tracks, word.automata, word.variables, (*word.standing, *others), word.named
    )
    return Either(((Stance.SURE, free), (Stance.UNSURE, word)))


def service_names(keys: Keys, name: str) -> Iterator[Node]:
    """Yield a service's names; an empty name stands for any service."""
    mentions = keys.scene.mentions
    if name:
        yield Fixed({PRINCIPAL: (name,)}, principal=ServicePrincipal(name))
        if mentions(_SERVICE_NAME):
            yield keys.fixed({_SERVICE_NAME: (name,)})
        if mentions(SERVICE_NAMES):
            yield Listed(SERVICE_NAMES, name, keys.known)
        return
    literals = keys.scene.literals.by_key.get(PRINCIPAL, ())
    named = {one.number: names_of_services(one.principals) for one in literals if one.principals}
    tracks = {PRINCIPAL: 1, _SERVICE_NAME: 1}
    known, any_dotted = (
        Spelled(
            forms.service_name(documented=sure),
            tracks,
            keys.scene.automata,
            Variables(keys.known, tracks),
            (),
            named,
        )
        for sure in (True, False)
    )
    yield Either(((Stance.SURE, known), (Stance.UNSURE, any_dotted)))


def service_sources(keys: Keys, name: str) -> Iterator[Node]:
    """Yield the keys that show for whom a service calls."""
    source = Sources(keys.scene, keys.side, service_of(name), keys.known)
    if name not in BY_TOKEN:
        yield source.node()
        return
    nameless = keys.absent(*SOURCE_KEYS)
    yield nameless if keys.side.trusted else Either(((Stance.SURE, nameless), (Stance.UNSURE, source.node())))
    if keys.scene.mentions(TOKEN):
        yield keys.token(Stance.SURE)
