"""What to print for a pair: the style of the target's name follows from what kind of drug it is paired with.

The benchmark takes its labels from two tables. Pairs of marketed drugs come from one, which has its own names for targets;
pairs of everything else come from the other. So the style is no property of the target alone; a table of counts holds it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Self

from dti.domain.lexicon import Hint
from dti.domain.mentions import Candidate
from dti.domain.triplets import Located, Triplet
from dti.errors import LexiconError

_UNLISTED = "unlisted"
_SYMBOL = re.compile(r"\([^()]+\)$")


@dataclass(frozen=True, slots=True)
class Naming:
    """Counts of target styles by class of drug; classes in the order in which they are tried.

    Names of `symbol_source` end in a symbol in brackets; a target's name of another style gets that symbol too.
    """

    drug_source: str
    symbol_source: str
    styles: Mapping[str, Mapping[str, int]]

    @classmethod
    def read(cls, path: Path | None = None) -> Self:
        """A table from a TOML file, the packaged one by default; raises LexiconError on anything else."""
        text = (path or files("dti.mentions").joinpath("naming.toml")).read_text(encoding="utf-8")
        try:
            table = tomllib.loads(text)
            return cls(
                table["drug_source"], table["symbol_source"], {row["drug"]: dict(row["counts"]) for row in table["target"]}
            )
        except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
            raise LexiconError(f"naming table {path or 'naming.toml'}: {error!r}") from error

    def drug_class(self, drug: Candidate) -> str:
        """The row of the table that the drug falls under; "" if none fits."""
        if drug.entity is None or not drug.entity.printed(self.drug_source):
            return _UNLISTED
        return next((name for name in self.styles if name != _UNLISTED and Hint[name.upper()] in drug.entity.hints), "")

    def printed(self, located: Located, candidates: Sequence[Candidate]) -> Triplet:
        """The triplet with the names of the table's style for what it points at; what was spelled out stays."""
        triplet = located.triplet
        drug = candidates[located.drug] if located.drug is not None else None
        target = candidates[located.target] if located.target is not None else None
        name = target.name if target else triplet.target
        if drug and target:
            name = self.target_name(drug, target)
        return Triplet(drug.name if drug else triplet.drug, triplet.interaction, name)

    def target_name(self, drug: Candidate, target: Candidate) -> str:
        """The target's name in the commonest style that it has for such a drug, with its symbol where one is known."""
        printed: dict[str, str] = {}
        for style, name in target.names:
            printed.setdefault(style, name)
        counts = self.styles.get(self.drug_class(drug), {})
        likely = sorted(counts, key=lambda style: -counts[style])
        named = next((style for style in likely if style in printed), None)
        if named is None:
            return target.name
        symbol = _SYMBOL.search(printed.get(self.symbol_source, ""))
        return printed[named] if symbol is None or _SYMBOL.search(printed[named]) else f"{printed[named]} {symbol[0]}"


def surface(located: Located, candidates: Sequence[Candidate]) -> Triplet:
    """The triplet with the document's own spelling for what it points at."""

    def spelled(index: int | None, name: str) -> str:
        return dict(candidates[index].names)["surface"] if index is not None else name

    triplet = located.triplet
    return Triplet(spelled(located.drug, triplet.drug), triplet.interaction, spelled(located.target, triplet.target))
