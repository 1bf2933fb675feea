"""The reliability diagram as a picture: what a confidence promises beside what it keeps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from dti.evaluation.reliability import bins
from dti.training.calibrate import Fit


def draw(fit: Fit, picture: Path) -> None:
    """Accuracy over mean confidence, a point for each bin of equally many triplets, from cross-fitted confidences."""
    rows = bins(np.array(fit.confidences), np.array(fit.right, dtype=np.float64)) if fit.confidences else []
    figure = Figure(figsize=(5, 5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color="grey", linewidth=0.8, linestyle="--", label="as promised")
    axes.plot([said for said, _, _ in rows], [found for _, found, _ in rows], marker="o", label="development triplets")
    for said, found, count in rows:
        axes.annotate(str(count), (said, found), textcoords="offset points", xytext=(6, -10), fontsize=8)
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="mean confidence", ylabel="share that is right")
    axes.set_title(_title(fit), fontsize=10)
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(picture, dpi=120)


def _title(fit: Fit) -> str:
    told = f"expected calibration error {fit.error:.3f}"
    found = fit.reliability
    return f"{told}; debiased {found.debiased:.3f} ({found.low:.3f} to {found.high:.3f})" if found else told
