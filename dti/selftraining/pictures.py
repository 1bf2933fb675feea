"""A round in pictures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

_MOST = 12


def histogram(pseudo: Mapping[str, float], training: Mapping[str, float], picture: Path) -> None:
    """Shares of interactions among accepted labels beside the training set's, the training set's commonest first."""
    names = sorted({*pseudo, *training}, key=lambda name: (-training.get(name, 0), -pseudo.get(name, 0), name))[:_MOST]
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for offset, (label, counts) in ((-0.2, ("accepted pseudo-labels", pseudo)), (0.2, ("training set", training))):
        total = sum(counts.values()) or 1
        axes.barh(
            [at + offset for at in range(len(names))], [counts.get(name, 0) / total for name in names], height=0.4, label=label
        )
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.set_xlabel("share of labels")
    axes.grid(alpha=0.3, axis="x")
    axes.legend()
    draft = picture.with_name(f"draft.{picture.name}")
    figure.savefig(draft, dpi=120)
    draft.replace(picture)
