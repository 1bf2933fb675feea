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
_ACTING = re.compile(
    r"(.{2,}?)[\s-](inhibitor|antagonist|agonist|blocker|activator|modulator|antagonism|agonism)s?\Z", re.IGNORECASE
)
_SUBTYPE = re.compile(
    r"(?:(?<=\w)\(?\d{1,2}[A-Za-z]{0,2}\)?|[\s-](?:[A-Z]|alpha|beta|mu|kappa|delta)?\(?\d{1,2}[A-Za-z]{0,2}\)?)"
    r"(?:/[A-Z]?\(?\d{1,2}[A-Za-z]{0,2}\)?)*(?=[\s-]receptors?\Z)"
)
_OF_A_GENE = re.compile(
    r"(.+?)[\s-]+(?:(?:messenger\s+|m|pre-?m)RNAs?|genes?|loc(?:us|i)|promoters?|transcripts?|cDNAs?|proteins?|polypeptides?"
    r"|expression|levels?|activity|enzymes?|mutants?|alleles?|isoforms?|oncogenes?|proto-oncogenes?|signal(?:l?ing)?|pathways?)\Z",
    re.IGNORECASE,
)
_OF_A_DRUG = re.compile(
    r"(.+?)\s+(?:treatment|therapy|administration|monotherapy|tablets?|infusion|injections?|capsules?|molecules?|ions?|groups?|levels?|concentrations?|solutions?|salts?|exposure"
    r"|supplementation|pretreatment|doses?|overdose|bolus|sprays?|creams?|gels?|patch(?:es)?|drops|formulations?|preparations?|vapou?r|gas|dust)\Z",
    re.IGNORECASE,
)
_QUALIFIER = re.compile(
    r"(?:human|mouse|murine|rat|bovine|porcine|recombinant|endogenous|exogenous|wild-type|mutant|native|soluble|serum|plasma"
    r"|urinary|circulating|intracellular|extracellular|mitochondrial|cytosolic|oral|intravenous|the|rh|phosphorylated)"
    r"[\s-]*(?=\S{3})",
    re.IGNORECASE,
)
_FORM_OF_A_PROTEIN = re.compile(r"(?:p-|phospho-?|pro-?)[\s-]*(?=\S{3})", re.IGNORECASE)
_PART_OF_ALL = re.compile(r"(?:total|free)[\s-]+(?=\S{3})", re.IGNORECASE)
_SORT_OF_DRUG = re.compile(
    r"(?:(?:very[ -])?(?:long|short|medium)[ -]chain|(?:poly|mono)?(?:un)?saturated|(?:low|high)[ -]dose|synthetic|natural"
    r"|liposomal|pegylated|(?:radio|un)?labell?ed|crystalline|aqueous|anhydrous|racemic|exogenous|endogenous|ioni[sz]ed|dietary"
    r"|plasma|inhaled|topical|intranasal|transdermal|intramuscular|epidural|parenteral|(?:extended|sustained|slow)[ -]release"
    r"|(?:in)?organic"
    r"|intrathecal|intraperitoneal|subcutaneous|(?:first|second)-generation|newer|novel|chronic|acute)"
    r"[\s-]+(?=\S{4})",
    re.IGNORECASE,
)
_HUMAN = re.compile(r"h-?(?=[A-Z]{2})|h\s(?=[a-z]+ ?[A-Z])|p(?=[A-Z]{3})")
_CLASS_BEFORE = re.compile(
    r"(?:GTPases?|kinases?|proteins?|enzymes?|receptors?|transcription factors?|genes?|cytokines?|chemokines?) (?=[A-Z])"
)
_FORM_AFTER = re.compile(
    r"(.{2,}?)(?:-G[TD]P|-?v\d|[\s-](?:alpha|beta|gamma|[αβγ])|(?<=[A-Z])(?:alpha|beta)|(?<=\d)[AB]|\s?\(?\d{1,3}-\d{1,3}\)?"
    r"|\s(?:tyrosine\s)?kinases?|\sfamily(?:\smembers?)?|\ssubunits?|\s(?:gene\s)?region)\Z"
)
_LOST_GREEK = re.compile(r"(?<=[\d\s-])[abgdk](?![\w(])|(?<=[A-Z])[ab]\Z|(?<=\d)[ab](?=[\s-]|\Z)|\A[abg](?=-)")
_GREEK = {"a": "alpha", "b": "beta", "g": "gamma", "d": "delta", "k": "kappa"}
_SYMBOL = re.compile(r"(?=\S*[A-Z])(?=\S*\d)[A-Za-z][\w-]{3,11}")
_MICRO_RNA = re.compile(r"(?:hsa-|mmu-|rno-)?(let-7\w*|miR-\w+)(?:-[35]p)?", re.IGNORECASE)
_CYTOCHROME = re.compile(r"cytochrome p-?450[\s-]?(\d{1,2}[A-Z]\d{0,2})", re.IGNORECASE)
_STEREO = re.compile(
    r"(?:[RS]?\(?[±+-]\)?|\(\+/-\)|[RS](?=-\()|\(?\d*[RSEZ](?:, ?\d*[RSEZ])*\)|[dDlL](?:,?[dDlL])?|cis|trans|all-trans|rac"
    r"|(?:[dDlL]-)?myo)-(?=\w{3}|\(.\))"
    r"|\((?:[±+-]|\+/-)\) ?(?=\w{4})|\[\(?\d{1,3}\)?[A-Z][a-z]?\]-?(?=\w[\w-]{2})"
)
_BRACKETED_ABBREVIATION = re.compile(r"\s*\((?=[^()]*[A-Za-z]{2})[^()]{1,10}\)(?=[-\s]|\Z)")
_INNER_ABBREVIATION = re.compile(r".{4,}?\(([A-Z][^()\s]{1,8})\)(-?\s?\S{1,6})\Z")
_WHOLE_AND_SHORT = re.compile(r"(.{3,}?)\s*[(\[]([^()\[\]]{2,})[)\]]\Z")
_PART_OF_A_FORMULA = re.compile(r"\S[(\[]\d[^()\[\]]*-")  # "tris(2-chloroethyl)"
_ANION = re.compile(r"(.{2,})ate\Z")
_ACID = re.compile(r"(.{2,})ic acid\Z")
_SALT = re.compile(
    r"(.{4,})\s+(?:(?:di|mono|hemi|tri|bi)?(?:HCl|HBr|hydro(?:chloride|bromide)|sodium|potassium|calcium|mesylate|maleate|acetate|tartrate|citrate"
    r"|fumarate|sul(?:f|ph)ate|phosphate|succinate|hydrate|tosylate|besylate|bromide|chloride|(?:meth)?iodide|nitrate|lactate|gluconate|pamoate|methanesulfonate|decanoate|propionate|valerate))\Z",
    re.IGNORECASE,
)
_CATION = re.compile(r"((?:di|mono)?(?:sodium|potassium|calcium|magnesium|ammonium)) (\w{5,}(?:ate|ite|ide))\Z", re.IGNORECASE)
_CATION_LAST = re.compile(
    r"(\w{5,}(?:ate|ite|ide)) ((?:di|mono)?(?:sodium|potassium|calcium|magnesium|ammonium))\Z", re.IGNORECASE
)
_METAL = re.compile(
    r"(?:cupr|ferr|mercur|stann|plumb|aur|argent)(?:ic|ous)|(?:copper|iron|zinc|mercury|lead|cadmium|nickel|cobalt|chromium|manganese"
    r"|silver|gold|tin|alumini?um|barium|calcium|magnesium|sodium|potassium|ammonium|gadolinium|strontium)(?: ?\(\w+\))?",
    re.IGNORECASE,
)
_LOCANT = re.compile(r"(?:\d{1,2}'?(?:,\d{1,2}'?)*|alpha|beta|gamma|lambda|[αβγλ])-(?=[A-Za-z]{6})")
_RADICAL = re.compile(r"(.{4,}?) (?:free )?radicals?\Z", re.IGNORECASE)
_CHARGED = re.compile(r"([A-Z][a-z])\s?\(?(?:\d?\+{1,3}|[IV]{1,3})\)?")
_TWO_DRUGS = re.compile(r"([A-Za-z]{6,}) ?[-/+] ?([A-Za-z]{6,})")
_CLASS = re.compile(r"(.{4,}?) (?:drugs?|compounds?|medications?)\Z", re.IGNORECASE)
RECEPTOR = "receptor"  # the method of a reading that only holds for what is a receptor itself
_FOR_A_RECEPTOR = re.compile(r"(.{2,}?)[\s-]receptors?\Z", re.IGNORECASE)
_BRACKET_OR_SPACE = re.compile(r"[()\s]")
_SHORT_FORM = 10
_CODE = re.compile(r"[A-Za-z]{1,5}[- ]?\d[\d,]*(?:-\d+)?[A-Za-z]{0,2}|\d{1,2}-[A-Z]{2,4}")
_JOINT = re.compile(r"[- ,]")
_LONG_NAME = 6
_RECEPTOR = re.compile(r"([A-Za-z][\w-]{1,8}?)-?R(\d?|I{1,3})[\s-]?(alpha|beta|gamma|[αβγ])?\Z")


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
    if usual := usual_abbreviation(name, kind):
        yield Reading(usual, 0.98, "usual abbreviation")
    if names_another_thing(name):
        return
    if kind is EntityKind.TARGET and (receptor := _FOR_A_RECEPTOR.fullmatch(name)):
        yield Reading(receptor[1], 0.95, RECEPTOR)
    for text, weight in _shortened(name, kind):
        yield Reading(text, weight, "normalised")
        for further, less in _shortened(text, kind):
            yield Reading(further, weight * less, "normalised")


def _shortened(name: str, kind: EntityKind) -> Iterator[tuple[str, float]]:
    if (parts := _WHOLE_AND_SHORT.fullmatch(name)) and not _PART_OF_A_FORMULA.search(name):
        yield from ((parts[1], 0.97), (parts[2], 0.9))
    if inner := _INNER_ABBREVIATION.fullmatch(name):
        yield inner[1] + inner[2], 0.95
    bare = _BRACKETED_ABBREVIATION.sub("", name)
    if bare != name:
        yield bare, 0.97
    for pattern, weight in (
        (_QUALIFIER, 0.93),
        (_PART_OF_ALL, 0.85),
        (_SORT_OF_DRUG, 0.85) if kind is EntityKind.DRUG else (_FORM_OF_A_PROTEIN, 0.93),
    ):
        if qualifier := pattern.match(name):
            yield name[qualifier.end() :], weight
    yield from _target(name) if kind is EntityKind.TARGET else _drug(name)


def _target(name: str) -> Iterator[tuple[str, float]]:
    if gene := _OF_A_GENE.fullmatch(name):
        yield gene[1], 0.95
    if receptor := _RECEPTOR.fullmatch(name):
        yield " ".join(filter(None, (receptor[1], "receptor", receptor[2], receptor[3]))), 0.8
    if micro := _MICRO_RNA.fullmatch(name):
        yield f"microRNA {micro[1]}", 0.95
    if cytochrome := _CYTOCHROME.fullmatch(name):
        yield f"CYP{cytochrome[1]}", 0.95
    for pattern in (_HUMAN, _CLASS_BEFORE):
        if before := pattern.match(name):
            yield name[before.end() :], 0.93
    spelled = _LOST_GREEK.sub(lambda lost: _GREEK[lost[0]], name)
    if spelled != name:
        yield spelled, 0.85


def _drug(name: str) -> Iterator[tuple[str, float]]:
    for pattern, weight in ((_OF_A_DRUG, 0.95), (_RADICAL, 0.9)):
        if found := pattern.fullmatch(name):
            yield found[1], weight
    yield from _of_a_salt(name)
    if stereo := _STEREO.match(name):
        yield name[stereo.end() :], 0.96
    if drugs := _CLASS.fullmatch(name):
        yield from ((f"{drugs[1]} agents", 0.9), (f"{drugs[1]}s", 0.9))
    yield from _said_otherwise(name)
    if anion := _ANION.fullmatch(name):
        yield f"{anion[1]}ic acid", 1.03
    if acid := _ACID.fullmatch(name):
        yield f"{acid[1]}ate", 0.9


def _of_a_salt(name: str) -> Iterator[tuple[str, float]]:
    """A salt without what makes it one, and with its words in the other order; a metal's salt is not the metal."""
    if (salt := _SALT.fullmatch(name)) and not _METAL.fullmatch(salt[1]):
        yield salt[1], 0.92
    if salt := _CATION.match(name):
        yield from ((f"{salt[2]} {salt[1]}", 0.97), (salt[2], 0.88))
    if salt := _CATION_LAST.match(name):
        yield f"{salt[2]} {salt[1]}", 0.97


def _said_otherwise(name: str) -> Iterator[tuple[str, float]]:
    """Combinations, ions and classes as lists print them."""
    if both := _TWO_DRUGS.fullmatch(name):
        yield from ((f"{one}, {other} drug combination", 0.97) for one, other in (both.groups(), both.groups()[::-1]))
    if charged := _CHARGED.fullmatch(name):
        yield usual_abbreviations(EntityKind.DRUG).get(charged[1], charged[1]), 0.85
    if name.endswith("ergic"):
        yield f"{name} agents", 0.9
    if name.endswith(("urea", "ureas")):
        yield f"{name.removesuffix('s')} compounds", 0.9


def rough_readings(name: str, kind: EntityKind) -> tuple[Reading, ...]:
    """Readings for a name of which no other is known: a drug of no said isomer, a gene without its form or its symbol."""
    if names_another_thing(name):
        return ()
    if kind is EntityKind.DRUG:
        bare = _LOCANT.sub("", name, count=1) if _LOCANT.match(name) else name
        return (Reading(bare, 0.7, "rough"),) if bare != name else ()
    found = []
    if form := _FORM_AFTER.fullmatch(name):
        found += [Reading(reading.text, 0.75 * reading.weight, "rough") for reading in readings(form[1], kind)]
    words = name.split()
    ends = (words[-1], words[0]) if len(words) > 1 else ()
    return (*found, *(Reading(word, 0.6, "rough") for word in ends if _SYMBOL.fullmatch(word)))


def acting_on(name: str) -> tuple[str, str] | None:
    """What a class of drugs acts on, and how: "COMT", "inhibitors" for "COMT inhibitor"."""
    found = _ACTING.fullmatch(name)
    return (found[1], f"{found[2].replace('ism', 'ist')}s") if found else None


def wider_targets(target: str) -> tuple[str, ...]:
    """What a class of drugs acts on, without the subtype, then without "receptor": "adenosine" of "adenosine A2A receptor"."""
    whole = _SUBTYPE.sub("", target)
    bare = _FOR_A_RECEPTOR.fullmatch(whole)
    return (whole, bare[1]) if bare else (whole,)


def plain_code(name: str) -> str:
    """A short form without brackets and spaces: "Ca (2+)" is "Ca2+"."""
    return _BRACKET_OR_SPACE.sub("", name) if len(name) <= _SHORT_FORM else name


def usual_abbreviation(name: str, kind: EntityKind) -> str:
    """What papers mean by a name that they do not define, or ""; codes are read in any spelling, long names in any case."""
    table = usual_abbreviations(kind)
    small = name.lower() if name[:1].isupper() and name[1:].islower() else name
    alike = (name, plain_code(name), name.removesuffix("s"), small, _any_spelling(name))
    return next((table[key] for key in alike if key in table), "")


def _any_spelling(name: str) -> str:
    """Of a code, without what joins its parts; of a long name, in small letters: keys that the table has beside the name."""
    code = _JOINT.sub("", name) if _CODE.fullmatch(name) else name
    return code if code != name or len(name) < _LONG_NAME else name.casefold()


@lru_cache(maxsize=2)
def usual_abbreviations(kind: EntityKind) -> dict[str, str]:
    """Short forms that papers use without a definition, with what they stand for."""
    lines = files("dti.linking").joinpath("abbreviations.tsv").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    table = {short: long for of, short, long in rows if of == kind}
    return {_any_spelling(short): long for short, long in table.items()} | table
