"""Mentions of one document gathered into candidate drugs and targets, with what to print for each."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from dti.domain.documents import Document
from dti.domain.entities import EntityKind
from dti.domain.identity import normalise_name
from dti.domain.lexicon import LexiconEntity, NameType
from dti.domain.mentions import Candidate, EntityMention, Found

_SURFACE = "surface"
_UNLISTED_SCORE = 0.3

# Sources whose names are printed before the document's own spelling, and those that only stand in for it.
_PRINTED = {EntityKind.DRUG: ("drugbank", "drugbank-open", "drugcentral"), EntityKind.TARGET: ("drugbank-targets", "ttd")}
_STAND_INS = {EntityKind.DRUG: (), EntityKind.TARGET: ("uniprot", "gtopdb", "hgnc", "famplex", "chembl")}
_PLURAL = re.compile(r"(?<=[a-rt-z])s\Z")


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
    rank, best = min(group, key=lambda item: item[0])
    return Candidate(
        kind=best.kind,
        names=_names(document, [mention for number, mention in group if number == rank], rank),
        spans=tuple(mention.span for _, mention in group),
        score=max(m.alternatives[n].score if m.alternatives else _UNLISTED_SCORE for n, m in group),
        rank=rank,
        in_title=any(mention.in_title for _, mention in group),
        entity=best.alternatives[rank].entity if best.alternatives else None,
    )


def _names(document: Document, mentions: Sequence[EntityMention], rank: int) -> tuple[tuple[str, str], ...]:
    """What to print; of an enumeration's member ("B" of "MAO-A and -B") the document's spelling comes last."""
    spelled = [mention for mention in mentions if mention.found is not Found.ELLIPSIS]
    surface = (_SURFACE, _surface(document, spelled or mentions))
    if not mentions[0].alternatives:
        return (surface,)
    entity = mentions[0].alternatives[rank].entity
    printed, stand_ins = _canonical(entity, _PRINTED), _canonical(entity, _STAND_INS)
    return (*printed, surface, *stand_ins) if spelled else (*printed, *stand_ins, surface)


def _canonical(entity: LexiconEntity, sources: Mapping[EntityKind, tuple[str, ...]]) -> tuple[tuple[str, str], ...]:
    """What some sources print, in the order of the sources."""
    order = sources[entity.kind]
    printed = [(name.source, name.text) for name in entity.names if name.type is NameType.CANONICAL and name.source in order]
    return tuple(sorted(printed, key=lambda item: order.index(item[0])))


def _surface(document: Document, mentions: Sequence[EntityMention]) -> str:
    """The longest of the document's own spellings, a target's in the singular."""
    longest = max((_written(document, mention) for mention in mentions), key=len)
    return _PLURAL.sub("", longest) if mentions[0].kind is EntityKind.TARGET else longest


def _written(document: Document, mention: EntityMention) -> str:
    return document.text[mention.span.start : mention.span.end]
