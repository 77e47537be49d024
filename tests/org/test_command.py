"""`make organization` writes the template, which names the package by what is in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from organization.__main__ import write


def test_the_template_names_the_package_by_its_content(tmp_path: Path) -> None:
    package, template = tmp_path / "guard.zip", tmp_path / "organization.json"
    package.write_bytes(b"code")
    key = write(package, template)
    assert key == "permission-guard/5694d08a2e53ffcae0c3103e5ad6f6076abd960eb1f8a56577040bc1028f702b.zip"
    assert json.loads(template.read_text())["Resources"]["Guard"]["Properties"]["Code"]["S3Key"] == key


def test_without_a_package_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write(tmp_path / "guard.zip", tmp_path / "organization.json")
    assert list(tmp_path.iterdir()) == []
