"""One region of an account, from the first page to the last alias: many jobs at once, and each kept when it is done."""

from __future__ import annotations

from collections import deque
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Final

from permission_guard.aws.inventory import Described
from permission_guard.cli.scan.jobs import Answer, Job, Judged, Page, Worker
from permission_guard.cli.scan.progress import Progress
from permission_guard.cli.scan.state import State
from permission_guard.scanned import ScannedFinding, Skipped
from permission_guard.trigger import is_replica

WORKERS: Final = 8
"""Calls at once: at a tenth of a second each they could be eighty a second, so that the pace is what limits them."""


@dataclass(slots=True)
class Walked:
    """What a walk has found so far."""

    functions: int = 0
    targets: int = 0
    findings: list[ScannedFinding] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


def walk(worker: Worker, state: State, progress: Progress, workers: int = WORKERS) -> Walked:
    """Do every job of a region. Raises TryAgain; what was done until then is kept in the state."""
    walked, running = Walked(), dict[Future[Answer], Job]()
    todo = deque[Job]([Page()])

    def take(job: Job, answer: Answer) -> None:
        """Count an answer, and put what follows where it belongs: pages first, so that soon all is known to be done."""
        _count(walked, answer)
        for following in worker.next(job, answer):
            if isinstance(following, Page):
                todo.appendleft(following)
            else:
                todo.append(following)
                progress.more()
        if not isinstance(job, Page):
            progress.done()

    with ThreadPoolExecutor(workers) as pool:
        try:
            while todo or running:
                while todo and len(running) < 2 * workers:
                    job = todo.popleft()
                    known = state.answer(job)
                    if known is not None:
                        take(job, known)
                    else:
                        running[pool.submit(worker.do, job)] = job
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    job = running.pop(future)
                    answer = future.result()
                    state.keep(job, answer)
                    take(job, answer)
        except BaseException:
            # Whoever waits for AWS to answer again would hold up a person who has had enough.
            worker.stop()
            pool.shutdown(cancel_futures=True)
            _keep_what_is_done(running, state)
            raise
    return walked


def _keep_what_is_done(running: dict[Future[Answer], Job], state: State) -> None:
    for future, job in running.items():
        if not future.cancelled() and future.exception() is None:
            state.keep(job, future.result())


def _count(walked: Walked, answer: Answer) -> None:
    if isinstance(answer, Described):
        walked.functions += sum(
            version.qualifier is None and not is_replica(version.arn) for version in answer.found
        )
    elif isinstance(answer, Judged):
        walked.targets += 1
        walked.findings += answer.findings
    elif isinstance(answer, Skipped):
        walked.skipped.append(answer)
