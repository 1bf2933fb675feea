"""Negation and certainty, on sentences that we wrote and on ChemProt's NOT relations, reported apart.

Ours (`data/polarity.jsonl`) were written before any rule; a third is marked unseen, and no rule was made by looking at one of
them. Of ChemProt the training and development documents were looked at, the test documents not. There a relation counts as
denied if the sentence chosen as its evidence denies it: NOT labels a pair of a document, not a sentence, is 4 % of all
relations, and for some of them the denial stands in no sentence with both names.

Labels are not the text: of the development documents every pair that is labelled NOT, or that we call denied, was read, and the
verdicts are in `data/chemprot_dev_verdicts.tsv` (identifiers only). "as read" scores against those: what the abstract says both
ways is left out, and a pair that nobody read is as its label says. A sample of training and development pairs was read without
the labels (`_blind`): how far a reader agrees with the labels is about what rules can reach.

The alternative is NegEx as published: a term of denial up to five words before either name, or one of the few that follow,
and no word in between that ends its scope (W. W. Chapman et al. 2001). It knows nothing of certainty; there the alternative
calls everything a fact.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks._blind import read_blind
from benchmarks._corpora import DATA, labelled
from benchmarks._quality.verdicts import pair_sum, read_verdicts
from benchmarks._report import Measurement, Report, publish
from dti.assertion.certainty import certainty
from dti.assertion.masking import Masked
from dti.assertion.polarity import polarity
from dti.domain.evidence import Certainty, Evidence, Polarity, Span
from dti.domain.triplets import Triplet
from dti.grounding.evidence import Grounder

_SENTENCES = Path(__file__).parent / "data" / "polarity.jsonl"
_VERDICTS = Path(__file__).parent / "data" / "chemprot_dev_verdicts.tsv"
_DENIED, _BOTH = "denied", "both"
_WINDOW = 5
_ALTERNATIVE = "NegEx, 5 words"
_BEFORE = frozenset(
    (
        *(
            "absence",
            "absent",
            "cannot",
            "denied",
            "denies",
            "denying",
            "devoid",
            "fail",
            "failed",
            "fails",
            "lack",
            "lacked",
            "lacking",
        ),
        *("lacks", "negative", "neither", "never", "no", "none", "nor", "not", "nothing", "unable", "without"),
    )
)
_AFTER = frozenset(("absent", "unaffected", "unchanged", "ruled", "unlikely", "negative", "inactive"))
_ENDS = frozenset(
    ("but", "however", "nevertheless", "yet", "though", "although", "still", "except", "apart", "whereas", "while")
)
_WORD = re.compile(r"[\w']+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Case:
    """A pair in a sentence and whether it is denied."""

    masked: Masked
    denied: bool
    certainty: Certainty
    key: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall and F1 of the positive class."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Their harmonic mean."""
        return 2 * self.precision * self.recall / (self.precision + self.recall) if self.recall else 0.0


def main(data: Path = DATA) -> Report:
    """Our sentences, and ChemProt where the folder of shared data is there."""
    ours = {split: list(sentences(split)) for split in ("tuning", "unseen")}
    rows = [row for split, cases in ours.items() for row in _of_sentences(split, cases)]
    if data.is_dir():
        read = {name: list(relations(data, frozenset((name,)))) for name in ("train", "dev", "test")}
        looked_at = read["train"] + read["dev"]
        rows += _of_relations("train, dev", looked_at) + _of_relations("test", read["test"]) + _as_read(read["dev"])
        rows += read_blind({case.key: (case.denied, _called(evidence)) for case, evidence in looked_at})
    masked = [case.masked for cases in ours.values() for case in cases]
    rows.append(Measurement("speed", _rate(denied, masked), "pairs/core-s", _ALTERNATIVE, _rate(negex, masked)))
    return Report("polarity", tuple(rows), {f"{split} sentences": len(cases) for split, cases in ours.items()})


def sentences(split: str) -> Iterator[Case]:
    """Our own sentences of one split."""
    for row in map(json.loads, _SENTENCES.read_text(encoding="utf-8").splitlines()):
        if row["split"] == split:
            masked = Masked(row["sentence"], Span(*row["drug_span"]), Span(*row["target_span"]))
            yield Case(masked, row["polarity"] == Polarity.NEGATED, Certainty(row["certainty"]))


def relations(data: Path, splits: frozenset[str]) -> Iterator[tuple[Case, Evidence]]:
    """ChemProt's related pairs that share a sentence, as their evidence; those that are labelled both ways left out."""
    for document, triples in labelled(data, "chemprot", splits):
        labels: dict[tuple[str, str], set[str]] = {}
        for triple in triples:
            labels.setdefault((triple.drug, triple.target), set()).add(triple.interaction)
        grounder = Grounder(document)
        for (drug, target), found in labels.items():
            evidence = grounder.ground(Triplet(drug, "", target)).evidence
            if ("NOT" not in found or len(found) == 1) and evidence.polarity is not Polarity.UNASSESSED:
                key = document.id, pair_sum(drug, target)
                yield Case(_masked(evidence), "NOT" in found, evidence.certainty, key), evidence


def _masked(evidence: Evidence) -> Masked:
    spans = (evidence.sentence_span, evidence.drug_span, evidence.target_span)
    start, drug, target = (span if span else Span(0, 0) for span in spans)
    drug, target = (Span(span.start - start.start, span.end - start.start) for span in (drug, target))
    return Masked(evidence.sentence, drug, target)


def denied(masked: Masked) -> bool:
    """Our reading."""
    return polarity(masked) is Polarity.NEGATED


def negex(masked: Masked) -> bool:
    """NegEx for either name."""
    return any(_negex(masked.sentence, span) for span in (masked.drug, masked.target))


def _negex(sentence: str, name: Span) -> bool:
    before = [word.casefold() for word in _WORD.findall(sentence[: name.start])][-_WINDOW:]
    after = [word.casefold() for word in _WORD.findall(sentence[name.end :])][:_WINDOW]
    return _meets(reversed(before), _BEFORE) or _meets(after, _AFTER)


def _meets(words: Iterable[str], terms: frozenset[str]) -> bool:
    """Whether a term comes before the scope ends."""
    for word in words:
        if word in _ENDS or word in terms:
            return word in terms
    return False


def _called(evidence: Evidence) -> bool:
    return evidence.polarity is Polarity.NEGATED


def score(gold: Sequence[bool], found: Sequence[bool]) -> Score:
    """Of the cases that are true."""
    hits = sum(g and f for g, f in zip(gold, found, strict=True))
    return Score(hits / max(1, sum(found)), hits / max(1, sum(gold)))


def _of_sentences(split: str, cases: Sequence[Case]) -> list[Measurement]:
    gold = [case.denied for case in cases]
    certain = sum(certainty(case.masked) is case.certainty for case in cases) / len(cases)
    facts = sum(case.certainty is Certainty.FACT for case in cases) / len(cases)
    figures = _compared(f"our sentences, {split}", gold, [denied(case.masked) for case in cases], cases)
    return [*figures, Measurement(f"our sentences, {split}: certainty", certain, "accuracy", "all a fact", facts)]


def _of_relations(name: str, cases: Sequence[tuple[Case, Evidence]]) -> list[Measurement]:
    gold = [case.denied for case, _ in cases]
    found = [_called(evidence) for _, evidence in cases]
    alone = [index for index, (_, evidence) in enumerate(cases) if not evidence.supporting]
    every, single = [case for case, _ in cases], [cases[index][0] for index in alone]
    return [
        *_compared(f"ChemProt {name}", gold, found, every),
        *_compared(f"ChemProt {name}, one sentence", [gold[i] for i in alone], [found[i] for i in alone], single),
    ]


def _as_read(cases: Sequence[tuple[Case, Evidence]]) -> list[Measurement]:
    """Scores against what the abstracts were found to say."""
    verdicts = read_verdicts(_VERDICTS)
    clear = [item for item in cases if verdicts.get(item[0].key) != _BOTH]
    gold = [verdicts[case.key] == _DENIED if case.key in verdicts else case.denied for case, _ in clear]
    found = [_called(evidence) for _, evidence in clear]
    return _compared("ChemProt dev, as read", gold, found, [case for case, _ in clear])


def _compared(name: str, gold: Sequence[bool], found: Sequence[bool], cases: Sequence[Case]) -> list[Measurement]:
    ours, theirs = score(gold, found), score(gold, [negex(case.masked) for case in cases])
    return [
        Measurement(f"{name}: negation {figure}", value, "of denied", _ALTERNATIVE, other)
        for figure, value, other in (
            ("F1", ours.f1, theirs.f1),
            ("precision", ours.precision, theirs.precision),
            ("recall", ours.recall, theirs.recall),
        )
    ]


def _rate(reader: Callable[[Masked], bool], masked: Sequence[Masked]) -> float:
    fresh = [Masked(each.sentence, each.drug, each.target) for each in masked]
    begin = time.process_time()
    for each in fresh:
        reader(each)
    return len(fresh) / (time.process_time() - begin)


if __name__ == "__main__":
    publish(main())
