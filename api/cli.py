"""`dti serve`: the HTTP service alone; `dti up` runs it together with everything it needs."""

from __future__ import annotations

import logging

import click


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="address to listen on")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="port to listen on")
@click.option("--access-log/--no-access-log", default=False, show_default=True, help="write a line per request")
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    default="info",
    show_default=True,
    help="least level",
)
def serve(host: str, port: int, *, access_log: bool, log_level: str) -> None:
    """Serve the HTTP API.

    Needs a migrated database (DTI_DATABASE_URL) and a broker (DTI_BROKER_URL); `dti up` brings both. The API is
    described at /docs and /openapi.json.
    """
    import uvicorn

    from api.app import create_app
    from dti.settings import Settings

    logging.basicConfig(level=log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it would tell of every look at the schema's revision
    uvicorn.run(
        create_app(Settings()),
        host=host,
        port=port,
        access_log=access_log,
        log_level=log_level,
        server_header=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=10,
    )
