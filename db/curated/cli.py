"""`dti curated`: curated tables to compare the knowledge base with."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path

import click

from db.curated import READERS

_CHUNK = 5000  # triplets compared per transaction


@click.group()
@click.option("--url", help="postgresql+psycopg://… [default: DTI_DATABASE_URL, or the running `dti up`]")
@click.pass_context
def curated(context: click.Context, url: str | None) -> None:
    """Compare the knowledge base with curated drug-target tables.

    The tables are only compared with: nothing that extracts, trains or scores reads them.
    """
    context.obj = url


@curated.command(short_help="Load a publisher's files in the place of what it had.")
@click.argument("source", type=click.Choice(list(READERS)))
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one object per line.")
@click.pass_obj
def load(url: str | None, source: str, files: tuple[Path, ...], *, as_json: bool) -> None:
    """Load FILES of SOURCE as its publisher hands them out, then compare every triplet anew.

    \b
    Examples:
      dti curated load chembl chembl_mechanisms.csv
      dti curated load ttd P1-07-Drug-TargetMapping.xlsx
    """  # noqa: D301 - click wants the backspace character itself
    from db.cli import database_url
    from db.engine import make_engine, make_session_factory
    from db.reaching import told_of
    from db.repository import curated as store
    from db.unit_of_work import UnitOfWork
    from dti.vocabulary import default_vocabulary

    address = database_url(url)
    with ExitStack() as stack:
        stack.enter_context(told_of(address))
        engine = make_engine(address, statement_timeout=0, application_name="dti-curated")
        stack.callback(engine.dispose)
        sessions = make_session_factory(engine)
        with UnitOfWork(sessions) as unit:
            pairs = (pair for path in files for pair in READERS[source].pairs(path))
            stored = store.replace(unit.session, source, pairs, default_vocabulary().normalise)
            unit.commit()
        changed = 0
        with UnitOfWork(sessions) as listing:
            for ids in store.chunks(listing.session, _CHUNK):
                with UnitOfWork(sessions) as unit:
                    changed += store.compare(unit.session, ids)
                    unit.commit()
    sentence = f"{stored} pairs of {source}; the agreement of {changed} triplets changed."
    click.echo(json.dumps({"source": source, "pairs": stored, "changed": changed}) if as_json else sentence)
