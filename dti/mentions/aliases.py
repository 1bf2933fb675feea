"""Names that sources list though a text that has them means something else: the lexicon's names less these.

They come from how tables are made: a gene under its disease, a protein under the drug that is made of it, and from names made
shorter by us: a receptor without the word, a systematic name without what stands behind its comma.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.resources import files

from dti.domain.entities import EntityKind
from dti.domain.lexicon import LexiconEntity, NameType
from dti.lexicon import Lexicon, Posting
from dti.lexicon.fold import fold
from dti.lexicon.hashing import hash_names

_DERIVED = frozenset({NameType.VARIANT, NameType.WEAK})
_OWN = frozenset({NameType.CANONICAL, NameType.SYNONYM, NameType.SYMBOL, NameType.ABBREVIATION})
_KIND = re.compile(r",? (?:type )?(?:[ivx]{1,4}|[a-z]?\d{1,2}[a-z]?)\Z|\s*\([^()]*\)\Z")
_SYSTEMATIC = re.compile(r"\d|\b[NOS]-|-\Z|\((?:\d|[RSEZ]\b|\+|-)|yl\b|\b(?:di|tri|mono|salt|ester)")
_RECEPTOR = re.compile(r"receptors?\b(?!-|\s(?:kinase|tyrosine kinase))", re.IGNORECASE)
_SUBTYPE = re.compile(r"[A-Za-z]{1,3}[ -]?\(?\d{1,2}\)?[A-Za-z]?")  # "D2", "NK1"
_TELLING = 6
_WORD = re.compile(r"[a-z]+")


class Aliases:
    """What each name may mean; safe to share between threads."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.postings = lru_cache(maxsize=1 << 15)(self._postings)

    def lookup(self, name: str, kind: EntityKind) -> tuple[Posting, ...]:
        """What a name that stands alone may mean, under any spelling that folds alike."""
        row = int(self.lexicon.rows(hash_names([fold(name)]))[0])
        return self.postings(row, kind, role=False) if row >= 0 else ()

    def _postings(self, row: int, kind: EntityKind, *, role: bool) -> tuple[Posting, ...]:
        """The drugs or targets that the name of a row may mean; `role` says whether a word such as "antagonist" follows it."""
        listed = self.lexicon.postings(row, kind)
        if kind is EntityKind.DRUG:
            return tuple(posting for posting in listed if not self._no_drug(posting))
        drugs = self.lexicon.postings(row, EntityKind.DRUG)
        meant = [p for p in listed if not _no_target(p, drugs) and (role or not self._a_ligand(p, listed, drugs))]
        if role and listed and _SUBTYPE.fullmatch(listed[0].spelling):
            return self._subtypes(meant)
        return tuple(meant)

    def _no_drug(self, posting: Posting) -> bool:
        if posting.type is NameType.CANONICAL:
            return False
        if posting.spelling.casefold().endswith(_table("organisms")):
            return True
        return posting.type is NameType.WEAK and _is_parent(posting.spelling, self.lexicon.entity(posting.entity))

    def _a_ligand(self, posting: Posting, listed: Sequence[Posting], drugs: Sequence[Posting]) -> bool:
        """Whether the name is a receptor's without the word "receptor" and something else's own: that of what it binds."""
        if not self._without_the_word(posting):
            return False
        others = (*drugs, *(other for other in listed if other.entity != posting.entity))
        return any(other.type in _OWN and not self._is_receptor(other) for other in others)

    def _subtypes(self, postings: Sequence[Posting]) -> tuple[Posting, ...]:
        """Receptors' short names and their ligands', if there are receptors: in a role "D2" is nothing else."""
        receptors = [self.lexicon.entity(posting.entity) for posting in postings if self._without_the_word(posting)]
        kept = (
            posting
            for posting in postings
            if self._without_the_word(posting) or any(is_of(self.lexicon.entity(posting.entity), other) for other in receptors)
        )
        return tuple(kept if receptors else postings)

    def _without_the_word(self, posting: Posting) -> bool:
        short = posting.type in _DERIVED and "receptor" not in posting.spelling.casefold()
        return short and self._is_receptor(posting)

    def _is_receptor(self, posting: Posting) -> bool:
        entity = self.lexicon.entity(posting.entity)
        return entity.kind is EntityKind.TARGET and any(_RECEPTOR.search(name.text) for name in entity.names)


def _no_target(posting: Posting, drugs: Iterable[Posting]) -> bool:
    if posting.type is NameType.CANONICAL:
        return False
    made = posting.spelling.casefold().endswith(_table("made_proteins"))
    return (made and any(drug.type is NameType.CANONICAL for drug in drugs)) or is_disease(posting.spelling)


def is_of(ligand: LexiconEntity, receptor: LexiconEntity) -> bool:
    """Whether a receptor's names have the other's in them, as the interleukin-2 receptor has interleukin-2."""
    own = [folded for name in ligand.names if len(folded := fold(name.text)) >= _TELLING]
    return any(part in fold(name.text) for name in receptor.names for part in own)


def is_disease(name: str) -> bool:
    """Whether a name is a disease's rather than that of a gene or protein that has to do with one."""
    whole = name.casefold()
    low = _KIND.sub("", whole)
    if low != whole and whole[-1].isdecimal() and low.endswith(_table("numbered")):
        return False
    return low.endswith(_table("diseases")) and not any(word in _table("gene_words") for word in _WORD.findall(low))


def _is_parent(head: str, entity: LexiconEntity) -> bool:
    """Whether the names that begin with `head` and a comma are all systematic: "benzamide, N-(...)" is no benzamide."""
    tails = [name.text[len(head) :] for name in entity.names if name.text.startswith(f"{head},")]
    return bool(tails) and all(_SYSTEMATIC.search(tail) for tail in tails)


@lru_cache(maxsize=8)
def _table(name: str) -> tuple[str, ...]:
    text = files("dti.mentions").joinpath("aliases.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text)[name])
