"""The description at /openapi.json."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from api.errors import MEDIA_TYPE


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
