"""`dti db`: the schema of the knowledge base."""

from __future__ import annotations

import click

from dti.errors import SettingsError


def _database(url: str | None) -> str:
    """The URL given, or the deployment's; raises SettingsError. Asked late, so that --help needs none."""
    from dti.settings import Settings

    if found := url or Settings().database_url.get_secret_value():
        return found
    raise SettingsError("set DTI_DATABASE_URL or give --url (`dti up` migrates its own database)")


@click.group()
@click.option("--url", help="postgresql+psycopg://… [default: DTI_DATABASE_URL]")
@click.pass_context
def db(context: click.Context, url: str | None) -> None:
    """Create and check the tables of the knowledge base."""
    context.obj = url


@db.command()
@click.pass_obj
def migrate(url: str | None) -> None:
    """Bring the schema up to date; harmless where it is."""
    from db import schema

    schema.upgrade(_database(url))
    click.echo("The schema is up to date.")


@db.command(short_help="Compare models and migrations.")
@click.pass_obj
def check(url: str | None) -> None:
    """Fail unless models and migrations agree (needs a migrated database)."""
    from db import schema

    schema.check_agreement(_database(url))
    click.echo("Models and migrations agree.")


@db.command(short_help="Write a migration for what changed in the models.")
@click.option("-m", "--message", required=True, help="what the migration does, a few words")
@click.pass_obj
def revision(url: str | None, message: str) -> None:
    """Write a migration for what changed in the models (needs a migrated database and a source checkout)."""
    from db import schema

    for written in schema.revise(_database(url), message):
        click.echo(written)
