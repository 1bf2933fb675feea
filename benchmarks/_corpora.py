"""Documents of the shared labelled corpora with their triples, as the benchmarks of evidence read them."""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator
from pathlib import Path

from dti.domain.documents import Document
from dti.domain.triplets import Triplet
from dti.settings import PROJECT_ROOT

DATA = PROJECT_ROOT.parent / "shared" / "data"


def labelled(data: Path, corpus: str, splits: frozenset[str]) -> Iterator[tuple[Document, tuple[Triplet, ...]]]:
    """Documents in file order; raises OSError where the shared data are not there."""
    with lzma.open(data / "labelled" / "documents.jsonl.xz", "rt", encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            if record["corpus"] == corpus and record["split"] in splits:
                triples = (Triplet(row["drug"], row["interaction"], row["target"]) for row in record["triples"])
                yield (
                    Document(source="pmid", id=record["pmid"], title=record["title"], abstract=record["abstract"]),
                    tuple(dict.fromkeys(triples)),
                )
