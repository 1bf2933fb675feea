"""Which of our hand-written expressions of potency are read exactly, and how fast.

An expression counts if all its quantities are: kind, relation, value in nM, upper end and error. The alternative is the
pattern that comes to mind first: measure, "=", "of" or "was", a number, a unit.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks._report import Measurement, Report, publish
from dti.assertion.quantities import quantities
from dti.domain.evidence import Quantity

_EXPRESSIONS = Path(__file__).parent / "data" / "quantities.tsv"
_REPEATS = 5
_SIMPLE = re.compile(
    r"(IC50|EC50|Ki|Kd)(?: values?)?\s?(?:=|of|was|:)?\s?([<>]?)\s?"
    r"(\d+(?:\.\d+)?)(?:\s?(?:±|\+/-)\s?(\d+(?:\.\d+)?))?\s?(p|n|µ|μ|u|m)M"
)
_FACTORS = {"p": 0.001, "n": 1.0, "µ": 1e3, "μ": 1e3, "u": 1e3, "m": 1e6}


def main() -> Report:
    """Both on every expression, alone and within a sentence."""
    expressions = read(_EXPRESSIONS)
    ours, theirs = (_measured(reader, expressions) for reader in (lambda text: written(quantities(text)), _simple))
    return Report(
        "quantities",
        (
            Measurement("exact", ours[0], "of expressions", "one regular expression", theirs[0]),
            Measurement("speed", ours[1], "expressions/core-s", "one regular expression", theirs[1]),
        ),
        {"expressions": len(expressions)},
    )


def read(path: Path) -> list[tuple[str, str]]:
    """Expressions and what they say, as `written` writes it."""
    rows = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())
    return [(expression, expected) for expression, expected in rows]


def written(found: Sequence[Quantity]) -> str:
    """All quantities on one line, in nM: "Ki = 5..10 ±2; IC50 < 3"; "-" if there is none."""
    return "; ".join(map(_written, found)) or "-"


def _written(quantity: Quantity) -> str:
    upper = "" if quantity.upper_nanomolar is None else f"..{_figure(quantity.upper_nanomolar)}"
    error = "" if quantity.error_nanomolar is None else f" ±{_figure(quantity.error_nanomolar)}"
    return f"{quantity.kind.value} {quantity.relation.value} {_figure(quantity.nanomolar)}{upper}{error}"


def _figure(value: float) -> str:
    return f"{value:.9f}".rstrip("0").rstrip(".")


def _simple(text: str) -> str:
    found = [
        f"{kind} {sign or '='} {_figure(float(number) * _FACTORS[unit])}"
        + (f" ±{_figure(float(error) * _FACTORS[unit])}" if error else "")
        for kind, sign, number, error, unit in _SIMPLE.findall(text)
    ]
    return "; ".join(found) or "-"


def _measured(reader: Callable[[str], str], expressions: Sequence[tuple[str, str]]) -> tuple[float, float]:
    """The share read exactly in both settings, and the rate."""
    texts = [
        ((expression, f"It inhibited the enzyme with {expression} in cells."), expected) for expression, expected in expressions
    ]
    exact = sum(all(reader(text) == expected for text in both) for both, expected in texts)
    begin = time.process_time()
    for _ in range(_REPEATS):
        for both, _expected in texts:
            for text in both:
                reader(text)
    return exact / len(texts), 2 * _REPEATS * len(texts) / (time.process_time() - begin)


if __name__ == "__main__":
    publish(main())
