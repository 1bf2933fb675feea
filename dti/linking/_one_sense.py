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
_AHEAD = 0.01
_ONE_OF_THEM = re.compile(
    r"(?!.*(?:receptor|converting|binding|inhibit|interacting|related|associated))"
    r"(?:precursor|type|subunit|class|family|isoform|alpha|beta|gamma|delta|epsilon|[a-z]?\d|[a-z]\Z|i{1,3}\Z)"
)


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


def shared_by_members(scored: list[tuple[float, LexiconEntity]]) -> list[tuple[float, LexiconEntity]]:
    """A name that several genes of a family have beside the family is the family's: it comes before them."""
    scores = {entity.curie: score for score, entity in scored}
    raised = []
    for score, entity in scored:
        members = [scores[member] for member in entity.members if member in scores]
        raised.append((max(score, *members) + _AHEAD if len(members) > 1 else score, entity))
    return raised


def _is_called(gene: LexiconEntity, names: Iterable[str]) -> bool:
    """Whether a name of the gene is one of the family's and goes on to number it: not what binds or converts it."""
    texts = [fold(name.text) for name in gene.names]
    rests = (text.removeprefix(name) for name in names for text in texts if text.startswith(name))
    return any(_ONE_OF_THEM.match(rest) for rest in rests)


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
    """Human genes whose approved symbol stands in the text, in any case but not all small, or a name that is theirs alone."""
    found: dict[Curie, LexiconEntity] = {}
    for word in dict.fromkeys(_LIKE_A_SYMBOL.findall(text)):
        listed = {posting.entity: lexicon.entity(posting.entity) for posting in lexicon.lookup(word, EntityKind.TARGET)}
        human = [entity for entity in listed.values() if entity.taxon == HUMAN]
        family = any(not entity.taxon for entity in listed.values())
        for gene in human:
            if fold(approved_symbol(gene)) == fold(word) or (len(human) == 1 and not family):
                found[gene.curie] = gene
    return tuple(found.values())
