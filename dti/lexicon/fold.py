"""The form under which two spellings are one name, computed token by token so that offsets stay exact.

`COX-2`, `cox 2` and `COX₂` fold to `cox2`; `TNF-α` to `tnfalpha`; `monoamine oxidase type A` to `monoamineoxidasea`. Greek
letters are spelled out, Roman numerals up to XII become digits, plural endings and words such as "type" fall away, British
spellings become American, accents and everything between tokens are ignored.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

_GREEK = {
    "alpha": "αɑ", "beta": "βϐß", "gamma": "γ", "delta": "δ∆", "epsilon": "εϵ", "zeta": "ζ", "eta": "η", "theta": "θϑ",
    "iota": "ι", "kappa": "κϰ", "lambda": "λ", "mu": "μµ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρϱ", "sigma": "σς",
    "tau": "τ", "upsilon": "υ", "phi": "φϕ", "chi": "χ", "psi": "ψ", "omega": "ω",
}  # fmt: skip
GREEK = tuple(_GREEK)
_SPELLED = {letter: name for name, letters in _GREEK.items() for letter in letters}
_NUMERALS = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
_ROMAN = {roman: str(n) for n, roman in enumerate(_NUMERALS, start=1)}
_SILENT = frozenset({"type", "types", "subtype", "subtypes", "isoform", "isoforms", "isozyme", "isozymes", "isoenzyme"})

_TOKEN = re.compile(r"[^\W_]+")
_PIECE = re.compile(r"[a-z]+|[0-9]+|.", re.DOTALL)
_FACTOR = re.compile(r"(x?(?:ix|iv|v?i{0,3}))([ab]?)")
_AMERICAN = (("sulph", "sulf"), ("oestr", "estr"), ("haem", "hem"), ("tumour", "tumor"), ("aemi", "emi"), ("oede", "ede"))


class _Lower(dict[int, str]):
    """Folds one character to one character, so that offsets hold; learns as it goes."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        folded = unicodedata.normalize("NFKD", char).casefold()[:1] if code > 0x7F and char not in _SPELLED else char.lower()
        self[code] = folded if len(folded) == 1 else char
        return self[code]


_LOWER = _Lower()


class Token(NamedTuple):
    """Letters and digits that stand together: characters [start, end) of the text and their fold ("" for silent words)."""

    start: int
    end: int
    fold: str


def tokens(text: str) -> tuple[Token, ...]:
    """All tokens of a text in order."""
    low = text.lower() if text.isascii() else text.translate(_LOWER)
    return tuple(Token(match.start(), match.end(), _fold(match[0])) for match in _TOKEN.finditer(low))


def fold(name: str) -> str:
    """The form that all spellings of a name share."""
    return "".join(token.fold for token in tokens(name))


@lru_cache(maxsize=1 << 16)
def _fold(token: str) -> str:
    if token in _SILENT:
        return ""
    if (numeral := _FACTOR.fullmatch(token)) and numeral[1] in _ROMAN:
        return _ROMAN[numeral[1]] + numeral[2]
    if token.isascii() and token.isalpha():
        return _word(token)
    return "".join(
        _SPELLED.get(piece) or (_word(piece) if piece.isalpha() else _digits(piece)) for piece in _PIECE.findall(token)
    )


def _word(word: str) -> str:
    if len(word) > 4:
        for british, american in _AMERICAN:
            word = word.replace(british, american)
    if len(word) < 4 or word.endswith(("ss", "us", "is")):
        return word
    return word[:-3] + "y" if word.endswith("ies") else word.removesuffix("s")


def _digits(piece: str) -> str:
    return "".join(str(unicodedata.digit(char, char)) for char in piece)
