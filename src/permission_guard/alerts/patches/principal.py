"""How templates name a principal: an account by its id."""

from __future__ import annotations

import re
from typing import Final

_ROOT: Final = re.compile(r"arn:aws[a-z-]*:iam::(?P<account>[0-9]{12}):root")


def said_principal(principal: str) -> str:
    """Return the principal as a template takes it: of an account's root, the account's id."""
    found = _ROOT.fullmatch(principal)
    return found["account"] if found else principal
