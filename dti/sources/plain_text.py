"""Plain text: one file is one document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dti.domain.documents import Document
from dti.errors import InputTooLargeError, MalformedInputError
from dti.sources import _clean
from dti.sources.base import Input, Item

_NUMBERS = re.compile(r"\d{1,9}(?:[\s,;]+\d{1,9})*[\s,;]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainText:
    """Reads a text without any structure: it has no title, its whole content is the abstract."""

    def read(self, source: Input) -> Iterator[Item]:
        """One document, or none from blank text; raises InputTooLargeError above the limit of one field."""
        limit = source.limits.field_chars
        data = b""
        for chunk in source.chunks:
            data += chunk
            if len(data) > 4 * limit:
                raise InputTooLargeError(f"{source.place(1)}: text of more than {limit:,} characters exceeds the limit")
        try:
            text = _clean.clean(data.decode("utf-8-sig"), limit)
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise MalformedInputError(f"not valid UTF-8 ({error.reason})", place=source.place(line)) from error
        except InputTooLargeError as error:
            raise InputTooLargeError(f"{source.place(1)}: {error}") from error
        except MalformedInputError as error:
            raise MalformedInputError(error.reason, place=source.place(1)) from error
        if _NUMBERS.fullmatch(text):
            raise MalformedInputError("a list of PMIDs, no text: dti submit --pmids @FILE has them read", place=source.place(1))
        if text:
            yield Document(source="file", id=f"{source.name}#1", title="", abstract=text)
