"""`dti lexicon`: names of drugs and targets: fetch their publishers' files, compile them, look a name up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dti.cli._render import clean, json_option, print_json
from dti.domain.entities import EntityKind

if TYPE_CHECKING:
    from dti.lexicon import Lexicon

_SHOWN = 8

lexicon_option = click.option(
    "--lexicon",
    type=click.Path(exists=True, path_type=Path),
    metavar="PATH",
    help="A folder of publishers' download files, or a file of `dti lexicon build`; default: the embedded one (DTI_LEXICON).",
)


@click.group()
def lexicon() -> None:
    """Names of drugs and targets: what they resolve to, and where they come from."""


@lexicon.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
def build(*, folder: Path, output: Path) -> None:
    """Compile the download files in FOLDER into one file; the same files give the same bytes."""
    from dti.lexicon import build_lexicon

    built = build_lexicon(folder, output)
    click.echo(f"{output}: {len(built):,} entities, {output.stat().st_size / 1e6:.1f} MB")


@lexicon.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--manifest", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Default: data/lexicon/sources.toml."
)
@click.option("--source", "sources", multiple=True, metavar="NAME", help="Only these, e.g. hgnc; default: all.")
def download(*, folder: Path, manifest: Path | None, sources: tuple[str, ...]) -> None:
    """Fetch the publishers' files into FOLDER; what is there already stays. By fetching you accept their licences."""
    from dti.lexicon.download import download as fetch
    from dti.lexicon.download import read_manifest
    from dti.settings import PROJECT_ROOT

    remotes = read_manifest(manifest or PROJECT_ROOT / "data" / "lexicon" / "sources.toml")
    known = {remote.path.partition("/")[0] for remote in remotes}
    if unknown := [name for name in sources if name not in known]:
        raise click.UsageError(f"no source {unknown[0]!r} (one of: {', '.join(sorted(known))})")
    wanted = [remote for remote in remotes if not sources or remote.path.partition("/")[0] in sources]
    for remote in fetch(wanted, folder):
        click.echo(f"{remote.path}  ({remote.licence})")


@lexicon.command()
@click.argument("name")
@click.option("--kind", type=click.Choice([str(kind) for kind in EntityKind]), help="Only drugs or only targets.")
@lexicon_option
@json_option
def show(*, name: str, kind: str | None, lexicon: Path | None, as_json: bool) -> None:
    """What NAME, or an identifier such as hgnc:3023, resolves to, strongest first."""
    opened = opened_lexicon(lexicon)
    found = list(_resolved(opened, name, [EntityKind(kind)] if kind else list(EntityKind)))
    for item in found:
        if as_json:
            print_json(item)
        else:
            click.echo(_readable(item))
    if not found:
        raise click.ClickException(f"no drug or target is called {name!r}")


def opened_lexicon(path: Path | None) -> Lexicon:
    """The lexicon of a path, or the deployment's; raises LexiconError."""
    from dti.lexicon import open_lexicon
    from dti.settings import Settings

    settings = Settings()
    return open_lexicon(path or settings.lexicon, settings.cache_dir)


def _resolved(opened: Lexicon, name: str, kinds: list[EntityKind]) -> Iterator[Mapping[str, object]]:
    numbers = {p.entity: p.type.name.lower() for k in kinds for p in reversed(opened.lookup(name, k))}
    if (number := opened.find(name)) is not None and opened.entity(number).kind in kinds:
        numbers = {number: "identifier"}
    for number, matched in reversed(numbers.items()):
        entity = opened.entity(number)
        yield {
            "id": entity.curie, "kind": entity.kind, "matched": matched, "taxon": entity.taxon or None, "same_as": entity.same,
            "names": [listed.text for listed in entity.names], "members": entity.members,
        }  # fmt: skip


def _readable(item: Mapping[str, object]) -> str:
    lines = [
        f"{item['id']}  {item['kind']}  matched as {item['matched']}" + (f"  taxon {item['taxon']}" if item["taxon"] else "")
    ]
    for key, label in (("names", "names"), ("same_as", "same as"), ("members", "members")):
        listed = item[key]
        if isinstance(listed, list | tuple) and listed:
            more = f", … ({len(listed)})" if len(listed) > _SHOWN else ""
            lines.append(f"  {label}: {', '.join(map(str, listed[:_SHOWN]))}{more}")
    return "\n".join(map(clean, lines))
