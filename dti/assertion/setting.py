"""In what species and what kind of experiment something was found, as far as words say."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from dti.domain.evidence import Assay


@dataclass(frozen=True, slots=True)
class Setting:
    """NCBITaxon numbers and assays, each in the order of the first word for it."""

    species: tuple[str, ...]
    assays: tuple[Assay, ...]

    def over(self, other: Setting) -> Setting:
        """What this one says, and of what it says nothing, what the other says."""
        return Setting(self.species or other.species, self.assays or other.assays)


@lru_cache(maxsize=512)  # every triplet of a document asks for the same sentences
def setting(text: str) -> Setting:
    """The hints in a text."""
    species, assays = _patterns()
    return Setting(_found(species, text), tuple(map(Assay, _found(assays, text))))


@lru_cache(maxsize=8)
def speaks_of(species: str) -> re.Pattern[str]:
    """Words by which a text's genes are those of a species, an NCBITaxon number of the table; of people more than name them."""
    table = _table()
    words = [*table["species"].get(species, ()), *table["genes"].get(species, ())]
    return _compiled({species: words})[species]


def _found(patterns: Mapping[str, re.Pattern[str]], text: str) -> tuple[str, ...]:
    places = {name: match.start() for name, pattern in patterns.items() if (match := pattern.search(text))}
    return tuple(sorted(places, key=lambda name: places[name]))


@lru_cache(maxsize=1)
def _patterns() -> tuple[Mapping[str, re.Pattern[str]], Mapping[str, re.Pattern[str]]]:
    table = _table()
    return _compiled(table["species"]), _compiled(table["assays"])


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Mapping[str, list[str]]]:
    return tomllib.loads(files("dti.assertion").joinpath("setting.toml").read_text(encoding="utf-8"))


def _compiled(table: Mapping[str, list[str]]) -> Mapping[str, re.Pattern[str]]:
    return {name: re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE) for name, words in table.items()}
