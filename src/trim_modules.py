"""Leaves out what a module never imports: `trim_modules.py permission_guard permission_guard.handler`.

The build runs it on the package that it has copied, with whatever Python the building machine has, from 3.9 on, so it
needs nothing but the standard library. An import counts wherever it stands, inside a function too; only what stands under
`if TYPE_CHECKING:` is never run. Where a module chooses what it imports by a name that it computes, nobody can tell
what it needs: such a module is refused. A module's `__getattr__` may do so, because it is run only for names that the
module does not have, and whoever imports one of those is refused.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import Dict, Iterator, List, Set  # noqa: UP035 - Python 3.9 evaluates the alias below

Modules = Dict[str, Path]  # noqa: UP006 - same


def modules_of(package: Path) -> Modules:
    """Return the file of each module of a package, by the module's full name."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def needed(modules: Modules, first: str) -> Set[str]:  # noqa: UP006 - same
    """Return the names of the modules that may be loaded once `first` is. Raises KeyError if there is none of that name."""
    found: Set[str] = set()  # noqa: UP006 - same
    waiting: List[str] = [first]  # noqa: UP006 - same
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += imported(modules[name], modules)
            # To import a module is to import the packages that it is in.
            waiting += [name.rpartition(".")[0]] if "." in name else []
    return found


def imported(path: Path, modules: Modules) -> Iterator[str]:
    """Return which of these modules a file imports. Raises ValueError for an import that nobody can follow."""
    for node in _run(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                raise ValueError(f"{path}: a relative import")
            whole = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name for name in (str(node.module), *whole) if name in modules)
            _must_have(modules, str(node.module), [alias.name for alias in node.names], path)
        elif isinstance(node, ast.Name) and node.id in {"import_module", "__import__", "importlib"}:
            raise ValueError(f"{path}: imports by a name that is computed")


def _must_have(modules: Modules, module: str, names: List[str], path: Path) -> None:  # noqa: UP006 - same
    """Raise ValueError if a module of ours has one of these names only while it runs."""
    body = ast.parse(modules[module].read_text(encoding="utf-8")).body if module in modules else []
    if any(isinstance(one, ast.FunctionDef) and one.name == _LATE for one in body):
        has = {
            node.id
            for node in ast.walk(ast.Module(body, []))
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        for name in names:
            if name not in has and f"{module}.{name}" not in modules:
                raise ValueError(f"{path}: imports {name}, which {module} has only while it runs")


_LATE = "__getattr__"


def _run(node: ast.AST) -> Iterator[ast.AST]:
    """Return each part of a module that is run, and not only read by a type checker or for a name that is not there."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef) and child.name == _LATE:
            continue
        if (
            isinstance(child, ast.If)
            and isinstance(child.test, ast.Name)
            and child.test.id == "TYPE_CHECKING"
        ):
            for other in child.orelse:
                yield other
                yield from _run(other)
        else:
            yield child
            yield from _run(child)


def trim(package: Path, first: str) -> None:
    """Remove from a package, for good, each module that `first` never imports, and what it leaves empty."""
    modules = modules_of(package)
    kept = needed(modules, first)
    for name, path in modules.items():
        if name not in kept:
            path.unlink()
    for folder in sorted((path for path in package.rglob("*") if path.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()


if __name__ == "__main__":
    trim(Path(sys.argv[1]), sys.argv[2])
