"""How commands find the service."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from dti.client import DtiClient

url_option = click.option(
    "--url", metavar="URL", help="Address of the service.  [default: DTI_SERVICE_URL, or the running `dti up`]"
)


def connect(url: str | None) -> DtiClient:
    """A client of the service at `url`, or of the one that settings or a running `dti up` name."""
    from dti.client import DtiClient

    return DtiClient(url or service_url())


def service_url() -> str:
    """DTI_SERVICE_URL where it is set, else what `dti up` wrote into its state folder, else the default."""
    from dti.settings import Settings

    settings = Settings()
    if "service_url" in settings.model_fields_set:
        return settings.service_url
    return _announced(settings.state_dir) or settings.service_url


def _announced(state_dir: Path) -> str | None:
    try:
        url = json.loads((state_dir / "service.json").read_bytes())["url"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return url if isinstance(url, str) else None
