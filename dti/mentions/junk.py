"""Matches that are no names here: common words, other cases, parts of other names."""

from __future__ import annotations

import re
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
_FUNCTION_WORD = re.compile(r"(?:a|an|of|or|and|in|to|the|by|with|on|at|as|is|are|from|for|than|this|we|no|all)\b(?!-)[^\w]")
_IN_A_CODE = re.compile(r"[A-Z0-9]-\Z")
_CODE_GOES_ON = re.compile(r"-(?:\d{2,}|[A-Z]{1,4}\b|[A-Z]+\d)|\(?(?:50|90)\b")
_ROLE = re.compile(
    r"[\s/-]{0,2}(?:(?:and|or|selective|partial|inverse|full|dopamine|adenosine|histamine|muscarinic|specific)[\s-])?"
    r"(?:receptor|subtype|site|binding|antagonis|agonis|block|inhibit|ligand|affinit|selectiv|stimul|activ|mediated|like)",
    re.IGNORECASE,
)
_HEADING = re.compile(r"\s*:")
_CHARGE = re.compile(r"\d?[+]|\d?\(\d?[+]\)|\^")


@lru_cache(maxsize=1)
def common_words() -> frozenset[str]:
    """Folded words that some source lists as a name though papers rarely mean it."""
    listed = files("dti.mentions").joinpath("common_words.txt").read_text(encoding="utf-8")
    return frozenset(fold(word) for line in listed.splitlines() for word in line.split() if not line.startswith("#"))


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
            self.key in common_words()
            or _FUNCTION_WORD.match(self.written)
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
