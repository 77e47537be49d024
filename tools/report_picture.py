"""Photographs the HTML report with a headless Chromium: `make pictures`. It writes docs/pictures/report-*.png.

A picture cannot be made without a browser, so the hash of the page that it shows is kept beside it, and a test compares
that with the page as it is now.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from contextlib import chdir
from hashlib import sha256
from pathlib import Path
from typing import Final

from click.testing import CliRunner

from permission_guard import formats
from permission_guard.cli import main as command_line
from permission_guard.formats.scan_json import read

ROOT: Final = Path(__file__).parent.parent
PICTURES: Final = ROOT / "docs" / "pictures"
HASH: Final = PICTURES / "report.sha256"
TEMPLATE: Final = "docs/examples/shop.yaml"
_AT: Final = "2026-11-20T10:15:00Z"
_WIDTH, _HEIGHT = 960, 950
"""Pixels: the totals, the filters and the first finding."""
_SCHEMES: Final = ("light", "dark")
_BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
_SMALLER: Final = "pngquant"


def page() -> str:
    """Return the report on the example template, with a fixed time and version."""
    with chdir(ROOT):
        found = json.loads(CliRunner().invoke(command_line, ["check", "--format", "json", TEMPLATE]).output)
    return formats.show("html", read(json.dumps({**found, "at": _AT, "version": "1.0"})))


def digest(html: str) -> str:
    """Return what is kept of the page that was photographed."""
    return f"{sha256(html.encode()).hexdigest()}\n"


def photograph(browser: str, html: str, scheme: str, to: Path) -> None:
    """Take a picture of a page in light or in dark, in 256 colors, which is a third of the bytes. Raises CalledProcessError."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "report.html"
        file.write_text(html)
        dark = ["--blink-settings=preferredColorScheme=0"] if scheme == "dark" else []
        subprocess.run(  # noqa: S603  # a browser, on a file made here
            [
                *(browser, "--headless", "--no-sandbox", "--hide-scrollbars", "--disable-gpu", *dark),
                *(f"--user-data-dir={folder}/profile", f"--window-size={_WIDTH},{_HEIGHT}"),
                *(f"--screenshot={to}", file.as_uri()),
            ],
            check=True,
            capture_output=True,
        )
    subprocess.run([_SMALLER, "--force", "--strip", "--output", to, to], check=True)  # noqa: S603  # the same picture


def main() -> int:
    """Take the pictures."""
    browser = next((found for name in _BROWSERS if (found := shutil.which(name))), None)
    if browser is None or shutil.which(_SMALLER) is None:
        sys.stderr.write(
            "Chromium and pngquant are needed (Debian and Ubuntu: apt install chromium pngquant).\n"
        )
        return 1
    html = page()
    for scheme in _SCHEMES:
        photograph(browser, html, scheme, PICTURES / f"report-{scheme}.png")
    HASH.write_text(digest(html))
    return 0


if __name__ == "__main__":
    sys.exit(main())
