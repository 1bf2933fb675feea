"""Labelled sections and the one line of text that they make."""

from __future__ import annotations

from collections.abc import Iterable

from dti.domain.documents import Section

_UNLABELLED = frozenset(("", "UNLABELLED", "UNLABELED", "UNASSIGNED"))


def joined(sections: Iterable[Section]) -> str:
    """The sections as MEDLINE prints them: "BACKGROUND: First. METHODS: Second."."""
    return " ".join(
        section.text if section.label.upper() in _UNLABELLED else f"{section.label}: {section.text}" for section in sections
    )
