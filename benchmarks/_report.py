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
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import orjson

OUTPUT = Path(__file__).resolve().parent.parent / "build" / "bench"

_SIGNIFICANT_DIGITS = 4
_WIDTH = 80
_INDENT, _GAP = "    ", "  "
_NUMBERS = frozenset({0, 3, 4})
_LEGEND = "(ours; the alternative's; how many times better ours is)"


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


def to_text(report: Report) -> str:
    """Lines of at most 80 columns: each measurement's name, and below it, in columns, its figures."""
    rows = [_figures(item) for item in report.measurements]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    if len(_INDENT) + sum(widths) + len(_GAP) * len(widths) > _WIDTH:
        widths = [0] * len(widths)  # better ragged than torn
    lines = [*_folded(f"{report.name}  {_context(report)}".rstrip()), *_folded(_LEGEND), ""]
    for item, row in zip(report.measurements, rows, strict=True):
        cells = map(_justified, row, widths, range(len(row)))
        lines += [*_folded(item.name), *_folded(_INDENT + _GAP.join(cells))]
    return "\n".join(lines)


def _figures(item: Measurement) -> tuple[str, ...]:
    ours = _readable(item.value) + _between(item.bounds, "{:.3g}".format)
    ratio = "-" if math.isnan(item.ratio) else f"{item.ratio:.2f}x" + _between(item.ratio_bounds, "{:.2f}".format)
    return ours, item.unit, item.alternative, _readable(item.alternative_value), ratio


def _justified(cell: str, width: int, at: int) -> str:
    return cell.rjust(width) if at in _NUMBERS else cell.ljust(width)


def _folded(line: str) -> list[str]:
    return textwrap.wrap(line, _WIDTH, subsequent_indent=_INDENT, break_on_hyphens=False)


def publish(report: Report, folder: Path = OUTPUT) -> Path:
    """Print the report and write `<folder>/<name>.json`; returns that path."""
    print(to_text(report), end="\n\n")
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
