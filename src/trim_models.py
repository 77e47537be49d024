"""Trims botocore's models to the calls that the guard makes: `trim_models.py botocore/data aws-calls.txt`.

The build runs it with whatever Python the building machine has, from 3.9 on, so it needs nothing but the standard
library. What stays of a service is its newest model with the operations that are named, the shapes they can reach, their
paginators, and the rules for its endpoints; what people read, waiters, examples and every other service go.
"""

from __future__ import annotations

import gzip
import json
import shutil
import sys
from pathlib import Path
from typing import Any, Dict, Iterator, Set  # noqa: UP035 - Python 3.9 evaluates the aliases below

Json = Dict[str, Any]  # noqa: UP006 - same
Calls = Dict[str, Set[str]]  # noqa: UP006 - same


def calls_in(text: str) -> Calls:
    """Read lines of `service Operation`; a `#` begins a remark."""
    calls: Calls = {}
    for line in text.splitlines():
        words = line.partition("#")[0].split()
        if words:
            service, operation = words
            calls.setdefault(service, set()).add(operation)
    return calls


def trim(data: Path, calls: Calls) -> None:
    """Trim a directory of botocore's data, for good. Raises KeyError for an operation that AWS does not have."""
    for service in (path for path in data.iterdir() if path.is_dir()):
        *older, newest = sorted(path for path in service.iterdir() if path.is_dir())
        for path in older if service.name in calls else [service]:
            shutil.rmtree(path)
        if service.name in calls:
            _trim_version(newest, calls[service.name])
    missing = [name for name in calls if not (data / name).is_dir()]
    if missing:
        raise KeyError(", ".join(missing))
    _trim_endpoints(data / "endpoints.json", {_prefix(data / name) for name in calls})


def _trim_version(version: Path, operations: set[str]) -> None:
    model = trimmed(_whole(version, "service-2"), operations)
    paginators = _whole(version, "paginators-1").get("pagination", {})
    for path in list(version.iterdir()):
        if not path.name.startswith("endpoint-rule-set-1."):
            path.unlink()
    _write(version / "service-2.json", model)
    kept = {name: paginator for name, paginator in paginators.items() if name in operations}
    _write(version / "paginators-1.json", {"pagination": kept})


def _prefix(service: Path) -> str:
    """Return the name under which botocore's list of endpoints has a service."""
    (version,) = (path for path in service.iterdir() if path.is_dir())
    prefix: str = _read(version, "service-2")["metadata"]["endpointPrefix"]
    return prefix


def _trim_endpoints(path: Path, prefixes: Set[str]) -> None:  # noqa: UP006 - Python 3.9, as above
    """Leave these services alone in the list, which is read before the first client is made."""
    endpoints = json.loads(path.read_text())
    for partition in endpoints["partitions"]:
        kept = {name: entry for name, entry in partition["services"].items() if name in prefixes}
        partition["services"] = kept
    _write(path, endpoints)


def _whole(version: Path, kind: str) -> Json:
    """Read one of a service's files with what botocore would merge into it."""
    whole = _read(version, kind)
    _merge(whole, _read(version, f"{kind}.sdk-extras").get("merge", {}))
    return whole


def _merge(base: Json, more: Json) -> None:
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            _merge(base[key], value)
        else:
            base[key] = value


def trimmed(model: Json, operations: set[str]) -> Json:
    """Return a service's model with these operations alone, and without documentation."""
    kept = {name: _undocumented(model["operations"][name]) for name in sorted(operations)}
    shapes: Json = {}
    wanted = [shape for operation in kept.values() for shape in _named(operation)]
    while wanted:
        name = wanted.pop()
        if name not in shapes:
            shapes[name] = _undocumented(model["shapes"][name])
            wanted += _named(shapes[name])
    return {**_undocumented(model), "operations": kept, "shapes": dict(sorted(shapes.items()))}


def _undocumented(part: Json) -> Json:
    """Return an operation, a shape or a model without what only people read; a member of that name stays."""
    bare = {key: value for key, value in part.items() if key != "documentation"}
    for key in ("input", "output", "member", "key", "value"):
        if isinstance(bare.get(key), dict):
            bare[key] = _undocumented(bare[key])
    if isinstance(bare.get("members"), dict):
        bare["members"] = {name: _undocumented(member) for name, member in bare["members"].items()}
    if isinstance(bare.get("errors"), list):
        bare["errors"] = [_undocumented(error) for error in bare["errors"]]
    return bare


def _named(part: Json) -> Iterator[str]:
    """Return the shapes that an operation or a shape names itself."""
    ends = [part.get(key) for key in ("input", "output", "member", "key", "value")]
    for reference in (*ends, *part.get("members", {}).values(), *part.get("errors", [])):
        if isinstance(reference, dict):
            yield reference["shape"]


def _read(version: Path, kind: str) -> Json:
    """Read a file, compressed or not; one that is not there is empty."""
    for name in (f"{kind}.json", f"{kind}.json.gz"):
        path = version / name
        if path.is_file():
            data = path.read_bytes()
            found: Json = json.loads(gzip.decompress(data) if path.suffix == ".gz" else data)
            return found
    return {}


def _write(path: Path, content: Json) -> None:
    # The zip compresses it, and Lambda need not: a start is faster by that much.
    path.write_text(json.dumps(content, separators=(",", ":")))


if __name__ == "__main__":
    trim(Path(sys.argv[1]), calls_in(Path(sys.argv[2]).read_text()))
