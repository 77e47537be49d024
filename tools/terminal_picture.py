"""Draws what a command prints, in its colors, as an SVG picture. A viewer's light or dark setting chooses the palette."""

from __future__ import annotations

import re
import shlex
from contextlib import chdir
from html import escape
from itertools import zip_longest
from pathlib import Path
from typing import Final

from click.testing import CliRunner

from permission_guard.cli import PROGRAM, main

ROOT: Final = Path(__file__).parent.parent
COMMAND: Final = "explain --policy docs/examples/any-bucket-of-any-account.json"
"""What the README's picture shows. It reads a file and calls no AWS, so it prints the same everywhere."""

_SGR: Final = re.compile(r"\x1b\[([0-9;]*)m")
_CLASSES: Final = {"1": "bold", "31": "red", "32": "green", "33": "yellow", "36": "cyan"}
_LINE, _COLUMN, _MARGIN = 18.0, 8.43, 16.0
"""Pixels: a line's height, a character's width at a font size of 14 (0.602 em in most monospace fonts), and the margin."""
_STYLE: Final = """\
    rect { fill: #ffffff; stroke: #d0d7de }
    text { font: 14px ui-monospace, SFMono-Regular, Menlo, "DejaVu Sans Mono", Consolas, monospace; fill: #1f2328 }
    .bold { font-weight: bold } .red { fill: #b3261e } .green { fill: #116329 } .yellow { fill: #7d4e00 } .cyan { fill: #0a6b7c }
    @media (prefers-color-scheme: dark) {
      rect { fill: #0d1117; stroke: #30363d }
      text { fill: #e6edf3 }
      .red { fill: #ff7b72 } .green { fill: #56d364 } .yellow { fill: #e3b341 } .cyan { fill: #39c5cf }
    }"""


def printed(command: str) -> str:
    """Run a command in the repository's folder, and return what it prints on a terminal that shows colors."""
    with chdir(ROOT):
        return CliRunner(env={"FORCE_COLOR": "1"}).invoke(main, shlex.split(command), color=True).output


def picture(command: str = COMMAND) -> str:
    """Return the picture of a command and what it prints."""
    lines = [f"\x1b[1m$ {PROGRAM} {command}\x1b[0m", "", *printed(command).rstrip("\n").split("\n")]
    longest = max(len(_SGR.sub("", line)) for line in lines)
    width, height = longest * _COLUMN + 2 * _MARGIN, len(lines) * _LINE + 2 * _MARGIN
    size = f'viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}"'
    texts = [
        f'  <text x="{_MARGIN:g}" y="{_MARGIN + number * _LINE:g}">{_spans(line)}</text>'
        for number, line in enumerate(lines, 1)
        if line
    ]
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
            f"  <title>{escape(f'{PROGRAM} {command}')}</title>",
            f"  <style>\n{_STYLE}\n  </style>",
            f'  <rect x="0.5" y="0.5" width="{width - 1:.0f}" height="{height - 1:.0f}" rx="8"/>',
            *texts,
            "</svg>\n",
        )
    )


def _spans(line: str) -> str:
    """Return a line with its colors as classes."""
    spans, classes = "", set[str]()
    pieces = _SGR.split(line)
    for text, codes in zip_longest(pieces[::2], pieces[1::2]):
        if text:
            names = " ".join(sorted(classes))
            # Browsers join ordinary spaces into one.
            shown = escape(text, quote=False).replace(" ", "\N{NO-BREAK SPACE}")
            spans += f'<tspan class="{names}">{shown}</tspan>' if names else shown
        for code in codes.split(";") if codes is not None else ():
            # 22 ends bold, 0 ends everything (ECMA-48, 8.3.117).
            classes = (
                classes | {_CLASSES[code]}
                if code in _CLASSES
                else classes - {"bold"}
                if code == "22"
                else set()
            )
    return spans
