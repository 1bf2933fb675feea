"""Which gold names of KD-DTI are among a document's candidates, how many candidates there are, and how fast they are found.

Documents are those of the valid split whose every gold name stands in the text (as in `dti train`'s development split). The
alternative is a plain dictionary: every listed name and synonym of the entities that DrugBank and TTD print, lower-cased, whole
words, longest match, in one Aho-Corasick automaton; of the candidates with the mention tagger, it is those without. A gold name
is found if the benchmark's own comparison takes some printed name of a candidate for it.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import click
import orjson

from benchmarks._quality.dictionary import Item, PlainDictionary
from benchmarks._report import Measurement, Report, publish
from dti.domain.documents import Document
from dti.domain.entities import EntityKind
from dti.domain.triplets import Triplet
from dti.evaluation.kd_dti import read_gold
from dti.evaluation.matching.compat import normalise
from dti.evaluation.names import abbreviation, body
from dti.lexicon import open_lexicon
from dti.mentions import Naming, Recogniser, Tagger, candidates
from dti.settings import PROJECT_ROOT
from dti.training.surface import FoldedText, forms

_DATA = PROJECT_ROOT.parent / "shared" / "data"
_TAGGER = PROJECT_ROOT / "data" / "ner"
_OPENINGS = 5


Finder = Callable[[Document], Sequence[Item]]
Figures = Mapping[str, tuple[float, str, bool]]  # by name: value, unit, whether higher is better
_Case = tuple[Document, Sequence[Triplet]]


def main(data: Path = _DATA, tagger: Path = _TAGGER) -> Report:
    """Measure on a folder of shared data; raises EvaluationError if the valid split is not there."""
    cases = list(_development(data / "labelled" / "kd_dti_valid.json"))
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder)
        lexicon = open_lexicon(data / "lexicons" / "names", cache)
        plain = PlainDictionary(lexicon)
        opening = min(_seconds(lambda: open_lexicon(data / "lexicons" / "names", cache)) for _ in range(_OPENINGS))
        loading = plain.seconds_to_load(cache / "automaton")
        recogniser = Recogniser(lexicon)
        tagged = Recogniser(lexicon, Tagger.open(tagger))
        figures = {name: _coverage(cases, find) for name, find in _finders(recogniser, tagged, plain).items()}
        agreement = _naming(cases, recogniser)
    rows = (
        *_beside(figures["lexicon"], "plain dictionary", figures["plain"]),
        *_beside(figures["tagger"], "without tagger", figures["lexicon"]),
    )
    printed = Measurement("both ends, printed in one style", agreement["table"], "of triplets", "one style", agreement["first"])
    load = Measurement("open", opening, "s", "pyahocorasick.load", loading, higher_is_better=False)
    return Report("coverage", (*rows, printed, load), {"documents": len(cases), "entities": len(lexicon)})


def _finders(recogniser: Recogniser, tagged: Recogniser, plain: PlainDictionary) -> Mapping[str, Finder]:
    def finder(found_by: Recogniser) -> Finder:
        return lambda document: [
            Item(c.kind, tuple(name for _, name in c.names)) for c in candidates(document, found_by.find(document))
        ]

    return {"lexicon": finder(recogniser), "tagger": finder(tagged), "plain": plain}


def _beside(ours: Figures, alternative: str, theirs: Figures) -> Iterator[Measurement]:
    for name, (value, unit, better) in ours.items():
        yield Measurement(name, value, unit, alternative, theirs[name][0], higher_is_better=better)


def _development(path: Path) -> Iterator[_Case]:
    texts: Mapping[str, Mapping[str, str]] = orjson.loads(path.read_bytes())
    for pmid, triplets in read_gold(path).items():
        document = Document(source="pmid", id=pmid, title=texts[pmid]["title"], abstract=texts[pmid]["abstract"])
        text = FoldedText(document.text)
        names = [name for triplet in triplets for name in (triplet.drug, triplet.target)]
        if names and all(any(text.find(form) for form in forms(name)) for name in names):
            yield document, tuple(dict.fromkeys(triplets))


def _coverage(cases: Sequence[_Case], find: Finder) -> Figures:
    begin = time.process_time()
    found = [find(document) for document, _ in cases]
    seconds = time.process_time() - begin
    hits = {"drug": 0, "target": 0, "both": 0}
    best = 0.0
    for items, (_, triplets) in zip(found, cases, strict=True):
        drugs, targets = (_views(item.names for item in items if item.kind is kind) for kind in EntityKind)
        ends = [(_listed(t.drug, drugs), _listed(t.target, targets)) for t in triplets]
        for name, count in zip(hits, (sum(d for d, _ in ends), sum(t for _, t in ends), sum(map(all, ends))), strict=True):
            hits[name] += count
        recall = sum(map(all, ends)) / len(ends)
        best += 2 * recall / (1 + recall)
    total = sum(len(triplets) for _, triplets in cases)
    sizes = {kind: sum(item.kind is kind for items in found for item in items) / len(cases) for kind in EntityKind}
    return {
        **{f"{name} among the candidates": (count / total, "of triplets", True) for name, count in hits.items()},
        "best possible F1": (best / len(cases), "mean per document", True),
        **{f"{kind} candidates": (size, "per document", False) for kind, size in sizes.items()},
        "speed": (len(cases) / seconds, "documents/core-s", True),
    }


def _naming(cases: Sequence[_Case], recogniser: Recogniser) -> Mapping[str, float]:
    """Triplets that some pair of candidates prints when a target gets one name: by the table, or always its first."""
    naming = Naming.read()
    hits = {"table": 0, "first": 0}
    for document, triplets in cases:
        found = candidates(document, recogniser.find(document))
        pairs = [(d, t) for d in found if d.kind is EntityKind.DRUG for t in found if t.kind is EntityKind.TARGET]
        table = [(_views([(d.name,)]), _views([(naming.target_name(d, t),)])) for d, t in pairs]
        first = [(_views([(d.name,)]), _views([(t.name,)])) for d, t in pairs]
        for name, printed in (("table", table), ("first", first)):
            hits[name] += sum(any(_listed(t.drug, d) and _listed(t.target, g) for d, g in printed) for t in triplets)
    total = sum(len(triplets) for _, triplets in cases)
    return {name: count / total for name, count in hits.items()}


def _views(names: Iterator[tuple[str, ...]] | Sequence[tuple[str, ...]]) -> frozenset[tuple[str, str]]:
    """Bodies and abbreviations of names as the benchmark compares them, each with which of the two it is."""
    flat = [name for item in names for name in item]
    return frozenset((view.__name__, normalise(view(name))) for name in flat for view in (body, abbreviation))


def _listed(name: str, views: frozenset[tuple[str, str]]) -> bool:
    return any((view.__name__, normalise(view(name))) in views for view in (body, abbreviation))


def _seconds(action: Callable[[], object]) -> float:
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--data", default=_DATA, type=click.Path(exists=True, file_okay=False, path_type=Path), help="Folder of shared data."
)
def command(data: Path) -> None:
    """Coverage of gold names by the candidates."""
    publish(main(data))


if __name__ == "__main__":
    command()
