"""The command `explain`: a verdict on each statement and on the role, with its proof in plain words."""

from __future__ import annotations

from typing import Any, Final

import click

from permission_guard.cli import explanation_text
from permission_guard.cli.errors import Unusable
from permission_guard.cli.explain_input import ExplainInput, ExplainOptions, asked, trusting
from permission_guard.cli.live import as_it_is
from permission_guard.cli.output import written
from permission_guard.model.finding import Verdict
from permission_guard.scan.explanation import Explanation, verdict
from permission_guard.scan.explanation import explain as explained

EXIT_CODES: Final = {Verdict.PASS: 0, Verdict.FAIL: 1, Verdict.UNKNOWN: 2}

_HELP: Final = """\
Evaluate a function or policy documents by the guard's rules, and explain each verdict.

FUNCTION is a name, name:alias or an ARN. It is read from AWS with your own credentials, and nothing is changed. With --policy,
AWS is not called.

A document whose statements have a Principal is the function's resource-based policy; there can be one. The others are
policies of its execution role. The output of aws lambda get-policy, aws iam get-policy-version and aws iam get-role-policy can be
passed as it is.

Service control policies and resource control policies are not evaluated.

\b
Exit codes:
  0  everything passes
  1  something fails
  2  something is UNKNOWN, and nothing fails
  3  the input cannot be used
"""


@click.command(help=_HELP, short_help="Evaluate a function or policy documents, and explain why.")
@click.argument("name", metavar="[FUNCTION]", required=False)
@click.option("--statement", metavar="SID", help="Explain only this statement of the resource-based policy.")
@click.option("--region", metavar="REGION", help="The Region of FUNCTION. Default: as in the AWS CLI.")
@click.option("--profile", metavar="NAME", help="The AWS CLI profile to use.")
@click.option(
    "--policy",
    "policies",
    metavar="FILE",
    multiple=True,
    help="A policy document; - for standard input. Repeatable.",
)
@click.option("--boundary", metavar="FILE", help="The role's permissions boundary.")
@click.option(
    "--function", metavar="ARN", help="The function. Default: the one that the resource-based policy names."
)
@click.option("--log-group", metavar="NAME", help="Its log group. Default: /aws/lambda/NAME.")
@click.option("--log-group-exists/--no-log-group-exists", default=None, help="Whether the log group exists.")
@click.option("--role-arn", metavar="ARN", help="The execution role.")
@click.option("--tag", "tags", metavar="KEY=VALUE", multiple=True, help="A tag of the role. Repeatable.")
@trusting
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="The output format.",
)
@click.pass_context
def explain(  # one for each option that is not about a document
    context: click.Context,
    /,
    name: str | None,
    statement: str | None,
    region: str | None,
    profile: str | None,
    format_: str,
    **given: Any,
) -> int:
    """Read, evaluate, show; the exit code is the verdict."""
    typed = ExplainOptions(**given)
    if name is None and not typed.policies:
        raise Unusable("Pass FUNCTION to read it from AWS, or --policy FILE to evaluate a document.")
    if name is None and (region or profile):
        raise Unusable("--region and --profile need a FUNCTION to read from AWS.")
    if name is not None and (typed.policies or typed.of_the_role or typed.function):
        raise Unusable(
            "FUNCTION is read from AWS and cannot be combined with --policy or other options about documents."
        )
    what = asked(typed) if name is None else as_it_is(name, typed, profile, region, context.obj)
    explanations = _about(statement, explained(what.facts, what.trusted), what)
    show = explanation_text.body if format_ == "json" else explanation_text.text
    written(show(what, explanations))
    return EXIT_CODES[verdict(explanations)]


def _about(sid: str | None, found: tuple[Explanation, ...], what: ExplainInput) -> tuple[Explanation, ...]:
    """Return what was found of a statement, or everything. Raises Unusable if there is none of that name."""
    if sid is None:
        return found
    policy = what.facts.resource_policy
    places = {one.index for one in policy.statements if one.sid == sid} if policy else set()
    if not places:
        raise Unusable(
            f'--statement: the resource-based policy of {what.facts.target} has no statement "{sid}".'
        )
    return tuple(one for one in found if one.finding.statement in places)
