"""The CDK's `cdk.out`: where its manifest says that a template is deployed.

https://docs.aws.amazon.com/cdk/v2/guide/environments.html
"""

from __future__ import annotations

import json
import re
from typing import Final

from permission_guard.template.node import member, members

_ENVIRONMENT: Final = re.compile(r"aws://([0-9]{12}|unknown-account)/([a-z0-9-]+)")


def environment(manifest: str, file: str) -> tuple[str | None, str | None]:
    """Return the account and Region of a template by the manifest beside it; None for what that does not know."""
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
