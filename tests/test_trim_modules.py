"""The modules in the package: all that the function can ever import, and no other."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import trim_modules
from tests.template import written
from trim_modules import modules_of, needed, trim

SOURCE = Path(trim_modules.__file__).parent
GUARD = SOURCE / "permission_guard"
FIRST = "permission_guard.handler"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our own code as the build leaves it."""
    package = tmp_path_factory.mktemp("package") / "permission_guard"
    shutil.copytree(GUARD, package, ignore=shutil.ignore_patterns("__pycache__"))
    trim(package, FIRST)
    return package


def named(path: Path) -> set[str]:
    """Every module of ours that a file names in an import, wherever it stands, for type checkers too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found & set(modules_of(GUARD))


def test_all_that_the_function_can_import_at_once_or_later_is_in_the_package(package: Path) -> None:
    inside = modules_of(package)
    assert {name for path in inside.values() for name in named(path)} <= set(inside)


def test_nothing_is_in_the_package_that_nothing_in_it_imports(package: Path) -> None:
    inside = modules_of(package)
    wanted = {name for path in inside.values() for name in named(path)} | {FIRST}
    around = {name.rsplit(".", number)[0] for name in wanted for number in range(1, name.count(".") + 1)}
    assert set(inside) == wanted | around


def test_what_is_only_for_people_at_a_command_line_stays_at_home(package: Path) -> None:
    inside = {path.relative_to(package).parts[0] for path in package.rglob("*")}
    assert {"cli", "doctor", "undo.py", "scanned.py"} & inside == set()
    assert {"handler.py", "aws", "iam", "rules", "pipeline.py"} <= inside


def test_each_module_in_the_package_can_be_loaded_without_the_others_of_ours(package: Path) -> None:
    names = ", ".join(sorted(modules_of(package)))
    loaded = f"import {names}; print(permission_guard.__file__)"
    ended = subprocess.run(  # noqa: S603  # our own Python, on our own code
        [sys.executable, "-c", loaded],
        env={**os.environ, "PYTHONPATH": str(package.parent), "AWS_DEFAULT_REGION": "eu-west-1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.stdout.strip(), ended.stderr) == (str(package / "__init__.py"), "")


def test_the_build_keeps_what_the_handler_of_the_template_needs() -> None:
    assert written()["Resources"]["Guard"]["Properties"]["Handler"] == f"{FIRST}.handler"
    assert (
        f'trim_modules.py "$(ARTIFACTS_DIR)/permission_guard" {FIRST}\n' in (SOURCE / "Makefile").read_text()
    )


def test_the_script_is_one_for_python_3_9() -> None:
    ast.parse((SOURCE / "trim_modules.py").read_text(), feature_version=(3, 9))


# On a package made up for it


MADE_UP = yaml.safe_load(
    """
    p/__init__.py: ""
    p/first.py: |
      from typing import TYPE_CHECKING
      import os.path
      from p import beside
      if TYPE_CHECKING:
          from p.typed import Only
      else:
          from p import otherwise
      def later():
          from p.deep.inside import thing
    p/beside.py: "import p.dotted"
    p/dotted.py: "from other import library"
    p/otherwise.py: "from p import first"
    p/typed.py: ""
    p/idle/__init__.py: ""
    p/idle/alone.py: ""
    p/deep/__init__.py: "from p import named_by_a_package"
    p/deep/inside.py: "from p.first import later"
    p/deep/idle.py: ""
    p/named_by_a_package.py: ""
    """
)


def made_up(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder / "p"


def test_an_import_counts_wherever_it_stands_unless_it_is_for_a_type_checker(tmp_path: Path) -> None:
    package = made_up(tmp_path, MADE_UP)
    trim(package, "p.first")
    assert {str(path.relative_to(package)) for path in package.rglob("*")} == {
        "__init__.py",
        "first.py",
        "beside.py",
        "dotted.py",
        "otherwise.py",
        "named_by_a_package.py",
        "deep",
        "deep/__init__.py",
        "deep/inside.py",
    }


@pytest.mark.parametrize(
    "text",
    [
        "from importlib import import_module\nimport_module(name)",
        "import importlib\nimportlib.import_module(name)",
        "__import__(name)",
        "from . import other",
    ],
)
def test_an_import_that_nobody_can_follow_is_refused_and_names_the_file(tmp_path: Path, text: str) -> None:
    package = made_up(tmp_path, {"p/__init__.py": "", "p/first.py": text})
    with pytest.raises(ValueError, match=r"first\.py"):
        needed(modules_of(package), "p.first")


LATE = """
KNOWN = "1"
def __getattr__(name):
    from importlib import import_module
    return import_module(name)
"""


def test_what_a_module_has_only_while_it_runs_may_be_there_but_not_be_imported(tmp_path: Path) -> None:
    package = made_up(
        tmp_path,
        {
            "p/__init__.py": LATE,
            "p/first.py": "from p import KNOWN, beside",
            "p/beside.py": "",
            "p/api.py": "",
        },
    )
    assert needed(modules_of(package), "p.first") == {"p", "p.first", "p.beside"}
    (package / "beside.py").write_text("from p import judge")
    with pytest.raises(ValueError, match=r"beside\.py: imports judge, which p has only while it runs"):
        needed(modules_of(package), "p.first")


def test_a_handler_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        trim(made_up(tmp_path, MADE_UP), "p.gone")
    assert (tmp_path / "p" / "idle" / "alone.py").is_file()
