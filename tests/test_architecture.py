"""What may know what: the arrows of docs/design.md, and the sizes that keep a file one idea."""

from __future__ import annotations

import ast
import sys
from collections import Counter
from pathlib import Path
from typing import Final

from benchmarks.structure import longest_chain, modules

SOURCE: Final = Path(__file__).parent.parent / "src" / "permission_guard"
LAYERS: Final = (
    {"frozen"},
    {"iam"},
    {"model", "services", "events.record"},
    {"access", "settings", "events.tool", "repair.grant"},
    {"events.actor"},
    {"rules", "events.trigger"},
    {"events", "repair.step"},
    {"repair.proof", "repair.outcome", "compliant_event"},
    {"journal", "repair.remedy"},
    {"repair.report", "ports"},
    {"repair.plan", "journal.session"},
    {"journal.news", "repair.execute", "read"},
    {"alerts.patches", "aws.error_codes", "scan.mismatch_text", "repair"},
    {"scan.result", "alerts"},
    {"formats", "scan.explanation"},
    {"scan", "formats.scan_json", "doctor"},
    {"template"},
    {"pipeline"},
    {"sweep"},
    {"fake_aws"},
    {"aws"},
    {"connections"},
    {"handler", "cli", "cfn_lint"},
    {"__main__"},
)
"""Each layer may import from those before it, and a package from itself."""
DEPTH: Final = {name: depth for depth, names in enumerate(LAYERS) for name in names}

ONLY: Final[dict[str, set[str]]] = {
    "boto3": {"aws"},
    "botocore": {"aws"},
    "aws_lambda_powertools": {"handler"},
    "click": {"cli"},
    "jinja2": {"formats"},
    "os": {"handler", "cli", "aws"},
    "time": {"aws", "cli"},
    "random": set(),
    "socket": set(),
    "subprocess": set(),
}
"""Which parts may import what is no pure Python: AWS's libraries, frameworks and the machine."""

WRITES: Final = {
    "attach_role_policy",
    "put_resource_policy",
    "add_permission",
    "remove_permission",
    "put_role_policy",
    "detach_role_policy",
    "delete_resource_policy",
}
LONGEST_FILE, LONGEST_FUNCTION, LONGEST_CHAIN = 300, 40, 36

TEXTS: Final = {path: path.read_text() for path in SOURCE.rglob("*.py") if path != SOURCE / "__init__.py"}
TREES: Final = {path: ast.parse(text) for path, text in TEXTS.items()}


def part(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def layer(module: str) -> str:
    """Return the entry of LAYERS that a module belongs to: the longest that names it or its package."""
    parts = module.split(".")
    names = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((name for name in names if name in DEPTH), "")


def home(path: Path) -> str:
    return layer(".".join(path.relative_to(SOURCE).with_suffix("").parts))


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(f"{'.' * node.level}{node.module or ''}")
    return found


def test_imports_only_point_inwards() -> None:
    assert {home(path) for path in TREES} == set(DEPTH)
    assert [
        f"{path.relative_to(SOURCE)} imports {imported}"
        for path in TREES
        for imported in imports(path)
        if imported.startswith(("permission_guard.", "."))
        and (there := layer(imported.removeprefix("permission_guard."))) != home(path)
        and DEPTH.get(there, len(LAYERS)) >= DEPTH[home(path)]
    ] == []


def test_no_module_imports_itself_in_a_circle_and_the_longest_chain_of_imports_grows_no_longer() -> None:
    # In a circle the chain would have no end: RecursionError.
    assert max(len(longest_chain(name)) for name in modules()) <= LONGEST_CHAIN


def test_only_the_outermost_parts_know_aws_and_the_machine() -> None:
    assert [
        f"{path.relative_to(SOURCE)} imports {imported}"
        for path in TREES
        for imported in imports(path)
        if part(path) not in ONLY.get(imported.split(".")[0], {part(path)})
    ] == []


def test_the_policy_language_needs_only_the_standard_library() -> None:
    assert {
        imported
        for path in TREES
        if part(path) == "iam"
        for imported in imports(path)
        if not imported.startswith(("permission_guard.iam", "permission_guard.frozen"))
        and imported.split(".")[0] not in sys.stdlib_module_names
    } == set()


def test_only_one_module_writes_to_aws() -> None:
    writers = {
        path.name
        for path, tree in TREES.items()
        if part(path) == "aws"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES
    }
    assert writers == {"writer.py"}


def test_no_two_classes_have_one_name() -> None:
    names = Counter(
        node.name
        for tree in TREES.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert [name for name, count in names.items() if count > 1] == []


def test_a_file_is_one_idea_and_a_function_fits_on_a_screen() -> None:
    lines = {str(path.relative_to(SOURCE)): len(text.splitlines()) for path, text in TEXTS.items()}
    assert {name: count for name, count in lines.items() if count > LONGEST_FILE} == {}
    assert [
        f"{path.relative_to(SOURCE)}: {node.name}"
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
    ] == []
