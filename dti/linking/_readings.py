"""What a name may be taken for: itself, and itself without words that do not change its meaning.

Words that do change it are left alone: an inhibitor of X, an antibody against X, a receptor for X and an analogue of X are not
X. The messenger RNA, the gene and the promoter of X are read as X where a target is meant, since they say which gene.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from dti.domain.entities import EntityKind

_ROLE = (
    r"(?:inhibitors?|antagonists?|agonists?|blockers?|activators?|modulators?|inducers?|substrates?|ligands?|analogu?es?"
    r"|derivatives?|metabolites?|mimetics?|prodrugs?|antibod(?:y|ies)|antisera|antiserum|si ?RNAs?|sh ?RNAs?|antisense"
    r"|oligonucleotides?|vaccines?|degraders?)"
)
_ANOTHER_THING = re.compile(rf"(?:\banti-?\s?(?=[A-Zα-ω\d]).+|.+[\s-]{_ROLE})\Z")
_OF_A_GENE = re.compile(
    r"(.+?)[\s-]+(?:(?:messenger\s+|m|pre-?m)RNAs?|genes?|loc(?:us|i)|promoters?|transcripts?|cDNAs?|proteins?|polypeptides?"
    r"|expression|levels?|activity|enzymes?|mutants?|alleles?|isoforms?|oncogenes?|proto-oncogenes?|signal(?:l?ing)?|pathways?)\Z",
    re.IGNORECASE,
)
_OF_A_DRUG = re.compile(
    r"(.+?)\s+(?:treatment|therapy|administration|monotherapy|tablets?|infusion|injections?|capsules?|molecules?|ions?)\Z",
    re.IGNORECASE,
)
_QUALIFIER = re.compile(
    r"(?:human|mouse|murine|rat|bovine|porcine|recombinant|endogenous|exogenous|wild-type|mutant|native|soluble|total|free|serum|plasma"
    r"|urinary|circulating|intracellular|extracellular|mitochondrial|cytosolic|oral|intravenous|the|rh|p-|phospho-?|phosphorylated|pro-?)"
    r"[\s-]*(?=\S{3})",
    re.IGNORECASE,
)
_STEREO = re.compile(
    r"(?:\(?[±+-]\)?|\(?[RS](?:,[RS])*\)|[dDlL]{1,2}|cis|trans|all-trans|rac)-(?=\w{3})|\[\(?\d{1,3}\)?[A-Z][a-z]?\]-?(?=\w{3})"
)
_BRACKETED_ABBREVIATION = re.compile(r"\s*\([^()]{1,10}\)(?=[-\s]|\Z)")
_INNER_ABBREVIATION = re.compile(r".{4,}?\(([A-Z][^()\s]{1,8})\)(-?\s?\S{1,6})\Z")
_WHOLE_AND_SHORT = re.compile(r"(.{3,}?)\s*[(\[]([^()\[\]]{2,})[)\]]\Z")
_ANION = re.compile(r"(.{2,})ate\Z")
_ACID = re.compile(r"(.{2,})ic acid\Z")
_SALT = re.compile(
    r"(.{4,})\s+(?:(?:di|mono|hemi|tri)?(?:hydro(?:chloride|bromide)|sodium|potassium|calcium|mesylate|maleate|acetate|tartrate|citrate"
    r"|fumarate|sul(?:f|ph)ate|phosphate|succinate|hydrate|tosylate|besylate|bromide|chloride))\Z",
    re.IGNORECASE,
)
_CLASS = re.compile(r"(.{4,}?) (?:drugs?|compounds?|medications?)\Z", re.IGNORECASE)
RECEPTOR = "receptor"  # the method of a reading that only holds for what is a receptor itself
_FOR_A_RECEPTOR = re.compile(r"(.{2,}?)[\s-]receptors?\Z", re.IGNORECASE)
_BRACKET_OR_SPACE = re.compile(r"[()\s]")
_SHORT_FORM = 10
_RECEPTOR = re.compile(r"([A-Za-z][\w-]{1,6}?)-?R(\d?)\Z")


@dataclass(frozen=True, slots=True)
class Reading:
    """A text to look up in a name's place, and how far it keeps the name's meaning (above 1: it says it better)."""

    text: str
    weight: float
    method: str


def names_another_thing(name: str) -> bool:
    """Whether the name speaks of what acts on a thing, or is made from it, by naming that thing."""
    return bool(_ANOTHER_THING.match(name))


def readings(name: str, kind: EntityKind) -> tuple[Reading, ...]:
    """Readings of a name, the name itself first; each text once."""
    found: dict[str, Reading] = {}
    for reading in _readings(" ".join(name.split()), kind):
        if len(reading.text) > 1 or reading.method == "exact":
            found.setdefault(reading.text, reading)
    return tuple(found.values())


def _readings(name: str, kind: EntityKind) -> Iterator[Reading]:
    yield Reading(name, 1.0, "exact")
    if usual := usual_abbreviations(kind).get(plain_code(name)):
        yield Reading(usual, 0.9, "usual abbreviation")
    if names_another_thing(name):
        return
    if kind is EntityKind.TARGET and (receptor := _FOR_A_RECEPTOR.fullmatch(name)):
        yield Reading(receptor[1], 0.95, RECEPTOR)
    for text, weight in _shortened(name, kind):
        yield Reading(text, weight, "normalised")
        for further, less in _shortened(text, kind):
            yield Reading(further, weight * less, "normalised")


def _shortened(name: str, kind: EntityKind) -> Iterator[tuple[str, float]]:
    if parts := _WHOLE_AND_SHORT.fullmatch(name):
        yield from ((parts[1], 0.97), (parts[2], 0.9))
    if inner := _INNER_ABBREVIATION.fullmatch(name):
        yield inner[1] + inner[2], 0.95
    bare = _BRACKETED_ABBREVIATION.sub("", name)
    if bare != name:
        yield bare, 0.97
    if qualifier := _QUALIFIER.match(name):
        yield name[qualifier.end() :], 0.93
    yield from _target(name) if kind is EntityKind.TARGET else _drug(name)


def _target(name: str) -> Iterator[tuple[str, float]]:
    if gene := _OF_A_GENE.fullmatch(name):
        yield gene[1], 0.95
    if receptor := _RECEPTOR.fullmatch(name):
        yield f"{receptor[1]} receptor {receptor[2]}".strip(), 0.8


def _drug(name: str) -> Iterator[tuple[str, float]]:
    for pattern, weight in ((_OF_A_DRUG, 0.95), (_SALT, 0.92)):
        if found := pattern.fullmatch(name):
            yield found[1], weight
    if stereo := _STEREO.match(name):
        yield name[stereo.end() :], 0.96
    if drugs := _CLASS.fullmatch(name):
        yield from ((f"{drugs[1]} agents", 0.9), (f"{drugs[1]}s", 0.9))
    if name.endswith(("urea", "ureas")):
        yield f"{name.removesuffix('s')} compounds", 0.9
    if anion := _ANION.fullmatch(name):
        yield f"{anion[1]}ic acid", 1.03
    if acid := _ACID.fullmatch(name):
        yield f"{acid[1]}ate", 0.9


def plain_code(name: str) -> str:
    """A short form without brackets and spaces: "Ca (2+)" is "Ca2+"."""
    return _BRACKET_OR_SPACE.sub("", name) if len(name) <= _SHORT_FORM else name


@lru_cache(maxsize=2)
def usual_abbreviations(kind: EntityKind) -> dict[str, str]:
    """Short forms that papers use without a definition, with what they stand for."""
    lines = files("dti.linking").joinpath("abbreviations.tsv").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return {short: long for of, short, long in rows if of == kind}
