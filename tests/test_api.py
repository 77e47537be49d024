"""The Python API: what is offered is there, loads lazily, and does what its page shows."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

import permission_guard
from docs.generate.api import EXAMPLE
from permission_guard.model.facts import FunctionFacts
from permission_guard.rules import evaluate

SOURCE = Path(permission_guard.__file__).parent


def test_every_name_of_the_api_is_there_and_is_the_one_that_the_guard_itself_uses() -> None:
    assert {name: getattr(permission_guard, name).__name__ for name in permission_guard.__all__} == {
        name: name for name in permission_guard.__all__
    }
    assert permission_guard.evaluate is evaluate
    assert permission_guard.FunctionFacts is FunctionFacts
    assert set(permission_guard.__all__) <= set(dir(permission_guard))


def test_any_other_name_is_an_attribute_error_that_names_it() -> None:
    with pytest.raises(AttributeError, match="module 'permission_guard' has no attribute 'nothing'"):
        _ = permission_guard.nothing


def test_evaluating_needs_nothing_but_the_standard_library() -> None:
    script = (
        "import sys; from permission_guard import evaluate, repair_of\n"
        "known = sys.stdlib_module_names | {'permission_guard', '__main__'}\n"
        "print(*sorted({name.split('.')[0] for name in sys.modules} - known))"
    )
    ended = subprocess.run(  # noqa: S603  # our own code
        [sys.executable, "-S", "-c", script],
        env={"PYTHONPATH": str(SOURCE.parent)},
        text=True,
        capture_output=True,
        check=True,
    )
    assert ended.stdout.split() == []


def test_the_example_finds_the_untrusted_caller_and_the_repair(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(EXAMPLE))
    found, repaired = capsys.readouterr().out.splitlines()
    assert found.startswith(
        "FAIL invoke-permission-names-its-source - s3.amazonaws.com for account 999999999999 is allowed"
    )
    assert repaired.startswith('add a condition to statement "s3-may-invoke" of orders')
