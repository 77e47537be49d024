"""What CloudFormation and the AWS provider know of the resources in patches.

From CloudFormation's own resource schemas (as cfn-lint 1.58.0 has them) and the provider's documentation: the patterns
of the properties, and which of them are required.
"""

from __future__ import annotations

import re
from typing import Any, Final

ANY: Final = r".*"
PROPERTIES: Final[dict[str, dict[str, str]]] = {
    "AWS::Lambda::Permission": {
        "Action": r"lambda:[*]|lambda:[a-zA-Z]+|[*]",
        "EventSourceToken": r"[a-zA-Z0-9._\-]+",
        "FunctionName": r"[a-zA-Z0-9-_]+(:(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_]+))?",
        "FunctionUrlAuthType": r"AWS_IAM|NONE",
        "InvokedViaFunctionUrl": r"True|False",
        "Principal": ANY,
        "PrincipalOrgID": r"o-[a-z0-9]{10,32}",
        "SourceAccount": r"\d{12}",
        "SourceArn": r"arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\-])+:([a-z]{2}-[a-z]+-\d{1})?:(\d{12})?:(.*)",
    },
    "AWS::Lambda::LayerVersionPermission": {
        "Action": r"lambda:GetLayerVersion",
        "LayerVersionArn": ANY,
        "OrganizationId": r"o-[a-z0-9]{10,32}",
        "Principal": r"\d{12}|\*|arn:(aws[a-zA-Z-]*):iam::\d{12}:root",
    },
}
REQUIRED: Final = {
    "AWS::Lambda::Permission": {"FunctionName", "Action", "Principal"},
    "AWS::Lambda::LayerVersionPermission": {"LayerVersionArn", "Action", "Principal"},
}


def check(resources: dict[str, Any]) -> None:
    """Hold resources of a template against the tables."""
    for logical_id, resource in resources.items():
        assert re.fullmatch(r"[A-Za-z0-9]+", logical_id)
        assert set(resource) == {"Type", "Properties"}
        known = PROPERTIES[resource["Type"]]
        assert set(resource["Properties"]) >= REQUIRED[resource["Type"]]
        for name, value in resource["Properties"].items():
            assert re.fullmatch(known[name], str(value)), (name, value)
            assert isinstance(value, bool if name == "InvokedViaFunctionUrl" else str)
