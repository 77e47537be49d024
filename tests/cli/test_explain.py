"""What `explain` says of a policy, and that it says it of every form in which a policy comes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from permission_guard.scan.mismatch_text import SERVICES
from permission_guard.services import SERVICES as ROWS
from tests.cli.asking import ORDERS, invoking, logging, policy, run, written
from tests.test_golden import FOLDER, golden

OURS = {"StringEquals": {"aws:SourceAccount": "123456789012"}}
OFFICE = {"StringEquals": {"aws:NewKey": "office"}}
SCENES: dict[str, tuple[list[object], list[str], int]] = {
    "one-of-each-verdict": (
        [
            policy(
                invoking("ours", Condition=OURS),
                invoking("office", Principal="*", Condition=OFFICE),
                invoking("open"),
            )
        ],
        [],
        1,
    ),
    "a-function-url-for-everybody": (
        [
            policy(
                invoking(
                    "url",
                    Principal="*",
                    Action="lambda:InvokeFunctionUrl",
                    Condition={"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}},
                )
            )
        ],
        [],
        1,
    ),
    "a-deny-refuses-what-an-allow-grants": (
        [
            policy(
                invoking("everyone", Principal="*"),
                invoking("nobody", Principal="*", Effect="Deny"),
            )
        ],
        [],
        0,
    ),
    "a-role-that-may-log-only-for-another-function": (
        [policy(logging(Condition={"ArnLike": {"lambda:SourceFunctionArn": f"{ORDERS}-*"}}))],
        ["--function", ORDERS],
        1,
    ),
    "a-role-that-may-log-from-a-vpc": (
        [policy(logging(Condition={"StringEquals": {"aws:SourceVpc": "vpc-1"}}))],
        ["--function", ORDERS],
        2,
    ),
    "a-role-that-cannot-create-its-log-group": (
        [policy(logging(Action=["logs:CreateLogStream", "logs:PutLogEvents"]))],
        ["--function", ORDERS],
        2,
    ),
}


@pytest.mark.parametrize("scene", SCENES)
def test_each_kind_of_verdict_reads_word_for_word_as_it_is_kept(
    scene: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents, options, code = SCENES[scene]
    written(tmp_path, *documents)
    monkeypatch.chdir(tmp_path)
    files = [part for number in range(len(documents)) for part in ("--policy", f"{number}.json")]
    for form, ending in (("text", "txt"), ("json", "json")):
        result = run("explain", *files, *options, "--format", form)
        assert result.exit_code == code
        assert result.output == golden(f"explain/{scene}.{ending}", result.output)


def test_every_kept_explanation_is_one_that_is_made() -> None:
    kept = {path.name for path in (FOLDER / "explain").iterdir()}
    assert kept == {f"{scene}.{ending}" for scene in SCENES for ending in ("txt", "json")}


def reported(*arguments: str, stdin: bytes = b"") -> dict[str, Any]:
    body: dict[str, Any] = json.loads(run("explain", *arguments, "--format", "json", stdin=stdin).output)
    return body


def verdicts(body: dict[str, Any]) -> list[tuple[str, str]]:
    return [(finding["rule"], finding["verdict"]) for finding in body["findings"]]


def test_the_gravest_verdict_comes_first_and_is_the_exit_code(tmp_path: Path) -> None:
    ours, office, untrusted = invoking(Condition=OURS), invoking(Principal="*", Condition=OFFICE), invoking()
    for statements, code in (([ours], 0), ([ours, office], 2), ([ours, office, untrusted], 1)):
        result = run("explain", *written(tmp_path, policy(*statements)))
        assert result.exit_code == code
    assert verdicts(reported(*written(tmp_path, policy(ours, office, untrusted)))) == [
        ("invoke-permission-names-its-source", "FAIL"),
        ("function-is-not-public", "UNKNOWN"),
        ("invoke-permission-names-its-source", "PASS"),
    ]


DOCUMENT = policy(invoking("open"))
FORMS: dict[str, object] = {
    "as it is written down": DOCUMENT,
    "of lambda get-policy": {"Policy": json.dumps(DOCUMENT), "RevisionId": "1"},
    "of iam get-policy-version": {"PolicyVersion": {"Document": DOCUMENT, "VersionId": "v1"}},
    "of iam get-role-policy": {"RoleName": "r", "PolicyName": "p", "PolicyDocument": DOCUMENT},
    "percent-encoded": {"PolicyDocument": quote(json.dumps(DOCUMENT))},
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_document_is_taken_in_every_form_in_which_it_comes(form: str, encoding: str) -> None:
    body = reported("--policy", "-", stdin=json.dumps(FORMS[form]).encode(encoding))
    assert body["function"] == ORDERS
    assert verdicts(body) == [("invoke-permission-names-its-source", "FAIL")]
    assert body["findings"][0]["proof"]["statements"] == ["open of standard input"]


def test_the_fix_is_the_statement_as_the_guard_would_write_it(tmp_path: Path) -> None:
    fix = reported(*written(tmp_path, DOCUMENT))["findings"][0]["fix"]
    assert json.loads(fix["before"]) == invoking("open")
    assert json.loads(fix["after"]) == invoking("open", Condition=OURS)


def test_a_fix_is_shown_as_a_difference_with_its_impact(tmp_path: Path) -> None:
    lines = run("explain", *written(tmp_path, DOCUMENT)).output.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("  Change"))
    end = next(number for number, line in enumerate(lines) if line.startswith("  Impact"))
    change = [line[13:] for line in lines[start:end]]
    assert change[:2] == ["--- now", "+++ after the fix"]
    assert [line for line in change[2:] if line[:1] in "-+"] == [
        f'-  "Resource": "{ORDERS}"',
        f'+  "Resource": "{ORDERS}",',
        '+  "Condition": {',
        '+    "StringEquals": {',
        '+      "aws:SourceAccount": "123456789012"',
        "+    }",
        "+  }",
    ]
    assert lines[end] == "  Impact     No trusted caller loses access, and no other caller gains it."


def test_the_alias_that_a_policy_is_about_is_the_one_that_is_evaluated(tmp_path: Path) -> None:
    body = reported(*written(tmp_path, policy(invoking(Resource=f"{ORDERS}:live"))))
    assert (body["function"], body["qualifier"], body["verdict"]) == (ORDERS, "live", "FAIL")


def test_a_function_that_nothing_names_is_made_up_and_the_output_shows_it(tmp_path: Path) -> None:
    body = reported(*written(tmp_path, policy(invoking(Resource="*"))))
    assert body["function"] == "arn:aws:lambda:us-east-1:123456789012:function:example"
    assert body["assumed"] == ["the function's ARN is an example; to set it, pass --function"]
    assert body["verdict"] == "FAIL"


@pytest.mark.parametrize(("known", "verdict"), [([], "UNKNOWN"), (["yes"], "PASS"), (["no"], "FAIL")])
def test_whether_the_log_group_exists_is_not_guessed(tmp_path: Path, known: list[str], verdict: str) -> None:
    options = {"yes": "--log-group-exists", "no": "--no-log-group-exists"}
    streams = policy(logging(Action=["logs:CreateLogStream", "logs:PutLogEvents"]))
    body = reported(*written(tmp_path, streams), *(options[one] for one in known))
    assert body["verdict"] == verdict


def test_log_group_role_and_tags_are_what_was_given(tmp_path: Path) -> None:
    group = "arn:aws:logs:us-east-1:123456789012:log-group:mine"
    streams = logging(
        Resource=[group, f"{group}:*"], Condition={"StringEquals": {"aws:PrincipalTag/team": "red"}}
    )
    files = written(tmp_path, policy(streams))
    role = "arn:aws:iam::123456789012:role/path/mine"
    body = reported(*files, "--log-group", "mine", "--role-arn", role, "--tag", "team=red")
    assert (body["verdict"], body["role"]) == ("PASS", role)
    assert reported(*files, "--log-group", "mine", "--tag", "team=blue")["verdict"] == "FAIL"
    assert reported(*files, "--log-group", "other", "--tag", "team=red")["verdict"] == "FAIL"


def test_a_trusted_account_or_organization_passes(tmp_path: Path) -> None:
    partner = invoking(Principal={"AWS": "210987654321"})
    files = written(tmp_path, policy(partner))
    assert reported(*files)["verdict"] == "FAIL"
    assert reported(*files, "--trusted-account", "210987654321")["verdict"] == "PASS"
    member = invoking(Principal="*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}})
    files = written(tmp_path, policy(member))
    assert reported(*files)["verdict"] == "FAIL"
    assert reported(*files, "--trusted-organization", "o-abcdefghij")["verdict"] == "PASS"


def test_a_policy_that_allows_nobody_to_invoke_passes_and_the_output_shows_it(tmp_path: Path) -> None:
    result = run("explain", *written(tmp_path, policy(invoking(Effect="Deny"))))
    assert result.exit_code == 0
    assert result.output.endswith("\nNo statement allows anyone to invoke the function.\n")


def test_a_name_cannot_forge_a_line_nor_drive_a_terminal(tmp_path: Path) -> None:
    forged = invoking("x\n\x1b[2JPASS\u202e\ud800\u2028PASS\x85PASS")
    output = run("explain", *written(tmp_path, policy(forged))).output
    assert "FAIL" in output
    assert [line for line in output.splitlines() if line.lstrip().startswith("PASS")] == []
    assert not {"\x1b", "\u202e", "\ud800"} & set(output)


def test_there_is_colour_on_a_terminal_and_none_where_it_is_not_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    files = written(tmp_path, DOCUMENT)
    assert "\x1b[31m\x1b[1mFAIL\x1b[0m" in run("explain", *files, color=True).output
    assert "\x1b" not in run("explain", *files).output
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in run("explain", *files, color=True).output


def test_every_service_that_invokes_functions_has_a_name() -> None:
    assert SERVICES.keys() == {row.principal for row in ROWS}
