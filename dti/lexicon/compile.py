"""Entities to the arrays of a lexicon file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import orjson

from dti.domain.entities import EntityKind
from dti.domain.lexicon import LexiconEntity, NameType
from dti.lexicon.fold import fold
from dti.lexicon.hashing import hash_names, sieve
from dti.lexicon.variants import variants

Arrays = Mapping[str, npt.NDArray[np.generic]]

_SHORTEST = 2
_LONGEST = 120


def compile_entities(entities: Sequence[LexiconEntity]) -> Arrays:
    """Arrays by section name; see `dti.lexicon.lexicon` for what each holds."""
    records = [orjson.dumps(_packed(entity)) for entity in entities]
    keys, owners, types, texts = _postings(entities)
    hashes = hash_names(keys)
    order = np.lexsort((owners, types, hashes))
    blob, offsets = _blob(records)
    text_blob, text_offsets = _blob(text.encode() for text in texts[0])
    return {
        "entities": blob,
        "entity_offsets": offsets,
        "kinds": np.array([entity.kind is EntityKind.TARGET for entity in entities], dtype=np.uint8),
        **identifier_index((entity.curie, *entity.same) for entity in entities),
        "texts": text_blob,
        "text_offsets": text_offsets,
        "sieve": sieve(hashes),
        "hashes": hashes[order],
        "owners": owners[order],
        "types": types[order],
        "spellings": texts[1][order],
    }


def identifier_index(identifiers: Iterable[Iterable[str]]) -> Arrays:
    """The sections that find an entity by any of its identifiers, which come entity by entity."""
    flat = [(id_, number) for number, ids in enumerate(identifiers) for id_ in ids]
    hashes = hash_names([id_ for id_, _ in flat])
    order = np.argsort(hashes, kind="stable")
    return {"id_hashes": hashes[order], "id_owners": np.array([number for _, number in flat], dtype=np.uint32)[order]}


def _packed(entity: LexiconEntity) -> list[object]:
    names = [[name.text, int(name.type), name.source] for name in entity.names]
    return [entity.curie, entity.kind, names, entity.taxon, int(entity.hints), entity.same, entity.members]


def _postings(
    entities: Iterable[LexiconEntity],
) -> tuple[list[str], npt.NDArray[np.uint32], npt.NDArray[np.uint8], tuple[list[str], npt.NDArray[np.uint32]]]:
    """Every key of every entity with its type, and the spelling that it comes from."""
    keys: list[str] = []
    owners: list[int] = []
    types: list[int] = []
    spellings: list[int] = []
    numbers: dict[str, int] = {}
    for number, entity in enumerate(entities):
        for key, (name_type, text) in _keys(entity).items():
            keys.append(key)
            owners.append(number)
            types.append(name_type)
            spellings.append(numbers.setdefault(text, len(numbers)))
    as_arrays = np.array(owners, dtype=np.uint32), np.array(types, dtype=np.uint8)
    return keys, *as_arrays, (list(numbers), np.array(spellings, dtype=np.uint32))


def _keys(entity: LexiconEntity) -> Mapping[str, tuple[NameType, str]]:
    """The strongest way in which each folded spelling names the entity."""
    keys: dict[str, tuple[NameType, str]] = {}
    for name_type, text in _spellings(entity):
        key = fold(text) if len(text) <= _LONGEST else ""
        usable = len(key) >= _SHORTEST and any(char.isalpha() for char in key)
        if usable and (key not in keys or name_type < keys[key][0]):
            keys[key] = name_type, text
    return keys


def _spellings(entity: LexiconEntity) -> Iterator[tuple[NameType, str]]:
    for name in entity.names:
        yield name.type, name.text
    for name in entity.names:
        if name.type is not NameType.BRAND:
            yield from ((max(name_type, name.type), text) for text, name_type in variants(name.text, entity.kind))


def _blob(items: Iterable[bytes]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint32]]:
    parts = list(items)
    ends = np.cumsum([0, *(len(part) for part in parts)], dtype=np.uint32)
    return np.frombuffer(b"".join(parts), dtype=np.uint8), ends
