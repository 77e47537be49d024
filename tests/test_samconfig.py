"""samconfig.toml: what a plain `sam deploy` does."""

from __future__ import annotations

import tomllib
from typing import Any

from tests.template import PATH, written

CONFIG: dict[str, Any] = tomllib.loads((PATH.parent / "samconfig.toml").read_text())


def test_a_plain_deployment_enforces_and_the_template_by_itself_only_observes() -> None:
    assert list(CONFIG) == ["version", "default"]
    assert CONFIG["default"]["deploy"]["parameters"]["parameter_overrides"] == ["Mode=Enforce"]
    assert written()["Parameters"]["Mode"]["Default"] == "Observe"
