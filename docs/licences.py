"""The page of licences: of what is in the Lambda's package and what the command line adds, from their own metadata."""

from __future__ import annotations

import re
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).parent.parent
LICENCE_FILES: Final = ("LICENSE",)
_CLASSIFIER: Final = "License :: OSI Approved :: "
_PIN: Final = re.compile(r"^([a-z0-9-]+)==([^ \\]+)", re.MULTILINE)
_COMMAND_LINE: Final = ("click",)
"""What `pip install '.[cli]'` adds to boto3 and what it needs."""


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
    parts += ["", "## With the command line, beside boto3 and what it needs", ""]
    parts += _table({name: pins[name] for name in _COMMAND_LINE})
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
