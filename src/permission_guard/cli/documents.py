"""Policy documents from files, plain or as the AWS CLI prints them."""

from __future__ import annotations

import codecs
import sys
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from permission_guard.cli.errors import Unusable
from permission_guard.frozen import frozen
from permission_guard.iam import Policy, PolicyError
from permission_guard.iam.policy import loads
from permission_guard.model.document import dumped

STDIN: Final = "-"
_ENCODED: Final = "%7B"
"""The beginning of a percent-encoded document, as IAM's API returns it."""


def read(path: str) -> Policy:
    """Read one document; the policy is called after its file. Raises Unusable, which names the place."""
    name = called(path)
    try:
        return Policy.parse(_unwrapped(text_of(path)), name=name)
    except PolicyError as error:
        raise Unusable(f"{name}: {error}") from error


def called(path: str) -> str:
    """Return the name of a file in messages."""
    return "standard input" if path == STDIN else path


@frozen
class Text:
    """The text of a file, and how it was written."""

    text: str
    codec: str
    mark: bytes = b""

    def encoded(self, text: str) -> bytes:
        """Return another text as this one was written."""
        return self.mark + text.encode(self.codec)


_ZIP: Final = b"PK\x03\x04"
"""How a ZIP archive begins; `terraform plan -out` writes one."""
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def text_of(path: str) -> str:
    """Return the text of a file. Raises Unusable."""
    return opened(path).text


def opened(path: str, at_most: int = -1) -> Text:
    """Read text: UTF-8, or UTF-16 with a mark, which is what PowerShell writes. Raises Unusable, for too many bytes too."""
    name = called(path)
    if path == STDIN and sys.stdin is None:
        raise Unusable(f"{name}: cannot be read: it is closed")
    try:
        with nullcontext(sys.stdin.buffer) if path == STDIN else Path(path).open("rb") as file:
            data = file.read(at_most + 1 if at_most >= 0 else -1)
    except OSError as error:
        raise Unusable(f"{name}: cannot be read: {error.strerror}") from error
    if 0 <= at_most < len(data):
        raise Unusable(f"{name}: is larger than {at_most // 1_000_000} MB")
    if data.startswith(_ZIP):
        raise Unusable(
            f"{name}: is a ZIP archive, as a binary Terraform plan is. Run `terraform show -json {name} > plan.json`, and check plan.json."
        )
    mark, codec = next((one for one in _MARKS if data.startswith(one[0])), (b"", "utf-8"))
    try:
        return Text(data.removeprefix(mark).decode(codec), codec, mark)
    except UnicodeDecodeError as error:
        raise Unusable(f"{name}: is neither UTF-8 nor UTF-16 text") from error


def _unwrapped(text: str) -> str:
    """Take the document out of what these calls of AWS's command line print, if it is one of them.

    lambda get-policy (`Policy`), iam get-policy-version (`PolicyVersion.Document`), iam get-role-policy
    (`PolicyDocument`). Raises PolicyError for text that is no JSON.
    """
    body = loads(text)
    if not isinstance(body, Mapping) or "Statement" in body:
        return text
    version = body.get("PolicyVersion")
    inner = body.get("Policy", body.get("PolicyDocument"))
    if inner is None and isinstance(version, Mapping):
        inner = version.get("Document")
    if isinstance(inner, str):
        return unquote(inner) if inner.startswith(_ENCODED) else inner
    return text if inner is None else dumped(inner)


def is_of_a_resource(policy: Policy) -> bool:
    """Return whether a document is a resource policy: all its statements have a Principal, those of a role's policy none.

    Raises Unusable for a document that is neither.
    """
    with_principal = [one for one in policy.statements if one.principals is not None]
    without = [one for one in policy.statements if one.principals is None]
    if with_principal and without:
        raise Unusable(
            f"{policy.name}: Statement[{without[0].index}]: has no Principal, but "
            f"Statement[{with_principal[0].index}] has one. A resource-based policy has one in each statement, a role's policy in none."
        )
    return bool(with_principal)
