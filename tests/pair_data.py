"""Documents with candidates, a data folder and a recipe for tests of pair models."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dti.domain.documents import Document
from dti.domain.entities import EntityKind
from dti.domain.evidence import Span
from dti.domain.lexicon import Hint, LexiconEntity, Name, NameType
from dti.domain.mentions import Candidate
from tests.lexicon_files import write_lexicon
from tests.tiny_model import write_labelled

DRUGS = ("Clorgyline", "Levodopa", "Melatonin")
TARGETS = ("Monoamine oxidase type A", "Signal peptidase X")
RECIPE = """
kind = "pairs"
name = "tiny"
seed = 5
threads = 1
encoder = "{encoder}"
least_piece_count = 1
frozen_layers = 1
steps = 12
batch_documents = 4
source_tokens = 64
hide = 0.3
unlist = 0.3
learning_rate = 3e-3
encoder_learning_rate = 3e-3
warmup_steps = 2
save_steps = 5
serving_tokens = 90
"""


def document(title: str = "", abstract: str = "", id_: str = "1") -> Document:
    return Document(source="file", id=id_, title=title, abstract=abstract)


def candidate(text: Document, name: str, kind: EntityKind, *, rank: int = 0, listed: bool = True) -> Candidate:
    """A candidate that stands wherever the document's text has `name`."""
    places: list[Span] = []
    at = text.text.find(name)
    while at >= 0:
        places.append(Span(at, at + len(name)))
        at = text.text.find(name, at + 1)
    source = "drugbank" if kind is EntityKind.DRUG else "ttd"
    entity = LexiconEntity(f"{source}:{name}", kind, (Name(name, NameType.CANONICAL, source),), hints=Hint.APPROVED)
    names = ((source, name), ("surface", name)) if listed else (("surface", name),)
    titled = bool(places) and places[0].start < len(text.title)
    return Candidate(kind, names, tuple(places), 0.9, rank, titled, entity if listed else None)


def drugs_and_targets(text: Document, drugs: Sequence[str], targets: Sequence[str]) -> tuple[Candidate, ...]:
    found = [candidate(text, name, EntityKind.DRUG) for name in drugs]
    return (*found, *(candidate(text, name, EntityKind.TARGET) for name in targets))


def write_data(folder: Path) -> Path:
    """A data folder with name tables and labelled documents, some to measure on and most to train on."""
    write_lexicon(folder / "lexicons" / "names")
    lines = []
    for number in range(36):
        drug, target = DRUGS[number % 3], TARGETS[number % 2]
        other = DRUGS[(number + 1) % 3]
        corpus, label = ("kd_dti", "inhibitor") if number % 4 == 0 else ("drugprot", "INHIBITOR")
        lines.append(
            {
                "corpus": corpus,
                "split": "train",
                "doc_id": f"{corpus}{number}",
                "pmid": str(number),
                "title": f"A study of {drug} and {target}.",
                # Worded so that no rule of reading knows the label (ADR 0145): a model must learn it.
                "abstract": f"We show that {drug} inhibits in rat cells the human {target}. {other} was given by mouth.",
                "entities": [{"text": drug, "type": "CHEMICAL", "id": ""}, {"text": target, "type": "GENE", "id": ""}],
                "triples": [] if number % 8 == 7 else [{"drug": drug, "target": target, "interaction": label}],
            }
        )
    return write_labelled(folder, lines)
