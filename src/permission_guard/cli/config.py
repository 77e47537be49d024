"""The configuration of `check`: `.permission-guard.toml`, or `[tool.permission-guard]` in pyproject.toml."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final, TypeVar

from permission_guard.cli.documents import STDIN, text_of
from permission_guard.cli.errors import Unusable
from permission_guard.cli.explain_input import every
from permission_guard.frozen import frozen
from permission_guard.iam.arn import is_account
from permission_guard.model.finding import RULE_IDS, Severity
from permission_guard.settings import is_organization
from permission_guard.template import Ignore

OWN: Final = ".permission-guard.toml"
_PROJECT: Final = "pyproject.toml"
_SECTION: Final = ("tool", "permission-guard")
_EVERYTHING: Final = "*"
SEVERITIES: Final = tuple(one.name.lower() for one in Severity)
"""What `fail-on` may be, the least severe first."""
UNKNOWN: Final = ("report", "fail", "pass")
"""What UNKNOWN may mean for the exit code; the first is the default."""

T = TypeVar("T")


@frozen
class Exempt:
    """An entry of `ignore`: a rule, on the resources and in the files whose names fit the patterns, and why."""

    rule: str
    reason: str
    resource: str = _EVERYTHING
    path: str = _EVERYTHING


@frozen
class Config:
    """What a configuration file says. Empty for what it does not say; paths are relative to its folder."""

    folder: Path = Path()
    trusted_accounts: tuple[str, ...] = ()
    trusted_organizations: tuple[str, ...] = ()
    exempt: tuple[Exempt, ...] = ()
    fail_on: str = ""
    unknown: str = ""

    def ignores(self, path: str) -> tuple[Ignore, ...]:
        """Return what is ignored in a file."""
        file = Path(path).resolve()
        inside = file.relative_to(self.folder) if file.is_relative_to(self.folder) else file
        name = "" if path == STDIN else inside.as_posix()
        return tuple(
            Ignore(one.rule, one.reason, resource=one.resource)
            for one in self.exempt
            if fnmatchcase(name, one.path)
        )


def config() -> Config:
    """Return the nearest configuration: of the current folder, else of one around it in the same Git repository.

    Raises Unusable, which names the file and the key.
    """
    here = Path.cwd()
    around = (here, *here.parents)
    root = next((number for number, folder in enumerate(around) if (folder / ".git").exists()), 0)
    for folder in around[: root + 1]:
        for name, section in ((OWN, ()), (_PROJECT, _SECTION)):
            if (folder / name).is_file():
                file = os.path.relpath(folder / name)
                found = _table(file, section)
                if found is not None:
                    return _Reader(file, ".".join(section)).config(found, folder)
    return Config()


def _table(file: str, section: Sequence[str]) -> object:
    """Return a section of a TOML file; None if it is not there. Raises Unusable."""
    try:
        found: object = tomllib.loads(text_of(file))
    except tomllib.TOMLDecodeError as error:
        raise Unusable(f"{file}: is not TOML: {error}") from error
    for key in section:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


@frozen
class _Reader:
    """Reads the values of one file. Each method raises Unusable for a value of another type."""

    file: str
    section: str

    def config(self, body: object, folder: Path) -> Config:
        """Return what a file says."""
        given = self._object(body, "", _KEYS)
        return Config(
            folder.resolve(),
            every(
                self._texts(given, "trusted-accounts"),
                self._place("trusted-accounts"),
                "an account id (twelve digits)",
                is_account,
            ),
            every(
                self._texts(given, "trusted-organizations"),
                self._place("trusted-organizations"),
                "an organization id (o-...)",
                is_organization,
            ),
            self._list(given, "ignore", self._exempt),
            self._choice(given, "fail-on", "fail-on", SEVERITIES),
            self._choice(given, "unknown", "unknown", UNKNOWN),
        )

    def _exempt(self, body: object, key: str) -> Exempt:
        given = self._object(body, key, _EXEMPT_KEYS)
        rule = self._choice(given, "rule", f"{key}.rule", RULE_IDS)
        fields = {
            name: self._text(given[name], f"{key}.{name}") for name in _EXEMPT_KEYS[1:] if name in given
        }
        for name, text in (("rule", rule), ("reason", fields.get("reason", "").strip())):
            if not text:
                raise self._wrong(f"{key}.{name}", "is missing")
        return Exempt(rule, **fields)

    def _object(self, body: object, key: str, keys: Sequence[str]) -> Mapping[str, object]:
        if not isinstance(body, Mapping):
            raise self._wrong(key, f"is not a table with the keys {', '.join(keys)}")
        for name in body:
            if name not in keys:
                raise self._wrong(f"{key}.{name}".strip("."), f"is not a key. Keys: {', '.join(keys)}")
        return body

    def _list(self, given: Mapping[str, object], key: str, read: Callable[[object, str], T]) -> tuple[T, ...]:
        found = given.get(key, [])
        if not isinstance(found, list):
            raise self._wrong(key, "is not a list")
        return tuple(read(one, f"{key}[{number}]") for number, one in enumerate(found))

    def _texts(self, given: Mapping[str, object], key: str) -> tuple[str, ...]:
        return self._list(given, key, self._text)

    def _text(self, found: object, key: str) -> str:
        if not isinstance(found, str):
            raise self._wrong(key, "is not a text in quotes")
        return found

    def _choice(self, given: Mapping[str, object], name: str, key: str, among: Sequence[str]) -> str:
        if name not in given:
            return ""
        found = self._text(given[name], key)
        if found.lower() not in among:
            raise self._wrong(key, f"{found!r} is none of {', '.join(among)}")
        return found.lower()

    def _place(self, key: str) -> str:
        return f"{self.file}: {'.'.join(filter(None, (self.section, key)))}".removesuffix(": ")

    def _wrong(self, key: str, problem: str) -> Unusable:
        return Unusable(f"{self._place(key)}: {problem}")


_KEYS: Final = ("trusted-accounts", "trusted-organizations", "ignore", "fail-on", "unknown")
_EXEMPT_KEYS: Final = ("rule", "reason", "resource", "path")
