"""Genes of mice and rats, where a text speaks of those."""

from __future__ import annotations

import re

from dti.domain.entities import EntityKind
from dti.domain.lexicon import LexiconEntity
from dti.lexicon import Lexicon
from dti.lexicon.base import HUMAN
from dti.linking._context import MOUSE, RAT
from dti.linking._weights import approved_symbol

_NAMED = ((HUMAN, re.compile(r"[Hh]uman\b|h(?=[A-Z]{2})")), (MOUSE, re.compile(r"(?:mouse|murine)\b", re.IGNORECASE)),
          (RAT, re.compile(r"rat\b", re.IGNORECASE)))  # fmt: skip


def named_species(name: str) -> str:
    """The species that a name begins with, "" if it says none."""
    return next((taxon for taxon, word in _NAMED if word.match(name)), "")


def ortholog(lexicon: Lexicon, entity: LexiconEntity, species: str) -> LexiconEntity:
    """The gene of another species that is listed under a human gene's symbol; the entity itself where there is none."""
    symbol = approved_symbol(entity)
    found = (lexicon.entity(posting.entity) for posting in lexicon.lookup(symbol, EntityKind.TARGET)) if symbol else ()
    return next((other for other in found if other.taxon == species), entity)
