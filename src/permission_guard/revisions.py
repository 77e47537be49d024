"""What is remembered of the functions between two quick sweeps: of each the revision at which it was last sent to be looked at.

Sixteen bytes for a function, in sixteen shards: a digest of its name, and one of its revision. It may always be lost, cut off or
old: what is not remembered as it is now is looked at once more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final, TypeAlias

from permission_guard.iam import FunctionArn

SHARDS: Final = 16
"""One item of DynamoDB holds 400 KB, which is twenty-five thousand functions; sixteen of them are more than there are."""
_DIGEST: Final = 8
"""Bytes. That two revisions of one function have the same digest is one chance in ten to the nineteenth."""

Shards: TypeAlias = Mapping[int, bytes]
"""By their number."""


@dataclass(frozen=True, slots=True)
class Revision:
    """A function, and what changes whenever the function does."""

    function: FunctionArn
    id: str


def moved(found: Iterable[Revision], known: Shards) -> Iterator[Revision]:
    """Yield those that are new, or not any more as they are remembered."""
    remembered = dict(_all(known))
    for one in found:
        if remembered.get(_digest(str(one.function))) != _digest(one.id):
            yield one


def remembering(found: Iterable[Revision], known: Shards, *, is_all: bool) -> Shards:
    """Return the shards that change by what was found; `is_all` forgets every other function, because it is gone."""
    entries = {} if is_all else dict(_all(known))
    entries.update((_digest(str(one.function)), _digest(one.id)) for one in found)
    shards = {number: bytearray() for number in range(SHARDS)}
    for name, revision in sorted(entries.items()):
        shards[name[0] % SHARDS] += name + revision
    return {number: bytes(shard) for number, shard in shards.items() if shard != known.get(number, b"")}


def _all(known: Shards) -> Iterator[tuple[bytes, bytes]]:
    for shard in known.values():
        if len(shard) % (2 * _DIGEST):
            continue  # somebody else's, or cut off: nobody knows where an entry begins
        for start in range(0, len(shard), 2 * _DIGEST):
            yield shard[start : start + _DIGEST], shard[start + _DIGEST : start + 2 * _DIGEST]


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_DIGEST).digest()
