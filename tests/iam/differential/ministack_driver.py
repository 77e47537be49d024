"""Asks ministack's evaluator; run by the emulator's own Python (see `evaluators.py`), never imported by the tests.

Each line of standard input is a batch: the documents that are new, by number, and questions that name documents by
number. Each line of standard output holds that batch's answers.
"""

import json
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any

evaluator: Any = import_module("ministack.core.iam_evaluator")
WORDS = {"Allow": "allowed", "Deny": "explicitly denied", "ImplicitDeny": "not allowed"}


class Roomy(dict[Any, Any]):
    """ministack keeps compiled patterns until it has 4,096, and compiles all others anew each time: too slow for us."""

    def __len__(self) -> int:
        return 0


def context(action: str, resource: str, keys: Mapping[str, list[str]]) -> Any:
    """Put each key where ministack looks for it; one that has its own place cannot be absent."""
    given = {key: values[0] if len(values) == 1 else values for key, values in keys.items()}
    return evaluator.EvalContext(
        principal_arn=given["aws:principalarn"],
        principal_type=given["aws:principaltype"],
        principal_account=given["aws:principalaccount"],
        action=action,
        resource_arn=resource,
        region=given["aws:requestedregion"],
        source_ip=given["aws:sourceip"],
        secure_transport=given["aws:securetransport"] == "true",
        service_context={"aws:tagkeys": None, **given},
    )


def main() -> None:
    """Answer until standard input ends."""
    evaluator._FNMATCH_CACHE = Roomy()
    documents: dict[int, Any] = {}
    for line in sys.stdin:
        batch = json.loads(line)
        for number, body in batch["documents"]:
            documents[number] = evaluator.parse_policy_document(body)
        answers = []
        for identity, boundary, action, resource, keys in batch["questions"]:
            limits = [] if boundary is None else [[documents[boundary]]]
            result = evaluator.evaluate(context(action, resource, keys), [documents[identity]], *limits)
            answers.append(WORDS[result.decision])
        sys.stdout.write(json.dumps(answers) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
