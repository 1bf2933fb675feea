"""`dti query`: ask the knowledge base."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING

import click

from dti.cli._render import clean, console, print_json
from dti.cli._service import connect, url_option

if TYPE_CHECKING:
    from rich.text import Text

    from dti.client import DtiClient
    from dti.client.answers import Evidence, Triplet

_PAGE, _MOST = 100, 50
_DRUG, _TARGET = "bold cyan", "bold magenta"
_RESERVED = ("hedged", "hypothesis")


@click.command()
@click.option("--drug", metavar="NAME", help="Name, synonym or brand in any case, or an identifier: CHEBI:15365, DB00945.")
@click.option("--target", metavar="NAME", help="Name, synonym or symbol, or an identifier: hgnc:9604, P23219.")
@click.option("--interaction", metavar="TYPE", help="As printed, e.g. inhibitor, or a normalised type, e.g. partial_agonist.")
@click.option("--min-confidence", type=click.FloatRange(0, 1), default=0.0, show_default=True, help="Least confidence.")
@click.option("--pmid", metavar="PMID", help="Only evidence from this document.")
@click.option("--grounded/--ungrounded", default=None, help="Both names were found in the text, or not.  [default: found]")
@click.option("--limit", type=click.IntRange(1), help="Most triplets to print.  [default: 50; all as tsv]")
@click.option(
    "--format",
    "layout",
    type=click.Choice(["table", "json", "tsv"]),
    default="table",
    show_default=True,
    help="For people; JSON, one object per line; or tab-separated with identifiers and evidence, its columns as at /docs.",
)
@url_option
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
def query(  # noqa: PLR0913 - one argument per option, as click calls it
    *,
    drug: str | None,
    target: str | None,
    interaction: str | None,
    min_confidence: float,
    pmid: str | None,
    grounded: bool | None,
    limit: int | None,
    layout: str,
    url: str | None,
    as_json: bool,
) -> None:
    """Find drug-target interactions, each with its best evidence sentence.

    \b
    Examples:
      dti query --drug aspirin
      dti query --target "cyclooxygenase-1" --interaction inhibitor --min-confidence 0.8
      dti query --pmid 9108990 --json
      dti query --drug aspirin --format tsv > aspirin.tsv
    """  # noqa: D301 - \b keeps click from wrapping the examples
    conditions = {
        "drug": drug,
        "target": target,
        "interaction": interaction,
        "min_confidence": min_confidence or None,
        "pmid": pmid,
        "grounded": grounded,
        "order": "belief",
    }
    if layout == "tsv" and not as_json:
        _write_tsv(url, conditions, limit)
        return
    limit, as_json = limit or _MOST, as_json or layout == "json"
    with connect(url) as client:
        found = list(islice(client.triplets(page_size=min(limit + 1, _PAGE), **conditions), limit + 1))
        meant = _meant(client, {"drug": drug, "target": target}) if not (found or as_json) else []
    if as_json:
        for triplet in found[:limit]:
            print_json(triplet)
    elif found:
        _print_table(found[:limit], more=len(found) > limit)
    else:
        click.echo("\n".join(["No triplet matches.", *meant]))


def _write_tsv(url: str | None, conditions: Mapping[str, str | float | bool | None], limit: int | None) -> None:
    """Piece by piece, as it comes: the table may be longer than memory."""
    with connect(url) as client:
        for piece in client.triplet_table(limit=limit, **conditions):
            click.echo(piece, nl=False)


def _meant(client: DtiClient, asked: Mapping[str, str | None]) -> list[str]:
    """Of each name that was asked for in vain: whether it is known, and what it may have been meant for."""
    told = []
    for kind, name in asked.items():
        if not name or next(client.triplets(page_size=1, grounded="any", **{kind: name}), None):
            continue
        likely = [clean(found["name"]) for found in client.names(name, kind)]
        told.append(
            f"No {kind} of any triplet is called {clean(name)!r}" + (f"; there are: {', '.join(likely)}" if likely else ".")
        )
    return told


def _print_table(triplets: Sequence[Triplet], *, more: bool) -> None:
    from rich import box
    from rich.table import Table

    screen = console()
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("Drug", style="cyan", overflow="fold")
    table.add_column("Interaction", overflow="fold")
    table.add_column("Target", style="magenta", overflow="fold")
    table.add_column("Belief", justify="right", no_wrap=True)
    table.add_column("Evidence", ratio=1, overflow="fold")
    table.add_column("Source", no_wrap=True)
    for triplet in sorted(triplets, key=lambda found: (-found["belief"], -found["confidence"])):
        best = triplet["best_evidence"]
        names = [_text(triplet["drug"]), _text(triplet["interaction"]), _text(triplet["target"])]
        table.add_row(*names, f"{triplet['belief']:.2f}", emphasised(best), _source(triplet))
    screen.print(table)
    rest = "; there are more: raise --limit or narrow the search" if more else ""
    screen.print(f"{len(triplets)} triplet{'s' if len(triplets) != 1 else ''}{rest}")


def emphasised(evidence: Evidence) -> Text:
    """The sentence with both mentions marked; a mention outside of it is not there to mark."""
    from rich.text import Text

    sentence = Text(clean(evidence["sentence"]) or "not found in text", style="" if evidence["sentence"] else "dim italic")
    if evidence["sentence_span"] is not None:
        offset = evidence["sentence_span"][0]
        for span, style in ((evidence["drug_span"], _DRUG), (evidence["target_span"], _TARGET)):
            if span is not None and span[0] >= offset:
                sentence.stylize(style, span[0] - offset, span[1] - offset)
    missing = [end for end, span in (("drug", evidence["drug_span"]), ("target", evidence["target_span"])) if span is None]
    if missing and evidence["sentence"]:
        sentence.append(f" ({' and '.join(missing)} not found in text)", style="yellow")
    if evidence["polarity"] == "negated":
        sentence.append(" (negated)", style="bold red")
    if evidence["certainty"] in _RESERVED:
        sentence.append(f" ({evidence['certainty']})", style="yellow")
    if evidence["document"]["status"] != "ok":
        sentence.append(f" ({clean(evidence['document']['status'])} document)", style="bold red")
    return sentence


def _source(triplet: Triplet) -> Text:
    from rich.text import Text

    document = triplet["best_evidence"]["document"]
    pmid = document["pmid"]
    source = Text(clean(pmid or document["key"]), style=f"link https://pubmed.ncbi.nlm.nih.gov/{pmid}/" if pmid else "")
    others = triplet["document_count"] - 1
    return source.append(f" +{others}", style="dim") if others else source


def _text(name: str) -> Text:
    from rich.text import Text

    return Text(clean(name))
