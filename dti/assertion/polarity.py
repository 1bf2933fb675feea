"""Whether a sentence affirms or denies that a drug acts on a target.

In the manner of NegEx and ConText (W. W. Chapman et al. 2001; H. Harkema et al. 2009) cues have scopes, but a scope is
relative to the pair: "X, but not Z, inhibited Y" denies Z and affirms X, "the Y inhibitor X did not affect Z" says nothing
against X and Y, and "X had no effect in mice without Y" speaks for the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum, auto

from dti.assertion.apposition import apposition
from dti.assertion.cues import DRUG, TARGET, cues
from dti.assertion.masking import Masked
from dti.domain.evidence import Polarity, Span

_CUES = cues("denial")


def polarity(masked: Masked) -> Polarity:
    """AFFIRMED or NEGATED; a sentence that denies nothing of the pair affirms it."""
    return Polarity.NEGATED if _denied(masked) else Polarity.AFFIRMED


def _denied(masked: Masked) -> bool:
    if apposition(masked.text):
        return False
    text = _blanked("pseudo", masked.text)
    if _CUES["adjacent"].search(text) or _excluded(text):
        return True
    if excepted := _name_after("excepted", text):
        return not _clause_denies(masked, text, masked.target if excepted == DRUG else masked.drug)
    text = _blanked("excluded", text)
    return any(cue.denies() for cue in _denials(masked, text)) and not _CUES["absent"].search(text)


def _blanked(group: str, text: str) -> str:
    return _CUES[group].sub(lambda match: " " * len(match[0]), text)


def _name_after(group: str, text: str) -> str:
    """The mask of the name in the phrase that follows a cue; "" if none does."""
    for match in _CUES[group].finditer(text):
        end = _CUES["phrase_end"].search(text, match.end() + 1)
        phrase = text[match.end() : end.start() if end else len(text)]
        for mask in (DRUG, TARGET):
            if mask in phrase:
                return mask
    return ""


def _excluded(text: str) -> bool:
    """Whether the pair is what "but not" leaves out; "A binds Y1 but not Y2, unlike X" leaves Y2 out for A alone."""
    excluded = _name_after("excluded", text)
    if not excluded or (excluded == DRUG and _CUES["excluded_aside"].search(text)):
        return False
    rest = text[text.index(TARGET) :]
    return excluded == DRUG or DRUG not in rest or bool(_CUES["agent"].search(rest[: rest.index(DRUG)]))


def _clause_denies(masked: Masked, text: str, name: Span) -> bool:
    clause = masked.clause(name.start)
    return any(_CUES[family].search(text, clause.start, clause.end) for family in _FAMILIES)


def _denials(masked: Masked, text: str) -> Iterator[_Denial]:
    for family, kind in _FAMILIES.items():
        for match in _CUES[family].finditer(text):
            yield kind(masked, text, match)


class _Place(Enum):
    """Where a name stands by a cue: in an earlier clause, before or after the cue in its own, in a later clause."""

    EARLIER = auto()
    BEFORE = auto()
    AFTER = auto()
    LATER = auto()


class _Denial:
    """A word of denial in its clause; what it denies depends on where the two names stand by it."""

    def __init__(self, masked: Masked, text: str, match: re.Match[str]) -> None:
        clause = masked.clause(match.start())
        aside = _CUES["aside"].search(text, match.end(), clause.end)
        self.word = match[0].casefold()
        self.before = text[clause.start : match.start()]
        self.after = text[match.end() : aside.start() if aside else clause.end]
        self._earlier, self._later = text[: clause.start], text[clause.end :]
        self.opens_sentence = clause.start == 0 and not self.before.strip()

    def denies(self) -> bool:
        """Whether the one name is denied to act on the other."""
        match (self._place(DRUG), self._place(TARGET)):
            case (_Place.BEFORE, _Place.AFTER) | (_Place.AFTER, _Place.BEFORE):
                return True
            case (_Place.AFTER, _Place.AFTER):
                return self._governs_both()
            case (_Place.BEFORE, _Place.BEFORE):
                return self._closes_both()
            case _:
                return self._reaches_over_clauses()

    def _reaches_over_clauses(self) -> bool:
        match (self._place(DRUG), self._place(TARGET)):
            case (_Place.EARLIER, _Place.AFTER) | (_Place.AFTER, _Place.EARLIER):
                reaches = (
                    bool(_CUES["no_subject"].match(self.before)) and not self.opens_sentence and not self._has_another_object()
                )
            case (_Place.EARLIER, _Place.BEFORE):
                reaches = self._closes_target()
            case (_Place.BEFORE, _Place.EARLIER):
                reaches = self._is_elliptic()
            case (_Place.LATER, _Place.AFTER):
                concedes = not self._earlier and _CUES["concession"].match(self.before)
                reaches = bool(concedes) and self._later.lstrip().startswith(DRUG)
            case _:
                reaches = False
        return reaches

    def _place(self, mask: str) -> _Place:
        places = ((_Place.AFTER, self.after), (_Place.BEFORE, self.before), (_Place.EARLIER, self._earlier))
        return next((place for place, text in places if mask in text), _Place.LATER)

    def _governs_both(self) -> bool:
        """Whether it denies what follows it."""
        raise NotImplementedError

    def _closes_both(self) -> bool:
        """Whether it denies what precedes it: "inhibition of Y by X was not seen"."""
        raise NotImplementedError

    def _closes_target(self) -> bool:
        """Whether it denies the target before it for the drug of an earlier clause: "while Y was not affected"."""
        raise NotImplementedError

    def _has_another_object(self) -> bool:
        """Whether it says itself what it denies: "no change in Z was seen after X"."""
        return False

    def _is_elliptic(self) -> bool:
        """Whether it denies the drug before it for the target of an earlier clause: "whereas X does not"."""
        return bool(_CUES["ending"].match(self.after))


class _Verbal(_Denial):
    """A negated verb: "did not", "failed to"."""

    def _governs_both(self) -> bool:
        regexes = (_CUES["then_look"], _CUES["inverted"])
        return bool(_CUES["nominalised"].match(self.word)) or any(regex.match(self.after) for regex in regexes)

    def _closes_both(self) -> bool:
        return bool(_CUES["then_seen"].match(self.after)) or self._is_elliptic()

    def _closes_target(self) -> bool:
        return bool(_CUES["then_changed"].match(self.after)) or self._is_elliptic()


class _Nominal(_Denial):
    """A negated noun: "no effect of", "lack of"."""

    def _governs_both(self) -> bool:
        if self.word in {"none", "neither", "nor"}:
            return True
        conditional = self.opens_sentence and self.word in {"without", "absence of"}
        return not conditional and bool(_CUES["effect"].match(self.after))

    def _closes_both(self) -> bool:
        of_something_else = self.before.rstrip().endswith("with") or _CUES["subject_action"].search(self.before)
        return not of_something_else and self._is_elliptic()

    def _closes_target(self) -> bool:
        return self._is_elliptic()

    def _has_another_object(self) -> bool:
        match = _CUES["effect"].match(self.after)
        return bool(match and _CUES["another_object"].match(self.after, match.end()))

    def _is_elliptic(self) -> bool:
        match = _CUES["effect"].match(self.after)
        return bool(match and _CUES["ending"].match(self.after, match.end()))


class _State(_Denial):
    """A word that denies by itself: "unaffected", "inactive"."""

    def _governs_both(self) -> bool:
        return self.opens_sentence or bool(_CUES["attitude"].match(self.word))

    def _closes_both(self) -> bool:
        return True

    def _closes_target(self) -> bool:
        return True


_FAMILIES = {"verbal": _Verbal, "nominal": _Nominal, "state": _State}
