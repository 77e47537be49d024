"""Compiles what Python would compile at each start: `compile_ahead.py permission_guard aws-calls.txt`.

The build runs it in the finished package, with the Python of the Lambda runtime. Every module is loaded and a client of each
service is made. What the `dataclass` decorator writes and what `re` is asked for meanwhile is noted, and what became of it is
kept where `permission_guard/compiled.py` looks for it.
"""

from __future__ import annotations

import builtins
import dataclasses
import importlib
import marshal
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from trim_models import calls_in
from trim_modules import modules_of

if TYPE_CHECKING:
    from permission_guard.compiled import Codes, Programs

_WITHOUT_REFERENCES = 2
"""The last version of marshal's format in which the same values are the same bytes, whoever else refers to them."""


def noting_texts() -> Codes:
    """Have the code of each text noted that the decorator writes from now on."""
    codes: Codes = {}

    def noted(text: str, *namespaces: Any) -> None:
        code = compile(text, "<string>", "exec", dont_inherit=True)
        codes[text] = marshal.dumps(code)
        builtins.exec(code, *namespaces)  # noqa: S102  # as the decorator does

    vars(dataclasses)["exec"] = noted
    return codes


def noting_patterns(compiler: dict[str, Any]) -> Programs:
    """Have the program of each pattern noted that `re` is asked for from now on."""
    programs: Programs = {}
    compile_, sre = compiler["compile"], compiler["_sre"]
    last: list[tuple[Any, ...]] = []

    def finished(pattern: Any, flags: int, code: list[int], *more: Any) -> object:
        last[:] = [(int(flags), list(map(int, code)), *more)]
        return sre.compile(pattern, flags, code, *more)

    def noted(pattern: Any, flags: int = 0) -> object:
        made = compile_(pattern, flags)
        if isinstance(pattern, (str, bytes)):
            (programs[pattern, int(flags)],) = last
        return made

    compiler |= {"compile": noted, "_sre": SimpleNamespace(**{**vars(sre), "compile": finished})}
    return programs


def load(package: Path, services: Iterable[str]) -> None:
    """Load every module of a package, and make a client of each service."""
    sys.path.insert(0, str(package.parent))
    for name in modules_of(package):
        importlib.import_module(name)
    session = importlib.import_module("boto3").Session("nobody", "nothing", region_name="us-east-1")
    for service in services:
        session.client(service)


def write(package: Path, services: Iterable[str]) -> None:
    """Write the file; the same package gives the same bytes."""
    codes, programs = noting_texts(), noting_patterns(vars(vars(re)["_compiler"]))
    load(package, services)
    compiled = importlib.import_module("permission_guard.compiled")
    kept = (dict(sorted(codes.items())), {key: programs[key] for key in sorted(programs, key=repr)})
    Path(compiled.FILE).write_bytes(compiled.SIGNATURE + marshal.dumps(kept, _WITHOUT_REFERENCES))


if __name__ == "__main__":
    write(Path(sys.argv[1]), sorted(calls_in(Path(sys.argv[2]).read_text(encoding="utf-8"))))
