"""The training curve as a picture."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure


def draw(logs: Sequence[Path], picture: Path) -> None:
    """Loss per target token over steps, one colour per stage and run, from each `log.jsonl`."""
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for log in logs:
        run = f" ({log.parent.name})" if len(logs) > 1 else ""
        for name, points in _stages(log).items():
            axes.plot(*zip(*points, strict=True), label=f"{name}{run}", linewidth=1.2)
    axes.set_xlabel("optimiser step")
    axes.set_ylabel("training loss (cross-entropy, smoothed labels)")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(picture, dpi=120)


def _stages(log: Path) -> dict[str, list[tuple[int, float]]]:
    """Steps and losses by stage; later lines of a resumed run win."""
    rows = {row["step"]: row for row in map(json.loads, log.read_text(encoding="utf-8").splitlines())}
    stages: dict[str, list[tuple[int, float]]] = {}
    for step in sorted(rows):
        stages.setdefault(rows[step]["stage"], []).append((step, rows[step]["loss"]))
    return stages
