"""Puts questions to an evaluator, and tells of every answer that is not ours which known disagreement it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.iam.differential.defined import is_defined
from tests.iam.differential.evaluators import Evaluator
from tests.iam.differential.known import KNOWN, Disagreement
from tests.iam.differential.question import Question
from tests.iam.differential.rewrite import rewritten


@dataclass
class Tally:
    """How many questions were compared, and what came of it."""

    asked: int = 0
    undefined: int = 0
    known: Counter[str] = field(default_factory=Counter)
    unknown: list[str] = field(default_factory=list)


def compare(questions: Sequence[Question], evaluator: Evaluator) -> Tally:
    """Ask every question on which AWS's documentation has an answer."""
    defined = [asked for asked in questions if is_defined(asked)]
    tally = Tally(len(defined), len(questions) - len(defined))
    answers = evaluator.ask(defined)
    for asked, others in zip(defined, answers, strict=True):
        if others is asked.ours:
            continue
        titles = explained(asked, evaluator)
        tally.known.update(titles)
        if not titles:
            tally.unknown.append(
                f"{evaluator.name} says {others and others.value}, we say {asked.ours.value}: {asked}"
            )
    return tally


def explained(asked: Question, evaluator: Evaluator) -> list[str]:
    """The known disagreement that it is; or those that it is together, where one alone does not explain it."""
    classes = [one for one in KNOWN if one.evaluator == evaluator.name]
    for one in classes:
        if _explains([one], asked, evaluator):
            return [one.title]
    present = [one for one in classes if rewritten(one.rewrite, asked) is not asked]
    return [one.title for one in present] if _explains(present, asked, evaluator) else []


def _explains(classes: Sequence[Disagreement], asked: Question, evaluator: Evaluator) -> bool:
    rest = asked
    for one in classes:
        rest = rewritten(one.rewrite, rest)
    return rest is not asked and rest.ours is asked.ours and list(evaluator.ask([rest])) == [asked.ours]
