"""The account's refusals in the words of the ports."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from permission_guard.aws.error_codes import answered
from permission_guard.fake_aws.contents import ApiError


@contextmanager
def translated() -> Iterator[None]:
    """Turn ApiError into RetryLater, Refused or ChangedMeanwhile, as `aws/failures.py` turns AWS's errors."""
    try:
        yield
    except ApiError as error:
        raise answered(error.code, error.message, error.call) from error
