"""Other ways to write a name than its sources list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files

from dti.domain.entities import EntityKind
from dti.domain.lexicon import NameType
from dti.lexicon.fold import GREEK

Variant = tuple[str, NameType]

_BRACKETED_TAIL = re.compile(r"(.+?)\s*\(([^()]+)\)\Z")
_ABBREVIATION = re.compile(r"[A-Z0-9]")
_CODE = re.compile(r"[A-Z]{1,3}\(?-?\d")
_PLACES = re.compile(
    r",\s*(?:mitochondrial|cytoplasmic|cytosolic|nuclear|chloroplastic|isoform.*|precursor|putative)\Z", re.IGNORECASE
)
_INVERTED = re.compile(r"([^,]{6,}), ([a-z][a-z -]{3,})\Z")
_ORGANISM = re.compile(
    r"\A(?:human immunodeficiency virus|hepatitis [bc] virus|herpes simplex virus|cytomegalovirus|influenza|human|bacterial"
    r"|bact|fungal|fung|plasmodium|mycobacterium|staphylococcus|streptococcus|pseudomonas|candida|escherichia coli)\s+",
    re.IGNORECASE,
)
_PART = re.compile(
    r"(?:voltage-(?:dependent|gated) )?(\S+\s.*?\S),? "
    r"(?:(?:alpha|beta|gamma|delta|catalytic|regulatory) )?(?:subunit|chain)\b.*",
    re.IGNORECASE,
)
_CHAIN = re.compile(r"\s*,?\s*\b(?:catalytic |regulatory )?(?:subunit|chain|polypeptide)\b(?=\s+\S+\Z)", re.IGNORECASE)
_RECEPTOR = re.compile(r"\breceptors?\b", re.IGNORECASE)
_SUBTYPE = re.compile(r"[A-Za-z]{0,3}\(?-?\d{1,2}\)?[A-Za-z]{0,2}|[A-Z]{1,2}|" + "|".join(GREEK), re.IGNORECASE)
_GENE_RECEPTOR = re.compile(r"([A-Z]{1,5}\d{0,2}[A-Z]?)R(\d{0,2}[A-Z]?)")
_GREEK_TAIL = re.compile(rf"(.{{2,12}}?)[- ]?({'|'.join(GREEK[:5])})(\d?)", re.IGNORECASE)
_MAX_WORDS = 8
_ALONE = 5
_FORMULATION = re.compile(
    r"\s+(?:(?:hydro(?:chloride|bromide|gen)|mono|di|hemi|sodium|potassium|calcium|mesylate|maleate|acetate|tartrate|citrate|fumarate"
    r"|sulfate|phosphate|succinate|hydrate|trihydrate|monohydrate|anhydrous|besylate|tosylate|bromide|chloride)\S*\s*)+\Z",
    re.IGNORECASE,
)


def variants(name: str, kind: EntityKind) -> Iterator[Variant]:
    """Further names, each with how much it binds; duplicates are possible."""
    yield from _target(name) if kind is EntityKind.TARGET else _drug(name)


def _drug(name: str) -> Iterator[Variant]:
    if tail := _BRACKETED_TAIL.fullmatch(name):
        yield tail[1], NameType.VARIANT
    bare = _FORMULATION.sub("", name)
    if bare != name and len(bare) > 5:
        yield bare, NameType.WEAK
    if len(name) > 6 and (head := name.partition(",")[0]) != name and len(head) > 6 and head[-1:].isalpha() and ", " in name:
        yield head, NameType.WEAK


def _target(name: str) -> Iterator[Variant]:
    plain = [name]
    if tail := _BRACKETED_TAIL.fullmatch(name):
        yield tail[1], NameType.SYNONYM
        if _ABBREVIATION.search(tail[2]):
            yield tail[2], NameType.ABBREVIATION
        plain.append(tail[1])
    if part := _PART.fullmatch(plain[-1]):
        yield from ((whole, NameType.WEAK) for whole in (part[1], *_twins(part[1])))
    for text in plain:
        for reshaped in _reshaped(text):
            yield from _spellings(reshaped, listed=reshaped == name)


def _reshaped(name: str) -> Iterator[str]:
    """The name, and the name without what says where it is or which part it is."""
    yield name
    shorter = _ORGANISM.sub("", _PLACES.sub("", name))
    if shorter != name and len(shorter) > 4:
        yield shorter
    if inverted := _INVERTED.fullmatch(name):
        yield f"{inverted[2]} {inverted[1]}"
    if _CHAIN.search(name):
        yield _CHAIN.sub("", name)


def _spellings(name: str, *, listed: bool) -> Iterator[Variant]:
    if not listed:
        yield name, NameType.VARIANT
    forms = [name, *_twins(name)]
    for form in forms[1:]:
        yield form, NameType.VARIANT
    if gene := _GENE_RECEPTOR.fullmatch(name):
        yield f"{gene[1]}{gene[2]} receptor", NameType.VARIANT
    if len(name) <= 14 and (greek := _GREEK_TAIL.fullmatch(name)):
        yield f"{greek[1]}{greek[2][0]}{greek[3]}", NameType.WEAK
    for form in forms:
        yield from _receptor(form)


@lru_cache(maxsize=1)
def _twin_words() -> tuple[tuple[str, str], ...]:
    listed = files("dti.lexicon").joinpath("twins.tsv").read_text(encoding="utf-8").splitlines()
    return tuple((word, twin) for word, _, twin in (line.partition("\t") for line in listed if not line.startswith("#")))


def _twins(name: str) -> Iterator[str]:
    """The name with one of its words replaced; a short word never stands alone for a whole name."""
    low = name.casefold()
    for word, twin in _twin_words():
        at = low.find(word)
        if at >= 0 and (len(twin) > _ALONE or len(name) > len(word) + 1):
            yield f"{name[:at]}{twin}{name[at + len(word) :]}"


def _receptor(name: str) -> Iterator[Variant]:
    """Orders of "Dopamine D2 receptor": its words, its subtype and "receptor" in any order that papers use."""
    if not _RECEPTOR.search(name) or len(name.split()) > _MAX_WORDS or "," in name:
        return
    words = [word.removesuffix("-type") for word in _RECEPTOR.sub(" ", name).split()]
    subtypes = [word for word in words if _SUBTYPE.fullmatch(word)]
    base = " ".join(word for word in words if word not in subtypes)
    sub = " ".join(subtypes)
    if not sub:
        if " " in base:
            yield base, NameType.WEAK
        return
    if base:
        for form in (
            f"{base} {sub} receptor",
            f"{sub} {base} receptor",
            f"{base} receptor {sub}",
            f"{base} {sub}",
            f"{sub} {base}",
        ):
            yield form, NameType.VARIANT
    if _CODE.match(sub):
        yield f"{sub} receptor", NameType.VARIANT
        yield sub, NameType.WEAK
