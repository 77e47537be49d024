"""The shapes of values: accounts, Regions, ARNs, organizations and names."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from permission_guard.access import letters
from permission_guard.access.letters import SEPARATOR, Letters
from permission_guard.access.shape import Part, Shape, compiled, either, many, maybe, one, repeat, seq, text

_ACCOUNT_DIGITS: Final = 12
_FORM: Final = re.compile(r"(\{name\}|\{path\}|\{plain\}|\{any\})")
_SETS: Final = {
    "{name}": letters.NAME,
    "{path}": letters.PATHED,
    "{plain}": letters.UNSTARRED,
    "{any}": letters.TEXT,
}


def account(tracks: int) -> Part:
    """Twelve digits."""
    return seq(*[one(letters.DIGIT, tracks)] * _ACCOUNT_DIGITS)


def region(tracks: int) -> Part:
    """The name of a Region, including Regions that AWS may add."""
    word = many(letters.LOWER, tracks)
    ends = seq(one(letters.DIGIT, tracks), maybe(one(letters.DIGIT, tracks)))
    middle = seq(text("-", tracks), word)
    return seq(many(letters.LOWER, tracks, 2), middle, maybe(middle), text("-", tracks), ends)


def form(template: str, tracks: int, name: str | None) -> Part:
    """The resource part of an ARN. A given name stands in place of every placeholder."""
    pieces = (piece for piece in _FORM.split(template) if piece)
    return seq(*(_piece(piece, tracks, name) for piece in pieces))


def _piece(piece: str, tracks: int, name: str | None) -> Part:
    if piece not in _SETS:
        return text(piece, tracks)
    return text(name, tracks) if name else many(_SETS[piece], tracks)


@lru_cache(maxsize=64)
def organization(path: int, org: int, zone: int) -> Shape:
    """An organization's path, which begins with its id."""
    ids = path | org | zone
    unit = seq(text("ou-", path), many(letters.SERVICE, path), text("/", path))
    return compiled(
        seq(
            text("o-", ids),
            many(letters.LOWER_DIGIT, ids, 10),
            text("/r-", path),
            many(letters.LOWER_DIGIT, path),
            text("/", path),
            repeat(unit),
        )
    )


@lru_cache(maxsize=64)
def plain(alphabet: Letters, start: str = "", least: int = 1) -> Shape:
    """At least so many characters of a set, after a fixed start; read by track 1."""
    return compiled(seq(text(start, 1), many(alphabet, 1, least)))


@lru_cache(maxsize=8)
def digits() -> Shape:
    """An account id; read by track 1."""
    return compiled(account(1))


@lru_cache(maxsize=8)
def service_name(*, documented: bool) -> Shape:
    """The name of a service principal, read by track 1."""
    if not documented:
        return compiled(many(letters.DOTTED, 1))
    suffixes = (".amazonaws.com", ".amazonaws.com.cn", ".amazon.com")
    label = many(letters.SERVICE, 1)
    return compiled(seq(label, repeat(seq(text(".", 1), label)), either(*(text(one, 1) for one in suffixes))))


ELEMENT: Final = 1
ARN: Final = 2
ACCOUNT: Final = 4
USERNAME: Final = 8
USERID: Final = 16
FUNCTION: Final = 32


@lru_cache(maxsize=64)
def principal(kind: str, partition: str, name: str | None, *, tail: bool, function: bool = False) -> Shape:
    """A principal of an account: `role`, `user`, `root` or `federated`.

    With `tail`, the unique id and the session's name follow the ARN. With `function`, the word also has the ARN of a
    function that calls with the role; both ARNs have the same account.
    """
    both = ELEMENT | ARN
    if function:
        return compiled(_with_function(partition, name, tail=tail))
    head = seq(text(f"arn:{partition}:{'sts' if kind == 'federated' else 'iam'}::", both))
    if kind == "root":
        return compiled(seq(head, account(both | ACCOUNT | USERID), text(":root", both)))
    if kind == "federated":
        own = _named(name, both | USERID)
        owner = seq(account(both | ACCOUNT | USERID), text(":", both | USERID))
        return compiled(seq(head, owner, text("federated-user/", both), own))
    return compiled(seq(head, account(both | ACCOUNT), _friendly(kind, name, tail=tail)))


def _with_function(partition: str, name: str | None, *, tail: bool) -> Part:
    """A role and a function of one account: each key reads its own characters, and both read the account."""
    both = ELEMENT | ARN
    service = seq(text("iam::", both), text("lambda:", FUNCTION), region(FUNCTION), text(":", FUNCTION))
    head = seq(text(f"arn:{partition}:", both | FUNCTION), service, account(both | ACCOUNT | FUNCTION))
    function = seq(text(":function:", FUNCTION), many(letters.ASCII_NAME, FUNCTION))
    return seq(head, function, _friendly("role", name, tail=tail))


def _friendly(kind: str, name: str | None, *, tail: bool) -> Part:
    """The path and the name of a role or user and, with `tail`, what follows them."""
    both = ELEMENT | ARN
    path = seq() if name else maybe(seq(many(letters.VISIBLE, both), text("/", both)))
    who = seq(text(f":{kind}/", both), path, _named(name, both | USERNAME))
    unique = seq(text("AROA" if kind == "role" else "AIDA", USERID), many(letters.UPPER_DIGIT, USERID))
    # Lambda calls a session as the function, whose name may have one letter (facts 5.3).
    session = many(letters.FRIENDLY, USERID | ELEMENT)
    if not tail:
        return who
    if kind == "user":
        return seq(who, unique)
    return seq(who, text(SEPARATOR, ELEMENT), unique, text(":", USERID), session)


def _named(name: str | None, tracks: int) -> Part:
    return text(name, tracks) if name else many(letters.FRIENDLY, tracks)


ANYWHERE: Final = "*"
SOURCE: Final = 1
SOURCE_ACCOUNT: Final = 2


@lru_cache(maxsize=128)
def owned_arn(
    partition: str, service: str | None, resources: tuple[str, ...], place: str | None, name: str | None
) -> Shape:
    """An ARN that contains its account. It is the ARN of any service if `service` is None.

    `place` is the Region in it: ANYWHERE for any Region, None for any Region or none.
    """
    return compiled(
        seq(
            _head(partition, service, place),
            account(SOURCE | SOURCE_ACCOUNT),
            text(":", SOURCE),
            either(*(form(one, SOURCE, name) for one in resources)),
        ),
        owned=True,
    )


@lru_cache(maxsize=128)
def unowned_arn(
    partition: str, service: str | None, resources: tuple[str, ...], place: str | None, name: str | None
) -> Shape:
    """An ARN without an account, and before it the account for which the service calls."""
    return compiled(
        seq(
            account(SOURCE_ACCOUNT),
            _head(partition, service, place),
            text(":", SOURCE),
            either(*(form(one, SOURCE, name) for one in resources)),
        )
    )


@lru_cache(maxsize=8)
def source_account() -> Shape:
    """The account for which a service calls, without an ARN."""
    return compiled(account(SOURCE_ACCOUNT))


def _head(partition: str, service: str | None, place: str | None) -> Part:
    namespace = text(service, SOURCE) if service else many(letters.SERVICE, SOURCE)
    inside = (
        maybe(region(SOURCE))
        if place is None
        else text(place, SOURCE)
        if place != ANYWHERE
        else region(SOURCE)
    )
    return seq(text(f"arn:{partition}:", SOURCE), namespace, text(":", SOURCE), inside, text(":", SOURCE))
