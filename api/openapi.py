"""The description at /openapi.json, and the page that shows it."""

from __future__ import annotations

from importlib.resources import as_file, files
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from api.errors import MEDIA_TYPE

_ASSETS = "/docs-assets"


class DescribedFastAPI(FastAPI):
    """FastAPI declares every body as application/json; ours says problem+json where a problem is meant."""

    def openapi(self) -> dict[str, Any]:
        """The schema, made once."""
        if self.openapi_schema is None:
            for path in super().openapi()["paths"].values():
                for operation in path.values():
                    _name_problems(operation["responses"])
        return super().openapi()


def _name_problems(responses: dict[str, dict[str, Any]]) -> None:
    for status, response in responses.items():
        if status >= "400" and (body := response.get("content", {}).pop("application/json", None)):
            response["content"][MEDIA_TYPE] = body


def serve_documentation(app: FastAPI, path: str) -> None:
    """Swagger UI from an installed package: a network without a way out has no CDN."""
    with as_file(files("fastapi_offline") / "static") as folder:
        app.mount(_ASSETS, StaticFiles(directory=folder), name="docs-assets")

    @app.get(path, include_in_schema=False)
    def documentation() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url="/openapi.json",
            title=f"{app.title}: API",
            swagger_js_url=f"{_ASSETS}/swagger-ui-bundle.js",
            swagger_css_url=f"{_ASSETS}/swagger-ui.css",
            swagger_favicon_url=f"{_ASSETS}/favicon.png",
        )
