"""What the build compiles for the `dataclass` decorator and for `re` is what they would have compiled, and is used."""

from __future__ import annotations

import ast
import dataclasses
import json
import marshal
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

import compile_ahead
from permission_guard.compiled import COMPILER, SIGNATURE, kept, use
from trim_modules import trim

SOURCE: Final = Path(compile_ahead.__file__).parent


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our own code as the build leaves it, by this Python."""
    package = tmp_path_factory.mktemp("package") / "permission_guard"
    shutil.copytree(SOURCE / "permission_guard", package, ignore=shutil.ignore_patterns("__pycache__"))
    trim(package, "permission_guard.handler")
    script = str(SOURCE / "compile_ahead.py")
    calls = str(SOURCE / "aws-calls.txt")
    subprocess.run([sys.executable, "-B", script, str(package), calls], check=True, cwd=SOURCE)  # noqa: S603  # as the build does
    return package


COUNTED: Final = """
import builtins, json, urllib.parse  # the last is loaded by 3.11's pathlib, and so before the build notes anything
texts, compiled = [], builtins.compile
def counting(source, *more, **named):
    texts.extend([source] if isinstance(source, str) and source.startswith("def __create_fn__") else [])
    return compiled(source, *more, **named)
builtins.compile = counting
import re
patterns, parsed = [], re._parser.parse
def parsing(pattern, *more):
    patterns.append(pattern)
    return parsed(pattern, *more)
import permission_guard.compiled
re._parser.parse = parsing
import permission_guard.handler, permission_guard.connected
from permission_guard.iam import FunctionArn
from dataclasses import FrozenInstanceError, asdict, replace
arn = FunctionArn("aws", "eu-west-1", "111122223333", "orders")
other = replace(arn, name="bills")
try:
    arn.name = "bills"
except FrozenInstanceError as error:
    frozen = str(error)
print(json.dumps([len(texts), len(patterns), repr(arn), other == arn, hash(other) == hash(replace(arn, name="bills")), asdict(other), frozen]))
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
        0,
        "FunctionArn(partition='aws', region='eu-west-1', account='111122223333', name='orders')",
        False,
        True,
        {"partition": "aws", "region": "eu-west-1", "account": "111122223333", "name": "bills"},
        "cannot assign to field 'name'",
    ]


def test_each_text_has_the_code_that_python_makes_of_it(package: Path) -> None:
    codes, _ = kept(str(package / "compiled.marshal"))
    assert len(codes) > 100
    for text, code in codes.items():
        assert marshal.loads(code) == compile(text, "<string>", "exec", dont_inherit=True)  # noqa: S302  # just made


def test_each_pattern_has_the_program_that_re_makes_of_it(package: Path) -> None:
    _, programs = kept(str(package / "compiled.marshal"))
    assert len(programs) > 100
    re.purge()
    for (pattern, flags), program in programs.items():
        ready, made = COMPILER["_sre"].compile(pattern, *program), re.compile(pattern, flags)
        # Two patterns are equal if their texts, flags and programs are.
        assert (ready, ready.groups, ready.groupindex) == (made, made.groups, made.groupindex)


def test_what_the_build_did_not_meet_is_compiled_as_ever(package: Path, tmp_path: Path) -> None:
    fewer = tmp_path / "permission_guard"
    shutil.copytree(package, fewer)
    codes, programs = kept(str(package / "compiled.marshal"))
    left = (dict(list(codes.items())[1:]), dict(list(programs.items())[10:]))
    (fewer / "compiled.marshal").write_bytes(SIGNATURE + marshal.dumps(left))
    assert 0 not in run(fewer)[:2]
    assert run(fewer)[2:] == run(package)[2:]


BROKEN: Final = {
    "none": None,
    "empty": b"",
    "of another Python": b"\x00" + SIGNATURE[1:] + marshal.dumps(({"text": b"code"}, {})),
    "cut off": SIGNATURE + marshal.dumps(({"text": b"code"}, {}))[:-3],
    "something else": SIGNATURE + marshal.dumps(["text"]),
    "half of it": SIGNATURE + marshal.dumps(({"text": b"code"},)),
    "no marshal at all": SIGNATURE + b"\xff\xfe",
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_file_that_cannot_be_used_is_as_if_there_were_none(what: str, tmp_path: Path) -> None:
    path, content = tmp_path / "compiled.marshal", BROKEN[what]
    if content is not None:
        path.write_bytes(content)
    assert kept(str(path)) == ({}, {})


def test_a_package_without_the_file_compiles_as_ever(package: Path, tmp_path: Path) -> None:
    bare = tmp_path / "permission_guard"
    shutil.copytree(package, bare, ignore=shutil.ignore_patterns("*.marshal"))
    assert run(bare)[2:] == run(package)[2:]


def test_it_is_there_before_whatever_the_handler_loads() -> None:
    """Powertools has dataclasses too."""
    tree = ast.parse((SOURCE / "permission_guard" / "handler.py").read_text())
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    first = next(
        node for node in imports if not (isinstance(node, ast.ImportFrom) and node.module == "__future__")
    )
    assert ast.unparse(first) == "import permission_guard.compiled"


@pytest.fixture
def as_ever() -> Iterator[None]:
    """The decorator and `re` as they are, again."""
    names = dict(COMPILER)
    yield
    vars(dataclasses).pop("exec", None)
    COMPILER.update(names)


@pytest.mark.usefixtures("as_ever")
def test_the_code_that_is_kept_for_a_text_is_what_is_run() -> None:
    use({"found = 1": marshal.dumps(compile("found = 2", "<string>", "exec"))}, {})
    run_by_the_decorator = vars(dataclasses)["exec"]
    kept_, other = dict[str, int](), dict[str, int]()
    run_by_the_decorator("found = 1", {}, kept_)
    run_by_the_decorator("found = 3", {}, other)
    assert (kept_, other) == ({"found": 2}, {"found": 3})


@pytest.mark.usefixtures("as_ever")
def test_the_program_that_is_kept_for_a_pattern_is_what_is_run_and_only_with_its_flags() -> None:
    programs = compile_ahead.noting_patterns(COMPILER)
    re.compile("b+unheard-of")
    use({}, {("a+unheard-of", 0): programs["b+unheard-of", 0]})
    assert re.compile("a+unheard-of").findall("abbunheard-of") == ["bbunheard-of"]
    assert re.compile("a+unheard-of", re.IGNORECASE).findall("A+aUNHEARD-OF") == ["aUNHEARD-OF"]
    assert re.compile(b"a+unheard-of").findall(b"abb") == []


@pytest.mark.usefixtures("as_ever")
def test_where_nothing_is_kept_the_decorator_and_re_are_left_alone() -> None:
    compile_ = COMPILER["compile"]
    use({}, {})
    assert "exec" not in vars(dataclasses)
    assert COMPILER["compile"] is compile_
