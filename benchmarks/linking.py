"""How many gold mentions of BioRED are linked to the right thing, beside other linkers over the same lexicon.

A mention is a name in a document; drugs have MeSH identifiers, genes NCBI's. Genes are human ones whose gold is one gene. The
linker was tuned on the training part, so the development part is what counts. A link is right if the lexicon holds the gold
identifier for what was linked, or for something of the same printed name. Families are counted apart: where BioRED gives "Akt"
the number of AKT1, a linker that says FPLX:AKT is not wrong, but not right by the letter either.

Some gold identifiers of MeSH have been retired since (olanzapine was C076029). DrugCentral's table of identifiers, which is in
no embedded lexicon, says which substance they were: such a mention is right if the link is that substance. "as MeSH is today"
counts them as wrong.

gilda joins where it is installed (`pip install gilda`). Its own terms and models are downloads that are not in its wheel, so it
links by our names, without its disambiguation models.
"""

from __future__ import annotations

import lzma
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import click
import orjson

from benchmarks._linkers import LINKERS as OTHERS
from benchmarks._linkers import NameLinker, gilda_available
from benchmarks._report import Measurement, Report, publish
from benchmarks._retired import successors
from dti.domain.documents import Document
from dti.domain.entities import Curie, EntityKind
from dti.domain.lexicon import LexiconEntity, NameType
from dti.lexicon import Lexicon, open_lexicon
from dti.linking import LINKERS
from dti.settings import PROJECT_ROOT, Settings

_DATA = PROJECT_ROOT.parent / "shared" / "data"
_TYPES = {"ChemicalEntity": (EntityKind.DRUG, "mesh"), "GeneOrGeneProduct": (EntityKind.TARGET, "ncbigene")}
_NAMES = {EntityKind.DRUG: "drugs", EntityKind.TARGET: "human genes"}


@dataclass(frozen=True, slots=True)
class GoldMention:
    """A name in a document with the identifiers that annotators gave it."""

    document: Document
    text: str
    kind: EntityKind
    gold: frozenset[Curie]
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Shares linked rightly, or to a family of the gold gene; rightly of those whose gold is listed; retired gold as wrong."""

    right: float
    with_families: float
    of_listed: float
    of_today: float


def main(data: Path = _DATA, split: str = "dev") -> Report:
    """Measure on a split of BioRED from a folder of shared data."""
    with tempfile.TemporaryDirectory() as cache:
        lexicon = open_lexicon(Settings().lexicon, Path(cache))
        mentions = tuple(gold_mentions(data / "labelled" / "documents.jsonl.xz", split, lexicon, successors(data)))
        ours = _measured(lexicon, mentions, _ours(lexicon, "contextual"))
        rows = [
            measurement
            for name, find in _alternatives(lexicon)
            for measurement in _rows(ours, name, _measured(lexicon, mentions, find))
        ]
        counts = {_NAMES[kind]: sum(mention.kind is kind for mention in mentions) for kind in EntityKind}
        return Report(
            "linking", tuple(rows), {"BioRED": split, **counts, "lexicon": lexicon.sha256[:12], "entities": len(lexicon)}
        )


def gold_mentions(
    path: Path, split: str, lexicon: Lexicon, successor: Mapping[Curie, frozenset[Curie]] = MappingProxyType({})
) -> Iterator[GoldMention]:
    """Drugs, and genes of which the lexicon says that they are human."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            record = orjson.loads(line)
            if (record["corpus"], record["split"]) != ("biored", split):
                continue
            document = Document(
                source="pmid", id=record["pmid"], title=record["title"].strip(), abstract=record["abstract"].strip()
            )
            for entity in record["entities"]:
                kind, prefix = _TYPES.get(entity["type"], (None, ""))
                gold = frozenset(Curie(f"{prefix}:{id_}") for id_ in str(entity["id"]).split(",") if id_ not in {"-", ""})
                if kind and gold and (kind is EntityKind.DRUG or (len(gold) == 1 and _listed(lexicon, gold))):
                    now = (
                        frozenset[Curie]()
                        if _listed(lexicon, gold)
                        else _all(successor.get(curie, frozenset()) for curie in gold)
                    )
                    yield GoldMention(document, entity["text"], kind, gold | now, retired=bool(now))


def _all(sets: Iterable[frozenset[Curie]]) -> frozenset[Curie]:
    return frozenset(curie for found in sets for curie in found)


def _listed(lexicon: Lexicon, gold: frozenset[Curie]) -> bool:
    return any(lexicon.find(curie) is not None for curie in gold)


def _ours(lexicon: Lexicon, name: str) -> Callable[[GoldMention], Curie | None]:
    linker = LINKERS.build(name, lexicon=lexicon)
    return lambda mention: linker.link(mention.text, mention.kind, mention.document).curie


def _alternatives(lexicon: Lexicon) -> Iterator[tuple[str, Callable[[GoldMention], Curie | None]]]:
    yield "exact", _ours(lexicon, "exact")
    for name, build in OTHERS.items():
        if not name.startswith("gilda") or gilda_available():
            yield name, _by_name(build(lexicon))


def _by_name(linker: NameLinker) -> Callable[[GoldMention], Curie | None]:
    return lambda mention: linker(mention.text, mention.kind)


def _measured(
    lexicon: Lexicon, mentions: Sequence[GoldMention], find: Callable[[GoldMention], Curie | None]
) -> Mapping[EntityKind, Accuracy]:
    found = [(mention, find(mention)) for mention in mentions]
    return {kind: _accuracy(lexicon, [item for item in found if item[0].kind is kind]) for kind in EntityKind}


def _accuracy(lexicon: Lexicon, found: Sequence[tuple[GoldMention, Curie | None]]) -> Accuracy:
    right = sum(_right(lexicon, curie, mention.gold) for mention, curie in found)
    today = sum(_right(lexicon, curie, mention.gold) for mention, curie in found if not mention.retired)
    families = sum(_family(lexicon, curie, mention.gold) for mention, curie in found)
    listed = sum(_listed(lexicon, mention.gold) for mention, _ in found)
    total = max(len(found), 1)
    return Accuracy(right / total, families / total, right / max(listed, 1), today / total)


def _entity(lexicon: Lexicon, curie: Curie | None) -> LexiconEntity | None:
    number = lexicon.find(curie) if curie else None
    return None if number is None else lexicon.entity(number)


def _right(lexicon: Lexicon, curie: Curie | None, gold: frozenset[Curie]) -> bool:
    entity = _entity(lexicon, curie)
    if entity is None:
        return False
    meant = [other for id_ in gold if (other := _entity(lexicon, id_))]
    return bool(gold & {entity.curie, *entity.same}) or any(_printed(entity) & _printed(other) for other in meant)


def _family(lexicon: Lexicon, curie: Curie | None, gold: frozenset[Curie]) -> bool:
    """Whether the link is right, or a family with the gold gene among its members."""
    entity = _entity(lexicon, curie)
    return _right(lexicon, curie, gold) or any(_right(lexicon, member, gold) for member in (entity.members if entity else ()))


def _printed(entity: LexiconEntity) -> frozenset[str]:
    return frozenset(name.text.casefold() for name in entity.names if name.type is NameType.CANONICAL)


def _rows(ours: Mapping[EntityKind, Accuracy], name: str, theirs: Mapping[EntityKind, Accuracy]) -> Iterator[Measurement]:
    for kind, what in _NAMES.items():
        mine, other = ours[kind], theirs[kind]
        yield Measurement(what, mine.right, "of mentions", name, other.right)
        if kind is EntityKind.TARGET:
            yield Measurement(f"{what}, families counted", mine.with_families, "of mentions", name, other.with_families)
        else:
            yield Measurement(f"{what} that the lexicon lists", mine.of_listed, "of mentions", name, other.of_listed)
            yield Measurement(f"{what}, as MeSH is today", mine.of_today, "of mentions", name, other.of_today)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--data", default=_DATA, type=click.Path(exists=True, file_okay=False, path_type=Path), help="Folder of shared data."
)
@click.option("--split", default="dev", type=click.Choice(["train", "dev"]), help="Tuned on train.")
def command(data: Path, split: str) -> None:
    """Accuracy of links over gold mentions."""
    publish(main(data, split))


if __name__ == "__main__":
    command()
