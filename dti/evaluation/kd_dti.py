"""Readers of gold and predicted triplets.

Two shapes, told apart by their first line, hold for gold and predictions alike:

- the benchmark's own JSON, ``{PMID: {"triples": [{"drug", "interaction", "target"}, ...], ...}, ...}``;
- JSON lines as `dti extract` writes them, ``{"id", "triplets": [{"drug", "interaction", "target", "confidence"}, ...]}``;
  ``pmid`` and ``triples`` are understood too.

Other keys are ignored. Every fault is an EvaluationError that names the file and the line, or the document in a JSON file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias, cast

import orjson

from dti.domain.triplets import Triplet
from dti.errors import EvaluationError

Triplets: TypeAlias = dict[str, tuple[Triplet, ...]]

_Record: TypeAlias = Mapping[str, object]
_Located: TypeAlias = tuple[str, str, _Record]
"""Where a record stands, the document's id, the record."""

_ID_KEYS = ("id", "pmid")
_TRIPLET_KEYS = ("triplets", "triples")


def read_gold(path: Path) -> Triplets:
    """Gold triplets by document id; raises EvaluationError."""
    return _read(path, min_confidence=0.0)


def read_predictions(path: Path, *, min_confidence: float = 0.0) -> Triplets:
    """Predicted triplets by document id; raises EvaluationError.

    Triplets less confident than `min_confidence` are dropped, their documents kept; above 0 every triplet needs a
    "confidence".
    """
    return _read(path, min_confidence=min_confidence)


def _read(path: Path, *, min_confidence: float) -> Triplets:
    documents: Triplets = {}
    for place, id_, record in _records(path):
        if id_ in documents:
            raise EvaluationError(f"{place}: document {id_!r} appears twice")
        documents[id_] = tuple(_triplets(place, record, min_confidence))
    return documents


def _records(path: Path) -> Iterator[_Located]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise EvaluationError(f"{path}: {error.strerror}") from error
    lines = content.splitlines()
    first = next((line for line in lines if line.strip()), b"")
    return _json_lines(path, lines) if not first or _is_record(first) else _json_document(path, content)


def _is_record(line: bytes) -> bool:
    """Whether a line is a whole record of JSON lines; a document of the benchmark's JSON has no id of its own outside."""
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return isinstance(record, dict) and any(isinstance(record.get(key), str | int) for key in _ID_KEYS)


def _json_lines(path: Path, lines: Iterable[bytes]) -> Iterator[_Located]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        place = f"{path}:{number}"
        record = _object(place, _parse(place, line))
        yield place, _id(place, record), record


def _json_document(path: Path, content: bytes) -> Iterator[_Located]:
    for id_, record in _object(str(path), _parse(str(path), content)).items():
        place = f"{path}: document {id_!r}"
        yield place, id_, _object(place, record)


def _parse(place: str, content: bytes) -> object:
    try:
        return cast("object", orjson.loads(content))
    except orjson.JSONDecodeError as error:
        raise EvaluationError(f"{place}: no JSON: {error}") from error


def _object(place: str, value: object) -> _Record:
    if not isinstance(value, dict):
        raise EvaluationError(f"{place}: a JSON object is needed, not {_shown(value)}")
    return value


def _id(place: str, record: _Record) -> str:
    for key in _ID_KEYS:
        if isinstance(value := record.get(key), str | int):
            return str(value)
    raise EvaluationError(f"{place}: no document id under {' or '.join(_ID_KEYS)}")


def _triplets(place: str, record: _Record, min_confidence: float) -> Iterator[Triplet]:
    items = next((record[key] for key in _TRIPLET_KEYS if key in record), None)
    if not isinstance(items, list):
        raise EvaluationError(f"{place}: no list of triplets under {' or '.join(_TRIPLET_KEYS)}")
    for number, item in enumerate(items, start=1):
        where = f"{place}: triplet {number}"
        fields = _object(where, item)
        if min_confidence <= 0 or _confidence(where, fields) >= min_confidence:
            yield Triplet(*(_text(where, fields, name) for name in ("drug", "interaction", "target")))


def _text(place: str, fields: _Record, name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        raise EvaluationError(f"{place}: {name} must be a string, not {_shown(value)}")
    return value.strip()


def _confidence(place: str, fields: _Record) -> float:
    value = fields.get("confidence")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise EvaluationError(f"{place}: confidence must be a number, not {_shown(value)}")
    return value


def _shown(value: object) -> str:
    """The kind of a JSON value, as its reader knows it."""
    names = {dict: "an object", list: "a list", str: "a string", bool: "a truth value", type(None): "nothing"}
    return names.get(type(value), "a number")
