"""Documents to score on, from the shared labelled and unlabelled data."""

from __future__ import annotations

import hashlib
import heapq
import html
import lzma
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import product
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import orjson

from benchmarks._quality.identity import Case, Identity, Keys
from dti.codecs import CODECS
from dti.domain.documents import Document
from dti.domain.entities import EntityKind
from dti.domain.triplets import Triplet
from dti.errors import TrainingError
from dti.lexicon.fold import fold
from dti.training.corpora import Record, development_example

Row: TypeAlias = Mapping[str, Any]
_T = TypeVar("_T", Document, Case)

# Namespaces of the identifiers that BioRED and ChemDisGene annotate; both write MeSH, ChemDisGene with its prefix.
_NAMESPACES = {EntityKind.DRUG: "mesh", EntityKind.TARGET: "ncbigene"}


def sample(items: Iterable[_T], most: int) -> tuple[_T, ...]:
    """At most `most`, chosen by a hash of their keys: the same on every run, and a smaller sample is part of a larger."""
    return tuple(heapq.nsmallest(most, items, key=lambda item: hashlib.sha256(str(item.key).encode()).digest()))


def development(records: Iterable[Record]) -> tuple[Case, ...]:
    """KD-DTI as the trainer holds it out."""
    codec = CODECS.build("tagged")
    return tuple(Case(r.document, r.triplets) for r in records if development_example(r, codec))


def remaining(records: Iterable[Record], held_out: Sequence[Case], corpora: Set[str]) -> tuple[Case, ...]:
    """Documents of some corpora that are not held out."""
    left_out = {case.document.pmid for case in held_out}
    kept = (r for r in records if r.corpus in corpora and r.document.pmid not in left_out)
    return tuple(Case(r.document, r.triplets) for r in kept)


def entity_annotated(labelled: Iterable[Row], corpus: str, identity: Identity) -> Iterator[Case]:
    """Documents of a corpus that says which names mean one thing; names of one entity are one in its gold."""
    return (_case(row, identity) for row in labelled if row["corpus"] == corpus)


def sharing_a_pair(labelled: Iterable[Row], most: int) -> tuple[Row, ...]:
    """At most `most` documents, those first that mention a chemical and a gene which most documents mention together."""
    rows = list(labelled)
    pairs = [_mentioned_pairs(row) for row in rows]
    counts = Counter(pair for found in pairs for pair in found)
    commonest = [max((counts[pair] for pair in found), default=0) for found in pairs]
    order = sorted(range(len(rows)), key=lambda at: (-commonest[at], at))
    return tuple(rows[at] for at in order[:most])


def _mentioned_pairs(row: Row) -> Set[tuple[str, str]]:
    ids = {kind: {e["id"] for e in row["entities"] if e["type"] == kind and e["id"] != "-"} for kind in ("Chemical", "Gene")}
    return set(product(ids["Chemical"], ids["Gene"]))


def _case(row: Row, identity: Identity) -> Case:
    ids: dict[str, set[str]] = defaultdict(set)
    names: dict[str, set[str]] = defaultdict(set)
    for entity in row["entities"]:
        if identifier := entity["id"].strip("-"):
            ids[html.unescape(entity["text"])].add(identifier)
            names[identifier].add(html.unescape(entity["text"]))
    gold = tuple(
        Triplet(*(html.unescape(t[slot]).strip() for slot in ("drug", "interaction", "target"))) for t in row["triples"]
    )
    same = {}
    for triplet in gold:
        for kind, name in ((EntityKind.DRUG, triplet.drug), (EntityKind.TARGET, triplet.target)):
            same[kind, name] = _same(kind, ids[name], names, identity)
    return Case(_document(row["doc_id"], row["pmid"], row["title"], row["abstract"]), gold, same)


def _same(kind: EntityKind, ids: Iterable[str], names: Mapping[str, Iterable[str]], identity: Identity) -> Keys:
    """Keys of all that the annotators gave one of the identifiers: what they call it here, and what the lexicon calls it."""
    keys: set[str] = set()
    for identifier in ids:
        for part in identifier.split(","):
            keys |= identity.canonical(f"{_NAMESPACES[kind]}:{part.removeprefix('MESH:')}")
        keys |= {fold(name) for name in names[identifier]}
    return frozenset(keys)


def without_interaction(labelled: Sequence[Row], split: str) -> tuple[Document, ...]:
    """DrugProt's documents in which annotators found none; those in which ChemProt's found one are left out."""
    stated = {row["doc_id"] for row in labelled if row["corpus"] == "chemprot" and row["triples"]}
    empty = (r for r in labelled if r["corpus"] == "drugprot" and r["split"] == split and not r["triples"])
    return tuple(_document(r["doc_id"], r["pmid"], r["title"], r["abstract"]) for r in empty if r["doc_id"] not in stated)


def unlikely(unlabelled: Path) -> Iterator[Document]:
    """Unlabelled abstracts that name no drug, or no protein, or have no word of interaction; some may state one still."""
    for number, row in enumerate(rows(unlabelled)):
        if not row.get("dti_candidate"):
            yield _document(str(row["id"] or number), row["pmid"], row["title"], row["text"])


def rows(path: Path) -> Iterator[Row]:
    """The JSON objects of a compressed file; raises TrainingError if it is absent."""
    if not path.exists():
        raise TrainingError(f"no data at {path}")
    with lzma.open(path, "rb") as lines:
        for line in lines:
            yield orjson.loads(line)


def _document(id_: str, pmid: str | None, title: str, abstract: str) -> Document:
    title, abstract = (" ".join(html.unescape(text).split()) for text in (title, abstract))
    return Document(source="pmid" if pmid else "file", id=id_, title=title, abstract=abstract, pmid=pmid or "")


def seen_names(records: Iterable[Record], held_out: Sequence[Case], identity: Identity) -> Mapping[EntityKind, Keys]:
    """Keys of every drug and target in a labelled triplet of a document that is not held out."""
    left_out = {case.document.pmid for case in held_out}
    names: dict[EntityKind, set[str]] = {kind: set() for kind in EntityKind}
    for record in records:
        if record.document.pmid not in left_out:
            names[EntityKind.DRUG] |= {t.drug for t in record.triplets}
            names[EntityKind.TARGET] |= {t.target for t in record.triplets}
    return {kind: frozenset[str]().union(*(identity.keys(name, kind) for name in found)) for kind, found in names.items()}


def taught(records: Iterable[Record], examples: Mapping[str, object]) -> Iterator[Record]:
    """Records of the corpora that a checkpoint's card says it was trained on; all of them if it names none.

    `examples` are the card's counts, by corpus ("kd_dti") or by part of one ("sentence/drugprot").
    """
    corpora = {name.rpartition("/")[2] for name in examples}
    return (record for record in records if not corpora or record.corpus in corpora)
