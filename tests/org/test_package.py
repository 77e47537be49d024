"""The package's name says what is in it."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from organization.package import pack


def built(folder: Path, **files: str) -> Path:
    for name, content in files.items():
        path = folder / "made" / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return folder / "made"


def test_the_same_content_has_the_same_key_and_is_the_same_file(tmp_path: Path) -> None:
    made = built(tmp_path, guard__handler="1", boto3="2")
    first = pack(made, tmp_path / "one" / "package.zip")
    (made / "boto3").touch()
    assert pack(made, tmp_path / "two.zip") == first
    assert (tmp_path / "one" / "package.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


@pytest.mark.parametrize("change", [{"boto3": "3"}, {"boto": "2"}, {"guard__handler": ""}])
def test_other_content_has_another_key(tmp_path: Path, change: dict[str, str]) -> None:
    made = built(tmp_path, guard__handler="1", boto3="2")
    first = pack(made, tmp_path / "package.zip")
    assert pack(built(tmp_path, **change), tmp_path / "package.zip") != first


def test_everything_is_in_it_and_can_be_read_by_anybody(tmp_path: Path) -> None:
    made = built(tmp_path, guard__handler="1", boto3="2")
    (made / "boto3").chmod(0o600)
    pack(made, tmp_path / "package.zip")
    with zipfile.ZipFile(tmp_path / "package.zip") as archive:
        assert {one.filename: archive.read(one) for one in archive.infolist()} == {
            "guard/handler": b"1",
            "boto3": b"2",
        }
        assert {one.external_attr >> 16 & 0o777 for one in archive.infolist()} == {0o644}


def test_without_a_build_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="make build"):
        pack(tmp_path / "nothing", tmp_path / "package.zip")
