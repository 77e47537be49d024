"""Zips the built Lambda package so that the same files make the same bytes, and says how big it is.

`python -m tests.embedded.package_zip DIRECTORY [FILE]`: it fails if the package outgrew its limit, and says the SHA-256 of
the FILE that it writes. What differs from build to build is left out: times, owners, the order in which a directory
lists its files.
"""

from __future__ import annotations

import hashlib
import io
import sys
import zipfile
from pathlib import Path
from typing import Final

LIMIT: Final = 4_000_000
"""Bytes, zipped."""
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip can say."""
_READABLE: Final = 0o100644 << 16
"""Everybody may read a file: Lambda runs the code as a user of its own
(https://docs.aws.amazon.com/lambda/latest/dg/python-package.html)."""
_UNIX: Final = 3


def zipped(directory: Path) -> bytes:
    """Zip everything in a directory, in the order of the names."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        files = (path for path in directory.rglob("*") if path.is_file())
        for name, path in sorted((path.relative_to(directory).as_posix(), path) for path in files):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system, entry.external_attr = _UNIX, _READABLE
            archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return package.getvalue()


def main(directory: Path, *files: Path) -> int:
    """Write the zip, if it has a place, and say its size; 1 if it is above the limit."""
    package = zipped(directory)
    for file in files:
        file.write_bytes(package)
        print(f"{hashlib.sha256(package).hexdigest()}  {file}")
    with_code = "with" if any(directory.rglob("*.pyc")) else "without (it takes a Python 3.13 on PATH)"
    size = f"{len(package) / 1_000_000:.1f} MB zipped (limit {LIMIT / 1_000_000:.0f} MB)"
    print(f"the Lambda package: {size}, {with_code} precompiled code")
    return 0 if len(package) <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
