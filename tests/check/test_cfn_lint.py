"""The rules in cfn-lint, in an environment of its own: the same findings at the same resources."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Final

import pytest

from permission_guard.model.finding import Concern

ROOT: Final = Path(__file__).parents[2]
CFN_LINT: Final = ROOT / ".tools" / "sam" / "bin" / "cfn-lint"
LAWS: Final = Path(__file__).parent / "laws"

pytestmark = pytest.mark.skipif(not CFN_LINT.exists(), reason="cfn-lint is not installed: make validate")


def ids(*arguments: str) -> list[tuple[str, int]]:
    """The rules and lines of the findings that are ours."""
    command = (CFN_LINT, "-a", "permission_guard.cfn_lint", "--format", "json", "--regions", "us-east-1")
    ended = subprocess.run(  # noqa: S603  # a fixed command
        [*command, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    return [
        (one["Rule"]["Id"], one["Location"]["Start"]["LineNumber"])
        for one in json.loads(ended.stdout or "[]")
        if one["Rule"]["Id"][1:3] == "94"
    ]


def test_what_the_template_ignores_with_a_reason_is_not_shown(tmp_path: Path) -> None:
    text = (LAWS / "no-circle.yaml").read_text()
    path = tmp_path / "template.yaml"
    for reason, count in ((" -- the bucket is ours", 0), ("", 1)):
        comment = f"# permission-guard: ignore {Concern.INVOKE_PERMISSION_NAMES_ITS_SOURCE.value}{reason}"
        path.write_text(text.replace("  Permit:\n", f"  Permit: {comment}\n"))
        assert len(ids("-t", str(path))) == count


def test_a_finding_is_shown_where_check_shows_it_and_obeys_cfn_lints_ignores() -> None:
    number = 9401 + list(Concern).index(Concern.INVOKE_PERMISSION_NAMES_ITS_SOURCE)
    template = str(LAWS / "no-circle.yaml")
    assert ids("-t", template) == [(f"E{number}", 9)]
    assert ids("-t", template, "-i", f"E{number}") == []
    assert ids("-t", str(LAWS / "boundary-from-parameter.yaml")) == [("W9400", 6)]
