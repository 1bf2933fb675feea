"""Drugs that no lexicon lists, recognised by how developers and pharmacopoeias name them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files

from dti.domain.evidence import Span
from dti.mentions.aliases import is_disease
from dti.mentions.junk import NOT_THE_DRUG

_CODE = re.compile(
    r"(?<![\w-])(?:[A-Z]{2,5}[a-z]?[- ]?[A-Z]?\d{2,3}[.,]\d{3,4}[A-Z]?|[A-Z]{1,5}[a-z]?[- ]?[A-Z]?\d{3,7}[A-Za-z]{0,2}"
    r"|[A-Z]{2,5}[a-z]?[- ]?[A-Z]?\d{2,6}[A-Z]?"
    r"|\[\d{1,3}[A-Z][a-z]?\]-?[A-Z][\w-]{3,})(?![\w+])"
)
_CHEMICAL = re.compile(r"(?<![\w-])[(\[{]{0,2}[\w'+,-]*-[\w'+,()\[\]{}-]{5,}\w\b")
_FRAGMENT = re.compile(
    r"(?:yl|oxy|amino|thio|oxo|aza|chloro|fluoro|bromo|ine|ide|one|ane|ene|ol|ate|acid)(?![a-z])|(?:methyl|phenyl|hydroxy)"
)
_LOCANT = re.compile(r"(?:^|[-(\[{,])(?:\d+[a-z']?|[NOSRE])(?=[,)-])")
_STEM = re.compile(
    r"(?<![\w-])[A-Za-z]{3,}(?:mab|tinib|ciclib|zomib|prazole|sartan|olol|statin|azepam|caine|dipine|setron|triptan|gliptin"
    r"|glitazone|gatran|xaban|pril|oxetine|azosin|floxacin|mycin|cillin|vir|fibrate|stigmine|curium|platin|taxel|rubicin"
    r"|rapant|vaptan|entan|afil|parib|degib|lukast|tidine|peridone|perazole|apine|azole|penem|bactam|cept)(?!\w)"
)
_WORD = re.compile(
    r"(?<![\w-])[A-Za-z]?[a-z]{4,}(?:ine|ide|one|ane|ene|ol|ate|in|yl|ose)(?![\w-])|(?<![\w-])[A-Z]{5,}(?:INE|IDE|ONE|ANE|ENE|OL|IN)(?!\w)"
)
_NOT_A_CODE = re.compile(
    r"(?:CD|HLA|IL|TNF|HL|PC|MCF|SK|HT|GH|SH|NCT|ISRCTN|EC|IC|ED|LD|GI|DSM|ATCC|PBS|RPMI|BALB|C57|ICD|DSM|F|K|U|P|AT|IN|OF|TO|BY|AN|US|USA|"
    r"UMR|HEK|RAW|SW|SCC)[- ]?\d|A549|[ACDEFGHIKLMNPQRSTVWY]\d{2,4}[ACDEFGHIKLMNPQRSTVWY]\Z"
)
_LINKED = re.compile(
    r"-(?:induced|mediated|evoked|stimulated|dependent|sensitive|containing|treated|like|binding|based|releasing)\Z"
)
_NEXT = re.compile(r"\s([a-z]{5,})\b")
_MEASURED = re.compile(r"\s*(?:cells?|mice|rats?|strains?|lines?|receptors?|mutations?)\b|\s*%")


@lru_cache(maxsize=1)
def ordinary_words() -> frozenset[str]:
    """Words that end like the names of chemicals but are none."""
    listed = files("dti.mentions").joinpath("ordinary_words.txt").read_text(encoding="utf-8")
    return frozenset(word for line in listed.splitlines() for word in line.split() if not line.startswith("#"))


def unlisted_drugs(text: str) -> Iterator[Span]:
    """Development codes, names with the stem of a drug class, systematic names, and rare words that end like chemicals."""
    yield from _codes(text)
    for match in _CHEMICAL.finditer(text):
        if len(match[0]) >= 12 and _LOCANT.search(match[0]) and len(_FRAGMENT.findall(match[0])) >= 2:
            yield _name_alone(match)
    for match in (*_STEM.finditer(text), *_WORD.finditer(text)):
        if match[0].lower() not in ordinary_words() and not NOT_THE_DRUG.match(text, match.end()) and not _of_a_disease(match):
            yield Span(*match.span())


def _of_a_disease(match: re.Match[str]) -> bool:
    """Whether the name of a disease goes on behind it: "harlequin ichthyosis"."""
    following = _NEXT.match(match.string, match.end())
    return following is not None and is_disease(following[1])


def _codes(text: str) -> Iterator[Span]:
    for match in _CODE.finditer(text):
        if not _NOT_A_CODE.match(match[0]) and not _MEASURED.match(text, match.end()):
            yield Span(*match.span())


def _name_alone(match: re.Match[str]) -> Span:
    """A systematic name without brackets that open around it and words that a hyphen joins to it."""
    name = _LINKED.sub("", match[0])
    closed = name.lstrip("([{") if sum(map(name.count, "([{")) > sum(map(name.count, ")]}")) else name
    return Span(match.start() + len(name) - len(closed), match.start() + len(name))
