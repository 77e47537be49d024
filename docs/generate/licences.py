"""The page of licences: of what is in the Lambda's package and what the command line adds, from their own metadata."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import Distribution, distribution, requires
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_ROOT: Final = Path(__file__).parent.parent.parent
_CLASSIFIER: Final = "License :: OSI Approved :: "
_PIN: Final = re.compile(r"^([a-z0-9-]+)==([^ \\]+)", re.MULTILINE)


def _installed() -> list[str]:
    """Return what `pip install .` installs, in order of name: the dependencies, and what they need in turn."""
    names, waiting = (
        set[str](),
        list[str](tomllib.loads((_ROOT / "pyproject.toml").read_text())["project"]["dependencies"]),
    )
    while waiting:
        name = canonicalize_name(Requirement(waiting.pop()).name)
        if name in names:
            continue
        names.add(name)
        needed = map(Requirement, requires(name) or ())
        waiting += [one.name for one in needed if one.marker is None or one.marker.evaluate({"extra": ""})]
    return sorted(names)


def packaged() -> dict[str, str]:
    """Return the version of each package in the Lambda's zip, by its name."""
    return dict(_PIN.findall((_ROOT / "src" / "requirements.txt").read_text()))


def licence_of(found: Distribution) -> str:
    """Return a package's licence as it says itself: an SPDX expression, else its classifiers, else free text."""
    metadata = found.metadata
    if metadata["License-Expression"]:
        return str(metadata["License-Expression"])
    said = [
        text.removeprefix(_CLASSIFIER)
        for text in metadata.get_all("Classifier", [])
        if text.startswith(_CLASSIFIER)
    ]
    return ", ".join(said) or str(metadata["License"] or "not said").splitlines()[0]


def licences(note: str) -> str:
    """The page."""
    pins = dict(_PIN.findall((_ROOT / ".ci" / "requirements" / "project.txt").read_text()))
    parts = ["# Licenses", note, "", _TEXT, "", "## In the Lambda's package", ""]
    parts += _table(packaged())
    parts += ["", "## With the command line (`pip install .`)", ""]
    parts += _table({name: pins[name] for name in _installed()})
    return "\n".join(parts) + "\n"


def _table(versions: dict[str, str]) -> list[str]:
    rows = [
        f"| {name} | {version} | {licence_of(distribution(name))} |" for name, version in versions.items()
    ]
    return ["| package | version | license |", "|---|---|---|", *rows]


_TEXT: Final = (
    "The project is under the [Apache License 2.0](../LICENSE). These packages come with it, each with the license that its metadata\n"
    "names; the `*.dist-info` folders with the texts are in the Lambda's package. `make sbom` writes the same as a CycloneDX file."
)
