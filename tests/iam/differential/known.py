"""The closed list of what the other evaluators are known to get wrong, each decided by AWS's documentation.

docs/decisions/0007-where-other-evaluators-err.md says the same in prose, and a test holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from permission_guard.iam import EvalDecision
from permission_guard.iam.condition import Condition, Quantifier
from permission_guard.iam.pattern import Pattern
from permission_guard.iam.request import Context
from permission_guard.iam.truth import Truth
from tests.iam.differential.question import Question, question
from tests.iam.differential.rewrite import Rewrite, both, match, say_not_resource_by_resource, settle

GUIDE: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
OPERATORS: Final = f"{GUIDE}reference_policies_elements_condition_operators.html"
SETS: Final = f"{GUIDE}reference_policies_condition-single-vs-multi-valued-context-keys.html"
VARIABLES: Final = f"{GUIDE}reference_policies_variables.html"
CONDITION: Final = f"{GUIDE}reference_policies_elements_condition.html"
LOGIC: Final = f"{GUIDE}reference_policies_condition-logic-multiple-context-keys-or-values.html"
ACTION: Final = f"{GUIDE}reference_policies_elements_action.html"
RESOURCE: Final = f"{GUIDE}reference_policies_elements_resource.html"
NOT_RESOURCE: Final = f"{GUIDE}reference_policies_elements_notresource.html"


@dataclass(frozen=True)
class Example:
    """A minimal question, what AWS's page says, and what the evaluator that errs says instead."""

    question: Question
    right: EvalDecision
    wrong: EvalDecision


@dataclass(frozen=True)
class Disagreement:
    """One class: who errs, the title by which the record names it, the page that decides, and how to say it away."""

    evaluator: str
    title: str
    page: str
    rewrite: Rewrite
    example: Example


def _arn_pattern(line: Condition, _: Question) -> bool:
    return line.base.startswith("arn") and any("*" in text for text in line.texts)


def _has_variable(line: Condition, _: Question) -> bool:
    return any("${" in text for text in line.texts)


def _empty_set(line: Condition, asked: Question) -> bool:
    return line.quantifier is not Quantifier.NONE and asked.context.values(line.key.lower()) == ("",)


def _several_nulls(line: Condition, _: Question) -> bool:
    return line.base == "null" and len(line.texts) > 1


def _any_line(_: Condition, __: Question) -> bool:
    return True


def _variable(pattern: str, _: str) -> bool:
    return "${" in pattern


def _question_mark(pattern: str, _: str) -> bool:
    return "?" in pattern and "${" not in pattern


def _regular(pattern: str, _: str) -> bool:
    return not {*r".+^$()[]{}|\\"}.isdisjoint(pattern) and "${" not in pattern


def _other_case(pattern: str, action: str) -> bool:
    def fits(text: str, asked: str) -> bool:
        return Pattern(text, variables=False).match(asked, Context()) is Truth.YES

    return fits(pattern.lower(), action.lower()) and not fits(pattern, action)


KNOWN: Final = (
    Disagreement(
        evaluator="ministack",
        title="A wildcard in ArnLike and ArnEquals does not cross a colon",
        page=OPERATORS,
        rewrite=settle(_arn_pattern),
        example=Example(
            question(
                {"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:123456789012:a"}}},
                keys={"aws:sourcearn": ("arn:aws:sns:us-east-1:999999999999:b:123456789012:a",)},
            ),
            right=EvalDecision.NOT_ALLOWED,
            wrong=EvalDecision.ALLOWED,
        ),
    ),
    Disagreement(
        evaluator="ministack",
        title="Policy variables are filled in",
        page=VARIABLES,
        rewrite=both(settle(_has_variable), match("Resource", _variable)),
        example=Example(
            question(
                {"Resource": "arn:aws:s3:::b/${aws:PrincipalTag/Team}"},
                keys={"aws:principaltag/team": ("x",)},
            ),
            right=EvalDecision.ALLOWED,
            wrong=EvalDecision.NOT_ALLOWED,
        ),
    ),
    Disagreement(
        evaluator="ministack",
        title="For a set operator, an empty string alone is no value",
        page=SETS,
        rewrite=settle(_empty_set),
        example=Example(
            question(
                {"Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": "team"}}},
                keys={"aws:tagkeys": ("",)},
            ),
            right=EvalDecision.ALLOWED,
            wrong=EvalDecision.NOT_ALLOWED,
        ),
    ),
    Disagreement(
        evaluator="ministack",
        title="Null with several values holds if one of them does",
        page=LOGIC,
        rewrite=settle(_several_nulls),
        example=Example(
            question({"Condition": {"Null": {"aws:TokenIssueTime": ["false", "true"]}}}),
            right=EvalDecision.ALLOWED,
            wrong=EvalDecision.NOT_ALLOWED,
        ),
    ),
    Disagreement(
        evaluator="moto",
        title="A condition that does not hold makes its statement not apply",
        page=CONDITION,
        rewrite=settle(_any_line),
        example=Example(
            question({"Condition": {"StringLike": {"aws:PrincipalTag/Team": "x*"}}}),
            right=EvalDecision.NOT_ALLOWED,
            wrong=EvalDecision.ALLOWED,
        ),
    ),
    Disagreement(
        evaluator="moto",
        title="The names of actions are case-insensitive",
        page=ACTION,
        rewrite=match("Action", _other_case),
        example=Example(
            question({"Action": "s3:getobject"}), right=EvalDecision.ALLOWED, wrong=EvalDecision.NOT_ALLOWED
        ),
    ),
    Disagreement(
        evaluator="moto",
        title="A question mark stands for exactly one character",
        page=RESOURCE,
        rewrite=both(match("Action", _question_mark), match("Resource", _question_mark)),
        example=Example(
            question({"Resource": "arn:aws:s3:::b?x"}),
            right=EvalDecision.ALLOWED,
            wrong=EvalDecision.NOT_ALLOWED,
        ),
    ),
    Disagreement(
        evaluator="moto",
        title="Characters other than the two wildcards stand for themselves",
        page=RESOURCE,
        rewrite=both(match("Action", _regular), match("Resource", _regular)),
        example=Example(
            question({"Resource": "arn:aws:s3:::b.c"}, resource="arn:aws:s3:::b-c"),
            right=EvalDecision.NOT_ALLOWED,
            wrong=EvalDecision.ALLOWED,
        ),
    ),
    Disagreement(
        evaluator="moto",
        title="Policy variables in Resource are filled in",
        page=VARIABLES,
        rewrite=match("Resource", _variable),
        example=Example(
            question(
                {"Resource": "arn:aws:s3:::b/${aws:PrincipalTag/Team}"},
                keys={"aws:principaltag/team": ("x",)},
            ),
            right=EvalDecision.ALLOWED,
            wrong=EvalDecision.NOT_ALLOWED,
        ),
    ),
    Disagreement(
        evaluator="moto",
        title="NotResource excludes what it names",
        page=NOT_RESOURCE,
        rewrite=say_not_resource_by_resource,
        example=Example(
            question({"NotResource": "arn:aws:s3:::b/x"}),
            right=EvalDecision.NOT_ALLOWED,
            wrong=EvalDecision.ALLOWED,
        ),
    ),
)
