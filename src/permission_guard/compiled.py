"""What the `dataclass` decorator would compile at each start, compiled once when the package was built.

The decorator writes the methods of a class as a text, and has Python compile it: a third of a cold start, since there are
more than a hundred such classes. The build has kept what became of each text (`compile_dataclasses.py`). A text that it
did not meet, or all of them if another Python made the file, is compiled as ever: the answer is the same, only later.
"""

from __future__ import annotations

import builtins
import dataclasses
import marshal
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from typing import Any, Final

FILE: Final = Path(__file__).with_name("dataclasses.marshal")


def kept(file: Path) -> dict[str, bytes]:
    """Return the code of each text, marshalled; nothing if there is no such file, or it is none of this Python's."""
    try:
        whole = file.read_bytes()
        found = marshal.loads(whole[len(MAGIC_NUMBER) :]) if whole.startswith(MAGIC_NUMBER) else {}  # noqa: S302  # of this very package, as its *.pyc are
    except (OSError, ValueError, EOFError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}


def use(codes: dict[str, bytes]) -> None:
    """Have the decorator take these codes, if there are any. It calls `exec` by a name that its module does not define."""
    if not codes:
        return

    def ready_made(text: str, *namespaces: Any) -> None:
        code = codes.get(text)
        # Not to be inherited: this module's own __future__ import would change what the text means.
        known = marshal.loads(code) if code else compile(text, "<string>", "exec", dont_inherit=True)  # noqa: S302  # as above
        builtins.exec(known, *namespaces)  # noqa: S102  # as the decorator does

    vars(dataclasses)["exec"] = ready_made


use(kept(FILE))
