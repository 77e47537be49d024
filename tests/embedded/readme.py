"""Holds the README's first screen equal to what the demo really prints.

`python -m tests.embedded.readme OUTPUT` compares it with the output of `make demo PLAIN=1`; `--write` puts it there.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- demo -->\n```text\n", "```\n<!-- /demo -->"
FIRST, LAST = "First it only observes", "What the guard remembers"
PROOF = re.compile(r"^ {6}proof .*\n(?: {13,}.*\n)*", re.MULTILINE)


def shown(output: str) -> str:
    """The part of the demo's output that the README shows: all that happens, without the proofs."""
    part = output[output.index(FIRST) : output.index(LAST)]
    return PROOF.sub("", part).strip("\n") + "\n"


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
