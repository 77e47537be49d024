"""What a scan has read so far, kept in a file of JSON lines, so that one that was broken off need not begin anew.

The file holds what the scan would show: names of functions and findings. Credentials and the policies of roles are not in it.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from permission_guard.cli.endings import Unusable
from permission_guard.cli.scan.jobs import Answer, Job, Known, key_of, known_in, line_of
from permission_guard.iam import ArnError, PolicyError
from permission_guard.iam.policy import Json, loads
from permission_guard.record import BadEvent, Record

SCHEMA: Final = "permission-guard/scan-state/1"
_OPEN: Final = (
    os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
)
_OTHERS: Final = 0o077
"""The rights of everybody but the owner."""


def folder() -> Path | None:
    """Return where such files are kept: the user's own cache; None if there is none."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    try:
        cache = Path(given) if Path(given).is_absolute() else Path.home() / ".cache"
    except RuntimeError:
        return None
    return cache / "permission-guard"


@dataclass(slots=True)
class State:
    """The file of one region of an account. `at` is when the scan began."""

    at: datetime
    path: Path | None = None
    known: dict[str, Known] = field(default_factory=dict)
    resumed: bool = False
    _file: int | None = None

    @property
    def is_kept(self) -> bool:
        """Whether what was read is in the file."""
        return self._file is not None

    def answer(self, job: Job) -> Known | None:
        """Return what was found before about a job."""
        return self.known.get(key_of(job))

    def keep(self, job: Job, answer: Answer) -> None:
        """Append an answer, whole or not at all."""
        line = line_of(job, answer)
        if line is not None:
            self.append(line)

    def append(self, line: Mapping[str, Json]) -> None:
        """Append a line. Where the disk is full, nothing more is kept, and the scan goes on."""
        if self._file is None:
            return
        data = (json.dumps(line) + "\n").encode()
        try:
            done = os.write(self._file, data)
        except OSError:
            done = -1
        if done != len(data):
            self.close()

    def close(self) -> None:
        """Let the file be."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def remove(self) -> None:
        """Remove the file: the scan is at its end."""
        self.close()
        if self.path is not None:
            # If it cannot be removed, the next scan begins it anew.
            with suppress(OSError):
                self.path.unlink()


def opened(name: str, at: datetime, where: Path | None, *, resume: bool) -> State:
    """Open the file of a region, and read what stands in it if a scan is to be resumed. Raises Unusable.

    `name` is the account, the region and the digest of the settings. Where no file can be made, nothing is kept.
    """
    if where is None:
        return State(at)
    path = where / f"scan-{name.replace('/', '-')}.jsonl"
    try:
        where.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(path, _OPEN, 0o600)
    except OSError:
        return State(at)
    found = os.fstat(file)
    # Where nobody has a number, no file says whose it is, nor who may write it.
    mine = not hasattr(os, "getuid") or (found.st_uid == os.getuid() and not found.st_mode & _OTHERS)
    if not stat.S_ISREG(found.st_mode) or not mine:
        os.close(file)
        raise Unusable(f"{path} is not a file that only you can write and read: remove it")
    state = State(at, path, _file=file)
    if resume and found.st_size:
        try:
            _read(state, file, name)
        except Unusable:
            state.close()
            raise
    if not state.resumed:
        os.ftruncate(file, 0)
        state.append({"schema": SCHEMA, "scan": name, "at": at.isoformat()})
    return state


def _read(state: State, file: int, name: str) -> None:
    """Read the lines. One without its end is the last of a scan that died while it wrote, and is cut off."""
    with open(file, "rb", closefd=False) as stream:  # there is no path to trust
        data = stream.read()
    whole = data.rfind(b"\n") + 1
    if whole < len(data):
        os.ftruncate(file, whole)
    lines = data[:whole].splitlines()
    for number, line in enumerate(lines, 1):
        try:
            record = Record.of(loads(line.decode()), "line")
            if number == 1:
                record.among("schema", [SCHEMA])
                record.among("scan", [name])
                state.at = record.moment("at")
            else:
                key, known = known_in(record)
                state.known[key] = known
        except (PolicyError, BadEvent, ArnError, UnicodeDecodeError) as error:
            raise Unusable(
                f"{state.path}: line {number} cannot be read ({error}): begin anew, without --resume"
            ) from error
    state.resumed = bool(lines)
