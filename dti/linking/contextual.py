"""The default option: what a name means where it was read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from dti.domain.documents import Document
from dti.domain.entities import EntityKind, Link
from dti.domain.lexicon import LexiconEntity
from dti.lexicon import Lexicon
from dti.lexicon.base import HUMAN
from dti.lexicon.fold import fold, tokens
from dti.linking._apposition import beside
from dti.linking._context import Context
from dti.linking._elsewhere import elsewhere
from dti.linking._one_sense import shared_by_members, the_one_named
from dti.linking._readings import (
    RECEPTOR,
    Reading,
    acting_on,
    names_another_thing,
    readings,
    rough_readings,
    usual_abbreviation,
    wider_targets,
)
from dti.linking._species import named_species, ortholog
from dti.linking._weights import approved_symbol, weigh
from dti.linking.base import chosen
from dti.linking.fuzzy import near

_Scored = tuple[float, LexiconEntity]

_MARGIN = 0.002
_FUZZY_LEAST = 88.0
_SUPPORT = 0.25
_OTHER_KIND = 0.8
_SHORTER = 0.8
_BESIDE = 0.85
_ACTING = 0.85
_WIDER = 0.7  # a class that has the named one in it
_ELSEWHERE = 0.8
_MOST_TARGETS = 3
_SHORT = 3
_TELLING = 4  # letters of a short form that rarely stands for two things by chance
_UNRELATED = 0.7
_DEFINED = 1.05  # the document's own long form says more than the short form that stands for it
_SAY_NOTHING = frozenset({"protein", "proteins", "factor", "agent", "agents", "gene", "acid", "compound", "enzyme"})
_SCALE = 1.0 / ((1.0 + _SUPPORT) * _DEFINED)


@dataclass(frozen=True, kw_only=True)
class Contextual:
    """Readings of the name and of what the document defines it as, weighed by how the lexicon lists them and by the document.

    A short form of up to three letters that the document defines as something else than the lexicon knows is not linked.
    """

    lexicon: Lexicon

    def link(self, name: str, kind: EntityKind, document: Document | None = None) -> Link:
        """The likeliest thing, human unless the name or the document speaks of mice or rats only."""
        context = _context(document.text if document else "")
        scored = self._scored(name, kind, context)
        method = "contextual"
        if not scored and not names_another_thing(name):
            scored, method = self._near(name, kind, context), "fuzzy"
        species = named_species(name) or context.species
        meant = (
            (score, the_one_named(self.lexicon, entity, name, context.text)) for score, entity in shared_by_members(scored)
        )
        return chosen([(_SCALE * score, self._in_species(entity, species)) for score, entity in meant], method, _MARGIN)

    def _scored(self, name: str, kind: EntityKind, context: Context) -> list[_Scored]:
        long = context.meaning.get(name, "")
        defined = self._defined(long, kind)
        texts = [*defined, *readings(name, kind), *_expanded(name, kind, context)]
        found = self._weighed(texts, kind, name, context)
        if short := context.abbreviation.get(fold(name), ""):
            shorter = self._weighed([Reading(short, _SHORTER, "abbreviation")], kind, name, context)
            found += [item for item in shorter if _agrees(item[1], name)]
        found = (
            found
            or self._beside(name, kind, context)
            or self._elsewhere(name, kind, context)
            or self._weighed(self._acting(name, kind), kind, name, context)
            or self._weighed(rough_readings(name, kind), kind, name, context)
        )
        if not found and not names_another_thing(name):
            other = EntityKind.TARGET if kind is EntityKind.DRUG else EntityKind.DRUG
            telling = [reading for reading in texts if len(reading.text) > _SHORT]
            found = [(_OTHER_KIND * score, entity) for score, entity in self._weighed(telling, other, name, context)]
        if not long:
            return found
        agreeing = [item for item in found if _agrees(item[1], long)]
        agreeing = agreeing or self._weighed(defined, kind, name, context) or self._elsewhere(long, kind, context)
        return agreeing or [(_UNRELATED * score, entity) for score, entity in found if len(name) >= _TELLING]

    def _defined(self, long: str, kind: EntityKind) -> list[Reading]:
        return [Reading(r.text, _DEFINED * r.weight, "abbreviation") for r in readings(long, kind)] if long else []

    def _beside(self, name: str, kind: EntityKind, context: Context) -> list[_Scored]:
        """What the first of the texts beside the name that the lexicon knows may mean."""
        for text in beside(name, context.text):
            listed = readings(text, kind) if len(text) > _SHORT else (Reading(text, 1.0, "exact"),)
            weighed = self._weighed([Reading(r.text, _BESIDE * r.weight, "apposition") for r in listed], kind, name, context)
            if found := [
                item for item in weighed if kind is EntityKind.DRUG or len(text) > len(name) or _agrees(item[1], name)
            ]:
                return found
        return []

    def _elsewhere(self, name: str, kind: EntityKind, context: Context) -> list[_Scored]:
        found = (
            self._weighed([Reading(text, _ELSEWHERE, "elsewhere")], kind, name, context)
            for text in elsewhere(name, kind, context.text)
        )
        return next(filter(None, found), [])

    def _acting(self, name: str, kind: EntityKind) -> list[Reading]:
        """A class of drugs under other names of what it acts on."""
        if kind is not EntityKind.DRUG or not (acting := acting_on(name)):
            return []
        target, role = acting
        wider = [Reading(f"{other} {role}", _WIDER, "class") for other in wider_targets(target)]
        found = sorted(weigh(self.lexicon, target, EntityKind.TARGET), key=lambda item: (-item[0], item[1].curie))
        names = [other.text for _, entity in found[:_MOST_TARGETS] for other in entity.names]
        return [*(Reading(f"{other} {role}", _ACTING, "class") for other in names), *wider]

    def _weighed(self, texts: Iterable[Reading], kind: EntityKind, name: str, context: Context) -> list[_Scored]:
        best: dict[str, _Scored] = {}
        for reading in texts:
            for weight, entity in weigh(self.lexicon, reading.text, kind):
                if reading.method == RECEPTOR and not _is_receptor(entity):
                    continue
                support = 1.0 if approved_symbol(entity) == reading.text else context.support(entity, name)
                score = weight * reading.weight * (1.0 + _SUPPORT * support)
                if score > best.get(entity.curie, (0.0,))[0]:
                    best[entity.curie] = score, entity
        return list(best.values())

    def _near(self, name: str, kind: EntityKind, context: Context) -> list[_Scored]:
        found = near(self.lexicon, context.meaning.get(name, name), kind, _FUZZY_LEAST)
        return [item for item in found if item[1].taxon in {"", HUMAN}]

    def _in_species(self, entity: LexiconEntity, species: str) -> LexiconEntity:
        return entity if species == HUMAN else ortholog(self.lexicon, entity, species)


def _expanded(name: str, kind: EntityKind, context: Context) -> list[Reading]:
    """The name with what the document defines in the place of its short forms: "COMT inhibitors"."""
    words = name.split()
    spelled = " ".join(context.meaning.get(word) or usual_abbreviation(word, kind) or word for word in words)
    return list(readings(spelled, kind)) if len(words) > 1 and spelled != name else []


def _is_receptor(entity: LexiconEntity) -> bool:
    return any("receptor" in name.text.casefold() for name in entity.names)


def _agrees(entity: LexiconEntity, long: str) -> bool:
    """Whether a name of the entity shares a word with a long form."""
    words = _long_words(long)
    return not words or any(_share(words, _long_words(name.text)) for name in entity.names)


def _share(some: frozenset[str], others: frozenset[str]) -> bool:
    """Whether a word of the one is in a word of the other: "keratin" in "cytokeratin"."""
    return any(word in other or other in word for word in some for other in others)


def _long_words(text: str) -> frozenset[str]:
    return frozenset(token.fold for token in tokens(text) if len(token.fold) > 3 and token.fold not in _SAY_NOTHING)


@lru_cache(maxsize=8)
def _context(text: str) -> Context:
    return Context.of(text)
