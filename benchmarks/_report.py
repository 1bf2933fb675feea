"""What a benchmark reports: our figure beside a named alternative's, both measured in the same run.

A benchmark is a module of this package whose name has no leading underscore, with ``main() -> Report``::

    def main() -> Report:
        ours, theirs = best_rate(parse_ours), best_rate(parse_theirs)
        return Report("parse", (Measurement("PubMed XML", ours, "records/s", "pubmed_parser", theirs),))

    if __name__ == "__main__":
        publish(main())

`python -m benchmarks` runs all of them; one alone runs as `python -m benchmarks.parse`.
"""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import orjson
from rich.console import Console
from rich.table import Table

OUTPUT = Path(__file__).resolve().parent.parent / "build" / "bench"

_SIGNIFICANT_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Measurement:
    """One figure of ours and the same figure of `alternative`, in `unit`, from the same run and input.

    Bounds, where there are any, are of a 95% interval: of our figure, and of how many times the alternative's it is.
    """

    name: str
    value: float
    unit: str
    alternative: str
    alternative_value: float
    higher_is_better: bool = True
    bounds: tuple[float, float] | None = None
    ratio_bounds: tuple[float, float] | None = None

    @property
    def ratio(self) -> float:
        """How many times better than the alternative: above 1 is better, whichever way the unit points; NaN if undefined."""
        ours, theirs = self.value, self.alternative_value
        if not self.higher_is_better:
            ours, theirs = theirs, ours
        return ours / theirs if theirs else math.nan


@dataclass(frozen=True, slots=True)
class Report:
    """The measurements of one benchmark; `context` says what they were taken on (input size, versions, settings)."""

    name: str
    measurements: tuple[Measurement, ...]
    context: Mapping[str, str | int | float] = field(default_factory=dict)


def to_table(report: Report) -> Table:
    """Rows of ours against the alternative, with the ratio."""
    table = Table(title=f"{report.name}  {_context(report)}".rstrip(), title_justify="left")
    for header in ("measurement", "ours", "alternative", "its figure", "unit", "ratio"):
        table.add_column(header, justify="left" if header in {"measurement", "alternative", "unit"} else "right")
    for item in report.measurements:
        ours = _readable(item.value) + _between(item.bounds, "{:.3g}".format)
        ratio = "-" if math.isnan(item.ratio) else f"{item.ratio:.2f}x" + _between(item.ratio_bounds, "{:.2f}".format)
        table.add_row(item.name, ours, item.alternative, _readable(item.alternative_value), item.unit, ratio)
    return table


def publish(report: Report, folder: Path = OUTPUT) -> Path:
    """Print the table and write `<folder>/<name>.json`; returns that path."""
    Console().print(to_table(report))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{report.name}.json"
    path.write_bytes(orjson.dumps(to_json(report), option=orjson.OPT_INDENT_2))
    return path


def to_json(report: Report) -> dict[str, object]:
    """The report as JSON values, with the ratios and the machine it ran on; NaN becomes null."""
    rows = [asdict(item) | {"ratio": item.ratio} for item in report.measurements]
    return {"benchmark": report.name, "context": dict(report.context), "machine": machine(), "measurements": rows}


def machine() -> dict[str, str | int | float]:
    """What the figures depend on: interpreter, cores, and the load when the run ended."""
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "cores": os.cpu_count() or 0,
        "load": round(os.getloadavg()[0], 2),
    }


def _context(report: Report) -> str:
    return ", ".join(f"{name} {value}" for name, value in report.context.items())


def _between(bounds: tuple[float, float] | None, shown: Callable[[float], str]) -> str:
    return "" if bounds is None else f" ({shown(bounds[0])} to {shown(bounds[1])})"


def _readable(value: float) -> str:
    """Four significant digits, thousands separated, never in exponent form above one."""
    digits = max(0, _SIGNIFICANT_DIGITS - 1 - math.floor(math.log10(abs(value)))) if value else 0
    return f"{value:,.{digits}f}"
