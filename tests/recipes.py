"""The shipped recipes by what they train."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dti.settings import PROJECT_ROOT

SHIPPED: Mapping[Path, Mapping[str, Any]] = {
    path: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted((PROJECT_ROOT / "data" / "recipes").glob("*.toml"))
}
SEQUENCES = [path for path, recipe in SHIPPED.items() if "stages" in recipe]
PAIRS = [path for path, recipe in SHIPPED.items() if recipe.get("kind") == "pairs"]
