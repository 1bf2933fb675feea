"""Targets that pharmacology names by a subtype alone: "beta2-agonists" act on the beta-2 adrenergic receptor."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dti.domain.evidence import Span
from dti.lexicon import Lexicon
from dti.lexicon.fold import fold
from dti.lexicon.hashing import hash_names

# Other receptors with Greek subtypes are named in full; so are the subunits of channels and integrins.
_ADRENERGIC = re.compile(
    r"(?<![\w-])((?:alpha|α)[- ]?\(?[12]\)?|(?:beta|β)[- ]?\(?[1-3]\)?)[- ]"
    r"(?:(?:selective|adrenergic) )?(?:(?:ant)?agonis(?:ts?|m)|blockers?|blockade|blocking|sympathomimetics?)\b",
    re.IGNORECASE,
)
_BARE = re.compile(r"(?:alpha|beta|gamma|delta|epsilon|[α-ε])[- ]?\(?\d?\)?", re.IGNORECASE)


def by_subtype(text: str, lexicon: Lexicon) -> Iterator[tuple[Span, int]]:
    """Where an adrenergic receptor is named by its subtype, and the row of its whole name."""
    for match in _ADRENERGIC.finditer(text):
        row = int(lexicon.rows(hash_names([fold(f"{match[1]} adrenergic receptor")]))[0])
        if row >= 0:
            yield Span(*match.span(1)), row


def is_subtype_alone(written: str) -> bool:
    """Whether a name is a mere subtype, which dozens of targets have."""
    return _BARE.fullmatch(written) is not None
