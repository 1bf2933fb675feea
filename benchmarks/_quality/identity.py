"""Triplets compared by what their names mean instead of how they are spelled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from dti.domain.documents import Document
from dti.domain.entities import Curie, EntityKind
from dti.domain.lexicon import NameType
from dti.domain.triplets import Triplet
from dti.lexicon import Lexicon
from dti.lexicon.fold import fold
from dti.training.surface import forms

Keys: TypeAlias = frozenset[str]
"""Identifiers of what a name may mean, and its own folded spelling; two names are one entity if they share a key."""

ANY = "any"


@dataclass(frozen=True, slots=True)
class Case:
    """A document and its gold; `same` has other names and identifiers of annotated names, in folded or CURIE form."""

    document: Document
    gold: tuple[Triplet, ...]
    same: Mapping[tuple[EntityKind, str], Keys] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The document's key as text, by which scores are kept."""
        return str(self.document.key)


class Identity:
    """What names mean, by a lexicon; names that it calls weak are no identity."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def keys(self, name: str, kind: EntityKind) -> Keys:
        """Of the name and of the two parts of "body (abbreviation)"."""
        spelled = {form for form in (name, *forms(name)) if form.strip()}
        postings = (posting for form in spelled for posting in self._lexicon.lookup(form, kind))
        meant = {str(self._lexicon.entity(p.entity).curie) for p in postings if p.type is not NameType.WEAK}
        return frozenset(meant | {folded for form in spelled if (folded := fold(form))})

    def canonical(self, identifier: str) -> Keys:
        """The lexicon's own identifier for an equivalent one; nothing if it knows neither."""
        number = self._lexicon.find(Curie(identifier))
        return frozenset() if number is None else frozenset({str(self._lexicon.entity(number).curie)})

    def relabelled(
        self, case: Case, predicted: Sequence[Triplet], *, any_interaction: bool
    ) -> tuple[tuple[Triplet, ...], tuple[Triplet, ...]]:
        """Gold and prediction with one label for each thing, so that a comparison of spellings compares things."""
        drugs = self._labels(case, EntityKind.DRUG, [t.drug for t in (*case.gold, *predicted)])
        targets = self._labels(case, EntityKind.TARGET, [t.target for t in (*case.gold, *predicted)])

        def relabel(triplets: Sequence[Triplet]) -> tuple[Triplet, ...]:
            renamed = (
                Triplet(drugs[t.drug], ANY if any_interaction else t.interaction.lower(), targets[t.target]) for t in triplets
            )
            return tuple(dict.fromkeys(renamed))

        return relabel(case.gold), relabel(predicted)

    def _labels(self, case: Case, kind: EntityKind, names: Sequence[str]) -> Mapping[str, str]:
        """A label for each name; a name joins the first earlier one it shares a key with, so gold names come first."""
        founders: list[tuple[Keys, str]] = []
        labels: dict[str, str] = {}
        for name in dict.fromkeys(names):
            keys = self.keys(name, kind) | case.same.get((kind, name), frozenset())
            label = next((label for known, label in founders if known & keys), None)
            if label is None:
                label = _label(len(founders))
                founders.append((keys, label))
            labels[name] = label
        return labels


def _label(number: int) -> str:
    """Letters only: the benchmark's comparison reads digits and brackets its own way."""
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))
