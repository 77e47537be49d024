"""Renews what AWS's managed policies say about writing logs: `python -m docs.generate.managed_policies`.

The policies are those that moto carries (it takes them from AWS with `iam:GetAccountAuthorizationDetails`): install a newer
moto, and run it again. A policy that cannot touch the three actions has an empty list.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from permission_guard.template.managed import DATA

_ACTIONS: Final = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")


def rows() -> Iterator[str]:
    """Yield the data, one line for each policy."""
    # A dependency of the tests alone.
    from moto.iam.aws_managed_policies import aws_managed_policies_data  # noqa: PLC0415

    policies: Mapping[str, Any] = json.loads(aws_managed_policies_data)
    for name, policy in sorted(policies.items()):
        kept = [each for one in _listed(policy["Document"]["Statement"]) for each in _about_logs(one)]
        yield f"{json.dumps(name)}: {json.dumps(kept)}"


def _about_logs(statement: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield a statement with its actions on logs; nothing if it has none."""
    kept = {key: value for key, value in statement.items() if key not in {"Sid", "Action"}}
    if "NotAction" in statement:
        yield kept
        return
    patterns = [_pattern(one) for one in _listed(statement["Action"])]
    actions = [one for one in _ACTIONS if any(pattern.fullmatch(one) for pattern in patterns)]
    if actions:
        yield {**kept, "Action": actions}


def _pattern(action: str) -> re.Pattern[str]:
    return re.compile(re.escape(action).replace(r"\*", ".*").replace(r"\?", "."), re.IGNORECASE)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def main() -> None:
    """Write the data."""
    text = ",\n".join(rows())
    Path(DATA).write_text(f"{{\n{text}\n}}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
