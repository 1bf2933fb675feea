"""`dti models`: the model registry."""

from __future__ import annotations

import dataclasses
import getpass
import io
import tarfile
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

import click

from dti.cli._render import clean, console, json_option, print_json
from dti.cli._service import connect, url_option
from dti.cli.lexicon import lexicon_option, opened_lexicon
from dti.domain.models import ModelState
from dti.errors import CheckpointError

if TYPE_CHECKING:
    from dti.cli._model_diff import Comparison, Difference
    from dti.client import DtiClient
    from dti.client.answers import ModelDetail
    from dti.domain.documents import Document
    from dti.extraction import Extractor

_WINDOW = 64


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a numbered user without a name
        return "unknown"


_who_option = click.option("--who", default=_login, show_default="your login", help="Who does it, for the history.")
_reason_option = click.option("--reason", default="", help="Why, for the history.")


@click.group()
def models() -> None:
    """See which models there are, compare them, and choose the one that workers read with.

    A MODEL is named by its SHA-256, or the first six or more digits of it, or "active".
    """


@models.command("list")
@click.option("--state", type=click.Choice([state.value for state in ModelState]), help="Only models in this state.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="Most rows to print.")
@url_option
@json_option
def list_models(*, state: str | None, limit: int, url: str | None, as_json: bool) -> None:
    """List models, newest first."""
    from rich import box
    from rich.table import Table

    with connect(url) as client:
        found = list(islice(client.models(state), limit))
    if as_json:
        for entry in found:
            print_json(entry)
        return
    table = Table("Model", "Name", "State", "Parent", "MB", "Added", "Promoted", box=box.SIMPLE_HEAD, pad_edge=False)
    for entry in found:
        moments = ((entry[name] or "")[:19].replace("T", " ") for name in ("created_at", "promoted_at"))
        size = f"{entry['size'] / 1e6:.1f}" if entry["size"] else ""
        parent = (entry["parent"] or "")[:12]
        table.add_row(entry["sha256"][:12], clean(entry["name"]), entry["state"], parent, size, *moments)
    console().print(table if found else "No model yet: a worker registers the shipped one when it starts.")


@models.command()
@click.argument("model")
@url_option
@json_option
def show(*, model: str, url: str | None, as_json: bool) -> None:
    """Show a model: where it comes from, its figures, its files, its card."""
    import json

    with connect(url) as client:
        found = client.model(model)
    if as_json:
        print_json(found)
        return
    _tell(found)
    for file in found["files"]:
        click.echo(f"  {file['size']:>12,}  {file['path']}")
    click.echo(json.dumps({"metrics": found["metrics"], "card": found["card"]}, indent=2, ensure_ascii=False))


@models.command()
@click.argument("model")
@_who_option
@_reason_option
@url_option
@json_option
def promote(*, model: str, who: str, reason: str, url: str | None, as_json: bool) -> None:
    """Make a model the one that workers read with, from their next task on."""
    with connect(url) as client:
        now = client.promote_model(client.model(model)["sha256"], who, reason)
        print_json(now) if as_json else _tell(now)


@models.command()
@_who_option
@_reason_option
@url_option
@json_option
def rollback(*, who: str, reason: str, url: str | None, as_json: bool) -> None:
    """Undo the last promotion: the model before is active again. Once more goes one further back."""
    with connect(url) as client:
        now = client.roll_back_model(who, reason)
        print_json(now) if as_json else _tell(now)


@models.command()
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="Most rows to print.")
@url_option
@json_option
def history(*, limit: int, url: str | None, as_json: bool) -> None:
    """List who promoted what, and why, newest first."""
    with connect(url) as client:
        for entry in islice(client.promotions(), limit):
            if as_json:
                print_json(entry)
                continue
            came = f"{(entry['from_model'] or 'none')[:12]} -> {entry['to_model'][:12]}"
            click.echo(f"{entry['at'][:19]}  {entry['kind']:<9}  {came}  {clean(entry['who'])}: {clean(entry['reason'])}")


@models.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@url_option
@json_option
def add(*, folder: Path, url: str | None, as_json: bool) -> None:
    """Add a checkpoint folder, as `dti train` makes one, to the registry; `promote` makes it the active model."""
    from dti.model.checkpoint import Checkpoint
    from dti.model.shelf import read_files

    Checkpoint.open(folder)  # says which file is at fault
    with TemporaryFile() as spool, connect(url) as client:
        with tarfile.open(fileobj=spool, mode="w:") as archive:
            for name, content in read_files(folder).items():
                member = tarfile.TarInfo(name)
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
        size = spool.tell()
        spool.seek(0)
        found = client.add_model(spool, size)
        print_json(found) if as_json else _tell(found)


@models.command()
@click.argument("before")
@click.argument("after")
@click.option(
    "--input", "inputs", multiple=True, metavar="FILE", help="Literature in any format of `dti extract`; default: the samples."
)
@click.option(
    "--least", type=click.FloatRange(0, 1), default=0.01, show_default=True, help="Least move of a confidence to tell."
)
@click.option("--threads", type=click.IntRange(min=1), metavar="N", help="Of a model; default: DTI_EXTRACT_THREADS.")
@lexicon_option
@url_option
@json_option
def diff(  # noqa: PLR0913 - one argument per option, as click calls it
    *,
    before: str,
    after: str,
    inputs: tuple[str, ...],
    least: float,
    threads: int | None,
    lexicon: Path | None,
    url: str | None,
    as_json: bool,
) -> None:
    """Read the same documents with two models, and list triplets gained, lost, flipped and re-scored.

    BEFORE and AFTER are models of the registry or checkpoint folders; of two folders no service is needed.
    """
    from dti.cli._model_diff import Comparison
    from dti.extraction import Extractor
    from dti.settings import PROJECT_ROOT, Settings

    settings, known = Settings(), opened_lexicon(lexicon)
    folders = [folder_of(name, url, settings.cache_dir / "models") for name in (before, after)]
    readers = [Extractor.open(path, threads or settings.extract_threads, known, settings.tagger_dir) for path in folders]
    comparison = Comparison(least)
    documents = _documents(inputs or (str(PROJECT_ROOT / "data" / "samples" / "samples.xml"),))
    found = list(comparison.differences(_read(readers, documents)))
    for difference in found:
        print_json(dataclasses.asdict(difference)) if as_json else click.echo(_line(difference))
    _sum_up(comparison, found, as_json=as_json)


def folder_of(name: str, url: str | None, shelf: Path) -> Path:
    """A checkpoint folder by its path, or a model of the registry, fetched onto `shelf`; raises CheckpointError."""
    if Path(name).is_dir():
        return Path(name)
    if len(Path(name).parts) > 1:
        raise CheckpointError(f"{name}: there is no such folder")
    from dti.model.shelf import Shelf

    with connect(url) as client:
        model = client.model(name)
        return Shelf(shelf).get(model["sha256"], lambda: _files(client, model)).folder


def _files(client: DtiClient, model: ModelDetail) -> Iterator[tuple[str, Iterable[bytes]]]:
    for file in model["files"]:
        yield file["path"], [client.model_file(model["sha256"], file["path"])]


def _documents(inputs: Iterable[str]) -> Iterator[Document]:
    from dti.domain.documents import Document
    from dti.sources import read

    return (item for item in chain.from_iterable(map(read, inputs)) if isinstance(item, Document))


def _read(readers: list[Extractor], documents: Iterator[Document]) -> Iterator[tuple[Any, Any]]:
    while window := list(islice(documents, _WINDOW)):
        before, after = (reader.extract(window) for reader in readers)
        yield from zip(before, after, strict=True)


def _line(difference: Difference) -> str:
    said = [f"{said[0]} {said[1]:.2f}" if said else "-" for said in (difference.before, difference.after)]
    names = f"{clean(difference.document)}  {clean(difference.drug)} / {clean(difference.target)}"
    return f"{difference.kind:<8}  {names}: {clean(' -> '.join(said))}"


def _sum_up(comparison: Comparison, found: list[Difference], *, as_json: bool) -> None:
    from dti.cli._model_diff import Kind

    counts = {kind.value: sum(difference.kind is kind for difference in found) for kind in Kind}
    if as_json:
        print_json({"documents": comparison.documents, "same": comparison.same, **counts})
        return
    told = ", ".join(f"{count} {name}" for name, count in counts.items())
    click.echo(f"{comparison.documents} documents: {told}, {comparison.same} the same")


def _tell(model: ModelDetail) -> None:
    origin = f", from {model['parent'][:12]}" if model["parent"] else ""
    run = f", by self-training run {model['run_id']}" if model["run_id"] else ""
    reason = f": {clean(model['reason'])}" if model["reason"] else ""
    click.echo(f"Model {model['sha256'][:12]} ({clean(model['name'])}) is {model['state']}{origin}{run}{reason}")
