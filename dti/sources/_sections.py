"""Labelled sections and the one line of text that they make."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dti.domain.documents import Section

_LABEL = re.compile(r"(?:^|(?<=[.?!)%] ))([A-Z][A-Z/&,()-]+(?: [A-Z/&,()-]+){0,5}): ")
_UNLABELLED = frozenset(("", "UNLABELLED", "UNLABELED", "UNASSIGNED"))


def joined(sections: Iterable[Section]) -> str:
    """The sections as MEDLINE prints them: "BACKGROUND: First. METHODS: Second."."""
    return " ".join(
        section.text if section.label.upper() in _UNLABELLED else f"{section.label}: {section.text}" for section in sections
    )


def by_label(abstract: str) -> tuple[Section, ...]:
    """The sections of an abstract printed as MEDLINE prints it; one without a label if it does not begin with one."""
    if not abstract:
        return ()
    marks = list(_LABEL.finditer(abstract))
    if not marks or marks[0].start() > 0:
        return (Section(abstract),)
    ends = [*(mark.start() for mark in marks[1:]), len(abstract)]
    return tuple(Section(abstract[mark.end() : end].strip(), mark[1]) for mark, end in zip(marks, ends, strict=True))
