"""What goes to Lambda: the same bytes each time, known to the last hash, under licences that ask for nothing more."""

from __future__ import annotations

import ast
import os
import re
from importlib.metadata import distributions
from pathlib import Path
from typing import Final

from docs.generate.licences import licence_of, packaged
from tests.aws.calls import PACKAGE, carried
from tests.embedded.package_zip import zipped

ROOT: Final = Path(__file__).parent.parent
LOCKS: Final = (*sorted((ROOT / ".ci" / "requirements").glob("*.txt")), ROOT / "src" / "requirements.txt")
NOT_OURS: Final = re.compile(r"\bA?GPL|Affero|SSPL|Commons Clause", re.IGNORECASE)
"""A copyleft that reaches what is only used beside it. LGPL and MPL do not."""


def test_the_same_files_are_the_same_bytes_whenever_and_by_whomever_they_were_written(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder, names in ((first, ("b.py", "a.py", "c/d.py")), (second, ("c/d.py", "a.py", "b.py"))):
        for name in names:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(f"# {name}")
    os.utime(second / "a.py", (1, 1))
    (second / "b.py").chmod(0o600)
    assert zipped(first) == zipped(second)
    (second / "c" / "d.py").write_text("# another")
    assert zipped(first) != zipped(second)


def test_everything_that_is_installed_is_pinned_by_a_version_and_a_hash() -> None:
    for lock in LOCKS:
        pins = re.split(r"\n(?=[a-z0-9])", lock.read_text().strip())
        loose = [pin.split("\n")[0] for pin in pins if "==" not in pin or "--hash=sha256:" not in pin]
        assert loose == [], lock.name


def test_no_licence_of_what_is_packaged_or_built_with_reaches_our_own_code() -> None:
    licences = {one.metadata["Name"]: licence_of(one) for one in distributions()}
    assert {name: said for name, said in licences.items() if NOT_OURS.search(said)} == {}
    assert set(packaged()) <= {name.lower().replace("_", "-") for name in licences}


def name(path: Path) -> str:
    """The full name of a module of ours."""
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


def test_the_package_carries_what_the_handler_imports_now_or_later_and_no_other_module_of_ours() -> None:
    inside = {name(path): path for path in carried()}
    imported = {
        one
        for path in inside.values()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith(PACKAGE.name)
        for one in (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))
    }
    ours = {name(path) for path in PACKAGE.rglob("*.py")}
    faces = {name(path) for path in carried() if path.name == "__init__.py"}
    assert (imported & ours) | faces | {"permission_guard.handler"} == set(inside)
