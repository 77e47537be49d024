"""AWS on loopback with one answer for each call: enough for an interpreter of its own to judge and repair one function."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote

ROLE = "arn:aws:iam::123456789012:role/orders-role"
FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:orders"
_LOGS = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}]}
)
_OPEN = json.dumps(
    {
        "Version": "2012-10-17",
        "Id": "default",
        "Statement": [
            {
                "Sid": "s3",
                "Effect": "Allow",
                "Principal": {"Service": "s3.amazonaws.com"},
                "Action": "lambda:InvokeFunction",
                "Resource": FUNCTION,
            }
        ],
    }
)
_TRUST = quote('{"Version": "2012-10-17", "Statement": []}')
_REVISION = "a2d1f5a0-0d4c-4c1e-9a53-1f6a1f5a0d4c"


class Answers:
    """What is answered. Whether the role may write its logs is what a measurement chooses."""

    def __init__(self, *, role_may_log: bool) -> None:
        self.calls: list[str] = []
        self._json = {
            "Query": '{"Items": [], "Count": 0}',
            "UpdateItem": '{"Attributes": {"sent": {"N": "1"}}}',
        }
        names = "<member>logs</member>" if role_may_log else ""
        self._xml = {
            "GetRole": (
                f"<Role><Path>/</Path><RoleName>orders</RoleName><RoleId>AROAEXAMPLE</RoleId><Arn>{ROLE}</Arn>"
                f"<CreateDate>2026-11-20T10:00:00Z</CreateDate>"
                f"<AssumeRolePolicyDocument>{_TRUST}</AssumeRolePolicyDocument></Role>"
            ),
            "ListAttachedRolePolicies": "<AttachedPolicies/><IsTruncated>false</IsTruncated>",
            "ListRolePolicies": f"<PolicyNames>{names}</PolicyNames><IsTruncated>false</IsTruncated>",
            "GetRolePolicy": f"<PolicyDocument>{quote(_LOGS)}</PolicyDocument>",
            "GetPolicyVersion": (
                f"<PolicyVersion><Document>{quote(_LOGS)}</Document><VersionId>v1</VersionId>"
                "<IsDefaultVersion>true</IsDefaultVersion></PolicyVersion>"
            ),
            "AttachRolePolicy": "",
            "Publish": "<MessageId>1</MessageId>",
        }

    def answer(self, method: str, path: str, target: str, body: bytes) -> tuple[str, str]:
        """Return the operation and the body of its answer."""
        if target:
            operation = target.rpartition(".")[2]
            return operation, self._json.get(operation, "{}")
        if body.startswith(b"Action="):
            operation = parse_qs(body.decode())["Action"][0]
            result = f"<{operation}Result>{self._xml[operation]}</{operation}Result>"
            return operation, f"<{operation}Response>{result}</{operation}Response>"
        if path.endswith("/configuration"):
            return "GetFunctionConfiguration", json.dumps({"FunctionName": "orders", "Role": ROLE})
        if "/tags/" in path:
            return "ListTags", '{"Tags": {}}'
        if "policy" in path:
            return f"{method} resource policy", json.dumps({"Policy": _OPEN, "RevisionId": _REVISION})
        raise ValueError(f"no answer to {method} {path}")


@contextmanager
def aws(answers: Answers) -> Iterator[str]:
    """Answer on loopback, and yield the URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Else a small answer waits for the acknowledgement of its own header.
        disable_nagle_algorithm = True
        wbufsize = -1

        def _all(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            target = self.headers.get("X-Amz-Target", "")
            operation, text = answers.answer(self.command, self.path, target, body)
            answers.calls.append(operation)
            self.send_response(200)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        do_GET = do_POST = do_PUT = _all  # noqa: N815  # http.server's names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
