"""The words of an expression such as "between 1.2 x 10(-7) and 3 ± 1 µM"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto

from dti.domain.evidence import Relation

_MINUS = "-−–‐‑⁻"
_PLAIN = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻−–‐‑·", "0123456789-----.")
_MANTISSA = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d*[.·]\d+|\d+)"
_MARKED = rf"(?:\^?[({{]\s?[{_MINUS}]?\s?\d{{1,2}}\s?[)}}]|\^\s?[{_MINUS}]?\d{{1,2}}|⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]{{1,2}})"
_UNIT = (
    r"(?P<prefix>micro|nano|pico|femto|milli|mu|[fpnuµμm])?\s?"
    rf"(?:molar|M|(?<=micro)m|mol(?:\s?[/·]\s?|\s)(?:liter|litre|dm3|L|l)(?:\s?\(?[{_MINUS}]1\)?|⁻¹)?)(?![\w/])"
)
_NOT_IN_A_NAME = rf"(?=\s?{_UNIT.replace('?P<prefix>', '?:')})|(?![{_MINUS}\w]*[A-Za-z%])"
_EXPONENTS = {"f": -6, "p": -3, "n": 0, "u": 3, "µ": 3, "μ": 3, "m": 6}
_SPELLED = {"femto": -6, "pico": -3, "nano": 0, "micro": 3, "mu": 3, "milli": 6}


class Kind(Enum):
    """What a token is to an expression; JOIN also parts the items of a list."""

    NUMBER = auto()
    UNIT = auto()
    ERROR = auto()
    RELATION = auto()
    BETWEEN = auto()
    TO = auto()
    JOIN = auto()
    OPEN = auto()
    CLOSE = auto()
    STOP = auto()
    WORD = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """`number` is the value of a number, or the factor to nM of a unit."""

    kind: Kind
    text: str
    end: int
    number: Decimal = Decimal(0)
    relation: Relation = Relation.EQUAL


_RELATIONS = {
    Relation.AT_MOST: r"≤|<=|⩽|(?:up to|at most|no more than|not exceeding|not greater than|less than or equal to)\b",
    Relation.AT_LEAST: r"≥|>=|⩾|(?:at least|no less than|not less than|greater than or equal to)\b",
    Relation.LESS: r"<|(?:less than|lower than|smaller than|below|under)\b",
    Relation.GREATER: r">|(?:greater than|more than|higher than|larger than|above|over|exceed(?:ing|s|ed)?)\b",
    Relation.ABOUT: r"[~≈∼]|(?:approximately|about|around|circa|roughly|nearly|near|close to)\b|(?:approx|ca)\b\.?",
}
_PATTERNS = [
    (Kind.STOP, re.compile(r";|\.(?=\s|$)")),
    (Kind.ERROR, re.compile(rf"±|\+\s?/?\s?[{_MINUS}]")),
    *((Kind.RELATION, re.compile(words, re.IGNORECASE)) for words in _RELATIONS.values()),
    (Kind.BETWEEN, re.compile(r"between\b|from\b", re.IGNORECASE)),
    (Kind.NUMBER, re.compile(rf"(?P<mantissa>{_MANTISSA})\s?[x×X*·]\s?10(?P<exponent>{_MARKED}|\s?[{_MINUS}]\s?\d{{1,2}})")),
    (Kind.NUMBER, re.compile(rf"10(?P<exponent>{_MARKED}|[{_MINUS}]\d{{1,2}}(?=\s?(?:M\b|mol)))(?:{_NOT_IN_A_NAME})")),
    (Kind.NUMBER, re.compile(rf"(?P<mantissa>{_MANTISSA})(?:[eE](?P<exponent>[{_MINUS}+]?\d{{1,2}}))?(?:{_NOT_IN_A_NAME})")),
    (Kind.TO, re.compile(rf"to\b|[{_MINUS}](?=\s?[\d.])")),
    (Kind.JOIN, re.compile(r",\s(?:and|or)\b|,(?=\s)|and\b|or\b")),
    (Kind.UNIT, re.compile(_UNIT)),
    (Kind.OPEN, re.compile(r"[(\[]")),
    (Kind.CLOSE, re.compile(r"[)\]]")),
    (Kind.WORD, re.compile(r"[=:]|[^\s()\[\];,=:<>≤≥~≈±]+|.", re.DOTALL)),
]
_SPACE = re.compile(r"\s*")


def tokens(text: str, start: int, end: int) -> Iterator[Token]:
    """The tokens of text[start:end]; their ends count from the start of the text."""
    at = start
    while (at := _SPACE.match(text, at, end).end()) < end:  # type: ignore[union-attr] # \s* always matches
        token = next(_token(kind, match) for kind, regex in _PATTERNS if (match := regex.match(text, at, end)))
        yield token
        at = token.end


def _token(kind: Kind, match: re.Match[str]) -> Token:
    groups = match.groupdict()
    if kind is Kind.NUMBER:
        mantissa = Decimal((groups.get("mantissa") or "1").replace(",", "").translate(_PLAIN))
        return Token(kind, match[0], match.end(), mantissa.scaleb(_integer(groups.get("exponent") or "0")))
    if kind is Kind.UNIT:
        return Token(kind, match[0], match.end(), Decimal(1).scaleb(_exponent(groups["prefix"] or "")))
    if kind is Kind.RELATION:
        return Token(kind, match[0], match.end(), relation=_relation(match[0]))
    return Token(kind, match[0], match.end())


def _integer(exponent: str) -> int:
    return int(re.sub(r"[^\d-]", "", exponent.translate(_PLAIN)))


def _exponent(prefix: str) -> int:
    return _SPELLED.get(prefix, _EXPONENTS.get(prefix, 9))


def _relation(words: str) -> Relation:
    return next(relation for relation, pattern in _RELATIONS.items() if re.fullmatch(pattern, words, re.IGNORECASE))
