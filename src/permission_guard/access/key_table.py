"""The table of condition keys: which values each key can have for each kind of caller.

A row has the keys that depend on each other. `page`, below https://docs.aws.amazon.com/, says which callers have them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias

from permission_guard.access import actions, letters
from permission_guard.access.keys import (
    AUTH_TYPE,
    CHAIN,
    CLOCK,
    MFA,
    NETWORK,
    RESOURCE_ORGANIZATION,
    SOURCE_FUNCTION,
    TOKEN,
    VIA_URL,
    Keys,
)
from permission_guard.access.letters import Letters
from permission_guard.access.literal import Stance
from permission_guard.access.node import Every, Node
from permission_guard.access.scene import Scene
from permission_guard.access.sources import SOURCE_KEYS
from permission_guard.frozen import frozen

Make: TypeAlias = Callable[[Keys, tuple[str, ...]], Node]

IAM: Final = ("role", "user", "root", "federated")
"""The kinds of callers that belong to an account."""
SERVICE: Final = "service"
ANONYMOUS: Final = "anonymous"
PRINCIPAL_ORGANIZATION: Final = ("aws:principalorgid", "aws:principalorgpaths")


@frozen(slots=False)
class Row:
    """Keys that depend on each other. A key that ends with a slash stands for all keys with this prefix.

    `nodes_by_kind` maps kinds of callers, separated by spaces, to the node of their values. `meaning` describes the values.
    """

    keys: tuple[str, ...]
    nodes_by_kind: Mapping[str, Make]
    meaning: str
    page: str = "IAM/latest/UserGuide/reference_policies_condition-keys.html"

    def lacking(self, scene: Scene, kind: str) -> tuple[str, ...]:
        """Return the keys of the row that the policies mention and a kind of caller never has."""
        if not any(make is _absent and kind in kinds.split() for kinds, make in self.nodes_by_kind.items()):
            return ()
        mentioned = scene.literals.mentioned
        return tuple(key for key in mentioned if key in self.keys or key.startswith(_prefix(self.keys)))

    def nodes(self, keys: Keys, kind: str) -> Iterator[Node]:
        """Yield the nodes of these keys for a kind of caller, if the policies mention one of them."""
        make = next((make for kinds, make in self.nodes_by_kind.items() if kind in kinds.split()), None)
        if make is None:
            return
        if self.keys[0].endswith("/"):
            for key in keys.mentioned(self.keys[0]):
                yield make(keys, (key,))
        elif keys.scene.mentions(*self.keys):
            yield make(keys, self.keys)


def _prefix(keys: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(key for key in keys if key.endswith("/"))


def _absent(keys: Keys, names: tuple[str, ...]) -> Node:
    return keys.absent(*names)


def _undocumented(keys: Keys, names: tuple[str, ...]) -> Node:
    return keys.undocumented(names[0])


def _unknown(keys: Keys, names: tuple[str, ...]) -> Node:
    return keys.unknown(names[0])


def _text(alphabet: Letters, *, empty: bool = False) -> Make:
    return lambda keys, names: keys.chosen(names[0], alphabet, empty=empty)


def _tagging(*, names_only: bool) -> Make:
    """Keys of a request that adds tags (TagResource) or removes them (UntagResource)."""

    def make(keys: Keys, names: tuple[str, ...]) -> Node:
        if names_only and keys.action in {actions.TAG, actions.UNTAG}:
            return keys.several(names[0], letters.TAG)
        if not names_only and keys.action == actions.TAG:
            return keys.chosen(names[0], letters.TAG, empty=True)
        return keys.absent(*names)

    return make


def _organization(keys: Keys, _: tuple[str, ...]) -> Node:
    return keys.scene.organization(keys.side, PRINCIPAL_ORGANIZATION, keys.known)


def _resource_organization(keys: Keys, names: tuple[str, ...]) -> Node:
    """The id of the organization of the function's account. It comes from `known`, where policy variables find it too."""
    return keys.fixed({names[0]: keys.known.values(names[0])})


_ALL: Final = "role user root federated anonymous service"
_SIGNED: Final = "role user root federated"

ROWS: Final = (
    Row(
        CLOCK,
        {_ALL: lambda keys, _: keys.clock()},
        "the present; a later time is unsure, an earlier time impossible",
    ),
    Row(
        RESOURCE_ORGANIZATION,
        {_ALL: _resource_organization},
        "if exactly one organization is trusted, its id; otherwise the id is unknown. The paths are always unknown",
    ),
    Row(
        (AUTH_TYPE,),
        {_ALL: lambda keys, _: keys.auth_type()},
        "AWS_IAM or NONE with InvokeFunctionUrl and with management actions",
        "lambda/latest/dg/urls-auth.html",
    ),
    Row(
        ("aws:tagkeys",),
        {_ALL: _tagging(names_only=True)},
        "the caller's choice with TagResource, UntagResource",
    ),
    Row(("aws:requesttag/",), {_ALL: _tagging(names_only=False)}, "the caller's choice with TagResource"),
    Row(
        ("aws:principaltag/",),
        {
            "role user federated": _text(letters.TAG, empty=True),
            "root anonymous service": _absent,
        },
        "whatever the principal's account sets",
    ),
    Row(
        ("aws:useragent",),
        {f"{_SIGNED} anonymous": _text(letters.PRINTABLE), "service": _undocumented},
        "the caller's choice",
    ),
    Row(
        ("aws:referer",),
        {f"{_SIGNED} anonymous": _text(letters.PRINTABLE), "service": _undocumented},
        "the caller's choice",
    ),
    Row(
        ("aws:sourceidentity",),
        {"role": _text(letters.FRIENDLY), "user root federated anonymous service": _absent},
        "set when the role is assumed",
    ),
    Row(
        ("aws:federatedprovider",),
        {"role": _text(letters.VISIBLE), "user root federated anonymous service": _absent},
        "the identity provider of the role's session",
    ),
    Row(
        MFA,
        {_SIGNED: lambda keys, _: keys.mfa(), "anonymous service": _absent},
        "the caller's own second factor",
    ),
    Row(
        ("aws:tokenissuetime",),
        {
            "role federated": lambda keys, _: keys.issued(always=True),
            "user root": lambda keys, _: keys.issued(always=False),
            "anonymous service": _absent,
        },
        "within the last 36 hours, the longest that a session lasts",
    ),
    Row(
        (SOURCE_FUNCTION,),
        {"user root federated anonymous service": _absent},
        "the function that calls with the role, if one does; its account is aws:PrincipalAccount",
        "lambda/latest/dg/permissions-source-function-arn.html",
    ),
    Row(
        CHAIN,
        {
            _SIGNED: lambda keys, _: keys.chain(),
            "anonymous service": lambda keys, names: Every(
                (keys.undocumented(names[0]), keys.absent(*names[1:]))
            ),
        },
        "if services pass the call on: true, all of them, the first and the last; otherwise false or absent, and no service",
    ),
    Row(
        (VIA_URL,),
        {_SIGNED: lambda keys, _: keys.via_url(), "service": _undocumented},
        "true if InvokeFunction is called through the URL",
        "lambda/latest/dg/urls-auth.html",
    ),
    Row(
        (TOKEN,),
        {f"{_SIGNED} anonymous service": lambda keys, _: keys.token(Stance.UNSURE)},
        "a skill's id, sent by the Alexa services; no untrusted skill has an id that the policy writes in full",
        "lambda/latest/api/API_AddPermission.html",
    ),
    Row(
        NETWORK,
        {
            f"{_SIGNED} anonymous": lambda keys, _: keys.network(),
            "service": lambda keys, names: keys.perhaps(keys.network(), *names, stance=Stance.UNSURE),
        },
        "an address on the internet, or a VPC and its endpoint; those that the policy names are named networks",
    ),
    Row(
        PRINCIPAL_ORGANIZATION,
        {_SIGNED: _organization, "anonymous service": _absent},
        "the organization of the caller's account, if it is in one",
    ),
    Row(SOURCE_KEYS, {f"{_SIGNED} anonymous": _absent}, "sent by services only"),
    Row(("aws:username",), {"role root federated anonymous": _absent, "service": _unknown}, "users only"),
    Row(("aws:userid",), {"service": _unknown}, "the principal's unique id"),
    Row(("aws:principaltype",), {"service": _unknown}, "the kind of principal"),
)
