"""What may know what: the arrows of docs/design.md, and the sizes that keep a file one idea."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "permission_guard"
LAYERS = (
    {"compiled"},
    {"iam"},
    {"facts", "record", "document", "callers", "mismatch", "revisions", "services"},
    {"finding", "tool", "grant"},
    {"access", "exposure", "actor", "settings", "words", "said"},
    {"rules", "trigger"},
    {"step", "role_change"},
    {"task"},
    {"prove", "outcome", "door", "batch", "shown", "deployment"},
    {"journal", "mend"},
    {"plan"},
    {"report"},
    {"patches"},
    {"ports", "alert", "scanned"},
    {"account_budget", "carry_out", "explanation", "formats", "keep", "telling"},
    {"dead_letters", "doctor", "scanning", "scan_json", "template"},
    {"finish", "undo"},
    {"release", "narrow"},
    {"pipeline", "quick_sweep"},
    {"sweep", "follow"},
    {"world"},
    {"self_test"},
    {"aws"},
    {"connected"},
    {"trying"},
    {"handler", "cli"},
    {"__main__"},
)
"""Each layer may import from those before it, and a package from itself."""

CONNECTED = ("aws", "handler", "cli", "__main__")
"""What may know AWS's libraries and the machine it runs on."""
FORBIDDEN = {"boto3", "botocore", "aws_lambda_powertools", "os", "time", "random", "socket", "subprocess"}

MODULES = sorted(path for path in SOURCE.rglob("*.py") if path != SOURCE / "__init__.py")
LONGEST_FILE = 300
LONGEST_FUNCTION = 40


def part(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path.name} imports relatively"
            yield node.module


def name(path: Path) -> str:
    return str(path.relative_to(SOURCE))


def layer(module: str) -> int:
    return next(depth for depth, names in enumerate(LAYERS) if module in names)


def test_every_module_has_its_place_in_the_layers() -> None:
    assert {part(path) for path in MODULES} == set().union(*LAYERS)


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_imports_only_point_inwards(path: Path) -> None:
    outwards = [
        imported
        for imported in imports(path)
        if imported.startswith("permission_guard.")
        and (other := imported.split(".")[1]) != part(path)
        and layer(other) >= layer(part(path))
    ]
    assert outwards == []


@pytest.mark.parametrize("path", [path for path in MODULES if part(path) not in CONNECTED], ids=name)
def test_the_core_knows_neither_aws_nor_the_machine(path: Path) -> None:
    assert FORBIDDEN & {imported.split(".")[0] for imported in imports(path)} == set()


@pytest.mark.parametrize("path", [path for path in MODULES if part(path) == "iam"], ids=name)
def test_the_policy_language_needs_only_the_standard_library(path: Path) -> None:
    foreign = {
        imported
        for imported in imports(path)
        if not imported.startswith("permission_guard.iam")
        and imported.split(".")[0] not in sys.stdlib_module_names
    }
    assert foreign == set()


@pytest.mark.parametrize("path", [path for path in MODULES if part(path) != "handler"], ids=name)
def test_powertools_lives_in_the_lambda_door_alone(path: Path) -> None:
    assert "aws_lambda_powertools" not in {imported.split(".")[0] for imported in imports(path)}


WRITES = {
    "attach_role_policy",
    "put_resource_policy",
    "add_permission",
    "remove_permission",
    "put_role_policy",
    "detach_role_policy",
    "delete_resource_policy",
}


@pytest.mark.parametrize("path", [path for path in MODULES if part(path) == "aws"], ids=name)
def test_only_one_module_writes_to_aws(path: Path) -> None:
    called = {
        node.func.attr
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert path.name == "act.py" or WRITES & called == set()


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_file_is_one_idea_and_a_function_fits_on_a_screen(path: Path) -> None:
    text = path.read_text()
    lengths = {
        node.name: (node.end_lineno or 0) - node.lineno + 1
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef)
    }
    assert len(text.splitlines()) <= LONGEST_FILE
    assert {named: lines for named, lines in lengths.items() if lines > LONGEST_FUNCTION} == {}


@pytest.mark.parametrize("path", [path for path in MODULES if part(path) != "cli"], ids=name)
def test_click_lives_in_the_command_line_alone(path: Path) -> None:
    assert "click" not in {imported.split(".")[0] for imported in imports(path)}


@pytest.mark.parametrize("path", [path for path in MODULES if name(path) != "formats/html.py"], ids=name)
def test_jinja_lives_in_the_one_format_that_needs_it(path: Path) -> None:
    assert "jinja2" not in {imported.split(".")[0] for imported in imports(path)}
