"""Untrusted text in a format: names, Sids, ARNs and policy documents are chosen by the caller."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from permission_guard.alerts.printable import escaped
from permission_guard.iam.policy import Json

_CUT: Final = "..."


class CannotShow(ValueError):
    """A finding that this format cannot express; the message says which, and why."""


def inert(text: str) -> str:
    """Show what is not to be seen as its escape, line breaks excepted: no terminal code, no mark of direction."""
    return text if text.isprintable() else "\n".join(map(escaped, text.split("\n")))


def line(text: str) -> str:
    """Return inert text on one line."""
    return " ".join(inert(text).split())


def sentence(text: str) -> str:
    """Return a text as a sentence; nothing stays nothing."""
    written = line(text)
    return written if not written or written[-1] in ".!?" else f"{written}."


def cut(text: str, limit: int) -> str:
    """Return at most so many bytes of UTF-8, with a mark where some are left out; never a blank text."""
    encoded = (text if text.strip() else "-").encode()
    if len(encoded) <= limit:
        return encoded.decode()
    return encoded[: limit - len(_CUT)].decode(errors="ignore") + _CUT


def dumped(value: Json, *, indent: int | None = None) -> str:
    """Write a document as JSON, every text in it inert."""
    separators = None if indent else (",", ":")
    return json.dumps(_inert(value), indent=indent, ensure_ascii=False, separators=separators)


def _inert(value: Json) -> Json:
    match value:
        case str():
            return inert(value)
        case Mapping():
            return {inert(key): _inert(one) for key, one in value.items()}
        case list() | tuple():
            return [_inert(one) for one in value]
        case _:
            return value
