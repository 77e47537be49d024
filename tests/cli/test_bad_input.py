"""Input that cannot be used is one line that says what and where, and exit code 3; never a verdict, never a traceback."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from permission_guard.cli import main
from permission_guard.cli.documents import read
from permission_guard.cli.errors import Unusable
from tests.cli.asking import ORDERS, invoking, logging, policy, run, written

ROLE = policy(logging())
BAD_DOCUMENTS: dict[str, tuple[list[object], str]] = {
    "no JSON": (["{"], "line 1 column 2: is not JSON: Expecting property name enclosed in double quotes"),
    "nothing": ([""], "line 1 column 1: is not JSON: Expecting value"),
    "a key twice": (['{"Version": 1, "Version": 1}'], "document: has the key 'Version' twice in one object"),
    "nested without end": (["[" * 100_000], "document: is nested too deeply"),
    "no object": (["[]"], "document: is not a JSON object"),
    "no policy": ([{"Functions": []}], "document.Functions: is not an element of the policy language"),
    "no statement": ([{"Version": "2012-10-17"}], "Statement: is missing"),
    "a condition that is none": (
        [policy(invoking(), invoking(), invoking(Condition={"StringEquals": "x"}))],
        "Statement[2].Condition.StringEquals: is not an object of keys and values",
    ),
    "an effect that is none": (
        [policy(invoking(Effect="allow"))],
        "Statement[0].Effect: is 'allow', not Allow or Deny",
    ),
    "no JSON in what a call printed": ([{"Policy": "no"}], "line 1 column 1: is not JSON: Expecting value"),
    "no policy in what a call printed": ([{"PolicyDocument": 5}], "document: is not a JSON object"),
    "nothing in what a call printed": (
        [{"PolicyVersion": {}}],
        "document.PolicyVersion: is not an element of the policy language",
    ),
    "a statement with and one without a principal": (
        [policy(invoking(), logging())],
        "Statement[1]: has no Principal, but Statement[0] has one. A resource-based policy has one in each statement, a role's policy in none.",
    ),
}


def refused(*arguments: str, stdin: bytes = b"") -> str:
    """The one line on stderr, without the program's name."""
    result = run(*arguments, stdin=stdin)
    assert result.exit_code == 3
    assert result.stdout == ""
    line, *rest = result.stderr.splitlines()
    assert rest == []
    assert line.startswith("permission-guard: ")
    return line.removeprefix("permission-guard: ")


@pytest.mark.parametrize("kind", BAD_DOCUMENTS)
def test_a_document_that_aws_would_not_take_is_reported_with_its_file_and_place(
    kind: str, tmp_path: Path
) -> None:
    documents, message = BAD_DOCUMENTS[kind]
    files = written(tmp_path, *documents)
    assert refused("explain", *files) == f"{files[1]}: {message}"


BAD_OPTIONS: dict[str, tuple[list[str], str]] = {
    "function": (["--function", "orders"], "--function: 'orders' is not a function's ARN"),
    "role of another account": (
        ["--role-arn", "arn:aws:iam::210987654321:role/r"],
        "--role-arn: arn:aws:iam::210987654321:role/r does not belong to the function's account, 123456789012",
    ),
    "no ARN": (["--role-arn", "r"], "--role-arn: 'r' is not a role's ARN"),
    "a user": (
        ["--role-arn", "arn:aws:iam::123456789012:user/u"],
        "--role-arn: 'arn:aws:iam::123456789012:user/u' is not a role's ARN",
    ),
    "log group": (["--log-group", "a b"], "--log-group: 'a b' is not a log group's name"),
    "tag": (["--tag", "team"], "--tag: 'team' is not of the form KEY=VALUE"),
    "tag without key": (["--tag", "=red"], "--tag: '=red' is not of the form KEY=VALUE"),
    "tag twice": (["--tag", "a=1", "--tag", "a=2"], "--tag: 'a' is given twice"),
    "account": (["--trusted-account", "12"], "--trusted-account: '12' is not an account id (twelve digits)"),
    "organization": (
        ["--trusted-organization", "acme"],
        "--trusted-organization: 'acme' is not an organization id (o-...)",
    ),
    "boundary": (
        ["--boundary", "not-there.json"],
        "not-there.json: cannot be read: No such file or directory",
    ),
    "format": (["--format", "xml"], "Invalid value for '--format': 'xml' is not one of 'text', 'json'."),
}


@pytest.mark.parametrize("kind", BAD_OPTIONS)
def test_an_option_that_cannot_be_meant_is_reported(kind: str, tmp_path: Path) -> None:
    options, message = BAD_OPTIONS[kind]
    assert refused("explain", *written(tmp_path, ROLE), *options) == message


def test_a_file_that_is_not_there_or_no_file_is_reported(tmp_path: Path) -> None:
    gone = str(tmp_path / "gone.json")
    assert refused("explain", "--policy", gone) == f"{gone}: cannot be read: No such file or directory"
    assert refused("explain", "--policy", str(tmp_path)) == f"{tmp_path}: cannot be read: Is a directory"


def test_bytes_that_are_no_text_are_reported() -> None:
    assert (
        refused("explain", "--policy", "-", stdin=b"\xc3\x28")
        == "standard input: is neither UTF-8 nor UTF-16 text"
    )


def test_a_process_without_standard_input_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(Unusable, match=r"^standard input: cannot be read: it is closed$"):
        read("-")


def test_an_interruption_is_no_verdict(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Interrupted(io.BytesIO):
        def read(self, _size: int | None = -1) -> bytes:
            raise KeyboardInterrupt

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(Interrupted()))
    with pytest.raises(SystemExit) as ended:
        main(["explain", "--policy", "-"])
    assert ended.value.code == 130
    assert capsys.readouterr().out == ""


def test_standard_input_is_read_once() -> None:
    assert (
        refused("explain", "--policy", "-", "--boundary", "-") == "standard input (-) can be read only once"
    )


def test_there_is_one_resource_policy(tmp_path: Path) -> None:
    files = written(tmp_path, policy(invoking()), policy(invoking()))
    assert refused("explain", *files) == (
        f"{files[1]} and {files[3]} both have a Principal. A function has one resource-based policy: pass one at a time."
    )


def test_a_boundary_has_no_principal(tmp_path: Path) -> None:
    role, resource = written(tmp_path, ROLE, policy(invoking()))[1::2]
    assert refused("explain", "--policy", role, "--boundary", resource) == (
        f"{resource}: a permissions boundary cannot have a Principal"
    )


@pytest.mark.parametrize(
    "option",
    [
        ["--boundary", "b.json"],
        ["--log-group", "g"],
        ["--log-group-exists"],
        ["--role-arn", "arn:aws:iam::123456789012:role/r"],
        ["--tag", "a=b"],
    ],
    ids=" ".join,
)
def test_an_option_about_the_role_is_never_ignored(option: list[str], tmp_path: Path) -> None:
    message = f"{option[0]} is about the execution role. Pass a policy of the role with --policy."
    assert refused("explain", *written(tmp_path, policy(invoking())), *option) == message


def test_a_mistyped_command_is_answered_with_the_one_that_is_spelled_like_it() -> None:
    assert refused("expalin") == 'Unknown command "expalin". Did you mean explain?'
    assert refused("xyz") == 'Unknown command "xyz". Run permission-guard -h for the list.'


def test_options_that_cannot_be_combined_are_refused_in_one_line() -> None:
    assert refused("explain") == "Pass FUNCTION to read it from AWS, or --policy FILE to evaluate a document."
    assert refused("explain", "--policy", "-", ORDERS) == (
        "FUNCTION is read from AWS and cannot be combined with --policy or other options about documents."
    )
