"""Drug-target interactions as generated, before anyone knows what the names mean."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Triplet:
    """One (drug, interaction, target) statement; strings as generated, outer space stripped."""

    drug: str
    interaction: str
    target: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A stretch of a generation that is no triplet: why, and the text itself."""

    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class Located:
    """A triplet and where [start, end) it stands in the generated text, in characters.

    `drug` and `target` are indices into the candidates that the codec was given, None for a name that was spelled out.
    """

    triplet: Triplet
    start: int
    end: int
    drug: int | None = None
    target: int | None = None


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a codec read from a generation; bad text is data, not an exception."""

    located: tuple[Located, ...] = ()
    faults: tuple[Fault, ...] = ()

    @property
    def triplets(self) -> tuple[Triplet, ...]:
        """The triplets in order of generation."""
        return tuple(item.triplet for item in self.located)
