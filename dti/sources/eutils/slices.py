"""Parts of a search that are small enough to be delivered, as plain values a durable job can store.

PubMed delivers at most 9,999 records of a search, whatever the paging. A larger search is cut in two by
entry date (edat), and so on, until each part fits. Nothing here talks to NCBI.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

# NCBI documents 10,000 and delivers 9,999; of a posted set it accepts 10,000, of which the history may deliver no more.
CAP = 9_999


@dataclass(frozen=True, slots=True)
class DateRange:
    """Entry dates from `first` to `last`, both included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise ValueError(f"{self.first} is after {self.last}")

    def __str__(self) -> str:
        return str(self.first) if self.one_day else f"{self.first} to {self.last}"

    @property
    def one_day(self) -> bool:
        """Whether it cannot be cut any further."""
        return self.first == self.last

    def halves(self) -> tuple[DateRange, DateRange]:
        """Two ranges that cover this one without overlap; ValueError for a single day."""
        if self.one_day:
            raise ValueError(f"{self.first} is one day")
        middle = self.first + (self.last - self.first) // 2
        return DateRange(self.first, middle), DateRange(middle + timedelta(days=1), self.last)


# Wider than PubMed, so that the range of a search without dates leaves nothing out.
ALL_DATES = DateRange(date(1600, 1, 1), date(2999, 12, 31))


@dataclass(frozen=True, slots=True)
class Slice:
    """A term within entry dates; `dates` None means no restriction, `expected` is what an earlier count says it holds."""

    term: str
    dates: DateRange | None = None
    expected: int | None = None

    def payload(self) -> dict[str, str]:
        """As strings, for a job's step."""
        fields = {"term": self.term}
        if self.dates is not None:
            fields |= {"first": self.dates.first.isoformat(), "last": self.dates.last.isoformat()}
        if self.expected is not None:
            fields["expected"] = str(self.expected)
        return fields

    @classmethod
    def from_payload(cls, fields: Mapping[str, str]) -> Slice:
        """The reverse of `payload`; KeyError or ValueError if it is no such payload."""
        dates = (
            DateRange(date.fromisoformat(fields["first"]), date.fromisoformat(fields["last"])) if "first" in fields else None
        )
        return cls(fields["term"], dates, int(fields["expected"]) if "expected" in fields else None)

    @property
    def divisible(self) -> bool:
        """Whether a smaller slice exists."""
        return self.dates is None or not self.dates.one_day

    def lower(self) -> Slice:
        """The earlier half, to be counted before `split`."""
        return Slice(self.term, (self.dates or ALL_DATES).halves()[0])

    def split(self, count: int, lower_count: int) -> tuple[Slice, ...]:
        """The halves that are not empty, each with its expected count; together they cover this slice of `count` records."""
        earlier, later = (self.dates or ALL_DATES).halves()
        halves = (Slice(self.term, earlier, lower_count), Slice(self.term, later, max(count - lower_count, 0)))
        return tuple(half for half in halves if half.expected)


@dataclass(frozen=True, slots=True)
class Found:
    """A slice that fits: its PMIDs, and NCBI's warnings such as phrases it did not find.

    `shortfall` says how many of the counted records are not in `pmids`, and why; "" when all are.
    """

    slice: Slice
    count: int
    pmids: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    shortfall: str = ""


@dataclass(frozen=True, slots=True)
class Split:
    """A slice that is too big: search `parts` instead; it has delivered nothing itself."""

    slice: Slice
    count: int
    parts: tuple[Slice, ...]
    warnings: tuple[str, ...] = ()
