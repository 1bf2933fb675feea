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
@click.option("--json", "as_json", is_flag=True, help="Log JSON, one object per line.")
def serve(host: str, port: int, *, access_log: bool, log_level: str, as_json: bool) -> None:
    """Serve the HTTP API.

    Needs a migrated database (DTI_DATABASE_URL) and a broker (DTI_BROKER_URL); `dti up` brings both. The API is
    described at /docs and /openapi.json.
    """
    import uvicorn

    from api.app import create_app
    from dti.logs import configure_logging
    from dti.settings import Settings

    configure_logging(log_level, as_json=as_json)
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it would tell of every look at the schema's revision
    uvicorn.run(
        create_app(Settings()),
        host=host,
        port=port,
        access_log=access_log,
        log_level=log_level,
        log_config=None,
        server_header=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=10,
    )
