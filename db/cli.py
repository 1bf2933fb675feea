"""`dti db`: the schema of the knowledge base."""

from __future__ import annotations

import json
from pathlib import Path

import click

from dti.errors import SettingsError


def database_url(url: str | None) -> str:
    """The URL given, the deployment's, or that of a running `dti up`; raises SettingsError. Asked late: --help needs none."""
    from dti.settings import Settings

    settings = Settings()
    if found := url or settings.database_url.get_secret_value() or _announced(settings.state_dir):
        return found
    raise SettingsError("set DTI_DATABASE_URL, give --url, or start `dti up`, whose database is found by itself")


def _announced(state_dir: Path) -> str:
    try:
        return str(json.loads((state_dir / "service.json").read_bytes())["database"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _say(sentence: str, *, as_json: bool, **fields: object) -> None:
    click.echo(json.dumps(fields) if as_json else sentence)


_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, one object per line.")


@click.group()
@click.option("--url", help="postgresql+psycopg://… [default: DTI_DATABASE_URL, or the running `dti up`]")
@click.pass_context
def db(context: click.Context, url: str | None) -> None:
    """Create and check the tables of the knowledge base."""
    context.obj = url


@db.command()
@_json_option
@click.pass_obj
def migrate(url: str | None, *, as_json: bool) -> None:
    """Bring the schema up to date; harmless where it is."""
    from db import schema

    schema.upgrade(database_url(url))
    _say("The schema is up to date.", as_json=as_json, schema="up to date")


@db.command(short_help="Compare models and migrations.")
@_json_option
@click.pass_obj
def check(url: str | None, *, as_json: bool) -> None:
    """Fail unless models and migrations agree (needs a migrated database)."""
    from db import schema

    schema.check_agreement(database_url(url))
    _say("Models and migrations agree.", as_json=as_json, models_and_migrations="agree")


@db.command(short_help="Write a migration for what changed in the models.")
@click.option("-m", "--message", required=True, help="what the migration does, a few words")
@_json_option
@click.pass_obj
def revision(url: str | None, message: str, *, as_json: bool) -> None:
    """Write a migration for what changed in the models (needs a migrated database and a source checkout)."""
    from db import schema

    for written in schema.revise(database_url(url), message):
        _say(str(written), as_json=as_json, migration=str(written))
