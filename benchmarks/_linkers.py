"""Other linkers over the same lexicon: scispacy's plain one, and gilda's grounder."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import redirect_stdout
from io import StringIO
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from dti.domain.entities import Curie, EntityKind
from dti.domain.lexicon import LexiconEntity, NameType
from dti.lexicon import Lexicon

NameLinker = Callable[[str, EntityKind], Curie | None]

_NEIGHBOURS = 30
_LEAST_SIMILAR = 0.7  # scispacy's default threshold
_GILDA_NAMES = {"hgnc": "HGNC", "fplx": "FPLX", "uniprot": "UP", "chebi": "CHEBI", "mesh": "MESH"}


def entities(lexicon: Lexicon, kind: EntityKind) -> Iterator[LexiconEntity]:
    """The drugs or the targets of a lexicon."""
    found = (lexicon.entity(number) for number in range(len(lexicon)))
    return (entity for entity in found if entity.kind is kind)


class Scispacy:
    """scispacy's candidate generator over the lexicon's names; the most similar name above its threshold, whatever the text.

    Its vectoriser with its settings. Neighbours are searched exactly instead of by its approximate index, which takes hours to
    build for half a million names, so it finds at least what it would find as published.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self._generators = {kind: _generator(list(entities(lexicon, kind))) for kind in EntityKind}

    def __call__(self, name: str, kind: EntityKind) -> Curie | None:
        """The entity of the most similar name."""
        (found,) = self._generators[kind]([name], _NEIGHBOURS)
        best = max(found, key=lambda candidate: max(candidate.similarities), default=None)
        return Curie(best.concept_id) if best and max(best.similarities) >= _LEAST_SIMILAR else None


class _Candidate(Protocol):
    concept_id: str
    similarities: list[float]


_Generator = Callable[[list[str], int], list[list[_Candidate]]]


class _ExactIndex:
    """Nearest neighbours by cosine, with the one method of nmslib's index that scispacy calls."""

    def __init__(self, vectors: Any) -> None:
        self._vectors = vectors.T.tocsc()

    def knnQueryBatch(self, vectors: Any, k: int) -> list[tuple[npt.NDArray[np.intp], npt.NDArray[np.float32]]]:  # noqa: N802 - nmslib's name
        """Rows and distances of the k nearest, for each vector."""
        similar = (vectors @ self._vectors).tocsr()
        rows = []
        for row in range(similar.shape[0]):
            start, end = similar.indptr[row], similar.indptr[row + 1]
            order = np.argsort(-similar.data[start:end], kind="stable")[:k]
            rows.append((similar.indices[start:end][order], 1.0 - similar.data[start:end][order]))
        return rows


def _generator(listed: list[LexiconEntity]) -> _Generator:
    # Imported here, so that the other linkers can be measured without the train extra.
    from scispacy.candidate_generation import CandidateGenerator  # noqa: PLC0415 - as said
    from scispacy.linking_utils import Entity, KnowledgeBase  # noqa: PLC0415 - as said
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - as said

    knowledge = KnowledgeBase(
        [Entity(entity.curie, entity.names[0].text, [name.text for name in entity.names], [], None) for entity in listed]
    )
    vectoriser = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3), min_df=10, dtype=np.float32)
    names = list(knowledge.alias_to_cuis)
    vectors = vectoriser.fit_transform(names)
    kept = np.flatnonzero(np.diff(vectors.indptr))
    with redirect_stdout(StringIO()):
        generator: _Generator = CandidateGenerator(
            _ExactIndex(vectors[kept]), vectoriser, [names[row] for row in kept], knowledge
        )
    return generator


def gilda_available() -> bool:
    """Whether gilda is installed; it is no dependency of ours."""
    return importlib.util.find_spec("gilda") is not None


class Gilda:
    """gilda's normalisation and scoring over the lexicon's names; its own terms and disambiguation models are downloads."""

    def __init__(self, lexicon: Lexicon) -> None:
        from gilda.grounder import Grounder  # noqa: PLC0415 - optional

        self._grounders = {kind: Grounder(list(_terms(entities(lexicon, kind)))) for kind in EntityKind}

    def __call__(self, name: str, kind: EntityKind) -> Curie | None:
        """The first of gilda's ranked matches."""
        matches = self._grounders[kind].ground(name)
        return Curie(matches[0].term.id) if matches else None


def _terms(listed: Iterable[LexiconEntity]) -> Iterator[object]:
    from gilda.process import normalize  # noqa: PLC0415 - optional
    from gilda.term import Term  # noqa: PLC0415 - optional

    for entity in listed:
        namespace = _GILDA_NAMES.get(entity.curie.partition(":")[0], "CHEBI")
        for number, name in enumerate(entity.names):
            status = "name" if name.type is NameType.CANONICAL or number == 0 else "synonym"
            yield Term(
                normalize(name.text), name.text, namespace, entity.curie, entity.names[0].text, status, name.source,
                organism=entity.taxon or None,
            )  # fmt: skip


LINKERS: Mapping[str, Callable[[Lexicon], NameLinker]] = {"scispacy, plain": Scispacy, "gilda over our names": Gilda}
