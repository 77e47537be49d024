"""How a command can fail: one line on stderr, and its own exit code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from permission_guard.alerts import printable
from permission_guard.cli import INTERRUPTED, CommandError
from permission_guard.ports import ChangedMeanwhile, Expired, Refused, RetryLater
from permission_guard.repair.accept import NothingToAccept, NothingToRemove
from permission_guard.repair.undo import CannotUndo

DONE: Final = 0
NOT_DONE: Final = 1
AGAIN: Final = 2


class Unusable(CommandError):
    """Input that cannot be used: the message is the one line that is shown."""

    def __init__(self, message: str) -> None:
        super().__init__(printable(message))


class NotDone(Unusable):
    """Nothing was done, and running the command again would not help."""

    exit_code = NOT_DONE


class NotFinished(Unusable):
    """It is not finished, and may be run again."""

    exit_code = AGAIN


class Interrupted(Unusable):
    """The command was interrupted."""

    exit_code = INTERRUPTED


EXIT_CODES: Final = """\
\b
Exit codes:
  0  done
  1  not done: there was nothing to do, AWS refused, or you answered no
  2  not finished: AWS could not be reached, or another change was made at the
     same time; run it again
  3  the input cannot be used, or the credentials, the stack or the table
     were not found
"""


@contextmanager
def endings() -> Iterator[None]:
    """Turn what the ports and the core raise into one line and an exit code."""
    try:
        yield
    except KeyboardInterrupt as error:
        raise Interrupted("Interrupted.") from error
    except Expired as error:
        raise Unusable(f"Your AWS credentials have expired: {error}") from error
    except RetryLater as error:
        raise NotFinished(f"Could not reach AWS: {error}. Run the command again.") from error
    except ChangedMeanwhile as error:
        raise NotFinished(
            f"Another change was made at the same time: {error}. Run the command again."
        ) from error
    except Refused as error:
        raise NotDone(f"AWS refused: {error}") from error
    except (CannotUndo, NothingToAccept, NothingToRemove) as error:
        raise NotDone(str(error)) from error
