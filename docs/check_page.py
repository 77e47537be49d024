"""The page on `check`, with what the command really prints."""

from __future__ import annotations

from typing import Final

from docs.gallery import CHECKS, Piece, shown
from permission_guard.template.managed import GRANTING, SILENT

HOOK: Final = ".pre-commit-hooks.yaml"


def check_page(note: str) -> str:
    """Return the page."""
    tells, writes, said = map(_shown, CHECKS)
    policies = ", ".join(f"`{name}`" for name in sorted({*GRANTING, *SILENT}))
    return _PAGE.format(note=note, tells=tells, writes=writes, said=said, policies=policies)


def _shown(piece: Piece) -> str:
    return f"```text\n{shown(piece)}```"


_PAGE: Final = """\
# The rules before the deploy
{note}

`permission-guard check TEMPLATE...` judges what a template will deploy by the very rules that the guard keeps in the account, and says where
each fault stands. It reads files and asks nothing of AWS.

{tells}

The exit code is 0 if everything passes, 1 if something fails, 2 if something cannot be told or was not looked at, and 3 if a file cannot be
used; the other files are judged all the same. `--format json` tells every verdict, those that pass too, and `report` makes a page or another format
of it; `--format sarif` is for code scanning.

## What it reads

- **SAM**: transformed by AWS's own translator. What SAM makes of an event, a connector or a function URL is told at the line of that event.
- **CloudFormation**, YAML and JSON, with its intrinsic functions.
- **CDK**: the templates in `cdk.out`. A finding names the construct by its path (`aws:cdk:path`).
- **Terraform**: a plan, as `terraform show -json PLANFILE` prints it, with its modules. A finding names the address.
- A template that a nested stack names by its file is judged with it, with the parameters that it is given there.

## What it knows and what it does not

Parameters count with their defaults, or as `--parameter NAME=VALUE` says. Names and ARNs of the template's own resources are those of the account
that is deployed to, which is made up unless `--account` and `--region` say it. What only a deployed stack knows (`Fn::ImportValue`, parameters
without a default, dynamic references, what is known after apply) is read twice, for the best and for the worst that it may come to. If both
readings agree, that is the verdict; if not, it is UNKNOWN and says what is missing. A condition that cannot be told is tried both ways. So nothing is
guessed: a topic whose name is imported but whose account is the own one passes; a bucket whose name is imported, without an account, fails.

{said}

Of the policies that AWS manages, it knows what these say of the logs: {policies}. A role with another one is UNKNOWN, for it may deny
them. So is a role that the template does not define, and what a macro or `Fn::ForEach` makes.

An account that a template names by its number may be the own one: say `--account`. Whom you trust besides, `--trusted-account` and
`--trusted-organization` say. `--ignore CONCERN` leaves out what you mean to have, for instance `--ignore function-url-is-not-public`.

## What --fix writes

The missing lines, into YAML, and nothing else: every other byte of the file stays. A line is written only for a repair that the guard itself would
make, that is one proved to keep every known caller and to let nobody in; then the new text is judged, and the line stays only if its fault is gone
and nothing has become worse. Where the template itself connects the source (a subscription, a notification, a rule's target, a trigger), that very
source is named. `--diff` shows the patch and writes nothing.

{writes}

What it does not write, it says why (`No fix`): JSON and plans, what SAM makes of an event, properties that an alias brings from elsewhere, and whatever
only you can know, as who may call instead of `*`.

## With every commit

For [pre-commit](https://pre-commit.com); `rev` is a tag or commit of this repository:

```yaml
repos:
  - repo: https://github.com/OWNER/REPOSITORY
    rev: COMMIT
    hooks:
      - id: permission-guard-check
        # args: [--fix]
```

## With every push

The repository is a GitHub Action too; it runs no other action, and needs Python 3.11 on the runner.

```yaml
permissions:
  contents: read
  security-events: write # for code scanning
steps:
  - uses: actions/checkout@COMMIT
  - uses: OWNER/REPOSITORY@COMMIT
    with:
      templates: template.yaml cdk.out/*.template.json
      sarif-file: permission-guard.sarif
  - uses: github/codeql-action/upload-sarif@COMMIT
    if: always()
    with:
      sarif_file: permission-guard.sarif
```
"""
