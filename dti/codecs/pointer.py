"""`<d0> <t1> <r:inhibitor>`: a triplet points at marked candidates of its document.

Numbers count the candidates of a kind in the order in which they are given. What no candidate covers is spelled out behind
`<d>`, `<t>` or `<r>`; `<none>` says that the document states no interaction.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dti.codecs._escaping import escaping
from dti.codecs.base import Allowed, Grammar
from dti.domain.documents import Document
from dti.domain.entities import EntityKind
from dti.domain.lexicon import Hint
from dti.domain.mentions import Candidate
from dti.domain.triplets import Fault, Located, Parsed, Triplet

MOST = 16  # candidates of a kind that have a pointer
STYLES = ("kd", "distant", "curated")
LABELS = (
    *("inhibitor", "antagonist", "agonist", "modulator", "binder", "cofactor", "activator", "inducer", "ligand", "antibody"),
    *("potentiator", "blocker", "substrate", "chelator", "stimulator", "multitarget", "adduct", "chaperone", "downregulator"),
    *("positive allosteric modulator", "allosteric modulator", "negative modulator", "partial agonist", "product of"),
    *("other", "other/unknown"),
)
_NONE = "<none>"
_HINTS = (Hint.APPROVED, Hint.INVESTIGATIONAL, Hint.EXPERIMENTAL, Hint.NUTRIENT, Hint.BIOTECH, Hint.FAMILY)
_CLASSES = {hint: f"<{(hint.name or '').lower()}>" for hint in _HINTS}
_UNLISTED = "<unlisted>"
_SLOTS = "dtr"
_LETTERS = {EntityKind.DRUG: "d", EntityKind.TARGET: "t"}
_POINTERS = {kind: tuple(f"<{letter}{number}>" for number in range(MOST)) for kind, letter in _LETTERS.items()}
_LABELLED = {f"<r:{label}>": label for label in LABELS}
_FREE = ("<d>", "<t>", "<r>")
_WRITTEN = (*_FREE, _NONE, *_POINTERS[EntityKind.DRUG], *_POINTERS[EntityKind.TARGET], *_LABELLED)
_MARKERS = (*_WRITTEN, *(f"<{style}>" for style in STYLES), *_CLASSES.values(), _UNLISTED)
_MARKER = re.compile("|".join(map(re.escape, _MARKERS)))

_escape, _unescape = escaping(_MARKERS)


@dataclass(frozen=True, slots=True)
class _Field:
    """A marker, the name it stands for ("" if for none), its candidate if it points; [start, end) in the generation."""

    slot: str
    name: str
    candidate: int | None
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Pointer:
    """Candidates are marked in the source and pointed at in the target; `free` lets names be spelled out as well."""

    free: bool = True

    @property
    def points(self) -> bool:
        """Candidates are what this codec is about."""
        return True

    @property
    def markers(self) -> tuple[str, ...]:
        """Pointers, labels and slots of the target; styles and classes of the source."""
        return _MARKERS

    def source(self, document: Document, candidates: Sequence[Candidate] = (), style: str = "") -> str:
        """Style, a legend of all candidates, then the text with pointers before every mention.

        The legend comes first, so that a cut text loses no candidate; it says what sort of thing a candidate is, and names the
        ones that the text names by something else.
        """
        numbered = _numbered(candidates)
        head = [f"<{style}>"] if style in STYLES else []
        legend = (part for index, pointer in numbered.items() for part in _entry(pointer, candidates[index]))
        return " ".join(filter(None, (*head, *legend, _marked(document.text, numbered, candidates))))

    def render(self, triplets: Sequence[Triplet], candidates: Sequence[Candidate] = ()) -> str:
        """A name that is some candidate's `name` becomes its pointer."""
        pointers = {(candidates[i].kind, candidates[i].name): p for i, p in reversed(_numbered(candidates).items())}

        def end(kind: EntityKind, name: str) -> str:
            return pointers.get((kind, name)) or f"<{_LETTERS[kind]}> {_escape(name)}"

        groups = (
            f"{end(EntityKind.DRUG, t.drug)} {end(EntityKind.TARGET, t.target)} {_interaction(t.interaction)}" for t in triplets
        )
        return " ".join(groups) or _NONE

    def parse(self, text: str, candidates: Sequence[Candidate] = ()) -> Parsed:
        """Complete groups, whatever stands between them is a fault."""
        if text.strip() in {"", _NONE}:
            return Parsed()
        fields = list(_fields(text, candidates))
        located: list[Located] = []
        faults: list[Fault] = []
        position = 0
        while position < len(fields):
            group = fields[position : position + 3]
            if "".join(field.slot for field in group) == _SLOTS and all(field.name for field in group):
                located.append(_located(group))
                position += 3
                continue
            stop = next((at for at in range(position + 1, len(fields)) if fields[at].slot == "d"), len(fields))
            faults.append(Fault("incomplete or disordered group", text[fields[position].start : fields[stop - 1].end]))
            position = stop
        return Parsed(tuple(located), tuple(faults))

    def grammar(self, candidates: Sequence[Candidate] = ()) -> Grammar:
        """Groups of pointers to candidates that there are, or of filled fields where names may be spelled out."""
        pointers = _numbered(candidates).items()
        heads = {letter: {p for i, p in pointers if candidates[i].kind is kind} for kind, letter in _LETTERS.items()}
        heads["r"] = set(_LABELLED)
        possible = self.free or (heads["d"] and heads["t"])
        opening = {slot: frozenset(heads[slot] | ({f"<{slot}>"} if self.free else set())) for slot in _SLOTS}

        def after(tokens: Sequence[str]) -> Allowed:
            last = next((token for token in reversed(tokens) if token in _SLOT_OF), "")
            if not last:
                return Allowed((opening["d"] if possible else frozenset()) | ({_NONE} - set(tokens)), end=_NONE in tokens)
            following = _SLOTS[(_SLOTS.index(_SLOT_OF[last]) + 1) % 3]
            if last not in _FREE:
                return Allowed(opening[following], end=following == "d")
            if tokens[-1] == last:
                return Allowed(text=True)
            return Allowed(opening[following], text=True, end=following == "d")

        return lambda tokens: Allowed(end=True) if tokens and tokens[0] == _NONE else after(tokens)


_SLOT_OF: Mapping[str, str] = {marker: marker[1] for marker in _WRITTEN if marker != _NONE}


def _numbered(candidates: Sequence[Candidate]) -> dict[int, str]:
    """Pointer of each candidate that has one, by its index."""
    free = {kind: iter(pointers) for kind, pointers in _POINTERS.items()}
    numbered = ((index, next(free[candidate.kind], "")) for index, candidate in enumerate(candidates))
    return {index: pointer for index, pointer in numbered if pointer}


def _entry(pointer: str, candidate: Candidate) -> Iterator[str]:
    yield pointer
    if candidate.entity is None:
        yield _UNLISTED
    else:
        yield from (marker for hint, marker in _CLASSES.items() if hint in candidate.entity.hints)
    if candidate.rank:
        yield _escape(candidate.name)


def _marked(text: str, numbered: Mapping[int, str], candidates: Sequence[Candidate]) -> str:
    places = sorted(
        (span.start, order, pointer)
        for order, (index, pointer) in enumerate(numbered.items())
        for span in candidates[index].spans
    )
    parts: list[str] = []
    done = 0
    for start, _, pointer in places:
        parts += (_escape(text[done:start]).strip(), pointer)
        done = start
    return " ".join(filter(None, (*parts, _escape(text[done:]).strip())))


def _interaction(name: str) -> str:
    return f"<r:{name}>" if name in LABELS else f"<r> {_escape(name)}"


def _fields(text: str, candidates: Sequence[Candidate]) -> Iterator[_Field]:
    """Text before the first marker is a field of no slot."""
    index_of = {pointer: index for index, pointer in _numbered(candidates).items()}
    matches = list(_MARKER.finditer(text))
    first = matches[0].start() if matches else len(text)
    if text[:first].strip():
        yield _Field("", "", None, 0, len(text[:first].rstrip()))
    stops = [match.start() for match in matches[1:]] + [len(text)]
    for match, stop in zip(matches, stops, strict=False):
        raw = text[match.end() : stop]
        marker, candidate = match[0], index_of.get(match[0])
        name = _unescape(raw.strip()) if marker in _FREE else _LABELLED.get(marker, "")
        if raw.strip() and marker not in _FREE:
            name = ""  # words where none belong
        elif candidate is not None:
            name = candidates[candidate].name
        yield _Field(_SLOT_OF.get(marker, ""), name, candidate, match.start(), match.end() + len(raw.rstrip()))


def _located(group: Sequence[_Field]) -> Located:
    drug, target, interaction = group
    triplet = Triplet(drug.name, interaction.name, target.name)
    return Located(triplet, drug.start, interaction.end, drug.candidate, target.candidate)
