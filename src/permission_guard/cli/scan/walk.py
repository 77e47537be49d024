"""One region of an account, from the first page to the last alias: many jobs at once, and each kept when it is done."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Final

from permission_guard.cli.scan.jobs import Answer, Job, Judged, Listing, Target, Worker, key_of
from permission_guard.cli.scan.progress import Progress
from permission_guard.cli.scan.state import State
from permission_guard.iam import FunctionArn
from permission_guard.scanned import ScannedFinding, Skipped

WORKERS: Final = 8
"""Calls at once: at a tenth of a second each they could be eighty a second, so that the pace is what limits them."""


@dataclass(slots=True)
class Walked:
    """What a walk has found so far."""

    is_listed: bool = False
    """Whether what the scan is for could be listed at all: the functions, or the layers if it is for no others."""
    functions: int = 0
    targets: int = 0
    findings: list[ScannedFinding] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


def walk(worker: Worker, state: State, progress: Progress, workers: int = WORKERS) -> Walked:
    """Do every job of a region. Raises TryAgain; what was done until then is kept in the state."""
    way = _Way(worker, state, progress)
    running = dict[Future[Answer], Job]()
    with ThreadPoolExecutor(workers) as pool:
        try:
            while way.todo or running:
                for job in way.unknown(2 * workers - len(running)):
                    running[pool.submit(worker.do, job)] = job
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    job = running.pop(future)
                    answer = future.result()
                    state.keep(job, answer)
                    way.take(job, answer)
        except BaseException:
            # Whoever waits for AWS to answer again would hold up a person who has had enough.
            worker.stop()
            pool.shutdown(cancel_futures=True)
            _keep_what_is_done(running, state)
            raise
    return way.walked


@dataclass(slots=True)
class _Way:
    """What is left to do, and what was found so far."""

    worker: Worker
    state: State
    progress: Progress
    walked: Walked = field(default_factory=Walked)
    todo: deque[Job] = field(init=False)
    met: set[str] = field(default_factory=set)
    """While a list is read page by page, what it is about may move from one page to the next."""

    def __post_init__(self) -> None:
        self.todo = deque(self.worker.first)

    def unknown(self, most: int) -> Iterator[Job]:
        """Yield so many jobs of which nothing is known yet; what is known of others is taken on the way."""
        while self.todo and most > 0:
            job = self.todo.popleft()
            known = self.state.answer(job)
            if known is not None:
                self.take(job, known)
                continue
            most -= 1
            yield job

    def take(self, job: Job, answer: Answer) -> None:
        """Count an answer, and put what follows where it belongs: pages first, so that soon all that is to do is known."""
        _count(self.walked, job, answer)
        if job == self.worker.first[0] and not isinstance(answer, Skipped):
            self.walked.is_listed = True
        for following in self.worker.next(job, answer):
            if key_of(following) in self.met:
                continue
            self.met.add(key_of(following))
            if isinstance(following, Listing):
                self.todo.appendleft(following)
            else:
                self.todo.append(following)
                self.progress.more()
        if not isinstance(job, Listing):
            self.progress.done()


def _keep_what_is_done(running: dict[Future[Answer], Job], state: State) -> None:
    for future, job in running.items():
        if not future.cancelled() and future.exception() is None:
            state.keep(job, future.result())


def _count(walked: Walked, job: Job, answer: Answer) -> None:
    if isinstance(answer, Judged) and isinstance(job, Target):
        facts = job.facts
        walked.functions += isinstance(facts.arn, FunctionArn) and facts.qualifier is None
        walked.targets += 1
        walked.findings += answer.findings
    elif isinstance(answer, Skipped):
        walked.skipped.append(answer)
