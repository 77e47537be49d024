"""What was mended in a file, as a patch that `git apply` and `patch` take."""

from __future__ import annotations

import difflib
from typing import Final

_NO_END: Final = "\\ No newline at end of file\n"


def difference(before: str, after: str, file: str) -> str:
    """Return the difference as a unified diff; nothing if there is none."""
    lines = difflib.unified_diff(
        _lines(before), _lines(after), f"a/{file.lstrip('/')}", f"b/{file.lstrip('/')}"
    )
    return "".join(line if line.endswith("\n") else f"{line}\n{_NO_END}" for line in lines)


def _lines(text: str) -> list[str]:
    """Split at line feeds only: a text may hold other characters that Python takes for the end of a line."""
    return [f"{line}\n" for line in text.split("\n")[:-1]] + [line for line in text.split("\n")[-1:] if line]
