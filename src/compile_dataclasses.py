"""Compiles what the `dataclass` decorator would compile at each start: `compile_dataclasses.py permission_guard`.

The build runs it in the finished package, with the Python of the Lambda runtime. Every module is loaded, each text that the
decorator writes is noted, and its code is kept where `permission_guard/compiled.py` looks for it.
"""

from __future__ import annotations

import builtins
import dataclasses
import importlib
import marshal
import sys
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from typing import Any

from trim_modules import modules_of


def codes_of(package: Path) -> dict[str, bytes]:
    """Load every module of a package, and return the code of each text that the decorator wrote meanwhile."""
    codes: dict[str, bytes] = {}

    def noted(text: str, *namespaces: Any) -> None:
        code = compile(text, "<string>", "exec", dont_inherit=True)
        codes[text] = marshal.dumps(code)
        builtins.exec(code, *namespaces)  # noqa: S102  # as the decorator does

    vars(dataclasses)["exec"] = noted
    sys.path.insert(0, str(package.parent))
    for name in modules_of(package):
        importlib.import_module(name)
    return codes


def write(package: Path) -> None:
    """Write the file; the same package gives the same bytes."""
    codes = dict(sorted(codes_of(package).items()))
    (package / "dataclasses.marshal").write_bytes(MAGIC_NUMBER + marshal.dumps(codes))


if __name__ == "__main__":
    write(Path(sys.argv[1]))
