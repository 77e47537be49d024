"""The Lambda package as one file, whose name says what is in it."""

from __future__ import annotations

import hashlib
import stat
import zipfile
from pathlib import Path
from typing import Final

FOLDER: Final = "permission-guard"
"""Under which the packages lie in each bucket."""
_FIRST_DAY: Final = (1980, 1, 1, 0, 0, 0)
"""The oldest time that a zip file can say: the same content makes the same file, whenever it was built."""


def pack(built: Path, into: Path) -> str:
    """Write what `sam build` made into a zip file, and return the key by which it is found: a hash of its content.

    A new key is what tells CloudFormation that the code has changed. Raises FileNotFoundError if nothing was built.
    """
    files = sorted(path for path in built.rglob("*") if path.is_file()) if built.is_dir() else []
    if not files:
        raise FileNotFoundError(f"{built} holds nothing: run `make build` first")
    into.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            entry = zipfile.ZipInfo(path.relative_to(built).as_posix(), _FIRST_DAY)
            # Lambda runs as somebody else than the owner of the files, who must be able to read them.
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            content = path.read_bytes()
            archive.writestr(entry, content)
            digest.update(f"{entry.filename}\0{len(content)}\0".encode())
            digest.update(content)
    return f"{FOLDER}/{digest.hexdigest()}.zip"
