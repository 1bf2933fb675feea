"""Labelled corpora as training examples: only what the text supports, and no document of the development split."""

from __future__ import annotations

import hashlib
import html
import json
import lzma
import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dti.codecs import Codec
from dti.domain.documents import Document
from dti.domain.mentions import Candidate
from dti.domain.triplets import Triplet
from dti.errors import TrainingError
from dti.training.names import Synonyms, drug_synonyms, target_synonyms
from dti.training.surface import FoldedText, forms

_SENTENCE_END = re.compile(r"(?<=[a-z0-9)\]%][.?!])\s+(?=[A-Z0-9(])")
_SENTENCE_CHARACTERS = (30, 600)
_DRUG_TYPES = frozenset({"CHEMICAL"})
_TARGET_TYPES = frozenset({"GENE", "GENE-Y", "GENE-N"})
_MOST_DOCUMENT_TRIPLETS = 6
_MOST_MAIN_TRIPLETS = 2
_MOST_SENTENCE_TRIPLETS = 3

# DrugProt and ChemProt labels in KD-DTI's words; a label that is absent says nothing a drug-target table holds.
INTERACTIONS = {
    "INHIBITOR": "inhibitor",
    "ANTAGONIST": "antagonist",
    "AGONIST": "agonist",
    "AGONIST-ACTIVATOR": "agonist",
    "AGONIST-INHIBITOR": "partial agonist",
    "ACTIVATOR": "activator",
    "DIRECT-REGULATOR": "binder",
    "SUBSTRATE": "substrate",
    "PRODUCT-OF": "product of",
    "SUBSTRATE_PRODUCT-OF": "substrate",
    "COFACTOR": "cofactor",
    "MODULATOR": "modulator",
    "MODULATOR-ACTIVATOR": "positive allosteric modulator",
    "MODULATOR-INHIBITOR": "negative modulator",
    "DOWNREGULATOR": "downregulator",
    "UPREGULATOR": "inducer",
}
_PHARMACOLOGICAL = frozenset({"inhibitor", "antagonist", "agonist", "partial agonist", "activator", "cofactor", "modulator"})


@dataclass(frozen=True, slots=True)
class Example:
    """A source text with the triplets it states, in order of appearance, as the text spells them.

    For a codec that points, `document` and `candidates` make the source anew each time, and triplets go by the
    candidates' names.
    """

    key: str
    pmid: str
    corpus: str
    source: str
    triplets: tuple[Triplet, ...]
    document: Document | None = None
    candidates: tuple[Candidate, ...] = ()
    style: str = ""


@dataclass(frozen=True, slots=True)
class Corpora:
    """What a training run reads; `development` triplets keep the benchmark's own names."""

    sentences: tuple[Example, ...]
    documents: tuple[Example, ...]
    development: tuple[Example, ...]
    drugs: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Record:
    """One labelled document, entities unescaped."""

    corpus: str
    document: Document
    triplets: tuple[Triplet, ...]
    drugs: frozenset[str]
    targets: frozenset[str]


def read_corpora(folder: Path, codec: Codec) -> Corpora:
    """Read `labelled/documents.jsonl.xz` and `lexicons/names/` of a data folder."""
    records = list(read_records(folder / "labelled" / "documents.jsonl.xz"))
    lexicon = folder / "lexicons" / "names"
    drugs, targets = drug_synonyms(lexicon), target_synonyms(lexicon)
    development = tuple(example for record in records if (example := development_example(record, codec)))
    held_out = {example.pmid for example in development}
    usable = [record for record in preferred(records) if record.document.pmid not in held_out]
    sentences = tuple(example for record in usable for example in _sentences(record, codec))
    documents = tuple(example for record in usable for example in _whole(record, codec, drugs, targets))
    counts = Counter(f"{kind}/{e.corpus}" for kind, part in (("sentence", sentences), ("document", documents)) for e in part)
    return Corpora(sentences, documents, development, drugs.preferred(), targets.preferred(), dict(sorted(counts.items())))


def read_records(path: Path) -> Iterator[Record]:
    """All labelled documents; raises TrainingError if the file is absent."""
    if not path.exists():
        raise TrainingError(f"no labelled corpus at {path}")
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield _record(json.loads(line))


def _record(row: dict[str, Any]) -> Record:
    def names(types: frozenset[str]) -> frozenset[str]:
        return frozenset(html.unescape(entity["text"]) for entity in row["entities"] if entity["type"] in types)

    document = Document(
        source="pmid",
        id=row["doc_id"],
        pmid=row["pmid"] or "",
        title=" ".join(html.unescape(row["title"]).split()),
        abstract=" ".join(html.unescape(row["abstract"]).split()),
    )
    triplets = (
        Triplet(*(html.unescape(item[slot]).strip() for slot in ("drug", "interaction", "target"))) for item in row["triples"]
    )
    return Record(row["corpus"], document, tuple(dict.fromkeys(triplets)), names(_DRUG_TYPES), names(_TARGET_TYPES))


def preferred(records: Sequence[Record]) -> Iterator[Record]:
    """ChemProt's finer labels instead of DrugProt's where both have the abstract."""
    finer = {record.document.pmid for record in records if record.corpus == "chemprot"}
    return (r for r in records if not (r.corpus == "drugprot" and r.document.pmid in finer))


def development_example(record: Record, codec: Codec) -> Example | None:
    """KD-DTI documents whose every gold name stands in the text, less a tenth by hash that trains."""
    if record.corpus != "kd_dti" or not record.triplets or _hash(record.document.pmid) % 10 == 0:
        return None
    text = FoldedText(record.document.text)
    if not all(_stands(text, t.drug) and _stands(text, t.target) for t in record.triplets):
        return None
    return Example(
        str(record.document.key), record.document.pmid, record.corpus, codec.source(record.document), record.triplets
    )


def _stands(text: FoldedText, name: str) -> bool:
    return any(text.find(form) for form in forms(name))


def _hash(pmid: str) -> int:
    return int(hashlib.sha256(pmid.encode()).hexdigest()[:8], 16)


def _whole(record: Record, codec: Codec, drugs: Synonyms, targets: Synonyms) -> Iterator[Example]:
    if record.corpus in {"kd_dti", "drugbank_distant"}:
        triplets = _supported(record.triplets, record.document.text, drugs, targets)
        if 0 < len(triplets) <= _MOST_DOCUMENT_TRIPLETS:
            yield _example(record, codec.source(record.document), triplets)
    elif record.corpus in {"drugprot", "chemprot"}:
        triplets = main_triplets(mapped(record.triplets), record.document)
        if triplets or not record.triplets:
            yield _example(record, codec.source(record.document), triplets)


def _example(record: Record, source: str, triplets: tuple[Triplet, ...], suffix: str = "") -> Example:
    return Example(f"{record.document.key}{suffix}", record.document.pmid, record.corpus, source, triplets)


def _supported(triplets: Iterable[Triplet], text: str, drugs: Synonyms, targets: Synonyms) -> tuple[Triplet, ...]:
    """Triplets whose names, or synonyms of them, the text holds; respelled as the text does."""
    folded = FoldedText(text)
    found = []
    for triplet in triplets:
        drug, target = _place(folded, drugs.of(triplet.drug)), _place(folded, targets.of(triplet.target))
        if drug and target and drug != target:
            respelled = Triplet(text[slice(*drug)], triplet.interaction.lower(), text[slice(*target)])
            found.append((drug[0], target[0], respelled))
    ordered = (item[2] for item in sorted(found, key=lambda item: item[:2]))
    return tuple({(t.drug.lower(), t.target.lower()): t for t in ordered}.values())


def _place(text: FoldedText, names: Iterable[str]) -> tuple[int, int] | None:
    return next((place for name in names if (place := text.find(name))), None)


def mapped(triplets: Iterable[Triplet]) -> tuple[Triplet, ...]:
    """Triplets whose label a drug-target table would hold, in KD-DTI's words."""
    return tuple(
        replace(triplet, interaction=INTERACTIONS[triplet.interaction])
        for triplet in triplets
        if triplet.interaction in INTERACTIONS
    )


def main_triplets(triplets: Iterable[Triplet], document: Document) -> tuple[Triplet, ...]:
    """The few pharmacological triplets that a drug-target table would cite the paper for."""
    text, title = document.text.lower(), document.title.lower()

    def weight(t: Triplet) -> int:
        names = (t.drug.lower(), t.target.lower())
        return min(text.count(name) for name in names) + 3 * sum(name in title for name in names)

    ranked = sorted((t for t in triplets if t.interaction in _PHARMACOLOGICAL), key=weight, reverse=True)
    kept = [t for t in ranked if 2 * weight(t) > weight(ranked[0])][:_MOST_MAIN_TRIPLETS]
    return tuple({(t.drug.lower(), t.target.lower()): t for t in _by_appearance(kept, text, str.lower)}.values())


def _by_appearance(triplets: Iterable[Triplet], text: str, spelling: Callable[[str], str]) -> list[Triplet]:
    return sorted(triplets, key=lambda t: (text.find(spelling(t.drug)), text.find(spelling(t.target))))


def _sentences(record: Record, codec: Codec) -> Iterator[Example]:
    """Sentences that hold both names of a triplet, and some that hold a drug and a target but no triplet."""
    if record.corpus not in {"drugprot", "chemprot"}:
        return
    known = mapped(record.triplets)
    parts = [record.document.title, *_SENTENCE_END.split(record.document.abstract)]
    for number, sentence in enumerate(parts):
        if not _SENTENCE_CHARACTERS[0] <= len(sentence) <= _SENTENCE_CHARACTERS[1]:
            continue
        stated = [t for t in record.triplets if t.drug in sentence and t.target in sentence]
        triplets = _by_appearance([t for t in known if t.drug in sentence and t.target in sentence], sentence, str)
        if 0 < len(triplets) <= _MOST_SENTENCE_TRIPLETS or (not stated and _pair(record, sentence) and number % 4 == 0):
            source = codec.source(Document(source="pmid", id=record.document.id, title=sentence))
            yield _example(record, source, tuple(triplets), f"#{number}")


def _pair(record: Record, sentence: str) -> bool:
    return any(name in sentence for name in record.drugs) and any(name in sentence for name in record.targets)


def swap_names(example: Example, drugs: Sequence[str], targets: Sequence[str], rng: random.Random) -> Example:
    """The same text about other names: what must be learnt is to copy, not to remember."""
    renamed = {t.drug: rng.choice(drugs) for t in example.triplets} if drugs else {}
    renamed |= {t.target: rng.choice(targets) for t in example.triplets if t.target not in renamed} if targets else {}
    if not renamed:
        return example
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in sorted(renamed, key=len, reverse=True)))
    triplets = tuple(
        replace(t, drug=renamed.get(t.drug, t.drug), target=renamed.get(t.target, t.target)) for t in example.triplets
    )
    return replace(example, source=pattern.sub(lambda match: renamed[match[0]], example.source), triplets=triplets)
