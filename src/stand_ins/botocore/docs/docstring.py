"""Changed by this package's build: nobody reads a docstring of botocore there."""

from typing import Self


class _Nothing(str):
    __slots__ = ()

    def __new__(cls, *_positional: object, **_named: object) -> Self:
        return super().__new__(cls)


class ClientMethodDocstring(_Nothing):
    """The docstring of a client's method."""


class PaginatorDocstring(_Nothing):
    """The docstring of a paginator."""


class WaiterDocstring(_Nothing):
    """The docstring of a waiter."""
