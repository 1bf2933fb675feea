"""`<d> drug <r> interaction <t> target`, one group per triplet, joined by a space."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dti.codecs._escaping import escaping
from dti.codecs.base import Allowed, Grammar, title_and_abstract
from dti.domain.documents import Document
from dti.domain.mentions import Candidate
from dti.domain.triplets import Fault, Located, Parsed, Triplet

_MARKER = re.compile(r"<([drt])>")
_MARKERS = ("<d>", "<r>", "<t>")
_FALLBACK_ORDER = "dtr"
_NEXT = {"<d>": "<r>", "<r>": "<t>", "<t>": "<d>"}

_escape, _unescape = escaping(_MARKERS)


@dataclass(frozen=True, slots=True)
class _Field:
    """One marker and the text up to the next one; `start` is the marker's, `end` the stripped text's."""

    marker: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Tagged:
    """The tagged format of the KD-DTI paper.

    Field order is read from the first occurrence of each marker, d-t-r if one is missing. A marker
    inside a name is escaped by a backslash after its `<`, so no name can forge a field.
    """

    @property
    def markers(self) -> tuple[str, ...]:
        """The three field markers."""
        return _MARKERS

    @property
    def points(self) -> bool:
        """Names are always spelled out."""
        return False

    def source(self, document: Document, candidates: Sequence[Candidate] = (), style: str = "") -> str:  # noqa: ARG002 - protocol
        """Title and abstract, markers in the text escaped: the vocabulary would read them as its own."""
        return _escape(title_and_abstract(document))

    def render(self, triplets: Sequence[Triplet], candidates: Sequence[Candidate] = ()) -> str:  # noqa: ARG002 - protocol
        """Groups in the given order."""
        return " ".join(f"<d> {_escape(t.drug)} <r> {_escape(t.interaction)} <t> {_escape(t.target)}" for t in triplets)

    def grammar(self, candidates: Sequence[Candidate] = ()) -> Grammar:  # noqa: ARG002 - protocol
        """Groups in the order in which they are rendered, every field filled."""
        return _after

    def parse(self, text: str, candidates: Sequence[Candidate] = ()) -> Parsed:  # noqa: ARG002 - protocol
        """Groups of three fields in the sequence's own order; anything else is a fault.

        Upstream keeps only the first triplet when the number of fields is no multiple of three. Here
        complete groups before and after a broken one survive: a generation cut at its length limit
        costs its last triplet, not all but the first.
        """
        fields = tuple(_fields(text))
        order = _order(fields)
        located: list[Located] = []
        faults = list(_prefix_fault(text, fields))
        position = 0
        while position < len(fields):
            group = fields[position : position + 3]
            if "".join(field.marker for field in group) == order and all(field.text for field in group):
                located.append(_located(group))
                position += 3
                continue
            stop = _next_group(fields, position, order)
            faults.append(Fault("incomplete or disordered group", text[fields[position].start : fields[stop - 1].end]))
            position = stop
        return Parsed(tuple(located), tuple(faults))


def _after(tokens: Sequence[str]) -> Allowed:
    last = next((token for token in reversed(tokens) if token in _NEXT), "")
    if not last:
        return Allowed(frozenset({"<d>"}), end=True)
    if tokens[-1] == last:
        return Allowed(text=True)
    return Allowed(frozenset({_NEXT[last]}), text=True, end=last == "<t>")


def _fields(text: str) -> Iterator[_Field]:
    matches = list(_MARKER.finditer(text))
    ends = [*(match.start() for match in matches), len(text)][1:]
    for match, end in zip(matches, ends, strict=True):
        raw = text[match.end() : end]
        yield _Field(match[1], _unescape(raw.strip()), match.start(), match.end() + len(raw.rstrip()))


def _order(fields: Sequence[_Field]) -> str:
    order = "".join(dict.fromkeys(field.marker for field in fields))
    return order if len(order) == 3 else _FALLBACK_ORDER


def _prefix_fault(text: str, fields: Sequence[_Field]) -> Iterator[Fault]:
    prefix = text[: fields[0].start] if fields else text
    if prefix.strip():
        yield Fault("text outside any field", prefix.strip())


def _next_group(fields: Sequence[_Field], position: int, order: str) -> int:
    return next((at for at in range(position + 1, len(fields)) if fields[at].marker == order[0]), len(fields))


def _located(group: Sequence[_Field]) -> Located:
    named = {field.marker: field.text for field in group}
    return Located(Triplet(named["d"], named["r"], named["t"]), group[0].start, group[-1].end)
