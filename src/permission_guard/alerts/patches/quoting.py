"""Untrusted texts as literals of the three languages. Nothing in them can end the literal."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from permission_guard.iam.policy import Json
from permission_guard.model.document import Body

Quote: TypeAlias = Callable[[str], str]

_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9_./:*@-]*(?<!:)")
_WORDS: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
"""Words that YAML 1.1 does not read as text."""
_BYTE: Final = 0xFF
_PLANE: Final = 0xFFFF


def in_yaml(text: str) -> str:
    """Write a text for YAML, bare where that is safe."""
    return text if _PLAIN.fullmatch(text) and text.lower() not in _WORDS else quoted_in_yaml(text)


def quoted_in_yaml(text: str) -> str:
    """Write a text for YAML between quotes (https://yaml.org/spec/1.2.2/#57-escaped-characters)."""

    def escape(code: int) -> str:
        if code <= _BYTE:
            return f"\\x{code:02x}"
        return f"\\u{code:04x}" if code <= _PLANE else f"\\U{code:08x}"

    return _literal(text, '"', escape)


def in_hcl(text: str) -> str:
    """Write a text for Terraform (https://developer.hashicorp.com/terraform/language/expressions/strings)."""

    def escape(code: int) -> str:
        return f"\\u{code:04x}" if code <= _PLANE else f"\\U{code:08x}"

    # These begin a template, which could read files and variables.
    return _literal(text, '"', escape).replace("${", "$${").replace("%{", "%%{")


def in_typescript(text: str) -> str:
    """Write a text for TypeScript."""
    return _literal(text, "'", lambda code: f"\\u{{{code:x}}}")


def _literal(text: str, quote: str, escape: Callable[[int], str]) -> str:
    if text.isprintable() and quote not in text and "\\" not in text:
        return f"{quote}{text}{quote}"
    escaped = (f"\\{c}" if c in {quote, "\\"} else c if c.isprintable() else escape(ord(c)) for c in text)
    return f"{quote}{''.join(escaped)}{quote}"


def expression(value: Json | Body, quote: Quote) -> str:
    """Write JSON as an expression, one line for each member, with the texts quoted for the language."""
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, Mapping):
        return _bracketed([f"{quote(key)}: {expression(one, quote)}" for key, one in value.items()], "{}")
    if isinstance(value, Sequence):
        return _bracketed([expression(one, quote) for one in value], "[]")
    return json.dumps(value)


def _bracketed(members: list[str], brackets: str) -> str:
    if not members:
        return brackets
    return f"{brackets[0]}\n{indented(f',{chr(10)}'.join(members))}\n{brackets[1]}"


def indented(text: str, by: str = "  ") -> str:
    """Move every line to the right."""
    return "\n".join(f"{by}{line}" for line in text.split("\n"))
