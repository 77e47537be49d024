"""The configuration of `check`: where it is found, what it says, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from permission_guard.cli.config import OWN
from permission_guard.model.finding import Concern
from tests.check.checking import permission
from tests.cli.asking import run

FAULT = permission()
RULE = "invoke-permission-names-its-source"
PARTNER = permission(SourceAccount='"111122223333"')
IDS = ", ".join(one.value for one in Concern)
KEYS = "trusted-accounts, trusted-organizations, ignore, fail-on, unknown"
DOUBTFUL = permission(SourceAccount="!ImportValue account")


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def code(text: str, *options: str, path: str = "template.yaml") -> int:
    """The exit code of a check."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)
    return run("check", path, *options).exit_code


def says(text: str, file: str = OWN) -> None:
    Path(file).write_text(text)


@pytest.mark.parametrize("file", [OWN, "pyproject.toml"])
def test_a_configuration_says_whom_to_trust_and_an_option_wins(file: str) -> None:
    section = "[tool.permission-guard]\n" if file == "pyproject.toml" else ""
    home = ("--account", "123456789012")
    assert code(PARTNER, *home) == 1
    says(f'{section}trusted-accounts = ["111122223333"]\n', file)
    assert code(PARTNER, *home) == 0
    assert code(PARTNER, *home, "--trusted-account", "444455556666") == 1


def test_a_configuration_trusts_organizations() -> None:
    text = permission(Principal="'*'", PrincipalOrgID="o-a1b2c3d4e5")
    assert code(text) == 1
    says('trusted-organizations = ["o-a1b2c3d4e5"]')
    assert code(text) == 0


def test_a_configuration_says_what_fails_and_an_option_wins() -> None:
    says('fail-on = "Critical"\nunknown = "fail"\n')
    assert [code(FAULT), code(FAULT, "--fail-on", "high")] == [0, 1]
    says('unknown = "fail"\n')
    assert [code(DOUBTFUL), code(DOUBTFUL, "--unknown", "report")] == [1, 2]


def test_what_a_configuration_ignores_is_listed_with_its_reason_and_not_fixed() -> None:
    says(f'ignore = [{{rule = "{RULE}", reason = "known"}}]')
    Path("template.yaml").write_text(FAULT)
    ended = run("check", "--fix", "template.yaml")
    assert ended.stdout == (
        f"Note       template.yaml: It: {RULE}: it is ignored: known.\n\n0 FAIL, 0 UNKNOWN, 1 PASS in 1 file\n"
    )
    assert Path("template.yaml").read_text() == FAULT


def test_what_an_option_ignores_is_not_fixed() -> None:
    assert code(FAULT, "--fix", "--ignore", RULE) == 0
    assert Path("template.yaml").read_text() == FAULT


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ('resource = "It"', 0),
        ('resource = "I*"', 0),
        ('resource = "Other"', 1),
        ('path = "services/*"', 0),
        ('path = "services/orders/template.yaml"', 0),
        ('path = "*.yml"', 1),
        ('path = "services/*", resource = "Other"', 1),
    ],
)
def test_an_entry_ignores_a_rule_on_the_resources_and_files_whose_names_fit(more: str, expected: int) -> None:
    says(f'ignore = [{{rule = "{RULE}", reason = "known", {more}}}]')
    assert code(FAULT, path="services/orders/template.yaml") == expected


def test_a_resource_of_a_plan_is_ignored_by_its_address() -> None:
    plan = """{"format_version": "1.2", "planned_values": {"root_module": {"resources": [{
      "address": "aws_lambda_permission.it[\\"a\\"]", "mode": "managed", "type": "aws_lambda_permission",
      "values": {"function_name": "f", "action": "lambda:InvokeFunction", "principal": "s3.amazonaws.com"}}]}}}"""
    assert code(plan, path="plan.json") == 1
    for resource in ("""aws_lambda_permission.it["a"]""", "aws_lambda_permission.it*"):
        says(f"ignore = [{{rule = '{RULE}', reason = 'known', resource = '{resource}'}}]")
        assert code(plan, path="plan.json") == 0


def test_a_file_outside_of_the_configurations_folder_is_named_by_its_whole_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("inner").mkdir()
    monkeypatch.chdir("inner")
    says(f'ignore = [{{rule = "{RULE}", reason = "known", path = "template.yaml"}}]')
    assert code(FAULT, path="../template.yaml") == 1
    says(f'ignore = [{{rule = "{RULE}", reason = "known", path = "{tmp_path.resolve()}/*"}}]')
    assert code(FAULT, path="../template.yaml") == 0


def test_standard_input_has_no_path() -> None:
    says(f'ignore = [{{rule = "{RULE}", reason = "known", path = "?*"}}]')
    assert run("check", "-", stdin=FAULT.encode()).exit_code == 1
    says(f'ignore = [{{rule = "{RULE}", reason = "known"}}]')
    assert run("check", "-", stdin=FAULT.encode()).exit_code == 0


def test_an_entry_about_another_rule_ignores_nothing() -> None:
    says('ignore = [{rule = "role-can-write-logs", reason = "known"}]')
    assert code(FAULT) == 1


def test_the_nearest_configuration_of_the_repository_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("repository/inner/deep").mkdir(parents=True)
    says('fail-on = "critical"', OWN)
    monkeypatch.chdir("repository/inner/deep")
    assert code(FAULT) == 1
    Path("../../.git").mkdir()
    assert code(FAULT) == 1
    says('fail-on = "critical"', f"../../{OWN}")
    assert code(FAULT) == 0
    says('[project]\nname = "x"\n', "pyproject.toml")
    assert code(FAULT) == 0
    says('[tool.permission-guard]\nfail-on = "high"\n', "pyproject.toml")
    assert code(FAULT) == 1
    says("", OWN)
    assert code(FAULT) == 1
    says('fail-on = "critical"')
    assert code(FAULT) == 0


def test_a_path_is_relative_to_the_folder_of_the_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".git").mkdir()
    says(f'ignore = [{{rule = "{RULE}", reason = "known", path = "services/*"}}]')
    Path("services").mkdir()
    monkeypatch.chdir("services")
    assert code(FAULT) == 0


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("ignore = [", "is not TOML: Invalid value (at end of document)"),
        ("trusted = []", f"trusted: is not a key. Keys: {KEYS}"),
        ('trusted-accounts = "1"', "trusted-accounts: is not a list"),
        ("trusted-accounts = [1]", "trusted-accounts[0]: is not a text in quotes"),
        ('trusted-accounts = ["1"]', "trusted-accounts: '1' is not an account id (twelve digits)"),
        ('trusted-organizations = ["x"]', "trusted-organizations: 'x' is not an organization id (o-...)"),
        ('fail-on = "worst"', "fail-on: 'worst' is none of low, medium, high, critical"),
        ("fail-on = 3", "fail-on: is not a text in quotes"),
        ('unknown = "maybe"', "unknown: 'maybe' is none of report, fail, pass"),
        ("ignore = {}", "ignore: is not a list"),
        ("ignore = [1]", "ignore[0]: is not a table with the keys rule, reason, resource, path"),
        ('ignore = [{reason = "x"}]', "ignore[0].rule: is missing"),
        (f'ignore = [{{rule = "{RULE}"}}]', "ignore[0].reason: is missing"),
        (f'ignore = [{{rule = "{RULE}", reason = " "}}]', "ignore[0].reason: is missing"),
        (f'ignore = [{{rule = "{RULE}", reason = 3}}]', "ignore[0].reason: is not a text in quotes"),
        ('ignore = [{rule = "no", reason = "x"}]', f"ignore[0].rule: 'no' is none of {IDS}"),
        ("ignore = [{until = 1}]", "ignore[0].until: is not a key. Keys: rule, reason, resource, path"),
    ],
)
def test_what_is_wrong_with_a_configuration_is_reported_in_one_line_with_file_and_key(
    text: str, problem: str
) -> None:
    says(text)
    Path("template.yaml").write_text(FAULT)
    ended = run("check", "template.yaml")
    assert (ended.exit_code, ended.stdout) == (3, "")
    assert ended.stderr == f"permission-guard: {OWN}: {problem}\n"


def test_a_problem_in_pyproject_names_the_whole_key(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".git").mkdir()
    Path("inner").mkdir()
    monkeypatch.chdir("inner")
    for section, problem in (
        ("[tool]\npermission-guard = 3", f"tool.permission-guard: is not a table with the keys {KEYS}"),
        ("[tool.permission-guard]\nx = 3", f"tool.permission-guard.x: is not a key. Keys: {KEYS}"),
    ):
        says(section, "../pyproject.toml")
        ended = run("check", "template.yaml")
        assert (ended.exit_code, ended.stderr) == (3, f"permission-guard: ../pyproject.toml: {problem}\n")


def test_a_configuration_that_cannot_be_read_is_an_error() -> None:
    Path(OWN).write_bytes(b'fail-on = "\xff"')
    ended = run("check", "template.yaml")
    assert (ended.exit_code, ended.stderr) == (
        3,
        f"permission-guard: {OWN}: is neither UTF-8 nor UTF-16 text\n",
    )


def test_a_key_with_control_characters_is_shown_with_escapes() -> None:
    says('"a\\u001b[31m" = 1')
    ended = run("check", "template.yaml")
    assert ended.stderr == f"permission-guard: {OWN}: a\\x1b[31m: is not a key. Keys: {KEYS}\n"
