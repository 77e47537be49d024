"""The command `explain`: one verdict for each thing in a policy document, with its proof in plain words; asks no AWS."""

from __future__ import annotations

from typing import Any, Final

import click

from permission_guard.cli import shown
from permission_guard.cli.given import Given, asked
from permission_guard.cli.output import written
from permission_guard.explanation import explain as explained
from permission_guard.explanation import verdict
from permission_guard.finding import Verdict

EXIT_CODES: Final = {Verdict.PASS: 0, Verdict.FAIL: 1, Verdict.UNKNOWN: 2}

_HELP: Final = """\
Say whether policy documents keep the guard's rules, and why, in plain words. Nothing is asked of AWS.

A document whose statements have a Principal is the function's resource policy: there can be one. Documents without
are policies of the function's execution role, and count together. What AWS's command line prints is taken as it is:
of lambda get-policy, iam get-policy-version and iam get-role-policy.

Service control policies and resource control policies are not considered.

\b
Exit codes:
  0  everything passes
  1  something fails
  2  something cannot be told, and nothing fails
  3  the input cannot be used
"""


@click.command(help=_HELP)
@click.option(
    "--policy",
    "policies",
    metavar="FILE",
    multiple=True,
    required=True,
    help="A policy document; - for standard input. Repeatable.",
)
@click.option("--boundary", metavar="FILE", help="The role's permissions boundary.")
@click.option(
    "--function", metavar="ARN", help="The function. Default: the one that the resource policy is about."
)
@click.option("--log-group", metavar="NAME", help="Its log group. Default: /aws/lambda/NAME.")
@click.option(
    "--log-group-exists/--no-log-group-exists", default=None, help="Whether the log group is there already."
)
@click.option("--role-arn", metavar="ARN", help="The execution role.")
@click.option("--tag", "tags", metavar="KEY=VALUE", multiple=True, help="A tag of the role. Repeatable.")
@click.option(
    "--trusted-account",
    "trusted_accounts",
    metavar="ID",
    multiple=True,
    help="An account whose callers are no strangers, besides the function's own. Repeatable.",
)
@click.option(
    "--trusted-organization",
    "trusted_organizations",
    metavar="ID",
    multiple=True,
    help="An organisation whose accounts are no strangers. Repeatable.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="For people or for machines.",
)
def explain(format_: str, **given: Any) -> int:
    """Read, judge, tell; the exit code is the verdict."""
    what = asked(Given(**given))
    explanations = explained(what.facts, what.trusted)
    show = shown.body if format_ == "json" else shown.text
    written(show(what, explanations))
    return EXIT_CODES[verdict(explanations)]
