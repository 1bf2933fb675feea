"""How far papers are independent of one another, by their authors."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from dti.domain.identity import normalise_name

_INITIALS = 3  # letters; a longer word in capitals is a family name


def overlaps(author_sets: Iterable[frozenset[str]]) -> Iterator[float]:
    """For each set its greatest overlap with any set before it, in [0, 1].

    The overlap of two sets is the part of the smaller one that both have (Szymkiewicz and Simpson), so one shared name
    among many weighs little, and a group that publishes with a few guests each time is still the same group.
    """
    sizes: list[int] = []
    papers_of: dict[str, list[int]] = defaultdict(list)
    for number, authors in enumerate(author_sets):
        earlier = [paper for author in authors for paper in papers_of[author]]
        shared = Counter(earlier) if earlier else {}
        yield max((count / min(len(authors), sizes[paper]) for paper, count in shared.items()), default=0.0)
        sizes.append(len(authors))
        for author in authors:
            papers_of[author].append(number)


def author_key(name: str) -> str:
    """The name under which a person counts as the same: family name and first initial ("Doe, Jane R" and "Doe JR" alike)."""
    family, comma, given = name.partition(",")
    if not comma:
        first, _, last = name.rpartition(" ")
        if first and last.isupper() and len(last) <= _INITIALS:
            family, given = first, last
    return f"{normalise_name(family)} {normalise_name(given)[:1]}".strip()
