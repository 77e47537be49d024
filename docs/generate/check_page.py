"""The page on `check`, with what the command prints."""

from __future__ import annotations

from typing import Final

from docs.generate.gallery import CHECKS, Piece, shown

HOOK: Final = ".pre-commit-hooks.yaml"


def check_page(note: str) -> str:
    """Return the page."""
    reports, writes, parameters = map(_shown, CHECKS)
    return _PAGE.format(note=note, reports=reports, writes=writes, parameters=parameters)


def _shown(piece: Piece) -> str:
    return f"```text\n{shown(piece)}```"


_PAGE: Final = """\
# Check before the deployment
{note}

`permission-guard check TEMPLATE...` evaluates what a template will deploy, by the guard's own rules, and names the line of each finding. It reads files and calls
no AWS API.

{reports}

The exit code is 0 if everything passes, 1 if something fails, 2 if something is UNKNOWN or was not evaluated, and 3 if a file cannot be used; the other files
are still evaluated. `--format concise` prints a line for each finding, `github` annotates the lines of a pull request, `junit` is for CI servers, `sarif`
for code scanning. `--format json` has every verdict; `report` converts it to the other [formats](formats.md).

## What it reads

- **SAM**, transformed by AWS's own translator. A finding about a generated resource is reported at the line of its event, connector or function URL.
- **CloudFormation**, YAML and JSON, with its intrinsic functions.
- **CDK**: the templates in `cdk.out`. A finding names the construct by its path (`aws:cdk:path`).
- **Terraform**: a plan, as `terraform show -json PLANFILE` prints it (`format_version` 1.x), with its modules. Arguments are those of version 6 of the
  provider hashicorp/aws. Each resource is in the Region of its argument `region`, or else of its provider. A finding names the address.
- The template of a nested stack, if that is a local file (in the CDK: `aws:asset:path`), with the parameters that the stack passes.
- A folder: `permission-guard check .` evaluates every template and plan in it. Folders whose names begin with a dot, `node_modules`, `vendor` and `venv` are left
  out.

Reported as not evaluated: what a macro, `AWS::Include` or `Fn::ForEach` makes (exit code 2), resources whose Condition is false with these parameters, and
applications of the Serverless Application Repository (exit code 0; `--strict` makes it 2).

## What a template does not say

`--parameter NAME=VALUE` sets a parameter; otherwise its default counts. `--account` and `--region` set where the template is deployed; for a CDK template,
`manifest.json` does. Without them, ARNs get an invented account and Region, and a condition or `Fn::FindInMap` that depends on them is not decided.

Some values are known only after the deployment: `Fn::ImportValue`, parameters without a default, dynamic references, values known after apply. The rules evaluate
the best case and the worst case of such a value. If both give the same verdict, it counts; if not, the verdict is UNKNOWN and names the value. For example, an
imported topic name in this account passes, and an imported bucket name without an account fails. The same parameter has the same value everywhere.

{parameters}

It knows the AWS managed policies by name (`template/managed.json`; `python -m docs.generate.managed_policies` renews it). A role with a newer one is UNKNOWN, because
that policy may deny logging. A role that the template does not define is UNKNOWN too, and so is what a macro or `Fn::ForEach` makes.

`--account` is your own account. `--trusted-account` and `--trusted-organization` add to the zone of trust.

## Ignore a finding

`--ignore RULE` ignores a rule. Metadata ignores it on one resource, with a reason that the output lists:

```yaml
  Partner:
    Type: AWS::Lambda::Permission
    Metadata:
      permission-guard: {{ignore: [function-is-not-public], reason: the partner's webhook has no fixed account}}
```

In YAML a comment does the same, on the line of the resource's logical ID or on the line of the finding:

```yaml
  Partner: # permission-guard: ignore function-is-not-public -- the partner's webhook has no fixed account
    Type: AWS::Lambda::Permission
```

Several rules are separated by commas. A missing reason or an unknown rule is an error with its line. `--fix` does not change an ignored finding.

`--write-baseline FILE` saves today's findings, and `--baseline FILE` shows only new ones. `--fail-on SEVERITY` is the lowest severity that fails.
`--unknown fail` or `--unknown pass` decides what UNKNOWN means for the exit code. `permission-guard rules` lists the rules.

## The configuration file

`.permission-guard.toml`, or `[tool.permission-guard]` in `pyproject.toml`. It is looked for in the current folder, then in the folders above it up to the top of
the Git repository. An option on the command line takes precedence.

```toml
[tool.permission-guard] # without this line in .permission-guard.toml
trusted-accounts = ["111122223333"]
trusted-organizations = ["o-a1b2c3d4e5"]
fail-on = "high" # low (default), medium, high or critical
unknown = "fail" # report (default), fail or pass
ignore = [
  {{rule = "function-is-not-public", resource = "Partner*", reason = "the partner's webhook has no fixed account"}},
  {{rule = "role-can-write-logs", path = "legacy/*", reason = "removed in spring"}},
]
```

`rule` and `reason` are required. `resource` is the name that a finding shows, or its logical ID; `path` is relative to the configuration's folder. Both may have
`*`, which stands for `/` too, and `?`. An unknown key or a wrong value is an error (exit code 3) that names the file and the key.

## What --fix writes

`--fix` adds the missing lines to YAML and JSON files. Every other byte of the file stays. A line is added only if it fixes its finding and makes no other finding
worse; a second run changes nothing. The line limits the service to this account: `SourceAccount: !Ref AWS::AccountId`, or a `SourceArn` of all such sources in the
account. It refers to no other resource, because a permission that names a bucket and a bucket that needs the permission would depend on each other. You can
replace it by the exact source. `--diff` shows the patch and writes nothing.

{writes}

`No fix` gives the reason if nothing is written. Examples are plans, what SAM generates for an event, properties that are a YAML alias, services such as Amazon SNS
that call from other Regions, and what only you know, such as who may invoke instead of `*`.

## Within cfn-lint

```console
$ cfn-lint -a permission_guard.cfn_lint -t template.yaml
```

The same findings as rules E9401 to E9408, and W9400 for what is UNKNOWN. cfn-lint's ignores, configuration, editors, SARIF and JUnit work as usual. Findings
that the template ignores by Metadata or a comment are ignored here too. The configuration file above is not read. Install both into one environment.

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

The repository is a GitHub Action. It runs no other action and needs Python 3.11 on the runner. It shows the findings at their lines in the pull request
(`annotations: "false"` does not).

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
