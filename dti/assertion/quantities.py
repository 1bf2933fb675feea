"""Potencies and affinities as papers print them: "IC50 = 1.2 ± 0.3 µM", "pKi > 7", "EC(50) of 3 x 10(-7) M".

Only molar concentrations are read; without a molar mass, µg/ml is none. Of several numbers that share a measure each is a
quantity of its own; which belongs to which name is not decided here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice

from dti.assertion._quantity_tokens import Kind, Token, tokens
from dti.domain.evidence import Quantity, QuantityKind, Relation, Span

_GAP = 14  # tokens between a measure and its number: "IC50 for human 5-lipoxygenase was found to be 5 nM"
_ASIDE = 4  # tokens between the items of a list: "5 nM for D2 and 40 nM for D3"
_LONGEST = 80  # tokens of one expression
_LOGARITHMS = range(2, 14)
_NANO = Decimal(9)

_KINDS = {kind.value.casefold(): kind for kind in QuantityKind}
_MEASURE = re.compile(
    r"(?<![\w-])(?P<p>p)?(?:(?P<half>[IE]C)[\s-]?[(\[_{]?\s?(?:50|₅₀)[)\]}]?|K[\s_]?[(\[{]?(?P<index>[iIdDbBᵢ])[)\]}]?"
    r"|(?P<a>(?<=p)A)[(\[_]?[2₂][)\]]?)(?:['’]?s)?(?![\w+])"
)
_MIRRORED = {
    Relation.LESS: Relation.GREATER,
    Relation.AT_MOST: Relation.AT_LEAST,
    Relation.GREATER: Relation.LESS,
    Relation.AT_LEAST: Relation.AT_MOST,
}


@dataclass(frozen=True, slots=True)
class _Reading:
    """One item of an expression in the units of the text; `factor` takes it to nM, None while its unit is not read yet."""

    relation: Relation
    low: Decimal
    end: int
    high: Decimal | None = None
    error: Decimal | None = None
    factor: Decimal | None = None


def quantities(text: str, within: Span | None = None) -> tuple[Quantity, ...]:
    """The measured potencies and affinities of a text, or of a part of it, in order; spans count characters of the text."""
    start, end = (within.start, within.end) if within else (0, len(text))
    measures = list(_MEASURE.finditer(text, start, end))
    limits = [*(measure.start() for measure in measures[1:]), end]
    found: list[Quantity] = []
    for measure, limit in zip(measures, limits[: len(measures)], strict=True):
        found += _of_measure(text, measure, limit) or _before(text, measure, found[-1].span.end if found else start)
    return tuple(found)


def _of_measure(text: str, measure: re.Match[str], limit: int) -> list[Quantity]:
    kind = _kind(measure)
    words = list(islice(tokens(text, measure.end(), limit), _LONGEST))
    parser = _Parser(words, logarithm=kind.molar is not kind)
    return [_quantity(text, kind, measure.start(), reading) for reading in parser.readings()]


def _before(text: str, measure: re.Match[str], start: int) -> list[Quantity]:
    """The quantity right before its measure: "a 5 nM IC50"."""
    kind = _kind(measure)
    words = list(tokens(text, max(start, measure.start() - 30), measure.start()))
    while words and words[-1].kind is Kind.OPEN:
        words.pop()
    if kind.molar is not kind or len(words) < 2 or (words[-2].kind, words[-1].kind) != (Kind.NUMBER, Kind.UNIT):
        return []
    number, unit = words[-2], words[-1]
    begin = number.end - len(number.text)
    reading = _Reading(Relation.EQUAL, number.number, measure.end(), factor=unit.number)
    return [_quantity(text, kind, begin, reading)]


def _kind(measure: re.Match[str]) -> QuantityKind:
    half, index = measure["half"], measure["index"]
    name = f"{half}50" if half else f"K{index}" if index else "A2"
    return _KINDS[f"{measure['p'] or ''}{name}".replace("ᵢ", "i").casefold()]


def _quantity(text: str, kind: QuantityKind, begin: int, reading: _Reading) -> Quantity:
    low, high, error, relation = reading.low, reading.high, reading.error, reading.relation
    if kind.molar is not kind:
        low, high = _concentration(low if high is None else high), None if high is None else _concentration(low)
        error, relation = None, _MIRRORED.get(relation, relation)
    factor = Decimal(1) if reading.factor is None else reading.factor
    return Quantity(
        kind=kind,
        relation=relation,
        nanomolar=float(low * factor),
        upper_nanomolar=None if high is None else float(high * factor),
        error_nanomolar=None if error is None else float(error * factor),
        text=text[begin : reading.end],
        span=Span(begin, reading.end),
    )


def _concentration(logarithm: Decimal) -> Decimal:
    """In nM."""
    return Decimal(10) ** (_NANO - logarithm)


class _Parser:
    """Reads the first expression among the tokens after a measure."""

    def __init__(self, words: Sequence[Token], *, logarithm: bool) -> None:
        self._words = words
        self._logarithm = logarithm
        self._at = 0
        self._unit: Decimal | None = None

    def readings(self) -> list[_Reading]:
        """The items of the first list of numbers with a unit; none if there is none near enough."""
        while self._find_number():
            if complete := self._complete(list(self._items())):
                return complete
        return []

    def _find_number(self) -> bool:
        """Go on to the next number, over what may stand between it and the measure."""
        while self._at < min(len(self._words), _GAP):
            token = self._words[self._at]
            if token.kind is Kind.NUMBER:
                return True
            if token.kind is Kind.STOP:
                break
            if token.kind is Kind.UNIT and self._names_the_unit():
                self._unit = token.number
            self._at += 1
        return False

    def _names_the_unit(self) -> bool:
        """Whether the unit stands by itself before the number: "IC50 (nM) = 5", "IC50 in nM: 5"."""
        before = self._words[self._at - 1] if self._at else None
        return (
            before is not None
            and (before.kind is Kind.OPEN or before.text == "in")
            and "molar" not in self._words[self._at].text
        )

    def _items(self) -> Iterator[_Reading]:
        reading: _Reading | None = self._item()
        while reading:
            yield reading
            reading = self._next_item()

    def _next_item(self) -> _Reading | None:
        for ahead in range(_ASIDE + 1):
            kinds = [token.kind for token in self._words[self._at + ahead : self._at + ahead + 3]]
            if kinds[:1] == [Kind.JOIN] and Kind.NUMBER in kinds[1:2] + (kinds[2:] if kinds[1:2] == [Kind.RELATION] else []):
                self._at += ahead + (2 if kinds[1] is Kind.RELATION else 1)
                return self._item()
            if kinds[:1] != [Kind.WORD]:
                break
        return None

    def _item(self) -> _Reading:
        """A number, its error, its unit and the other end of its range, as far as they are there."""
        before = self._words[self._at - 1] if self._at else None
        relation = before.relation if before and before.kind is Kind.RELATION else Relation.EQUAL
        between = any(
            token.kind is Kind.BETWEEN or token.text.startswith("rang")
            for token in self._words[max(0, self._at - 3) : self._at]
        )
        reading = self._measured(_Reading(relation, self._take().number, self._end()))
        if self._sees(Kind.TO, Kind.NUMBER) or (between and self._sees(Kind.JOIN, Kind.NUMBER)):
            self._at += 1
            reading = self._with_upper(reading)
        return reading

    def _with_upper(self, lower: _Reading) -> _Reading:
        upper = self._measured(_Reading(lower.relation, self._take().number, self._end()))
        factor = upper.factor if upper.factor is not None else lower.factor
        low = lower.low * lower.factor / factor if lower.factor is not None and factor is not None else lower.low
        return replace(lower, low=low, high=upper.low, end=upper.end, factor=factor, error=None)

    def _measured(self, reading: _Reading) -> _Reading:
        reading = self._with_unit(self._with_error(reading))
        return self._with_error(reading) if reading.error is None else reading

    def _with_error(self, reading: _Reading) -> _Reading:
        opened = self._sees(Kind.OPEN, Kind.ERROR, Kind.NUMBER)
        if not (opened or self._sees(Kind.ERROR, Kind.NUMBER)):
            return reading
        self._at += 2 if opened else 1
        error = self._take().number
        if self._sees(Kind.UNIT) and reading.factor is not None:
            self._at += 1
        if opened and self._sees(Kind.CLOSE):
            self._at += 1
        return replace(reading, error=error, end=self._end())

    def _with_unit(self, reading: _Reading) -> _Reading:
        if self._sees(Kind.CLOSE, Kind.UNIT):
            self._at += 1
        if not self._sees(Kind.UNIT):
            return reading
        unit = self._take()
        return replace(reading, factor=unit.number, end=unit.end)

    def _complete(self, items: list[_Reading]) -> list[_Reading]:
        """Items with their units, each the unit that follows it; of logarithms those that may be one."""
        if self._logarithm:
            return [item for item in items if item.factor is None and int(item.low) in _LOGARITHMS]
        complete: list[_Reading] = []
        factor = self._unit
        for item in reversed(items):
            factor = factor if item.factor is None else item.factor
            if factor is not None:
                complete.insert(0, replace(item, factor=factor))
        return complete

    def _take(self) -> Token:
        self._at += 1
        return self._words[self._at - 1]

    def _end(self) -> int:
        return self._words[self._at - 1].end

    def _sees(self, *kinds: Kind) -> bool:
        return tuple(token.kind for token in self._words[self._at : self._at + len(kinds)]) == kinds
