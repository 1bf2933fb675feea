"""The card: what a checkpoint is, where it comes from, what it can and cannot do."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dti
from dti.evaluation.reliability import Reliability
from dti.sums import sha256
from dti.training.calibrate import Fit
from dti.training.corpora import Corpora
from dti.training.experiment import Experiment

_DATA = (
    ("labelled/documents.jsonl.xz", "labelled documents"),
    ("lexicons/names/drugbank_5.1.8/drugs.tsv", "drug names, to find labelled drugs in text"),
    ("lexicons/names/drugbank_5.1.8/be_targets.tsv", "target names, to find labelled targets in text"),
    ("lexicons/names/uniprot/uniprot_human.tsv", "protein names, to find labelled targets in text"),
    ("lexicons/names/hgnc/hgnc_complete_set.txt.gz", "gene names, to find labelled targets in text"),
    ("lexicons/names/ttd/P2-01-TTD_uniprot_all.txt", "target names, to find labelled targets in text"),
    ("unlabelled/abstracts.jsonl.xz", "counting word pieces for the vocabulary"),
)
LICENCES = {
    "labelled/kd_dti": "MIT (repository); half of its names are DrugBank content, CC BY-NC 4.0",
    "labelled/drugbank_distant": "CC BY-NC 4.0",
    "labelled/drugprot": "CC BY 4.0",
    "labelled/chemprot": "public domain mark",
    "lexicons/drugbank": "CC BY-NC 4.0",
    "lexicons/uniprot": "CC BY 4.0",
    "lexicons/hgnc": "CC0",
    "lexicons/ttd": "not stated",
}
USE = "research; parts of the training data are licensed for non-commercial use only"
_ROOMS = ("codecs", "decoding", "evaluation", "model", "training")
_LIMITS = (
    "Names are copied from the text, in lower case if the vocabulary is; extraction prints the document's own spelling "
    "where it finds it.",
    "Most training labels are distant supervision; a triplet may be in a drug-target table without being stated in the text.",
    "Negation and speculation are not modelled: 'does not inhibit' may come out as an inhibitor.",
    "Text beyond the source limit is not read; such documents are marked as truncated.",
    "Confidence was fitted on documents whose gold names all stand in the text; elsewhere it is likely too high.",
    "Development documents are KD-DTI's, which all hold an interaction; precision on other literature was not measured.",
)


def identity(experiment: Experiment) -> dict[str, Any]:
    """The part of the card that serving reads."""
    return {
        "name": experiment.name,
        "codec": experiment.codec,
        "decoding": {"name": experiment.serving.decoding, "settings": dict(experiment.serving.settings)},
        "source_tokens": experiment.serving.source_tokens,
    }


def card(experiment: Experiment, corpora: Corpora, data: Path, metrics: Mapping[str, Any], fit: Fit) -> dict[str, Any]:
    """The part that people read: data, measurements, limits."""
    return {
        "seed": experiment.seed,
        "experiment": dataclasses.asdict(experiment),
        "data": data_of(data),
        "licences": LICENCES,
        "use": USE,
        "examples": corpora.counts,
        "development": development_of(metrics, (example.pmid for example in corpora.development)),
        "calibration": calibration_of(fit),
        "code": code_of(_ROOMS),
        "limits": list(_LIMITS),
    }


def development_of(metrics: Mapping[str, Any], pmids: Iterable[str]) -> dict[str, Any]:
    """The figures of the development split, which is that of all our models, and what they were taken on."""
    return {
        **metrics,
        "what": "KD-DTI valid documents whose every gold name stands in the text; their PMIDs are in no training corpus",
        "pmids_sha256": hashlib.sha256("\n".join(sorted(pmids)).encode()).hexdigest(),
        "interval": "95% percentile bootstrap over documents, 1000 resamples",
    }


def calibration_of(fit: Fit) -> dict[str, Any]:
    """How far confidence is to be believed, and what so few triplets can show."""
    told = {
        "triplets": fit.judged,
        "expected_calibration_error": round(fit.error, 4),
        "fitted": "logistic regression; measured with each document left out by itself",
    }
    found = fit.reliability
    if found is None:
        return told
    return {
        **told,
        "debiased": {name: round(value, 4) for name, value in _bounded(found).items()},
        "of perfect confidences": {"mean": round(found.perfect, 4), "95 %": round(found.perfect_high, 4)},
    }


def _bounded(found: Reliability) -> dict[str, float]:
    return {"value": found.debiased, "low": found.low, "high": found.high}


def data_of(folder: Path) -> list[dict[str, str]]:
    """The files that every run reads, as far as they are there."""
    present = ((path, use) for path, use in _DATA if (folder / path).exists())
    return [{"file": path, "sha256": sha256(folder / path), "use": use} for path, use in present]


def names_of(folder: Path) -> list[dict[str, str]]:
    """The name tables by which candidates are found, beyond those of `data_of`."""
    told = {path for path, _ in _DATA}
    root = folder / "lexicons" / "names"
    files = sorted(path for path in root.rglob("*") if path.is_file()) if root.is_dir() else []
    rest = (path for path in files if path.relative_to(folder).as_posix() not in told)
    return [
        {"file": path.relative_to(folder).as_posix(), "sha256": sha256(path), "use": "names, to find candidates"}
        for path in rest
    ]


def lexicon_of(path: Path) -> dict[str, str]:
    """A lexicon beside the data folder, by which candidates are found too."""
    return {"file": path.name, "sha256": sha256(path), "use": "another lexicon, to find candidates"}


def code_of(rooms: Iterable[str]) -> dict[str, str]:
    """One sum over the sources that decide weights and figures, so that a card shows whether they have changed since."""
    root = Path(dti.__file__).parent
    files = sorted(path for room in rooms for path in (root / room).rglob("*.py"))
    parts = [path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() for path in files]
    return {"version": version("dti"), "sha256": _sum(parts)}


def _sum(parts: Sequence[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()
