"""Subtypes that share a name which no source lists as a family: "muscarinic acetylcholine receptors" are M1 to M5."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from dti.lexicon import Lexicon
from dti.lexicon.fold import fold
from dti.lexicon.hashing import hash_names

_SERIES = (
    *(tuple(f"{letters}{number}" for number in range(1, 7)) for letters in ("", "m", "d", "h", "a", "at", "et")),
    tuple("abcd"),
    ("alpha", "beta", "gamma", "delta"),
)
_BRACKETS = re.compile(r"\s*\([^()]*\)\s*\Z")
_SHORTEST = 8
_LONGEST_SUBTYPE = 5


@lru_cache(maxsize=1 << 12)
def siblings(key: str, printed: str, lexicon: Lexicon) -> tuple[int, ...]:
    """Rows of the names that differ from `printed` in its subtype only, where `key` is the same name without any subtype."""
    if len(key) < _SHORTEST:
        return ()
    names = list(_series(key, fold(_BRACKETS.sub("", printed))))
    return tuple(row for row in lexicon.rows(hash_names(names)).tolist() if row >= 0) if names else ()


def _series(key: str, name: str) -> Iterator[str]:
    """The names of a whole series of subtypes that `name` belongs to."""
    extra = len(name) - len(key)
    if not 0 < extra <= _LONGEST_SUBTYPE:
        return
    head = next((at for at, (ours, theirs) in enumerate(zip(key, name, strict=False)) if ours != theirs), len(key))
    for at in range(head, max(0, head - extra) - 1, -1):  # "aa" + "a": the inserted part may begin earlier
        if name[:at] + name[at + extra :] == key:
            own = name[at : at + extra]
            series = next((series for series in _SERIES if own in series), ())
            yield from (key[:at] + other + key[at:] for other in series if other != own)
