"""Curators' verdicts on single triplets as documents to train on: what was accepted is right, what was rejected is wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from dti.codecs.pointer import LABELS
from dti.domain.documents import Document
from dti.domain.entities import EntityKind
from dti.domain.mentions import Candidate
from dti.domain.triplets import Triplet
from dti.errors import TrainingError
from dti.selftraining.pool import document_of
from dti.training.pairs.examples import UNLABELLED, VERDICTS, FindAll, Pair, PairExample
from dti.training.pointing import Aligner

ACCEPTED, REJECTED, EDITED = "accepted", "rejected", "edited"
_LABEL = {label: number for number, label in enumerate(LABELS)}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a curator said of a triplet of a document; an edited one has the triplet that it replaces as `original`."""

    document: Document
    triplet: Triplet
    verdict: str
    original: Triplet | None = None


def read_verdicts(path: Path) -> list[Verdict]:
    """Verdicts of JSON lines; raises TrainingError that names a line at fault."""
    lines = path.read_text(encoding="utf-8").split("\n")
    return [_verdict(line, f"{path}:{number}") for number, line in enumerate(lines, start=1) if line.strip()]


def _verdict(line: str, place: str) -> Verdict:
    try:
        row = json.loads(line)
        document, verdict, original = row["document"], row["verdict"], row.get("original")
        triplet = _triplet(row)
        replaced = _triplet(original) if original else None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise TrainingError(f"{place}: no verdict ({type(error).__name__}: {error})") from error
    if verdict not in {ACCEPTED, REJECTED, EDITED}:
        raise TrainingError(f"{place}: no verdict {verdict!r} (one of: accepted, rejected, edited)")
    if (verdict == EDITED) != (replaced is not None):
        raise TrainingError(f"{place}: an edited triplet, and no other, has an original")
    return Verdict(document_of(document, place), triplet, verdict, replaced)


def _triplet(row: Mapping[str, Any]) -> Triplet:
    return Triplet(*(str(row[slot]).strip() for slot in ("drug", "interaction", "target")))


def examples(verdicts: Sequence[Verdict], find: FindAll, aligner: Aligner) -> list[PairExample]:
    """A document each, with the pairs that curators judged; all other pairs are unclear, for nobody looked at them."""
    ordered = sorted(verdicts, key=lambda verdict: verdict.document.id)
    groups = [list(group) for _, group in groupby(ordered, key=lambda verdict: verdict.document.id)]
    found = find([group[0].document for group in groups])
    made = (_example(group, candidates, aligner) for group, candidates in zip(groups, found, strict=True))
    return [example for example in made if example]


def _example(verdicts: Sequence[Verdict], candidates: tuple[Candidate, ...], aligner: Aligner) -> PairExample | None:
    """None where no judged pair is among the document's candidates."""
    document = verdicts[0].document
    right: dict[Pair, int] = {}
    wrong: set[Pair] = set()
    for verdict in verdicts:
        said = _pair(verdict.triplet, document, candidates, aligner)
        replaced = _pair(verdict.original, document, candidates, aligner) if verdict.original else None
        if said and verdict.verdict != REJECTED:
            right[said] = _LABEL.get(verdict.triplet.interaction.lower(), UNLABELLED)
        wrong |= {pair for pair in (replaced, said if verdict.verdict == REJECTED else None) if pair}
    wrong -= right.keys()
    if not right and not wrong:
        return None
    return PairExample(VERDICTS, document, candidates, right, _unjudged(candidates, {*right, *wrong}))


def _pair(triplet: Triplet, document: Document, candidates: Sequence[Candidate], aligner: Aligner) -> Pair | None:
    drug = aligner.match(triplet.drug, EntityKind.DRUG, candidates, document)
    target = aligner.match(triplet.target, EntityKind.TARGET, candidates, document)
    return (candidates.index(drug), candidates.index(target)) if drug and target else None


def _unjudged(candidates: Sequence[Candidate], judged: set[Pair]) -> frozenset[Pair]:
    drugs, targets = (
        [at for at, c in enumerate(candidates) if c.kind is kind] for kind in (EntityKind.DRUG, EntityKind.TARGET)
    )
    return frozenset((drug, target) for drug in drugs for target in targets if (drug, target) not in judged)
