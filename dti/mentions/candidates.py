"""Mentions of one document gathered into candidate drugs and targets, with what to print for each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from dti.domain.documents import Document
from dti.domain.entities import EntityKind
from dti.domain.identity import normalise_name
from dti.domain.lexicon import LexiconEntity, NameType
from dti.domain.mentions import Candidate, EntityMention

_SURFACE = "surface"
STYLES: Mapping[EntityKind, tuple[str, ...]] = {
    EntityKind.DRUG: ("drugbank", "drugbank-open", "drugcentral"),
    EntityKind.TARGET: ("drugbank-targets", "ttd", "uniprot", "gtopdb", "hgnc", "famplex", "chembl"),
}


def candidates(document: Document, mentions: Iterable[EntityMention]) -> tuple[Candidate, ...]:
    """One candidate for each entity that some mention may mean, and for each unlisted name; in order of first mention."""
    groups: dict[tuple[EntityKind, str], list[tuple[int, EntityMention]]] = defaultdict(list)
    for mention in mentions:
        if not mention.alternatives:
            groups[mention.kind, normalise_name(_written(document, mention))].append((0, mention))
        for number, alternative in enumerate(mention.alternatives):
            groups[mention.kind, alternative.entity.curie].append((number, mention))
    return tuple(_candidate(document, group) for group in groups.values())


def _candidate(document: Document, group: list[tuple[int, EntityMention]]) -> Candidate:
    number, best = min(group, key=lambda item: item[0])
    alternative = best.alternatives[number] if best.alternatives else None
    surface = _written(document, best)
    names = _names(alternative.entity) if alternative else ()
    return Candidate(
        kind=best.kind,
        names=(*names, (_SURFACE, surface)),
        spans=tuple(mention.span for _, mention in group),
        score=max(m.alternatives[n].score if m.alternatives else 0.3 for n, m in group),
        rank=number,
        in_title=any(mention.in_title for _, mention in group),
        entity=alternative.entity if alternative else None,
    )


def _names(entity: LexiconEntity) -> tuple[tuple[str, str], ...]:
    """What the sources print, preferred styles first."""
    order = STYLES[entity.kind]
    printed = [(name.source, name.text) for name in entity.names if name.type is NameType.CANONICAL and name.source in order]
    return tuple(sorted(printed, key=lambda item: order.index(item[0])))


def _written(document: Document, mention: EntityMention) -> str:
    return document.text[mention.span.start : mention.span.end]
