"""Changed by this package's build: Python 3.13's own `typing` has all that anybody here imports while it runs."""

from typing import NotRequired

__all__ = ["NotRequired"]
