"""The page on the Python API, from the code: what each name is, by its own docstring."""

from __future__ import annotations

import dataclasses
import enum
import inspect
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import permission_guard

EXAMPLE: Final = Path(__file__).parent.parent / "examples" / "evaluate.py"
_ABOUT: Final = (
    "The same core that the Lambda function and the command line use, for your own programs and tests: build what is so, "
    "and evaluate it. It asks nothing of AWS and needs only the standard library. All values are frozen and typed "
    "(`py.typed`). What is not on this page may change with every version."
)


def api(note: str) -> str:
    """Return the page."""
    parts = ["# The Python API", note, "", *textwrap.wrap(_ABOUT, 120), "", "```python", _example(), "```"]
    for name in permission_guard.__all__:
        parts += ["", f"## {name}", "", *_described(name, getattr(permission_guard, name))]
    return "\n".join(parts) + "\n"


def _example() -> str:
    """The example's code, without the docstring that says what it is for."""
    return EXAMPLE.read_text().split('"""\n', 1)[1].strip()


def _described(name: str, what: Any) -> Iterator[str]:
    if inspect.isfunction(what):
        yield from ("```python", f"{name}{inspect.signature(what)}", "```", "")
    yield from inspect.cleandoc(what.__doc__ or "").splitlines()
    if isinstance(what, enum.EnumMeta):
        members: list[enum.Enum] = list(what)
        yield from ("", f"One of {', '.join(f'`{one.name}`' for one in members)}.")
    elif dataclasses.is_dataclass(what):
        yield from ("", "| field | type | default |", "|---|---|---|")
        for field in dataclasses.fields(what):
            shown = str(field.type).replace("|", "\\|")
            yield f"| `{field.name}` | `{shown}` | {_default(field)} |"
    methods = {"parse": getattr(what, "parse", None), "qualified": getattr(what, "qualified", None)}
    for called, method in methods.items():
        if inspect.ismethod(method) or inspect.isfunction(method):
            yield from ("", f"`{name}.{called}{inspect.signature(method)}`: {_first(method)}")


def _first(method: Any) -> str:
    return " ".join(inspect.cleandoc(method.__doc__ or "").split())


def _default(field: dataclasses.Field[Any]) -> str:
    if field.default is not dataclasses.MISSING:
        default = field.default
        return f"`{default.name if isinstance(default, enum.Enum) else repr(default)}`"
    return "empty" if field.default_factory is not dataclasses.MISSING else "required"
