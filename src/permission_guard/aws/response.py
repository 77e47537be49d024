"""A typed view of boto3's untyped responses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from permission_guard.frozen import frozen


@frozen
class Response:
    """A response, or a part of one. What is missing, or of another type, reads as empty."""

    value: object

    def at(self, *path: str) -> Response:
        """Return the part below these names."""
        value = self.value
        for name in path:
            value = value.get(name) if isinstance(value, Mapping) else None
        return Response(value)

    def text(self, *path: str) -> str:
        """Return the text below these names."""
        value = self.at(*path).value
        return value if isinstance(value, str) else ""

    def each(self, *path: str) -> Iterator[Response]:
        """Go through a list, or through the values of a mapping."""
        value = self.at(*path).value
        if isinstance(value, Mapping):
            value = list(value.values())
        if isinstance(value, list):
            yield from map(Response, value)

    def texts(self, *path: str) -> Iterator[str]:
        """Go through the texts of a list or mapping."""
        yield from (one.value for one in self.each(*path) if isinstance(one.value, str))

    def has(self, *path: str) -> bool:
        """Return whether there is anything below these names."""
        return bool(self.at(*path).value)
