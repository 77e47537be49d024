"""A mutant of the guard: one mistake in its source, and the law that must notice it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent.parent
SOURCE: Final = ROOT / "src" / "permission_guard"


@dataclass(frozen=True, slots=True)
class Mutant:
    """A mistake, the law that must notice it, and the edits that make it: file, text, replacement."""

    mistake: str
    law: str
    edits: tuple[tuple[str, str, str], ...]

    def source(self, folder: Path) -> Path:
        """Write the guard with the mistake in it into a folder."""
        shutil.copytree(SOURCE, folder / "permission_guard", ignore=shutil.ignore_patterns("__pycache__"))
        for file, before, after in self.edits:
            path = folder / "permission_guard" / file
            text = path.read_text(encoding="utf-8")
            path.write_text(text.replace(before, after), encoding="utf-8")
        return folder
