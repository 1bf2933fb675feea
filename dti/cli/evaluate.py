"""`dti evaluate`: scores extracted triplets against known ones."""

from __future__ import annotations

from pathlib import Path

import click
import orjson
from rich.console import Console
from rich.table import Table

from dti.evaluation.bootstrap import Intervals, intervals
from dti.evaluation.hard_match import Mode, score
from dti.evaluation.kd_dti import read_gold, read_predictions
from dti.evaluation.matching import MATCHINGS
from dti.evaluation.report import Report, figures, to_json

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

_LABELS = {
    "sample.f1": "mean per-document F1 (published headline)",
    "sample.precision": "mean per-document precision",
    "sample.recall": "mean per-document recall",
    "f1_of_means": "F1 of mean precision and mean recall",
    "micro.f1": "micro F1",
    "micro.precision": "micro precision",
    "micro.recall": "micro recall",
    "ontology.triplet.f1": "ontology F1, triplets",
    "ontology.drug.f1": "ontology F1, drugs",
    "ontology.target.f1": "ontology F1, targets",
    "ontology.interaction.f1": "ontology F1, interactions",
    "majority.ontology_f1": "  the majority interaction's",
    "accuracy.drug": "accuracy, drugs",
    "accuracy.target": "accuracy, targets",
    "accuracy.interaction": "accuracy, interactions",
    "majority.accuracy": "  the majority interaction's",
}


@click.group()
def evaluate() -> None:
    """Score extracted triplets against known ones."""


@evaluate.command("kd-dti")
@click.option("--gold", required=True, type=_FILE, help="KD-DTI JSON, or JSON lines with id and triplets.")
@click.option("--predictions", required=True, type=_FILE, help="JSON lines of `dti extract`, or KD-DTI JSON.")
@click.option("--mode", type=click.Choice(list(MATCHINGS)), default="compat", show_default=True, help="compat: as published.")
@click.option("--min-confidence", type=click.FloatRange(0, 1), default=0.0, help="Leave out less confident triplets.")
@click.option("--bootstrap", type=click.IntRange(min=0), default=1000, show_default=True, help="Resamples; 0: no intervals.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of the bootstrap.")
@click.option("--format", "layout", type=click.Choice(["json", "table"]), default="json", show_default=True)
@click.option("--json", "layout", flag_value="json", help="Same as --format json.")
def kd_dti(  # noqa: PLR0913 - one argument per option, as click calls it
    *, gold: Path, predictions: Path, mode: Mode, min_confidence: float, bootstrap: int, seed: int, layout: str
) -> None:
    """The hard match of the KD-DTI benchmark, per document and over the corpus.

    Prints one JSON object (or a table) with the three published kinds of score, true micro figures, per-slot accuracies
    beside those of always naming the most frequent interaction, and 95% bootstrap intervals over documents.
    """
    report = score(read_gold(gold), read_predictions(predictions, min_confidence=min_confidence), mode)
    bounds = intervals(report, resamples=bootstrap, seed=seed) if bootstrap else None
    _LAYOUTS[layout](report, bounds)


def _print_json(report: Report, bounds: Intervals | None) -> None:
    click.echo(orjson.dumps({**to_json(report), "intervals": bounds}, option=orjson.OPT_INDENT_2))


def _print_table(report: Report, bounds: Intervals | None) -> None:
    shown = bounds.figures if bounds else {}
    table = Table("figure", title=f"hard match, {report.mode}", title_justify="left")
    table.add_column("value", justify="right")
    table.add_column("95% interval" if bounds else "")
    values = figures(report)
    for name, label in _LABELS.items():
        interval = f"{shown[name].low:.4f} to {shown[name].high:.4f}" if name in shown else ""
        table.add_row(label, f"{values[name]:.4f}", interval)
    console = Console()
    console.print(table)
    console.print(_sizes(report), soft_wrap=True)


def _sizes(report: Report) -> str:
    counts = report.counts
    return (
        f"{counts.documents} documents ({counts.unpredicted_documents} without prediction, {counts.skipped_documents} "
        f"predicted without gold); {counts.gold_triplets} gold and {counts.predicted_triplets} predicted triplets; "
        f"majority interaction: {report.majority.interaction or 'none'}"
    )


_LAYOUTS = {"json": _print_json, "table": _print_table}
