"""The training curve as a picture."""

from __future__ import annotations

import json
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure


def draw(log: Path, picture: Path) -> None:
    """Loss per target token over steps, one colour per stage, from `log.jsonl`; later lines of a resumed run win."""
    rows = {row["step"]: row for row in map(json.loads, log.read_text(encoding="utf-8").splitlines())}
    stages: dict[str, list[tuple[int, float]]] = {}
    for step in sorted(rows):
        stages.setdefault(rows[step]["stage"], []).append((step, rows[step]["loss"]))
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for name, points in stages.items():
        axes.plot(*zip(*points, strict=True), label=name, linewidth=1.2)
    axes.set_xlabel("optimiser step")
    axes.set_ylabel("training loss (cross-entropy, smoothed labels)")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(picture, dpi=120)
