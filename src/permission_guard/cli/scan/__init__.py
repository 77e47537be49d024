"""The command `scan`: read and evaluate every function, version, alias and layer version, and repair them if asked to."""

from __future__ import annotations

from typing import Any, Final

import click

from permission_guard.cli.connection import STACK
from permission_guard.cli.explain_input import trusting
from permission_guard.cli.scan.options import Options
from permission_guard.cli.scan.scan_text import FORMATS
from permission_guard.model.finding import RULE_IDS

_HELP: Final = """\
Evaluate every function, version, alias and layer of an account.

Everything is read with your own credentials, and nothing is changed without --repair. The most severe findings come first.
In a pipe, each finding is one line. What passes is counted, and listed in the json format.

With --repair, each function with a FAIL is read again, and the changes are shown before you are asked. The guard proves each
repair first. It leaves statements alone that existing callers may rely on (--repair-existing repairs those too). If the guard's
stack is deployed, its journal records each repair, and permission-guard undo reverts it. Without the stack a repair cannot be
undone; the question says so.

\b
Exit codes:
  0    everything passes, or was repaired
  1    something fails
  2    something is UNKNOWN or could not be read, and nothing fails; or AWS
       could not be reached
  3    the input cannot be used, no credentials were found, or nothing could
       be read
  130  interrupted
"""


@click.command(help=_HELP, short_help="Evaluate every function of an account, and repair it.")
@click.option("--profile", metavar="NAME", help="The AWS CLI profile to use.")
@click.option(
    "--region",
    "regions",
    metavar="REGION",
    multiple=True,
    help="A Region to scan. Default: as in the AWS CLI. Repeatable.",
)
@click.option("--all-regions", is_flag=True, help="Scan every Region that is enabled in the account.")
@click.option(
    "--role-arn",
    "role_arns",
    metavar="ARN",
    multiple=True,
    help="A role to assume: scan its account instead of your own. Repeatable.",
)
@click.option(
    "--only",
    "rules",
    type=click.Choice(RULE_IDS),
    metavar="RULE",
    multiple=True,
    help=f"Evaluate only this rule: {', '.join(RULE_IDS)}. Repeatable.",
)
@trusting
@click.option(
    "--logging-policy",
    metavar="ARN",
    help="The policy to attach to roles that cannot write logs. Default: AWSLambdaBasicExecutionRole.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    default="table",
    show_default=True,
    help="The output format.",
)
@click.option("-o", "--output", metavar="FILE", help="The file to write. Default: standard output.")
@click.option("--quiet", is_flag=True, help="Do not show progress.")
@click.option("--repair", is_flag=True, help="Show the repairs, ask, and make them.")
@click.option(
    "--repair-existing",
    is_flag=True,
    help="Also repair statements that existing callers may rely on.",
)
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@click.option(
    "--stack-name",
    metavar="NAME",
    default=STACK,
    show_default=True,
    help="The guard's stack, which has the journal.",
)
@click.option("--table", metavar="NAME", help="The journal's table, instead of that of the stack.")
@click.pass_context
def scan(context: click.Context, /, **given: Any) -> int:
    """Read, evaluate, show, and repair if asked to."""
    options = Options(**given)
    # --help and what is wrong with the options do without AWS's libraries, which take a while to load.
    from permission_guard.cli.scan.run import run  # noqa: PLC0415

    return run(options, context.obj)
