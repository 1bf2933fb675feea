"""How what a client names has to look: as a pattern for programs, and in words for whoever got it wrong."""

from __future__ import annotations

from collections.abc import Mapping

ID = r"^[0-9A-Za-z_-]{1,64}$"
MODEL = r"^[0-9a-f]{6,64}$"
SHA256 = r"^[0-9a-f]{64}$"
DATE = r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"
KEY = r"^[\x21-\x7e]{1,200}$"

WORDS: Mapping[str, str] = {
    ID: "is no id: at most 64 letters, digits, - and _",
    MODEL: 'is no name of a model: its SHA-256, the first six or more digits of it (0-9, a-f), or "active"',
    SHA256: "is no SHA-256: 64 digits, 0-9 and a-f",
    DATE: "is no date: 2012, 2012-03 or 2012-03-09",
    KEY: "has to be 1 to 200 printable ASCII characters without blanks",
}
