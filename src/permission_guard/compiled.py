"""What Python would compile at each start, compiled once when the package was built.

The `dataclass` decorator writes the methods of a class as a text and has Python compile it, and `re` makes a program of each
pattern: a third of a cold start, for more than a hundred classes and as many patterns, boto3's among them. The build has
kept what became of each (`compile_ahead.py`). What it did not meet, or all of it if another Python made the file, is compiled as
ever: the answer is the same, only later.
"""

from __future__ import annotations

import builtins
import dataclasses
import marshal
import re
from importlib.util import MAGIC_NUMBER
from typing import Any, Final, TypeAlias

Codes: TypeAlias = "dict[str, bytes]"
"""The code of each text, marshalled."""
Programs: TypeAlias = "dict[tuple[str | bytes, int], tuple[Any, ...]]"
"""What `_sre.compile` is given beside the pattern, by the pattern and the flags that it was asked for with."""

COMPILER: Final = vars(vars(re)["_compiler"])
"""The names of the module that makes a program of a pattern."""
SIGNATURE: Final = MAGIC_NUMBER + int(COMPILER["MAGIC"]).to_bytes(4, "little")
"""Of one Python's bytecode and one `re`'s programs."""
FILE: Final = f"{__file__.removesuffix('py')}marshal"


def kept(file: str) -> tuple[Codes, Programs]:
    """Return what the build kept; nothing if there is no such file, or it is none of this Python's."""
    try:
        with open(file, "rb") as opened:  # noqa: PTH123  # pathlib is not loaded by each event, and takes 4 % of a cold start
            whole = opened.read()
        found = marshal.loads(whole[len(SIGNATURE) :]) if whole.startswith(SIGNATURE) else ()  # noqa: S302  # of this very package, as its *.pyc are
    except (OSError, ValueError, EOFError, TypeError):
        return {}, {}
    match found:
        case (dict() as codes, dict() as programs):
            return codes, programs
        case _:
            return {}, {}


def use(codes: Codes, programs: Programs) -> None:
    """Have the decorator take these codes, and `re` these programs, if there are any."""
    if codes:
        # The decorator calls `exec` by a name that its module does not define.
        vars(dataclasses)["exec"] = _executing(codes)
    if programs:
        COMPILER["compile"] = _compiling(programs)


def _executing(codes: Codes) -> Any:
    def ready_made(text: str, *namespaces: Any) -> None:
        code = codes.get(text)
        # Not to be inherited: this module's own __future__ import would change what the text means.
        known = marshal.loads(code) if code else compile(text, "<string>", "exec", dont_inherit=True)  # noqa: S302  # as above
        builtins.exec(known, *namespaces)  # noqa: S102  # as the decorator does

    return ready_made


def _compiling(programs: Programs) -> Any:
    as_ever, ready = COMPILER["compile"], COMPILER["_sre"].compile

    def ready_made(pattern: Any, flags: int = 0) -> Any:
        program = programs.get((pattern, flags)) if isinstance(pattern, str | bytes) else None
        return as_ever(pattern, flags) if program is None else ready(pattern, *program)

    return ready_made


use(*kept(FILE))
