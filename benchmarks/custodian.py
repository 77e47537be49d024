"""Cloud Custodian at the same event, where somebody has it: its Lambda handler with the policy that its page suggests for this.

https://cloudcustodian.io/docs/aws/resources/lambda.html: `cross-account` finds statements for strangers, `remove-statements`
removes them. It is measured from the start of the interpreter to the end of its first event, as the guard is; it asks GetFunction and
GetPolicy, and removes nothing here, because its filter passes a statement for a service. Nothing of it is used by this project.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Final

from benchmarks.answers import FUNCTION, ROLE, Answers

PYTHON: Final = os.environ.get("BENCH_CUSTODIAN", "")
"""A Python that can import c7n; nothing is measured without."""
_CONFIGURATION: Final = {
    "execution-options": {
        "region": "eu-west-1",
        "account_id": "123456789012",
        "assume_role": None,
        "output_dir": tempfile.gettempdir(),
    },
    "policies": [
        {
            "name": "lambda-is-open",
            "resource": "aws.lambda",
            "mode": {
                "type": "cloudtrail",
                "role": "arn:aws:iam::123456789012:role/custodian",
                "events": [
                    {
                        "source": "lambda.amazonaws.com",
                        "event": "AddPermission20150331v2",
                        "ids": "requestParameters.functionName",
                    }
                ],
            },
            "filters": [{"type": "cross-account"}],
            "actions": [{"type": "remove-statements", "statement_ids": "matched"}],
        }
    ],
}
CODE: Final = """
import json, os, sys
event = json.loads(sys.stdin.read())
os.chdir(os.environ["PYTHONPATH"])
os.environ["LAMBDA_TASK_ROOT"] = os.environ["PYTHONPATH"]
os.environ["AWS_REGION"] = "eu-west-1"
from c7n import handler
class Context:
    function_name, aws_request_id = "custodian", "request-1"
    invoked_function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:custodian"
    def get_remaining_time_in_millis(self):
        return 299_000
handler.dispatch_event(event, Context())
"""


def folder() -> str:
    """Write its configuration, and return where."""
    made = Path(tempfile.mkdtemp())
    (made / "config.json").write_text(json.dumps(_CONFIGURATION))
    return str(made)


class _Answers(Answers):
    def answer(self, method: str, path: str, target: str, body: bytes) -> tuple[str, str]:
        if path.rstrip("/").endswith("/functions/orders"):
            found = {"FunctionName": "orders", "FunctionArn": FUNCTION, "Role": ROLE}
            return "GetFunction", json.dumps({"Configuration": found, "Code": {}, "Tags": {}})
        return super().answer(method, path, target, body)


def answers() -> Answers:
    """What it is answered."""
    return _Answers(role_may_log=True)
