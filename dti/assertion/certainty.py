"""How a sentence puts what it says of a pair: as a finding, with a hedge, as a question, or as known before."""

from __future__ import annotations

from dti.assertion.apposition import apposition
from dti.assertion.cues import cues
from dti.assertion.masking import Masked
from dti.domain.evidence import Certainty

_CUES = cues("certainty")


def certainty(masked: Masked) -> Certainty:
    """A question comes before a hedge, a hedge before what was known: "we asked whether X may", "previous data suggest".

    A pair in apposition is put by its own phrase: "the effect of X, a putative blocker of Y, was studied".
    """
    if phrase := apposition(masked.text):
        return _of_phrase(phrase)
    if _asked(masked):
        return Certainty.HYPOTHESIS
    if _hedged(masked):
        return Certainty.HEDGED
    text = _CUES["against_known"].sub(lambda match: " " * len(match[0]), masked.text)
    return Certainty.BACKGROUND if _CUES["known"].search(text) else Certainty.FACT


def _of_phrase(phrase: str) -> Certainty:
    if _CUES["hedge"].search(phrase):
        return Certainty.HEDGED
    return Certainty.BACKGROUND if _CUES["known"].search(phrase) else Certainty.FACT


def _asked(masked: Masked) -> bool:
    """A question before or around the pair, or a pair that "was studied", without an answer in the sentence."""
    text = masked.text
    if _CUES["result"].search(text):
        return False
    question = _CUES["question"].search(text)
    last = masked.second
    return bool(
        (question and (question.start() < last.start or question.end() == len(text)))
        or _CUES["studied_after"].search(text, last.end)
        or (question and question.start() >= last.end and "known" in question[0])
    )


def _hedged(masked: Masked) -> bool:
    """A hedge in a clause that holds one of the names, or one that governs what follows and stands before the second."""
    text, last = masked.text, masked.second
    clauses = {masked.clause(span.start) for span in (masked.drug, masked.target)}
    if any(_CUES["hedge"].search(text, clause.start, clause.end) for clause in clauses):
        return True
    governing = _CUES["governing_hedge"].search(text)
    return bool(governing and governing.start() < last.start)
