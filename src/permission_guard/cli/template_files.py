"""The templates and plans in a folder, for `check .`, and where the CDK's manifest says that they are deployed."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import click

from permission_guard.alerts import printable
from permission_guard.cli import PROGRAM
from permission_guard.cli.documents import STDIN
from permission_guard.cli.errors import Unusable
from permission_guard.template import LARGEST, PLAN_COMMANDS
from permission_guard.template.syntax import member, members

_ENDINGS: Final = (".yaml", ".yml", ".json", ".template")
_NOT_OURS: Final = frozenset({"node_modules", "vendor", "venv", "__pycache__"})
"""Folders of other people's files. Those whose names begin with a dot are left out, too: .git, .aws-sam, .terraform."""
_TEMPLATE: Final = (re.compile(rb'^Resources\s*:|"Resources"\s*:', re.MULTILINE), re.compile(rb"AWS::"))
_PLAN: Final = (re.compile(rb'"planned_values"\s*:'), re.compile(rb'"format_version"\s*:'))

_ENVIRONMENT: Final = re.compile(r"aws://([0-9]{12}|unknown-account)/([a-z0-9-]+)")

_MARKS: Final = b"\xef\xbb\xbf\xff\xfe"


def template_files(paths: Iterable[str]) -> tuple[str, ...]:
    """Return the files that were named, and those in the folders that were. Raises Unusable for a folder without any."""
    found: dict[str, None] = {}
    for path in paths:
        if path != STDIN and Path(path).is_dir():
            found |= dict.fromkeys(_inside(path))
        else:
            found[path] = None
    return tuple(found)


def _inside(folder: str) -> tuple[str, ...]:
    files = tuple(_files(folder))
    found = tuple(one for one in files if one.endswith(_ENDINGS) and _is_template(one))
    has_source = any(one.endswith(".tf") for one in files)
    if not found:
        hint = f" It has Terraform source. {PLAN_COMMANDS}" if has_source else ""
        raise Unusable(f"{folder}: no template and no Terraform plan was found in this folder.{hint}")
    if has_source:
        note = f"{folder}: Terraform source is not evaluated. {PLAN_COMMANDS}"
        click.echo(f"{PROGRAM}: {printable(note)}", err=True)
    return found


def _files(folder: str) -> Iterator[str]:
    """Yield every file below a folder, in the order of their names; links to folders are not followed."""
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(one for one in folders if not one.startswith(".") and one not in _NOT_OURS)
        yield from (str(Path(here, name)) for name in sorted(names))


def _is_template(path: str) -> bool:
    """Tell by its keys whether a file is a template or a plan; one that cannot be read may be, and `check` says why not."""
    try:
        with Path(path).open("rb") as file:
            # Keys are ASCII: in UTF-16 each letter has a zero byte. A mark of either encoding may come first.
            text = file.read(LARGEST).replace(b"\0", b"").lstrip(_MARKS)
    except OSError:
        return Path(path).is_file()
    return any(all(one.search(text) for one in marks) for marks in (_TEMPLATE, _PLAN))


def environment(manifest: str, file: str) -> tuple[str | None, str | None]:
    """Return the account and Region of a template by the manifest beside it; None for what the manifest does not name.

    Source: https://docs.aws.amazon.com/cdk/v2/guide/environments.html
    """
    try:
        artifacts = members(member(json.loads(manifest), "artifacts"))
    except (ValueError, RecursionError):
        return None, None
    for one in artifacts.values():
        place = _ENVIRONMENT.fullmatch(str(member(one, "environment")))
        if place is not None and member(one, "properties", "templateFile") == file:
            account, region = (None if part.startswith("unknown-") else part for part in place.groups())
            return account, region
    return None, None
