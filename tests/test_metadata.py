"""What `pip install .` says of the project, and that it installs all that the command line imports."""

from __future__ import annotations

import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.test_architecture import TREES, imports

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
OPTIONAL = {"aws_lambda_powertools", "cfnlint"}
"""What the Lambda function and the plug-in for cfn-lint need, and the command line does not."""


def test_pip_installs_all_that_the_command_line_imports() -> None:
    modules = {name.split(".")[0] for path in TREES for name in imports(path)}
    # Names of types only are not imported when the program runs.
    foreign = {name for name in modules if not name.startswith("mypy_boto3")}
    foreign -= {*sys.stdlib_module_names, *OPTIONAL, "permission_guard"}
    packages = packages_distributions()
    names = {packages[module][0].lower() for module in foreign}
    declared = {re.split(r"[<>=~! ]", one)[0] for one in PROJECT["dependencies"]}
    # boto3 brings botocore, and jinja2 brings markupsafe.
    assert names - {"botocore", "markupsafe"} == declared


def test_the_urls_name_one_repository() -> None:
    (repository,) = {"/".join(url.split("/")[:5]) for url in PROJECT["urls"].values()}
    assert repository == PROJECT["urls"]["Repository"]
