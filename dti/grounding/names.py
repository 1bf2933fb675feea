"""Two spellings of one name: the form they share, and a pattern that finds any of them."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise

_GREEK = {
    "alpha": "αΑ",
    "beta": "βΒϐ",
    "gamma": "γΓ",
    "delta": "δΔ∆",
    "epsilon": "εΕϵ",
    "zeta": "ζΖ",
    "eta": "ηΗ",
    "theta": "θΘϑ",
    "iota": "ιΙ",
    "kappa": "κΚϰ",
    "lambda": "λΛ",
    "mu": "μΜµ",
    "nu": "νΝ",
    "xi": "ξΞ",
    "pi": "πΠ",
    "rho": "ρΡϱ",
    "sigma": "σΣς",
    "tau": "τΤ",
    "upsilon": "υΥ",
    "phi": "φΦϕ",
    "chi": "χΧ",
    "psi": "ψΨ",
    "omega": "ωΩΩ",
}
_LETTER_NAME = {letter: name for name, letters in _GREEK.items() for letter in letters}
_NUMERALS = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
_ROMAN = {roman: str(n) for n, roman in enumerate(_NUMERALS, start=1)}
_ARABIC = {digits: roman for roman, digits in _ROMAN.items()}
_DIGITS = {str(n): f"[{n}{chr(0x2080 + n)}{'⁰¹²³⁴⁵⁶⁷⁸⁹'[n]}]" for n in range(10)}

HYPHENS = "-‐‑‒–—―−\u00ad"
GREEK = "".join(_LETTER_NAME)

# "(-)-nicotine" and "(+)-nicotine" are two drugs: an optical sign is a part of the name, other hyphens are not.
_SIGNS = {"\ue000": rf"\(\s*[{re.escape(HYPHENS)}]\s*\)", "\ue001": r"\(\s*\+\s*\)", "\ue002": r"\(\s*(?:±|\+/-)\s*\)"}
_SILENT = frozenset(HYPHENS + "()[]{}'’′`´_\u200b")
_PIECE = re.compile(rf"\s+|\d+|[{GREEK}]|[^\W\d_{GREEK}]+|.", re.DOTALL)
_GREEK_ENDING = re.compile(rf"([^\W\d_]{{2,}}?)({'|'.join(name for name in _GREEK if len(name) > 3)})")

# What a text may put between two parts of a name: spaces, hyphens, brackets; never a comma, a full stop or a word.
_JOINT = rf"[\s{re.escape(HYPHENS)}()\[\]{{}}'’′_]{{0,4}}"
_TIGHT = rf"[{re.escape(HYPHENS)}(\[]?"
_SOFT = rf"[{re.escape(HYPHENS)}\u200b]?"


@lru_cache(maxsize=4096)
def canonical(name: str) -> str:
    """The form that all spellings of a name share: `COX-2`, `cox - 2` and `COX₂` are `cox2`, `TNF-α` is `tnfalpha`.

    NFKC and case-folded, Greek letters spelled out, Roman numerals up to XII as digits, plural endings off, spaces,
    hyphens, quotes and brackets out; optical signs such as "(+)" stay.
    """
    return "".join(part for part, _ in _parts(name))


@lru_cache(maxsize=128)  # a compiled pattern takes several kilobytes, and names seldom come back after long
def pattern(name: str) -> re.Pattern[str] | None:
    """Finds spellings of the name in a text as it stands, so that offsets are exact; None if the name has no letter.

    It proposes: a match is a spelling only if its canonical form is the name's.
    """
    parts = _parts(name)
    if not any(part.isalpha() for part, _ in parts):
        return None
    pieces = [_spellings(parts[0][0])]
    for (left, _), (right, spaced) in pairwise(parts):
        pieces += [_gap(left, right, spaced=spaced), _spellings(right)]
    return re.compile("".join(pieces), re.IGNORECASE)


def _parts(name: str) -> list[tuple[str, bool]]:
    """Canonical parts, each with whether the name sets it apart from the part before."""
    parts: list[tuple[str, bool]] = []
    spaced = False
    for piece in _PIECE.findall(_fold(name)):
        if piece.isspace() or piece in _SILENT:
            spaced = True
            continue
        for part in _canonical_parts(piece):
            parts.append((part, spaced))
            spaced = False
    return parts


def _fold(name: str) -> str:
    folded = unicodedata.normalize("NFKC", name).casefold()
    for sign, spelled in _SIGNS.items():
        folded = re.sub(spelled, sign, folded)
    return folded


def _canonical_parts(piece: str) -> tuple[str, ...]:
    if piece in _LETTER_NAME:
        return (_LETTER_NAME[piece],)
    if piece in _ROMAN:
        return (_ROMAN[piece],)
    if ending := _GREEK_ENDING.fullmatch(piece):
        return ending[1], ending[2]
    return (_singular(piece),)


def _singular(word: str) -> str:
    if len(word) < 4 or word.endswith(("ss", "us", "is")):
        return word
    return word[:-3] + "y" if word.endswith("ies") else word.removesuffix("s")


def _spellings(part: str) -> str:
    """A pattern for one part; letters may be parted by a hyphen, as in `co-trimoxazole`."""
    if part in _SIGNS:
        return _SIGNS[part]
    if part.isdigit():
        digits = "".join(_DIGITS.get(digit, digit) for digit in part)
        return f"(?:{digits}|{_ARABIC[part]})" if part in _ARABIC else digits
    if part in _GREEK:
        return f"(?:{part}|[{_GREEK[part]}])"
    if not part.isalpha():
        return re.escape(part)
    letters = _SOFT.join(map(re.escape, part))
    if len(part) < 3:
        return letters
    return f"(?:{letters[:-1]}ies|{letters}s?)" if part.endswith("y") else f"{letters}s?"


def _gap(left: str, right: str, *, spaced: bool) -> str:
    if not (left.isalnum() and right.isalnum()):
        return _JOINT if spaced else r"\s*"
    if spaced or left in _GREEK or right in _GREEK:
        return _JOINT
    # `CYP 3A4` for `cyp3a4`, but not "vitamin D 2 h later" for `d2`.
    return r"[\s-]?" if left.isalpha() and len(left) > 2 else _TIGHT
