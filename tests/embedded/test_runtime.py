"""The package is run by what Lambda runs it by, and where that is not to be had, it is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.embedded import runtime
from tests.embedded.emulator import ROOT
from tests.embedded.runtime import GUARD, Programs, programs


def test_the_runtime_client_is_installed_and_pinned_for_the_python_of_the_template() -> None:
    version = GUARD["Runtime"].removeprefix("python")
    makefile = (ROOT / "Makefile").read_text()
    rule = makefile[makefile.index("$(TOOLS)/runtime.done:") :].split("\n\n")[0]
    assert f"--python-version {version} " in rule
    lock = makefile[makefile.index("\nlock:") :].split("\n\n")[0]
    (line,) = [line for line in lock.split("\n\t@") if "$(LOCKS)/runtime.in" in line]
    assert f"--python-version {version} " in line
    assert "awslambdaric==" in (ROOT / ".ci" / "requirements" / "runtime.txt").read_text()


def test_where_the_emulator_of_the_interface_does_not_run_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.system", lambda: "Darwin")
    assert programs() == "Lambda's runtime interface emulator runs on Linux alone"


def test_what_is_missing_is_named_or_all_is_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = programs()
    assert isinstance(found, Programs) or found.startswith(("Lambda's runtime", "there is no Python 3."))
    monkeypatch.setattr(runtime, "CLIENT", tmp_path)
    assert not isinstance(programs(), Programs)
