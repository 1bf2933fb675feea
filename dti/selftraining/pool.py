"""The pool: unlabelled documents, less all that a model was trained or is measured on and what says the same again."""

from __future__ import annotations

import json
import lzma
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Self

from datasketch import MinHash, MinHashLSH

from dti.domain.documents import Document
from dti.errors import TrainingError
from dti.training.corpora import Example, read_records
from dti.training.pairs.examples import PairExample
from dti.training.unlabelled import Guard, shingles

SOURCE = "pool"
DEVELOPMENT, HELD_OUT = "development PMID", "held-out PMID"
_MEASURED = {DEVELOPMENT, HELD_OUT}
_PERMUTATIONS = 64
_ALIKE = 0.6  # estimated share of word 5-grams that two documents have in common
_SEED = 1
_MOST_CHARACTERS = 4000


def read_pool(path: Path, limit: int | None = None) -> list[Document]:
    """Documents of JSON lines, plain or .xz, at most `limit`; raises TrainingError that names a line at fault."""
    opened = lzma.open if path.suffix == ".xz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        rows = ((number, line) for number, line in enumerate(lines, start=1) if line.strip())
        return [_document(line, f"{path}:{number}") for number, line in islice(rows, limit)]


def document_of(row: Mapping[str, Any], place: str) -> Document:
    """A document from its JSON values; raises TrainingError where it has no id or no text."""
    text = str(row.get("abstract") or row.get("text") or "")
    title = str(row.get("title") or "")
    if row.get("id") in (None, "") or not (text or title):
        raise TrainingError(f"{place}: a document needs an id, and a title or an abstract")
    return Document(
        source=SOURCE,
        id=str(row["id"]),
        title=" ".join(title.split()),
        abstract=" ".join(text.split())[:_MOST_CHARACTERS],
        pmid=str(row.get("pmid") or ""),
    )


def row_of(document: Document) -> dict[str, str]:
    """What `document_of` reads."""
    return {"id": document.id, "title": document.title, "abstract": document.abstract, "pmid": document.pmid}


def _document(line: str, place: str) -> Document:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise TrainingError(f"{place}: not valid JSON ({error})") from error
    if not isinstance(row, dict):
        raise TrainingError(f"{place}: no JSON object")
    return document_of(row, place)


class _Seen:
    """Texts by their MinHash over word 5-grams (Broder, 1997)."""

    def __init__(self) -> None:
        self._index = MinHashLSH(threshold=_ALIKE, num_perm=_PERMUTATIONS)
        self._hashes: dict[str, MinHash] = {}

    def holds(self, sketch: MinHash) -> bool:
        """Whether there is a text that is nearly this one."""
        return any(self._hashes[name].jaccard(sketch) >= _ALIKE for name in self._index.query(sketch))

    def add(self, name: str, sketch: MinHash) -> None:
        self._hashes[name] = sketch
        self._index.insert(name, sketch)


def _sketch(text: str) -> MinHash:
    sketch = MinHash(num_perm=_PERMUTATIONS, seed=_SEED, hashfunc=zlib.crc32)
    grams = shingles(text) or {(text.lower(),)}
    sketch.update_batch(sorted(" ".join(gram).encode() for gram in grams))
    return sketch


@dataclass(frozen=True, slots=True)
class Hygiene:
    """What must not be in a pool: PMIDs by why they must not, texts of labelled documents, development documents in part."""

    pmids: Mapping[str, str]
    gold: Mapping[str, str]
    guard: Guard

    @classmethod
    def of(
        cls, data: Path, development: Sequence[PairExample], held_out: Iterable[str] = (), judged: Iterable[Document] = ()
    ) -> Self:
        """Everything labelled in a data folder, whatever corpus it is of; `judged` documents have curators' verdicts."""
        records = list(read_records(data / "labelled" / "documents.jsonl.xz"))
        pmids = {record.document.pmid: "gold PMID" for record in records if record.document.pmid}
        pmids |= dict.fromkeys(_benchmark(data / "labelled" / "kd_dti_valid.json"), "gold PMID")
        seen_by_curators = tuple(judged)
        pmids |= {document.pmid: "judged by a curator" for document in seen_by_curators if document.pmid}
        pmids |= {e.document.pmid: DEVELOPMENT for e in development if e.document.pmid}
        pmids |= dict.fromkeys(held_out, HELD_OUT)
        texts = {str(document.key): document.text for document in (*(r.document for r in records), *seen_by_curators)}
        return cls(pmids, texts, Guard(_plain(example) for example in development))

    def clean(self, documents: Iterable[Document]) -> tuple[list[Document], list[tuple[Document, str]]]:
        """What is left, and what is not with the reason; of documents that are alike the first is left."""
        gold, pool = _Seen(), _Seen()
        for name, text in self.gold.items():
            gold.add(name, _sketch(text))
        kept: list[Document] = []
        removed: list[tuple[Document, str]] = []
        ids: set[str] = set()
        for document in documents:
            sketch = _sketch(document.text)
            reason = "same id" if document.id in ids else self._reason(document, sketch, gold, pool)
            if reason:
                removed.append((document, reason))
            else:
                kept.append(document)
                ids.add(document.id)
                pool.add(document.id, sketch)
        return kept, removed

    def held_out(self, document: Document) -> bool:
        """Whether a document must not train because models are measured on it."""
        return self.pmids.get(document.pmid, "") in _MEASURED or not self.guard.admits(None, document.text)

    def _reason(self, document: Document, sketch: MinHash, gold: _Seen, pool: _Seen) -> str:
        if reason := self.pmids.get(document.pmid if document.pmid else ""):
            return reason
        if not self.guard.admits(None, document.text):
            return "repeats a development document"
        if gold.holds(sketch):
            return "near-duplicate of gold"
        return "near-duplicate in the pool" if pool.holds(sketch) else ""


def _plain(example: PairExample) -> Example:
    document = example.document
    return Example(str(document.key), document.pmid, example.corpus, document.text, ())


def _benchmark(path: Path) -> Iterator[str]:
    """PMIDs of the benchmark's own file, which has a few documents more."""
    if path.exists():
        yield from json.loads(path.read_text(encoding="utf-8"))
