"""The table of interaction labels: normalised type, direction, and the terms of other vocabularies."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

from dti.domain.interactions import Direction, Interaction, InteractionType
from dti.errors import VocabularyError

_JOINTS = re.compile(r"[\s_^\-‐‑–]+")
_SIGNED = frozenset((Direction.ACTIVATING, Direction.INHIBITORY))
_SEVERAL = re.compile(r"\s*[,;|]\s*")
# Words beside a label that say how much or how fast, never what: "weak inhibitor", "inhibitor, competitive".
_MANNER = frozenset(
    (
        *(
            "allosteric",
            "competitive",
            "covalent",
            "direct",
            "dual",
            "full",
            "irreversible",
            "moderate",
            "neutral",
            "noncompetitive",
        ),
        *("nonselective", "novel", "potent", "reversible", "selective", "slow", "specific", "strong", "uncompetitive", "weak"),
    )
)


@dataclass(frozen=True, slots=True)
class Biolink:
    """How an edge says it in Biolink: qualifiers of `affects`, or `directly_physically_interacts_with` if `physical`.

    `mechanism` is the causal_mechanism_qualifier; with `channels_only` it holds only of ion channels. Empty where Biolink
    has no term of the same meaning.
    """

    mechanism: str = ""
    aspect: str = ""
    direction: str = ""
    physical: bool = False
    channels_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VocabularyEntry:
    """A normalised type: its labels, the stems of the words that state it, and its terms elsewhere; "" where there is none."""

    type: InteractionType
    direction: Direction
    labels: tuple[str, ...]
    stems: tuple[str, ...]
    biolink: Biolink = Biolink()
    chembl: str = ""
    ro: str = ""
    mi: str = ""
    indra: str = ""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Entries by type and by label."""

    entries: Mapping[InteractionType, VocabularyEntry]
    by_label: Mapping[str, VocabularyEntry]

    @classmethod
    def read(cls, path: Path | None = None) -> Self:
        """A table from a TOML file; raises VocabularyError on an unknown type or key, or a label that stands twice."""
        text = (path or files("dti.vocabulary").joinpath("interactions.toml")).read_text(encoding="utf-8")
        try:
            entries = {entry.type: entry for entry in (_entry(*item) for item in tomllib.loads(text).items())}
        except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
            raise VocabularyError(f"interaction table {path or 'interactions.toml'}: {error}") from error
        by_label: dict[str, VocabularyEntry] = {}
        for entry in entries.values():
            for label in map(folded, entry.labels):
                if label in by_label:
                    raise VocabularyError(f"label {label!r} stands under {by_label[label].type} and {entry.type}")
                by_label[label] = entry
        return cls(entries, by_label)

    def normalise(self, label: str) -> Interaction:
        """Type and direction of a verbatim label; UNKNOWN and UNCLEAR for one that the table does not have.

        Of several labels in one ("antagonist, allosteric modulator") the first with a sign counts, and none of them if they
        act in opposite ways.
        """
        found = [self._entry(label)] if self._entry(label) else [self._entry(part) for part in _SEVERAL.split(label)]
        known = [entry for entry in found if entry]
        signed = [entry for entry in known if entry.direction in _SIGNED]
        if not known or len({entry.direction for entry in signed}) > 1:
            return Interaction()
        best = (signed or known)[0]
        return Interaction(best.type, best.direction)

    def _entry(self, label: str) -> VocabularyEntry | None:
        """The entry of a label, or of what is left of it without words of manner in front."""
        words = folded(label).split()
        while words:
            if entry := self.by_label.get(" ".join(words)):
                return entry
            if words[0] not in _MANNER:
                break
            words = words[1:]
        return None


@lru_cache(maxsize=1)
def default_vocabulary() -> Vocabulary:
    """The packaged table, read once."""
    return Vocabulary.read()


def folded(label: str) -> str:
    """The form in which labels are compared."""
    return _JOINTS.sub(" ", label.casefold()).strip()


def _entry(name: str, table: Mapping[str, Any]) -> VocabularyEntry:
    values = dict(table)
    return VocabularyEntry(
        type=InteractionType(name),
        direction=Direction(values.pop("direction")),
        labels=tuple(values.pop("labels")),
        stems=tuple(values.pop("stems")),
        biolink=Biolink(**values.pop("biolink", {})),
        **values,
    )
