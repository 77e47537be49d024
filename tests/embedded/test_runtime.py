"""The package is run by what Lambda runs it by, and where that is not to be had, it is said."""

from __future__ import annotations

from tests.embedded.emulator import ROOT
from tests.embedded.runtime import GUARD


def test_the_runtime_client_is_installed_and_pinned_for_the_python_of_the_template() -> None:
    version = GUARD["Runtime"].removeprefix("python")
    makefile = (ROOT / "Makefile").read_text()
    rule = makefile[makefile.index("$(TOOLS)/runtime.done:") :].split("\n\n")[0]
    assert f"--python-version {version} " in rule
    lock = makefile[makefile.index("\nlock:") :].split("\n\n")[0]
    (line,) = [line for line in lock.split("\n\t@") if "$(LOCKS)/runtime.in" in line]
    assert f"--python-version {version} " in line
    assert "awslambdaric==" in (ROOT / ".ci" / "requirements" / "runtime.txt").read_text()
