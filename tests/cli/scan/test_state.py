"""What is kept of a scan is the owner's alone, is whole or cut off at its end, and is never believed if it is not ours."""

from __future__ import annotations

import json
import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from permission_guard.cli.scan.jobs import Aliases, Names, Page
from permission_guard.cli.scan.state import State, folder, opened
from permission_guard.iam import FunctionArn
from permission_guard.scanned import Skipped
from tests.aws.surveyed import Wires
from tests.cli.scanning import faulty, run, scanned, told, wires
from tests.samples import LOGGING

NOW = datetime(2026, 11, 20, 10, 15, tzinfo=UTC)
LATER = datetime(2026, 11, 20, 11, 15, tzinfo=UTC)
ORDERS = FunctionArn("aws", "us-east-1", "111122223333", "orders")
NAME = "111122223333/us-east-1-abc"


def broken(there: Wires) -> None:
    """A scan that is broken off at a late call."""
    calls = 0

    def before(_name: str) -> None:
        nonlocal calls
        calls += 1
        if calls == 7:
            raise KeyboardInterrupt

    there.wires[0].account.before = before
    assert run(there).exit_code == 130
    there.wires[0].account.before = lambda _name: None


def test_the_file_is_named_after_account_and_region_and_is_the_owners_alone(kept: Path) -> None:
    broken(wires(faulty()))
    (path,) = kept.iterdir()
    assert path.name.startswith("scan-111122223333-us-east-1-")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.stat().st_mode) == 0o700


def test_neither_credentials_nor_the_policies_of_roles_are_kept(kept: Path) -> None:
    made = faulty()
    also = {"Sid": "AlsoReadsTheVault", "Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*"}
    made.with_role("logs", logs=LOGGING, also={"Version": "2012-10-17", "Statement": [also]})
    broken(wires(made))
    (path,) = kept.iterdir()
    text = path.read_text()
    assert '"findings"' in text
    assert "AKIAEXAMPLE" not in text
    assert "AlsoReadsTheVault" not in text


def test_a_line_that_was_not_finished_is_cut_off(kept: Path) -> None:
    there = wires(faulty())
    broken(there)
    (path,) = kept.iterdir()
    whole = path.read_bytes()
    for lost in (1, 40):
        path.write_bytes(whole[:-lost])
        state = opened(path.stem.removeprefix("scan-").replace("-", "/", 1), NOW, kept, resume=True)
        state.close()
        assert path.read_bytes() == whole[: whole[:-1].rfind(b"\n") + 1]


def header(path: Path) -> str:
    return path.read_text().splitlines()[0]


HOSTILE = {
    "no JSON": "x",
    "a list": "[]",
    "another kind of line": '{"job": "page ", "findings": 1}',
    "a function that is none": (
        '{"job": "page ", "functions": [{"arn": "x", "version": null, "role": "r", "group": "g"}], "marker": null}'
    ),
    "a finding that is none": '{"job": "target x", "findings": [{}]}',
    "no text": "\udcff",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_line_that_cannot_be_read_is_told_and_nothing_of_it_is_believed(kind: str, kept: Path) -> None:
    there = wires(faulty())
    broken(there)
    (path,) = kept.iterdir()
    path.write_text(f"{header(path)}\n{HOSTILE[kind]}\n", encoding="utf-8", errors="surrogateescape")
    there.wires[0].calls.clear()
    result = run(there, "--resume")
    assert result.exit_code == 3
    assert told(result).startswith(f"{path}: line 2 cannot be read (")
    assert told(result).endswith("): begin anew, without --resume")
    assert "ListFunctions" not in there.calls
    assert run(there).exit_code == 1


@pytest.mark.parametrize(
    "change",
    [{"schema": "x"}, {"scan": "another"}, {"at": "yesterday"}],
    ids=lambda change: next(iter(change)),
)
def test_what_another_scan_has_kept_is_told_by_its_first_line(change: dict[str, str], kept: Path) -> None:
    there = wires(faulty())
    broken(there)
    (path,) = kept.iterdir()
    first, *rest = path.read_text().splitlines()
    path.write_text("\n".join([json.dumps({**json.loads(first), **change}), *rest, ""]))
    result = run(there, "--resume")
    assert result.exit_code == 3
    assert told(result).startswith(f"{path}: line 1 cannot be read (line.{next(iter(change))} ")


@pytest.mark.parametrize("resume", [(), ("--resume",)], ids=["anew", "resumed"])
def test_a_file_that_others_may_write_is_not_touched(resume: tuple[str, ...], kept: Path) -> None:
    there = wires(faulty())
    broken(there)
    (path,) = kept.iterdir()
    path.chmod(0o666)
    text = path.read_text()
    result = run(there, *resume)
    assert result.exit_code == 3
    assert told(result) == f"{path} is not a file that only you can write and read: remove it"
    assert path.read_text() == text


def test_a_link_is_not_followed(kept: Path, tmp_path: Path) -> None:
    there = wires(faulty())
    broken(there)
    (path,) = kept.iterdir()
    path.unlink()
    other = tmp_path / "other"
    other.write_text("mine")
    path.symlink_to(other)
    assert run(there).exit_code == 1
    assert other.read_text() == "mine"


def test_a_file_of_nothing_is_a_beginning(kept: Path) -> None:
    there = wires(faulty())
    broken(there)
    (path,) = kept.iterdir()
    path.write_text("")
    assert scanned(there, "--resume").functions == 3


def test_a_file_of_half_a_line_is_a_beginning(kept: Path) -> None:
    there = wires(faulty())
    broken(there)
    (path,) = kept.iterdir()
    path.write_text('{"schema"')
    assert scanned(there, "--resume").functions == 3


def test_without_a_place_to_keep_it_a_scan_is_made_all_the_same_and_does_not_promise_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert run(wires(faulty())).exit_code == 1
    there = wires(faulty())
    there.wires[0].account.before = _interrupt
    result = run(there)
    assert (result.exit_code, told(result)) == (130, "interrupted")


def _interrupt(_name: str) -> None:
    raise KeyboardInterrupt


def test_the_cache_is_where_the_user_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/var/cache/alice")
    assert folder() == Path("/var/cache/alice/permission-guard")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", "/home/alice")
    assert folder() == Path("/home/alice/.cache/permission-guard")


def test_whoever_has_no_home_has_no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)

    def nowhere() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", nowhere)
    assert folder() is None
    assert not opened(NAME, NOW, None, resume=True).is_kept


def test_a_disk_that_fills_up_ends_the_keeping_and_not_the_scan() -> None:
    file = os.open("/dev/full", os.O_WRONLY)
    state = State(NOW, Path("/dev/full"), _file=file)
    state.keep(Page(), Names(()))
    assert not state.is_kept
    state.keep(Page(), Names(()))


def test_what_was_kept_is_read_back_and_what_was_refused_is_not_kept(tmp_path: Path) -> None:
    state = opened(NAME, NOW, tmp_path, resume=False)
    state.keep(Aliases(ORDERS), Names(()))
    state.keep(Page(), Skipped("x", "y"))
    state.close()
    again = opened(NAME, LATER, tmp_path, resume=True)
    assert (again.at, again.resumed) == (NOW, True)
    assert again.answer(Aliases(ORDERS)) == Names(())
    assert again.answer(Page()) is None
    again.remove()
    assert list(tmp_path.iterdir()) == []
    assert not opened(NAME, LATER, tmp_path, resume=True).resumed


def test_a_file_whose_pages_go_in_a_circle_does_not_hold_up_a_scan(kept: Path) -> None:
    there = wires(faulty())
    broken(there)
    (path,) = kept.iterdir()
    pages = [
        '{"job": "page ", "functions": [], "marker": "x"}',
        '{"job": "page x", "functions": [], "marker": "x"}',
    ]
    path.write_text("\n".join([header(path), *pages, ""]))
    assert scanned(there, "--resume").functions == 0
