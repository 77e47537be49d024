"""What the build puts in the place of modules that other packages load and nobody here uses (`src/stand_ins`)."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import pytest

from benchmarks.answers import Answers, aws
from benchmarks.cold_start import CASES, EVENT, VARIABLES, Case, event
from trim_models import calls_in

SOURCE: Final = Path(__file__).parent.parent / "src"
STAND_INS: Final = SOURCE / "stand_ins"
FILES: Final = sorted(path.relative_to(STAND_INS).as_posix() for path in STAND_INS.rglob("*.py"))
PACKAGES: Final = ("aws_lambda_powertools", "boto3", "botocore", "jmespath", "s3transfer", "urllib3")


def installed(name: str) -> Path:
    """Where the packages of this environment are."""
    spec = find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The other packages as the build leaves them, with all models."""
    package = tmp_path_factory.mktemp("package")
    for name in PACKAGES:
        shutil.copytree(installed(name), package / name, ignore=shutil.ignore_patterns("data", "__pycache__"))
        if (installed(name) / "data").is_dir():
            (package / name / "data").symlink_to(installed(name) / "data")
    command = ["make", "--directory", str(SOURCE), "leave_out", f"ARTIFACTS_DIR={package}"]
    subprocess.run(command, check=True)  # noqa: S603  # as the build does
    return package


def run(code: str, url: str, *path: Path, body: object = None) -> dict[str, list[str]]:
    """Run the code in an interpreter of its own, and return which modules it loaded, by their packages."""
    shown = "\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(  # noqa: S603  # this interpreter
        [sys.executable, "-c", code + shown],
        input=json.dumps(body),
        env={**VARIABLES, "PYTHONPATH": ":".join(map(str, (*path, SOURCE))), "AWS_ENDPOINT_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.returncode, done.stderr
    loaded: dict[str, list[str]] = {}
    for name in json.loads(done.stdout.splitlines()[-1]):
        loaded.setdefault(name.split(".")[0], []).append(name)
    return loaded


@pytest.mark.parametrize("file", FILES)
def test_each_stands_for_a_module_that_is_there(file: str) -> None:
    assert (installed("six") / file).is_file()


@pytest.mark.parametrize("file", FILES)
def test_each_says_that_it_was_changed(file: str) -> None:
    """As the Apache licence wants it of botocore's, boto3's and s3transfer's (section 4b)."""
    assert (STAND_INS / file).read_text(encoding="utf-8").startswith('"""Changed by this package\'s build: ')


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.what)
def test_every_event_makes_the_same_calls_without_what_is_left_out(case: Case, package: Path) -> None:
    calls: list[list[str]] = []
    for path in ((), (package,)):
        answers = Answers(role_may_log=case.role_may_log)
        with aws(answers) as url:
            run(EVENT, url, *path, body=event(case.sample))
        calls.append(sorted(answers.calls))
    assert calls[0] == calls[1]
    assert bool(calls[0]) == bool(case.services)


def test_a_client_of_each_service_can_be_made_and_its_pages_read(package: Path) -> None:
    services = sorted(calls_in((SOURCE / "aws-calls.txt").read_text(encoding="utf-8")))
    pages = """
for page in session.client("iam").get_paginator("list_role_policies").paginate(RoleName="orders"):
    assert page["PolicyNames"] == ["logs"], page
"""
    clients = "\n".join(f"session.client({name!r})" for name in services)
    with aws(Answers(role_may_log=True)) as url:
        loaded = run(f"import boto3\nsession = boto3.Session()\n{clients}\n{pages}", url, package)
    assert "jmespath.parser" in loaded["jmespath"]


def test_what_is_left_out_is_not_loaded(package: Path) -> None:
    case = CASES[2]
    with aws(Answers(role_may_log=case.role_may_log)) as url:
        before = run(EVENT, url, body=event(case.sample))
        loaded = run(EVENT, url, package, body=event(case.sample))
    assert loaded["s3transfer"] == ["s3transfer", "s3transfer.manager"]
    assert loaded["jmespath"] == ["jmespath"]
    assert before.keys() - loaded.keys() >= {"html", "multiprocessing"}
    assert not loaded.keys() - before.keys()
