"""The evaluators that others wrote, each answering in our words."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol
from unittest.mock import patch

from moto.iam.access_control import IAMPolicy, PermissionResult

from permission_guard.iam import EvalDecision
from tests.embedded.emulator import PYTHON
from tests.iam.differential.question import Document, Question

_DRIVER: Final = Path(__file__).with_name("ministack_driver.py")
_BATCH: Final = 250


class Evaluator(Protocol):
    """An evaluator's name, and what it answers."""

    name: str

    def ask(self, questions: Sequence[Question]) -> Sequence[EvalDecision | None]:
        """Answer each question; None where the evaluator breaks down."""
        ...


class Moto:
    """`moto.iam.access_control`, which knows one policy at a time: it is asked without boundaries and keys.

    moto itself never gives it a request's keys, the external id of a trust policy apart.
    """

    name = "moto"
    _words: Final = {
        PermissionResult.PERMITTED: EvalDecision.ALLOWED,
        PermissionResult.DENIED: EvalDecision.DENIED,
        PermissionResult.NEUTRAL: EvalDecision.NOT_ALLOWED,
    }

    def __init__(self) -> None:
        self._compiled: dict[Document, IAMPolicy] = {}

    def ask(self, questions: Sequence[Question]) -> Sequence[EvalDecision | None]:
        # moto compiles each pattern at each question, and there are more of them than Python keeps compiled.
        with patch.object(re, "_MAXCACHE", 100_000):
            return [self._answer(asked) for asked in questions]

    def _answer(self, asked: Question) -> EvalDecision | None:
        try:
            return self._words[self._policy(asked).is_action_permitted(asked.action, asked.resource)]
        except re.error:
            return None

    def _policy(self, asked: Question) -> IAMPolicy:
        assert asked.boundary is None
        found = self._compiled.get(asked.identity)
        if found is None:
            found = self._compiled[asked.identity] = IAMPolicy(json.dumps(asked.identity.body))
        return found


class Ministack:
    """`ministack.core.iam_evaluator`, in a process of its own: its botocore and ours cannot live in one."""

    name = "ministack"

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._numbers: dict[Document, int] = {}

    def ask(self, questions: Sequence[Question]) -> list[EvalDecision]:
        answers: list[EvalDecision] = []
        for start in range(0, len(questions), _BATCH):
            answers += self._batch(questions[start : start + _BATCH])
        return answers

    def _batch(self, questions: Sequence[Question]) -> Iterator[EvalDecision]:
        fresh: list[tuple[int, object]] = []

        def number(document: Document | None) -> int | None:
            if document is not None and document not in self._numbers:
                self._numbers[document] = len(self._numbers)
                fresh.append((self._numbers[document], document.body))
            return None if document is None else self._numbers[document]

        asked = [
            (number(one.identity), number(one.boundary), one.action, one.resource, one.all_keys)
            for one in questions
        ]
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({"documents": fresh, "questions": asked}) + "\n")
        self._process.stdin.flush()
        return map(EvalDecision, json.loads(self._process.stdout.readline()))


@contextmanager
def running_ministack() -> Iterator[Ministack]:
    """Start the driver with the emulator's Python; it ends when its standard input does."""
    with subprocess.Popen(  # noqa: S603  # the project's own program, with arguments written here
        [PYTHON, "-I", _DRIVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Ministack(process)
