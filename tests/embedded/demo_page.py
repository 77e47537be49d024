"""Holds docs/demo.md equal to what the demo really prints.

`python -m tests.embedded.demo_page OUTPUT` compares it with the output of `make demo PLAIN=1`; `--write` writes it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

PAGE: Final = Path(__file__).parents[2] / "docs" / "demo.md"
FIRST: Final = "An emulated AWS on this machine"

_PAGE: Final = """\
# The demo
<!-- made by tests/embedded/demo_page.py (`make demo-page`) from what the demo prints -->

`make demo` deploys the stack into an AWS on your own machine, makes mistakes in it, and shows what the guard does about each. Nothing here is written by
hand: this is what it prints. It takes about a minute, and needs Python 3.11 or newer, make and git; no AWS account, no Docker.

```text
{}
```
"""


def page(output: str) -> str:
    """Return the page with what the demo printed, without what was set up before it."""
    return _PAGE.format(output[output.index(FIRST) :].strip("\n"))


def main() -> int:
    """Compare, or write."""
    path, *options = sys.argv[1:]
    wanted = page(Path(path).read_text())
    if "--write" in options:
        PAGE.write_text(wanted)
    elif PAGE.read_text() != wanted:
        print("docs/demo.md does not show what the demo prints; run: make demo-page", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
