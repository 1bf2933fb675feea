"""Names of substances that are here a part of another's name: "pyrazole derivatives", "propidium iodide", "poly(lactide)"."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files

from dti.domain.evidence import Span

_WORDS = {
    name: f"(?:{'|'.join(words)})"
    for name, words in tomllib.loads(files("dti.mentions").joinpath("compounds.toml").read_text(encoding="utf-8")).items()
}
_ANOTHER = re.compile(
    r"s?[\s-](?:[a-z-]*{between} )?{pieces}\b|-based(?: {made_how})* {made}|-(?:fused|substituted|linked|bearing)\b"
    r"|[\s-]{compounds}\b|[\s-]binding[\s-]{bound}s?\b|-\d?'?-?[ON]-[a-z]".format_map(_WORDS),
    re.IGNORECASE,
)
_PREFIX = re.compile(r"{prefixes}-\Z|poly\s?\(\Z".format_map(_WORDS), re.IGNORECASE)
_SUBTYPE = re.compile(r"\((?:\d{1,2}[A-Z]?(?:/\d?[A-Z])?|[A-QS-Z]|Sc)\)")  # "(R)" is a trademark
_SHORT = 5
_CATION = re.compile("{cations}".format_map(_WORDS), re.IGNORECASE)
_SALT = re.compile(r" (?:[\dNO][\w,'-]*-)?[a-z]*{behind_cations}\b".format_map(_WORDS))
_ANION = re.compile("{anions}".format_map(_WORDS), re.IGNORECASE)
_CATION_BEFORE = re.compile(r"{before_anions} \Z".format_map(_WORDS), re.IGNORECASE)
_RESIDUE = re.compile("{residues}".format_map(_WORDS))
_SEQUENCE = re.compile(r"[-/(]?\d|[-/]{residues}\b".format_map(_WORDS))
_SEQUENCE_BEFORE = re.compile(r"(?:{residues}|pGlu|\d)[-/]\Z".format_map(_WORDS))
_WINDOW = 40


def part_of_another(text: str, span: Span) -> bool:
    """Whether what stands there, were it a drug's name, names another substance together with what is around it."""
    written = text[span.start : span.end]
    before, after = text[max(0, span.start - _WINDOW) : span.start], text[span.end : span.end + _WINDOW]
    if _ANOTHER.match(after) or _PREFIX.search(before) or (len(written) <= _SHORT and _SUBTYPE.match(after)):
        return True
    return _counter_ion(written, before, after) or _of_a_peptide(written, before, after)


def _counter_ion(written: str, before: str, after: str) -> bool:
    if _CATION.fullmatch(written):
        return _SALT.match(after) is not None
    return _ANION.fullmatch(written) is not None and _CATION_BEFORE.search(before) is not None


def _of_a_peptide(written: str, before: str, after: str) -> bool:
    placed = _SEQUENCE.match(after) or _SEQUENCE_BEFORE.search(before)
    return placed is not None and _RESIDUE.fullmatch(written) is not None
