"""Run benchmarks by name, or all of them, and print and write what they report."""

from __future__ import annotations

import importlib
import inspect
import logging
import multiprocessing
import pkgutil
import sys
from pathlib import Path
from types import ModuleType

import click

import benchmarks
from benchmarks._report import OUTPUT, Report, publish

logger = logging.getLogger(__name__)


def discover() -> tuple[str, ...]:
    """Names of the benchmark modules, those with a leading underscore left out."""
    names = (module.name for module in pkgutil.iter_modules(benchmarks.__path__))
    return tuple(sorted(name for name in names if not name.startswith("_")))


def run(module: ModuleType, model: Path | None = None) -> Report:
    """The report of one benchmark module on a checkpoint, where it has to do with one.

    TypeError if its `main()` returns something else.
    """
    takes = "model" in inspect.signature(module.main).parameters
    report = module.main(model=model) if takes else module.main()
    if not isinstance(report, Report):
        raise TypeError(f"{module.__name__}.main() returned {type(report).__name__}, not a Report")
    return report


def run_all(names: tuple[str, ...], folder: Path = OUTPUT, model: Path | None = None) -> tuple[str, ...]:
    """Run each and publish to `folder`; returns the names of those that failed: one failure never stops the others.

    Each runs in a process of its own: what one leaves in memory would slow the garbage collector of the next.
    """
    forking = multiprocessing.get_context("fork")
    failed = []
    for name in names:
        process = forking.Process(target=_run_one, args=(name, folder, model))
        process.start()
        process.join()
        if process.exitcode:
            failed.append(name)
    return tuple(failed)


def _run_one(name: str, folder: Path, model: Path | None) -> None:
    try:
        publish(run(importlib.import_module(f"benchmarks.{name}"), model), folder)
    except Exception:
        logger.exception("benchmark %s failed", name)
        sys.exit(1)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("names", nargs=-1)
@click.option("--output", default=OUTPUT, type=click.Path(file_okay=False, path_type=Path), help="Folder of the JSON files.")
@click.option("--model", type=click.Path(path_type=Path, exists=True), help="Checkpoint folder of those that measure one.")
def main(names: tuple[str, ...], output: Path, model: Path | None) -> None:
    """Run the benchmarks NAMES, or all of them; figures are printed and go to build/bench/NAME.json."""
    known = discover()
    if unknown := [name for name in names if name not in known]:
        raise click.UsageError(f"no benchmark {unknown[0]!r} (one of: {', '.join(known) or 'none yet'})")
    failed = run_all(names or known, output, model)
    click.echo(f"written to {output}")
    if failed:
        click.echo(f"failed: {', '.join(failed)}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    main()
