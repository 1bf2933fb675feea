"""Registry of named options: one family, one explicit dict, helpful errors."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Generic, TypeVar

from dti.errors import OptionError

T = TypeVar("T")


class Registry(Generic[T]):
    """Names to option classes; an option is a frozen dataclass whose fields are its settings."""

    def __init__(self, family: str, options: Mapping[str, type[T]]) -> None:
        self.family = family
        self._options = dict(options)

    def __iter__(self) -> Iterator[str]:
        return iter(self._options)

    def __getitem__(self, name: str) -> type[T]:
        try:
            return self._options[name]
        except KeyError:
            near = difflib.get_close_matches(name, self._options, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            valid = ", ".join(sorted(self._options))
            raise OptionError(f"unknown {self.family} {name!r}{hint} (one of: {valid})") from None

    def build(self, name: str, **settings: object) -> T:
        """Build option `name`; raises OptionError on an unknown name or setting."""
        option = self[name]
        known = {field.name for field in fields(option)} if is_dataclass(option) else set()
        if unknown := sorted(set(settings) - known):
            valid = ", ".join(sorted(known)) or "none"
            raise OptionError(f"{self.family} {name!r} has no setting {unknown[0]!r} (has: {valid})")
        return option(**settings)
