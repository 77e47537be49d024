"""What the build compiles for the `dataclass` decorator is what the decorator would have compiled, and is used."""

from __future__ import annotations

import ast
import dataclasses
import json
import marshal
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from typing import Final

import pytest

import compile_dataclasses
from permission_guard.compiled import kept, use
from trim_modules import trim

SOURCE: Final = Path(compile_dataclasses.__file__).parent


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our own code as the build leaves it, by this Python."""
    package = tmp_path_factory.mktemp("package") / "permission_guard"
    shutil.copytree(SOURCE / "permission_guard", package, ignore=shutil.ignore_patterns("__pycache__"))
    trim(package, "permission_guard.handler")
    script = str(SOURCE / "compile_dataclasses.py")
    subprocess.run([sys.executable, "-B", script, str(package)], check=True, cwd=SOURCE)  # noqa: S603  # as the build does
    return package


COUNTED: Final = """
import builtins, json, sys
texts, compiled = [], builtins.compile
def counting(source, *more, **named):
    texts.extend([source] if isinstance(source, str) and source.startswith("def __create_fn__") else [])
    return compiled(source, *more, **named)
builtins.compile = counting
import permission_guard.handler, permission_guard.connected
from permission_guard.iam import FunctionArn
from dataclasses import FrozenInstanceError, asdict, replace
arn = FunctionArn("aws", "eu-west-1", "111122223333", "orders")
other = replace(arn, name="bills")
try:
    arn.name = "bills"
except FrozenInstanceError as error:
    frozen = str(error)
print(json.dumps([len(texts), repr(arn), other == arn, hash(other) == hash(replace(arn, name="bills")), asdict(other), frozen]))
"""


def run(package: Path) -> list[object]:
    done = subprocess.run(  # noqa: S603  # this interpreter
        [sys.executable, "-c", COUNTED],
        env={"PYTHONPATH": str(package.parent), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[object] = json.loads(done.stdout)
    return found


def test_nothing_is_compiled_for_a_dataclass_at_a_start_and_each_works_as_ever(package: Path) -> None:
    assert run(package) == [
        0,
        "FunctionArn(partition='aws', region='eu-west-1', account='111122223333', name='orders')",
        False,
        True,
        {"partition": "aws", "region": "eu-west-1", "account": "111122223333", "name": "bills"},
        "cannot assign to field 'name'",
    ]


def test_each_text_has_the_code_that_python_makes_of_it(package: Path) -> None:
    codes = kept(package / "dataclasses.marshal")
    assert len(codes) > 100
    for text, code in codes.items():
        assert marshal.loads(code) == compile(text, "<string>", "exec", dont_inherit=True)  # noqa: S302  # just made


def test_a_text_that_the_build_did_not_meet_is_compiled_as_ever(package: Path, tmp_path: Path) -> None:
    fewer = tmp_path / "permission_guard"
    shutil.copytree(package, fewer)
    codes = kept(package / "dataclasses.marshal")
    left = dict(list(codes.items())[1:])
    (fewer / "dataclasses.marshal").write_bytes(MAGIC_NUMBER + marshal.dumps(left))
    _, *works = run(fewer)
    assert works == run(package)[1:]


BROKEN: Final = {
    "none": None,
    "empty": b"",
    "of another Python": b"\x00\x00\x0d\x0a" + marshal.dumps({"text": b"code"}),
    "cut off": MAGIC_NUMBER + marshal.dumps({"text": b"code"})[:-3],
    "something else": MAGIC_NUMBER + marshal.dumps(["text"]),
    "no marshal at all": MAGIC_NUMBER + b"\xff\xfe",
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_file_that_cannot_be_used_is_as_if_there_were_none(what: str, tmp_path: Path) -> None:
    path, content = tmp_path / "dataclasses.marshal", BROKEN[what]
    if content is not None:
        path.write_bytes(content)
    assert kept(path) == {}


def test_a_package_without_the_file_compiles_as_ever(package: Path, tmp_path: Path) -> None:
    bare = tmp_path / "permission_guard"
    shutil.copytree(package, bare, ignore=shutil.ignore_patterns("*.marshal"))
    _, *works = run(bare)
    assert works == run(package)[1:]


def test_it_is_there_before_whatever_the_handler_loads() -> None:
    """Powertools has dataclasses too."""
    tree = ast.parse((SOURCE / "permission_guard" / "handler.py").read_text())
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    first = next(
        node for node in imports if not (isinstance(node, ast.ImportFrom) and node.module == "__future__")
    )
    assert ast.unparse(first) == "import permission_guard.compiled"


@pytest.fixture
def decorator() -> Iterator[None]:
    """The decorator as it is, again."""
    yield
    vars(dataclasses).pop("exec", None)


@pytest.mark.usefixtures("decorator")
def test_the_code_that_is_kept_for_a_text_is_what_is_run() -> None:
    use({"found = 1": marshal.dumps(compile("found = 2", "<string>", "exec"))})
    run_by_the_decorator = vars(dataclasses)["exec"]
    kept_, other = dict[str, int](), dict[str, int]()
    run_by_the_decorator("found = 1", {}, kept_)
    run_by_the_decorator("found = 3", {}, other)
    assert (kept_, other) == ({"found": 2}, {"found": 3})


@pytest.mark.usefixtures("decorator")
def test_where_nothing_is_kept_the_decorator_is_left_alone() -> None:
    use({})
    assert "exec" not in vars(dataclasses)
