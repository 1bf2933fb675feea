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
from dti.mentions.conventions import is_subtype_alone

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
_QUALIFIED = r"[\s/-]{0,2}(?:(?:and|or|selective|partial|inverse|full|dopamine|adenosine|histamine|muscarinic|specific)[\s-])?"
_OF_A_RECEPTOR = r"receptor|subtype|site|antagonis|agonis|block|ligand|affinit|selectiv"
_RECEPTOR_ROLE = re.compile(f"{_QUALIFIED}(?:{_OF_A_RECEPTOR})", re.IGNORECASE)
_ROLE = re.compile(f"{_QUALIFIED}(?:{_OF_A_RECEPTOR}|binding|inhibit|stimul|activ|mediated|like)", re.IGNORECASE)
_STATISTIC = re.compile(r"(?:'s)?[\s-](?:regression|proportional)\b")  # David Cox's, not a cyclooxygenase
_HEADING = re.compile(r"\s*:")
_TECHNIQUE = re.compile(r"[\s-]*\(?(?:(?:real[ -]time )?(?:q?RT-)?q?PCR\b|polymerase chain|chain reaction)")
_NUMBERED = re.compile(r".*[^\W\d_] \(\d{1,2}(?:[-–,]\s?\d{1,2})*\)\Z|.*\([-−–]\d\)\Z", re.DOTALL)  # "acid (1)", "g(-1)"
_ATOM = re.compile(r"[CHNOPS](?:-\(?|\()\d{1,2}\)?")  # "C-11", "H-(13)"
_SUBTYPED = re.compile(r"[\s/-]{0,2}(?:\w+[\s-])?(?:receptor|nicotinic|nAChR|adreno|integrin)", re.IGNORECASE)
_FIELD = re.compile(r"CA[1-4]")
_OF_THE_BRAIN = re.compile(
    r"(?:,?(?: and|/) ?CA[1-4])*\)?,? (?:(?:sub)?(?:regions?|fields?|areas?|sectors?)|pyramidal|hippocamp\w+)\b"
    r"|,? (?:and )?CA[1-4]\b"
)
_CAPITAL_AFTER = re.compile(r"[\s-]+[A-Z][a-z]")
_CAPITAL_BEFORE = re.compile(r"(?<![^\W_])[A-Z][a-z]+[\s-]+(?:(?:of|the|by|on|for|with|to|via)\s)?\Z")
_OF_BACTERIA = re.compile(r"[a-z]{3,4}[A-Z]")
_SHORTEST_BRAND = 4
_SHORTEST_NAME = 3
_SHORT_WORD = 5
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
        self.before = text[max(0, span.start - 24) : span.start]
        self.after = text[span.end : span.end + 24]
        self.key = key

    @property
    def starts_sentence(self) -> bool:
        """Whether a capital here says nothing."""
        return not self.before.strip() or self.before.strip()[-1:] in {".", ":", "?", "!", "]"}

    @property
    def in_a_role(self) -> bool:
        """Whether a word follows that says of a receptor what is done to it, and nothing of what its ligand does."""
        return _RECEPTOR_ROLE.match(self.after) is not None

    @property
    def beside_capitals(self) -> bool:
        """Whether a neighbour has a capital too: the word may be of a heading or of a longer proper name."""
        return bool(_CAPITAL_AFTER.match(self.after) or _CAPITAL_BEFORE.search(self.before))

    def excludes(self, kind: EntityKind) -> bool:
        """Whether what stands here and around it is no name of this kind, whatever the lexicon says."""
        if (
            self.key in common_words(kind)
            or _FUNCTION_WORD.match(self.written)
            or _RATE.match(self.written)
            or _STATISTIC.match(self.after)
            or _TECHNIQUE.match(self.after)
            or (_HEADING.match(self.after) and self.written.isupper())
        ):
            return True
        short = len(self.written) <= 4
        if short and (_IN_A_CODE.search(self.before) or _CODE_GOES_ON.match(self.after)):
            return True
        if kind is EntityKind.DRUG:
            return bool(NOT_THE_DRUG.match(self.after))
        return self._is_of_notation() or bool(
            (short and _CHARGE.match(self.after)) or (len(self.written) <= 6 and _SUBTYPE_AFTER.match(self.after))
        )

    def _is_of_notation(self) -> bool:
        """Whether what looks like a target numbers compounds or atoms, is a unit, a subtype or a field of the hippocampus."""
        if _FIELD.fullmatch(self.written):
            return _OF_THE_BRAIN.match(self.after) is not None
        if is_subtype_alone(self.written):
            return _SUBTYPED.match(self.after) is None
        noted = _NUMBERED.match(self.written) or _ATOM.fullmatch(self.written)
        return noted is not None and not self.in_a_role


def is_name(context: Context, posting: Posting) -> bool:
    """Whether the text means the posting's name, judged by case."""
    if posting.type is NameType.WEAK and len(context.key) <= 4 and not _ROLE.match(context.after):
        return False
    if posting.spelling.isalpha() and _TORN.search(context.written):  # "be an" is no "bean"
        return False
    return _is_brand(context) if posting.type is NameType.BRAND else _case_agrees(context, posting)


def _is_brand(context: Context) -> bool:
    """Whether it has a capital for no other reason than being a name; shorter ones are abbreviations."""
    capital = context.written[:1].isupper() and not (context.starts_sentence or context.beside_capitals)
    return capital and len(_bare(context.written)) >= _SHORTEST_BRAND


def _case_agrees(context: Context, posting: Posting) -> bool:
    written, listed = _bare(context.written), _bare(posting.spelling)
    if written == listed:
        return True
    if not of_this_case(written, listed):
        return False
    if listed.isupper() and written.istitle() and written.isalpha():  # Akt, Bax, Src
        return _SHORTEST_NAME <= len(written) <= len(listed) and not _is_a_word(context)
    if len(written) <= _SHORTEST_NAME and written.isalpha():
        return listed.isupper() and written.isupper()
    if not (written.isalpha() and written.islower()):
        return True
    return _small_letters_agree(written, listed, cased=posting.type in _CASED)


def of_this_case(written: str, listed: str) -> bool:
    """False of a bacterial symbol that is written otherwise: gene trpC, protein TrpC; channels are TRPC."""
    return not _OF_BACTERIA.fullmatch(listed) or written[1:] == listed[1:]


def _small_letters_agree(written: str, listed: str, *, cased: bool) -> bool:
    if cased:
        return listed.islower() or (listed[1:].islower() and len(written) > _SHORT_WORD)
    return not listed.isupper() or len(written) > _SHORT_WORD


def _is_a_word(context: Context) -> bool:
    """Whether a capital may be for another reason than that genes are written so, as Akt is: "Sri Lanka", a new sentence."""
    return context.starts_sentence or bool(_CAPITAL_AFTER.match(context.after) and not _CAPITAL_BEFORE.search(context.before))


def _bare(text: str) -> str:
    return _ALNUM.sub("", text)
