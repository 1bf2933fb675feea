"""How strongly a name speaks for each entity that the lexicon lists under it, before any context."""

from __future__ import annotations

from dti.domain.entities import EntityKind
from dti.domain.lexicon import Hint, LexiconEntity, NameType
from dti.lexicon import Lexicon, Posting
from dti.lexicon.base import HUMAN
from dti.lexicon.fold import fold

_TYPE = {
    NameType.CANONICAL: 1.0,
    NameType.SYNONYM: 0.95,
    NameType.ABBREVIATION: 0.85,
    NameType.SYMBOL: 0.8,
    NameType.VARIANT: 0.75,
    NameType.BRAND: 0.7,
    NameType.WEAK: 0.45,
}
_SYMBOL = "hgnc.symbol:"
_APPROVED_SYMBOL = 1.0
_OTHER_CASE = 0.97
_OTHER_SPELLING = 0.94
_A_CLASS_OF_IT = 0.84  # "Arachidonic Acids" is not what "arachidonic acid" means
# Drugs by where they are listed: what MeSH has a heading for is what papers are about.
_DRUG_STANDING = (("mesh:D", 1.0), ("mesh:C", 0.95), ("drugbank:", 0.82))
_ONLY_A_STRUCTURE = 0.8
_DRUG_CLASS = 0.9
_FAMILY = 0.95  # a family gives way to a gene that has the same name as its own
_NEUTRAL = 0.62  # a protein of no said species: what the text gives where no one gene has the name
_OTHER_SPECIES = 0.4
_LIKE_ITS_SYMBOL = 1.05  # YAP is rather YAP1 than YY1AP1


def weigh(lexicon: Lexicon, name: str, kind: EntityKind) -> list[tuple[float, LexiconEntity]]:
    """Each entity that may be called so, with a weight in (0, 1]; in no order."""
    best: dict[int, float] = {}
    for posting in lexicon.lookup(name, kind):
        weight = _weight(posting, lexicon.entity(posting.entity), name)
        best[posting.entity] = max(weight, best.get(posting.entity, 0.0))
    return [(weight, lexicon.entity(number)) for number, weight in best.items()]


def _weight(posting: Posting, entity: LexiconEntity, name: str) -> float:
    base = _TYPE[posting.type]
    if symbol := approved_symbol(entity):
        like = fold(symbol).startswith(fold(posting.spelling))
        base = _APPROVED_SYMBOL if symbol == posting.spelling else base * _LIKE_ITS_SYMBOL if like else base
    return base * _spelling(posting.spelling, name) * _standing(entity)


def approved_symbol(entity: LexiconEntity) -> str:
    """HGNC's symbol of a human gene, "" of anything else."""
    return next((id_.removeprefix(_SYMBOL) for id_ in entity.same if id_.startswith(_SYMBOL)), "")


def _spelling(listed: str, name: str) -> float:
    if listed == name:
        return 1.0
    low, wanted = listed.casefold(), name.casefold()
    if wanted in {low, f"{low}s"}:
        return _OTHER_CASE
    return _A_CLASS_OF_IT if low == f"{wanted}s" else _OTHER_SPELLING


def _standing(entity: LexiconEntity) -> float:
    """Human by default; a family of FamPlex is nearly as good as a gene."""
    if entity.kind is EntityKind.DRUG:
        ids = (entity.curie, *entity.same)
        listed = (weight for prefix, weight in _DRUG_STANDING if any(id_.startswith(prefix) for id_ in ids))
        return _DRUG_CLASS if Hint.FAMILY in entity.hints else next(listed, _ONLY_A_STRUCTURE)
    if entity.curie.startswith("fplx:"):
        return _FAMILY
    if entity.taxon == HUMAN:
        return 1.0
    return _OTHER_SPECIES if entity.taxon else _NEUTRAL
