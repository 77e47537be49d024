"""`make organization`: writes the template for StackSets, and says by which key the package is found.

`docs/organization.md` says what is done with them.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Final

from organization.template import for_stack_sets

_BUILT: Final = Path(__file__).parents[2] / ".aws-sam"


def write(package: Path, template: Path) -> str:
    """Write the template, and return the key of the package in each bucket. Raises FileNotFoundError without a package.

    The key says what is in the package: a new one tells CloudFormation that the code has changed.
    """
    key = f"permission-guard/{hashlib.sha256(package.read_bytes()).hexdigest()}.zip"
    template.write_text(json.dumps(for_stack_sets(key)))
    return key


if __name__ == "__main__":
    sys.stdout.write(write(_BUILT / "guard.zip", _BUILT / "organization.json") + "\n")
