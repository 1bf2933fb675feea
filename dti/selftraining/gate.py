"""Whether a candidate replaces its parent: better by more than noise, no interaction lost, as well calibrated, as fast."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from dti.evaluation.bootstrap import Interval, differences
from dti.selftraining.measure import Measured
from dti.selftraining.order import GateRules

_FIGURE = "sample.f1"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reason` in words, and the figures it rests on as JSON values."""

    accepted: bool
    reason: str
    figures: dict[str, Any]


def judge(parent: Measured, candidate: Measured, rules: GateRules, *, fast: bool, control: Measured | None = None) -> Verdict:
    """All faults are told, not only the first."""
    bounds = differences(candidate.report, parent.report, resamples=rules.resamples, level=rules.level).figures[_FIGURE]
    gain = candidate.report.sample.f1 - parent.report.sample.f1
    interval = f"[{bounds.low:+.3f}, {bounds.high:+.3f}]"
    faults = list(_collapsed(parent, candidate, rules))
    if bounds.low <= rules.least_gain:
        faults.append(
            f"the gain in F1 of {gain:+.3f} is within noise: its {rules.level:.0%} interval is {interval}, "
            f"and its lower bound must be above {rules.least_gain:+.3f}"
        )
    faults += _no_better(candidate, control)
    before, now = parent.calibration_error, candidate.calibration_error
    if now > before + rules.calibration_margin:
        faults.append(f"calibration error rose from {before:.3f} to {now:.3f}, by more than {rules.calibration_margin:g}")
    if not fast:
        faults.append(f"it reads at less than {rules.speed_share:.0%} of the parent's speed")
    told = f"F1 {gain:+.3f} {interval} over the parent on {len(parent.report.documents)} documents"
    both = {"parent": parent, "candidate": candidate, **({"control": control} if control else {})}
    figures = {**_figures(both), "gain": _rounded(gain, bounds), "fast enough": fast, "rules": asdict(rules)}
    return Verdict(not faults, "; ".join(faults) or told, figures)


def _figures(both: Mapping[str, Measured]) -> dict[str, Any]:
    return {
        "documents": len(both["parent"].report.documents),
        "f1": {name: round(one.report.sample.f1, 4) for name, one in both.items()},
        "right by interaction": {name: dict(one.hits) for name, one in both.items()},
        "calibration_error": {name: round(one.calibration_error, 4) for name, one in both.items()},
    }


def _no_better(candidate: Measured, control: Measured | None) -> Iterator[str]:
    if control and candidate.report.sample.f1 <= control.report.sample.f1:
        now, plain = candidate.report.sample.f1, control.report.sample.f1
        yield f"a student of gold alone does as well: F1 {plain:.3f}, with pseudo-labels {now:.3f}"


def _rounded(value: float, bounds: Interval) -> dict[str, float]:
    return {"value": round(value, 4), "low": round(bounds.low, 4), "high": round(bounds.high, 4)}


def _collapsed(parent: Measured, candidate: Measured, rules: GateRules) -> Iterator[str]:
    for name, before in parent.hits.items():
        now = candidate.hits.get(name, 0)
        if before >= rules.class_least and now < rules.class_share * before:
            yield f"{name!r} collapsed: right {now} times, {before} times by the parent"
