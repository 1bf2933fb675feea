"""One sense per document: a family named in the singular, in a text with the symbol of one of its genes, is that gene there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from dti.domain.entities import Curie, EntityKind
from dti.domain.lexicon import Hint, LexiconEntity
from dti.lexicon import Lexicon
from dti.lexicon.base import HUMAN
from dti.lexicon.fold import fold
from dti.linking._weights import approved_symbol

_LIKE_A_SYMBOL = re.compile(r"(?<![\w-])(?=[A-Za-z\d-]*[A-Z])[A-Za-z][A-Za-z\d]{1,9}(?:-[A-Za-z\d]{1,4})?(?![\w-])")
_PLURAL = re.compile(r".*[a-zA-Z]s\Z")
_SHORTEST = 5
_RECEPTOR = "receptor"


def the_one_named(lexicon: Lexicon, family: LexiconEntity, name: str, text: str) -> LexiconEntity:
    """The only gene of a family whose symbol the text has; the family itself if there is none, or several, or all are meant."""
    one_of_several = family.kind is EntityKind.TARGET and (family.members or (Hint.FAMILY in family.hints and not family.taxon))
    if not one_of_several or _PLURAL.fullmatch(name):
        return family
    named = _named_genes(lexicon, text)
    members = frozenset(_members(lexicon, family.members)) if family.members else None
    own = [fold(other.text) for other in family.names if len(fold(other.text)) >= _SHORTEST]
    found = [gene for gene in named if (gene.curie in members if members is not None else _is_called(gene, own))]
    return found[0] if len(found) == 1 else family


def _is_called(gene: LexiconEntity, names: Iterable[str]) -> bool:
    """Whether a name of the gene begins with one of the family's, and does not go on to be its receptor."""
    texts = [fold(name.text) for name in gene.names]
    rests = (text.removeprefix(name) for name in names for text in texts if text.startswith(name))
    return any(rest and _RECEPTOR not in rest for rest in rests)


def _members(lexicon: Lexicon, members: Iterable[Curie]) -> Iterator[Curie]:
    """Genes of a family and of the families in it."""
    todo, seen = list(members), set(members)
    while todo:
        curie = todo.pop()
        number = lexicon.find(curie)
        inner = lexicon.entity(number).members if number is not None else ()
        yield curie
        todo += [other for other in inner if other not in seen]
        seen.update(inner)


@lru_cache(maxsize=8)
def _named_genes(lexicon: Lexicon, text: str) -> tuple[LexiconEntity, ...]:
    """Human genes whose approved symbol stands in the text, in any case but not all small."""
    found: dict[Curie, LexiconEntity] = {}
    for word in dict.fromkeys(_LIKE_A_SYMBOL.findall(text)):
        for posting in lexicon.lookup(word, EntityKind.TARGET):
            gene = lexicon.entity(posting.entity)
            if gene.taxon == HUMAN and fold(approved_symbol(gene)) == fold(word):
                found[gene.curie] = gene
    return tuple(found.values())
