"""`dti db`: the schema of the knowledge base."""

from __future__ import annotations

from pathlib import Path

import alembic.command
import click
from alembic.config import Config
from alembic.util import CommandError

from dti.errors import ConflictError, SettingsError
from dti.settings import Settings


def alembic_config(url: str) -> Config:
    """Alembic's configuration without an ini file: the scripts come from the package, the URL from the caller."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["url"] = url
    return config


def upgrade(url: str) -> None:
    """Bring the database at `url` to the newest schema; a no-op where it is."""
    alembic.command.upgrade(alembic_config(url), "head")


def check_agreement(url: str) -> None:
    """Raise ConflictError unless the migrated database is what the models say."""
    try:
        alembic.command.check(alembic_config(url))
    except CommandError as error:
        raise ConflictError(str(error)) from error


def _database(url: str | None) -> str:
    """The URL given, or the deployment's; raises SettingsError. Asked late, so that --help needs none."""
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
    upgrade(_database(url))
    click.echo("The schema is up to date.")


@db.command(short_help="Compare models and migrations.")
@click.pass_obj
def check(url: str | None) -> None:
    """Fail unless models and migrations agree (needs a migrated database)."""
    check_agreement(_database(url))
    click.echo("Models and migrations agree.")


@db.command(short_help="Write a migration for what changed in the models.")
@click.option("-m", "--message", required=True, help="what the migration does, a few words")
@click.pass_obj
def revision(url: str | None, message: str) -> None:
    """Write a migration for what changed in the models (needs a migrated database and a source checkout)."""
    script = alembic.command.revision(alembic_config(_database(url)), message=message, autogenerate=True)
    for written in script if isinstance(script, list) else [script]:
        if written is not None:
            click.echo(written.path)
