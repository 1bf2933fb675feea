"""The patterns of `cues.toml`, compiled."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.resources import files

DRUG, TARGET = "\ue100", "\ue101"
"""Each character of a masked name; private use, so that no rule mistakes "unknown factor X" for a cue."""

_NAME = re.compile(r"\{([a-z]+)\}")


@lru_cache(maxsize=4)
def cues(group: str) -> Mapping[str, re.Pattern[str]]:
    """One pattern for each list of a group of the table."""
    table = tomllib.loads(files("dti.assertion").joinpath("cues.toml").read_text(encoding="utf-8"))
    macros = {"drug": f"{DRUG}+", "target": f"{TARGET}+", **table["macros"]}
    return {name: _compiled(patterns, macros) for name, patterns in table[group].items()}


def _compiled(patterns: Iterable[str], macros: Mapping[str, str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{expanded(pattern, macros)})" for pattern in patterns), re.IGNORECASE)


def expanded(pattern: str, macros: Mapping[str, str]) -> str:
    """The pattern with its {macros}, and theirs, written out; raises KeyError for one that is not there."""
    return _NAME.sub(lambda match: expanded(macros[match[1]], macros), pattern)
