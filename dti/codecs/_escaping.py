"""Markers that stand in a name or a text, told from those that a codec writes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable


def escaping(markers: Iterable[str]) -> tuple[Callable[[str], str], Callable[[str], str]]:
    """A function that puts a backslash after the `<` of every marker, and its inverse, so that no name can forge one."""
    bare = "|".join(re.escape(marker[1:-1]) for marker in markers)
    plain = re.compile(rf"<(\\*(?:{bare}))>")  # backslashes of its own are kept, so that the inverse always is one
    escaped = re.compile(rf"<\\(\\*(?:{bare}))>")
    return lambda text: plain.sub(r"<\\\1>", text), lambda text: escaped.sub(r"<\1>", text)
