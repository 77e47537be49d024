"""The statements about logs of AWS managed policies, from the data of `docs/generate/managed_policies.py`.

https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html. A policy that is not in the data may
allow the actions or deny them, so its effect is unknown.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from permission_guard.iam.policy import Json
from permission_guard.model.document import dumped

DATA: Final = Path(__file__).with_name("managed.json")


@cache
def statements() -> Mapping[str, Json]:
    """Return the statements about logs of each policy, by the policy's name without its path."""
    found: Mapping[str, Json] = json.loads(DATA.read_text(encoding="utf-8"))
    return found


def managed_document(name: str, partition: str = "aws") -> str | None:
    """Return a document with a policy's statements about logs, by its name without its path; None if they are not known."""
    found = statements().get(name)
    text = dumped({"Version": "2012-10-17", "Statement": found})
    return None if found is None else text.replace("arn:aws:", f"arn:{partition}:")
