"""AWS's errors in our words: try again, refused, or changed meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from permission_guard.ports import Refused, TryAgain, answered


@contextmanager
def translated() -> Iterator[None]:
    """Turn AWS's errors into TryAgain, ChangedMeanwhile or Refused.

    What never reached AWS, or whose answer never reached us, is to be tried again: every call that the guard makes may
    be made twice.
    """
    try:
        yield
    except ClientError as error:
        message = error.response.get("Error", {}).get("Message", "")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        raise answered(code_of(error), message, error.operation_name, status) from error
    except ParamValidationError as error:
        # It was never sent, and never would be.
        raise Refused("ParamValidation", str(error)) from error
    except BotoCoreError as error:
        raise TryAgain(str(error)) from error


def code_of(error: ClientError) -> str:
    """Return AWS's name for an error."""
    return error.response.get("Error", {}).get("Code", "Unknown")
