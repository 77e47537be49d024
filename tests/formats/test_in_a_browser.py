"""The page in headless Chromium: filtered, opened, printed. Skipped where there is no Chromium; nothing else is."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from permission_guard.formats import show
from tests.formats.sample import SCAN

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium on PATH: apt install chromium")

ACTS = """
<script>
const shown = () => [...document.querySelectorAll(".finding")].filter((one) => !one.hidden);
const names = () => shown().map((one) => one.querySelector("strong").textContent);
const form = document.querySelector(".filters");
const choose = (key, value) => {
  form.elements[key].value = value;
  form.elements[key].dispatchEvent(new Event("input", { bubbles: true }));
  return { names: names(), count: form.querySelector("output").textContent };
};
const told = { all: shown().length };
told.unknown = choose("verdict", "UNKNOWN");
told.both = choose("account", "444455556666");
told.none = choose("text", "no such word");
told.notice = !document.querySelector("[data-none]").hidden;
document.querySelector("[data-clear]").click();
told.cleared = shown().length;
told.words = choose("text", "REPORTS eu-west-1");
choose("text", "");
const open = () => document.querySelectorAll("details[open]").length;
document.querySelector("[data-open='yes']").click();
told.opened = open();
document.querySelector("[data-open='']").click();
told.closed = open();
dispatchEvent(new Event("beforeprint"));
told.printed = open();
dispatchEvent(new Event("afterprint"));
told.after = open();
const tabs = document.querySelector(".tabs");
const panels = () => [...tabs.querySelectorAll(".panel")].map((one) => getComputedStyle(one).display);
tabs.closest("details").open = true;
told.first = panels();
tabs.querySelectorAll("input")[tabs.querySelectorAll("input").length - 1].click();
told.last = panels();
told.wide = document.documentElement.scrollWidth > innerWidth;
const made = document.createElement("output");
made.id = "told";
made.textContent = JSON.stringify(told);
document.body.append(made);
</script>
"""


def browse(page: Path, *options: str) -> str:
    """Start the browser on a page, and return what it prints."""
    assert BROWSER is not None
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    ended = subprocess.run(  # noqa: S603  # the browser that was found above
        [
            *(BROWSER, "--headless", "--disable-gpu", f"--user-data-dir={page.parent / 'profile'}", *sandbox),
            *(*options, page.as_uri()),
        ],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
        timeout=120,
    )
    return ended.stdout


def written(folder: Path, text: str) -> Path:
    page = folder / "report.html"
    page.write_text(text, encoding="utf-8")
    return page


def test_the_filters_the_buttons_and_the_tabs_do_what_they_say(tmp_path: Path) -> None:
    scan = show("html", SCAN)
    acting = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", scan).replace(
        "</body>", f"{ACTS}</body>"
    )
    dom = browse(written(tmp_path, acting), "--dump-dom", "--window-size=500,900")
    reported = json.loads(parsed_reported(dom))
    assert reported["all"] == reported["cleared"] == reported["opened"] == reported["printed"] == 10
    assert reported["closed"] == reported["after"] == 0
    assert reported["unknown"] == {"names": ["orders", "billing:3"], "count": "2 of 10 findings"}
    assert reported["both"] == {"names": ["billing:3"], "count": "1 of 10 findings"}
    assert reported["none"] == {"names": [], "count": "0 of 10 findings"}
    assert reported["notice"] is True
    assert reported["words"]["names"] == ["reports"]
    assert reported["first"][0] == reported["last"][-1] == "block"
    assert reported["first"].count("block") == reported["last"].count("block") == 1
    assert reported["wide"] is False


def parsed_reported(dom: str) -> str:
    found = re.search(r'<output id="told">(.*?)</output>', dom)
    assert found is not None, dom[-2000:]
    return found[1].replace("&amp;", "&")


def test_its_own_script_runs_under_its_own_policy(tmp_path: Path) -> None:
    dom = browse(written(tmp_path, show("html", SCAN)), "--dump-dom")
    assert '<form class="filters" role="search" aria-label="Filter the findings">' in dom


def test_all_of_it_is_printed(tmp_path: Path) -> None:
    paper = tmp_path / "report.pdf"
    browse(written(tmp_path, show("html", SCAN)), f"--print-to-pdf={paper}", "--no-pdf-header-footer")
    printed = paper.read_bytes()
    assert printed.startswith(b"%PDF-")
    # Ten findings, all of them open, do not fit on four pages.
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) > 4
