"""Says how big the built Lambda package is when zipped, and fails if it outgrew its limit.

`python -m tests.embedded.package_size DIRECTORY`
"""

import sys
from pathlib import Path

from tests.embedded.package_zip import zipped

MEGABYTE = 1_000_000
LIMIT = 4 * MEGABYTE


def main(directory: Path) -> int:
    """Print the size; 1 if it is above the limit."""
    size = len(zipped(directory))
    compiled = any(directory.rglob("*.pyc"))
    print(
        f"the Lambda package: {size / MEGABYTE:.1f} MB zipped (limit {LIMIT / MEGABYTE:.0f} MB),",
        "with precompiled code" if compiled else "without precompiled code: that takes a Python 3.13 on PATH",
    )
    return 0 if size <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
