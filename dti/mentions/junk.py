"""Matches that are no names here: common words, other cases, parts of other names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files

from dti.domain.entities import EntityKind
from dti.domain.evidence import Span
from dti.domain.lexicon import NameType
from dti.lexicon import Posting
from dti.lexicon.fold import fold

_ALNUM = re.compile(r"[\W_]+")
_CASED = frozenset({NameType.SYMBOL, NameType.ABBREVIATION, NameType.BRAND, NameType.WEAK})
_SUBTYPE_AFTER = re.compile(r"[-‐‑–](?:\d{1,2}[A-Za-z]?|[A-Z]|[IVX]{1,4}|[α-ω]|alpha|beta|gamma|delta)(?![^\W_])")
NOT_THE_DRUG = re.compile(
    r"[\s-]*(?:receptors?|transporters?|synthases?|reductases?|oxidases?|hydrolases?|kinases?|dehydrogenases?|transferases?"
    r"|decarboxylases?|carriers?|channels?|esterases?|deficien\w+|hydroxylases?|uptake|reuptake|release|levels?)\b"
)
_FUNCTION_WORD = re.compile(
    r"(?:a|be|no|all|we|is|are|was|were|(?:[Aa]n|[Oo]f|[Oo]r|[Aa]nd|[Ii]n|[Tt]o|[Tt]he|[Bb]y|[Ww]ith|[Oo]n|[Aa]t|[Aa]s|[Ff]rom|[Ff]or|[Tt]han"
    r"|[Tt]his|[Ii]ts))\b(?!-)[^\w]|.*\W(?:in|an|of|to|is|and|or|the|by|with|was|for|on)\Z",
    re.DOTALL,
)
_RATE = re.compile(r"(?:min|m?[lL]|m?mol|k?g|h|s|M|cm|d|day)(?:\W{0,2}[-−–]\W?|/)1\b|t\W?1/2|.[/,].\Z|X-linked")
_TORN = re.compile(r"\b[A-Za-z]{1,3} |\s[a-z]{1,3}\Z")
_IN_A_CODE = re.compile(r"[A-Z0-9]-\Z")
_CODE_GOES_ON = re.compile(r"-(?:\d{2,}|[A-Z]{1,4}\b|[A-Z]+\d)|\(?(?:50|90)\b")
_ROLE = re.compile(
    r"[\s/-]{0,2}(?:(?:and|or|selective|partial|inverse|full|dopamine|adenosine|histamine|muscarinic|specific)[\s-])?"
    r"(?:receptor|subtype|site|binding|antagonis|agonis|block|inhibit|ligand|affinit|selectiv|stimul|activ|mediated|like)",
    re.IGNORECASE,
)
_STATISTIC = re.compile(r"(?:'s)?[\s-](?:regression|proportional)\b")  # David Cox's, not a cyclooxygenase
_HEADING = re.compile(r"\s*:")
_NOT_OF_KIND = {EntityKind.DRUG: "not_drugs.txt", EntityKind.TARGET: "not_targets.txt"}
_CHARGE = re.compile(r"\d?[+]|\d?\(\d?[+]\)|\^")


@lru_cache(maxsize=2)
def common_words(kind: EntityKind) -> frozenset[str]:
    """Folded words that some source lists as a name of this kind though papers rarely mean it."""
    return frozenset(fold(word) for file in ("common_words.txt", _NOT_OF_KIND[kind]) for word in _listed(file))


def _listed(file: str) -> Iterator[str]:
    """Words of a packaged list; those of one name are joined by "_"."""
    text = files("dti.mentions").joinpath(file).read_text(encoding="utf-8")
    return (word for line in text.splitlines() if not line.startswith("#") for word in line.split())


class Context:
    """A match's place in the text; `key` is its folded form."""

    __slots__ = ("after", "before", "key", "written")

    def __init__(self, text: str, span: Span, key: str) -> None:
        self.written = text[span.start : span.end]
        self.before = text[max(0, span.start - 2) : span.start]
        self.after = text[span.end : span.end + 24]
        self.key = key

    @property
    def starts_sentence(self) -> bool:
        """Whether a capital here says nothing."""
        return not self.before.strip() or self.before.strip()[-1:] in {".", ":", "?", "!", "]"}

    def excludes(self, kind: EntityKind) -> bool:
        """Whether what stands here and around it is no name of this kind, whatever the lexicon says."""
        if (
            self.key in common_words(kind)
            or _FUNCTION_WORD.match(self.written)
            or _RATE.match(self.written)
            or _STATISTIC.match(self.after)
            or (_HEADING.match(self.after) and self.written.isupper())
        ):
            return True
        short = len(self.written) <= 4
        if short and (_IN_A_CODE.search(self.before) or _CODE_GOES_ON.match(self.after)):
            return True
        if kind is EntityKind.DRUG:
            return bool(NOT_THE_DRUG.match(self.after))
        return bool((short and _CHARGE.match(self.after)) or (len(self.written) <= 6 and _SUBTYPE_AFTER.match(self.after)))


def is_name(context: Context, posting: Posting) -> bool:
    """Whether the text means the posting's name, judged by case."""
    if posting.type is NameType.WEAK and len(context.key) <= 4 and not _ROLE.match(context.after):
        return False
    if posting.spelling.isalpha() and _TORN.search(context.written):  # "be an" is no "bean"
        return False
    return _case_agrees(context, posting)


def _case_agrees(context: Context, posting: Posting) -> bool:
    written, listed = _bare(context.written), _bare(posting.spelling)
    if posting.type is NameType.BRAND:
        return written[:1].isupper() and not context.starts_sentence
    if written == listed:
        return True
    if len(written) <= 3 and written.isalpha():
        capitalised = len(written) == 3 and written[:1].isupper() and not context.starts_sentence  # Akt, Bax, Src
        return listed.isupper() and (written.isupper() or capitalised)
    if posting.type in _CASED and written.isalpha() and written.islower():
        return listed.islower() or (listed[1:].islower() and len(written) > 5)
    return not (written.isalpha() and written.islower() and listed.isupper() and len(written) < 6)


def _bare(text: str) -> str:
    return _ALNUM.sub("", text)
