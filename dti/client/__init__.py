"""A typed client of the HTTP service: `with DtiClient("http://127.0.0.1:8000") as client: ...`."""

from dti.client.http import DtiClient

__all__ = ["DtiClient"]
