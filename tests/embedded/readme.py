"""Holds the README's first screen equal to what the demo really prints.

`python -m tests.embedded.readme OUTPUT` compares it with the output of `make demo PLAIN=1`; `--write` puts it there.
"""

from __future__ import annotations

import sys
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- demo -->\n```text\n", "```\n<!-- /demo -->"
FIRST, LAST = "Read back from the account", "Leaving"


def shown(output: str) -> str:
    """The part of the demo's output that the README shows: each fault, before and after."""
    part = output[output.index(FIRST) + len(FIRST) : output.index(LAST)]
    return part.strip("\n") + "\n"


def main() -> int:
    """Compare, or write."""
    path, *options = sys.argv[1:]
    wanted = shown(Path(path).read_text())
    text = README.read_text()
    begin, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    if "--write" in options:
        README.write_text(text[:begin] + wanted + text[end:])
    elif text[begin:end] != wanted:
        print("README.md does not show what the demo prints; run: make readme", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
