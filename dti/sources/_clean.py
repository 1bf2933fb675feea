"""Text, dates and identifiers as every reader hands them out."""

from __future__ import annotations

import html
import re

from dti.errors import InputTooLargeError, MalformedInputError

_ESCAPE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")
_DOI = re.compile(r"10\.[0-9]{4,9}/\S+")
_PMCID = re.compile(r"(?:PMC)?([0-9]+)(?:\.[0-9]+)?", re.IGNORECASE)
_MONTHS = {
    name: f"{number:02}"
    for number, name in enumerate(("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1)
}
_LANGUAGES = {
    key: code
    for code, two, name in (
        ("eng", "en", "english"),
        ("fre", "fr", "french"),
        ("ger", "de", "german"),
        ("spa", "es", "spanish"),
        ("ita", "it", "italian"),
        ("por", "pt", "portuguese"),
        ("rus", "ru", "russian"),
        ("chi", "zh", "chinese"),
        ("jpn", "ja", "japanese"),
        ("kor", "ko", "korean"),
        ("pol", "pl", "polish"),
        ("dut", "nl", "dutch"),
        ("cze", "cs", "czech"),
        ("tur", "tr", "turkish"),
    )
    for key in (two, name)
}
_DATE = re.compile(
    r"([0-9]{4})(?![0-9])(?:[\s/.-]*(?:([0-9]{1,2})(?![0-9])|([A-Za-z]{3})[a-z]*))?(?:[\s/.-]+([0-9]{1,2})(?![0-9]))?"
)


def clean(text: str, limit: int) -> str:
    """One line of text: HTML escapes that survived the format undone once, any run of white space one space.

    Raises InputTooLargeError above `limit` characters, MalformedInputError on NUL and other control characters.
    """
    if len(text) > limit:
        raise InputTooLargeError(f"a field of {len(text):,} characters exceeds the limit of {limit:,}")
    if "&" in text:
        text = _ESCAPE.sub(_unescape, text)
    if text.isprintable() and "  " not in text:
        return text.strip(" ")  # no other white space is printable: nothing to do for most texts, at a third of the cost
    text = " ".join(text.split())
    if found := _CONTROL.search(text):
        raise MalformedInputError(f"control character U+{ord(found[0]):04X} in a field")
    return text


def _unescape(match: re.Match[str]) -> str:
    return html.unescape(match[0])


def iso_date(year: str, month: str = "", day: str = "") -> str:
    """ISO 8601, as precise as the parts are sensible; months as numbers or English names; "" without a year."""
    if not (len(year) == 4 and year.isascii() and year.isdigit()):
        return ""
    number = _MONTHS.get(month[:3].lower(), month.zfill(2)) if month else ""
    if not (number.isascii() and number.isdigit() and "01" <= number <= "12"):
        return year
    if day.isascii() and day.isdigit() and 1 <= int(day) <= 31:
        return f"{year}-{number}-{int(day):02}"
    return f"{year}-{number}"


def free_date(text: str) -> str:
    """The first date of free text such as "1998 Dec-1999 Jan", "2009 Spring" or "2016/10/19"; "" if there is none."""
    match = _DATE.search(text)
    if match is None:
        return ""
    year, number, name, day = match.groups(default="")
    return iso_date(year, number or (name if name.lower() in _MONTHS else ""), day)


def compact_date(text: str) -> str:
    """ISO date of "20150731" or of free text."""
    return iso_date(text[:4], text[4:6], text[6:8]) if re.fullmatch("[0-9]{8}", text) else free_date(text)


def language(text: str) -> str:
    """MEDLINE's three-letter code of an ISO 639-1 code ("en-US") or an English language name; else `text` in lower case."""
    name = text.strip().lower()
    return _LANGUAGES.get(name) or _LANGUAGES.get(re.split("[-_]", name)[0]) or name


def doi(text: str) -> str:
    """The bare DOI inside `text` ("doi:10.1/x", "https://doi.org/10.1/x", "10.1/x [doi]"), or ""."""
    match = _DOI.search(text)
    return match[0].rstrip(".,;") if match else ""


def pmcid(text: str) -> str:
    """The PMC id with its prefix and without a version, or ""."""
    match = _PMCID.fullmatch(text.strip())
    return f"PMC{match[1]}" if match else ""


def pmid(text: str) -> str:
    """The digits of a PMID, or "" if `text` is none."""
    digits = text.strip()
    return digits if digits.isascii() and digits.isdigit() and len(digits) <= 10 else ""


def author_name(family: str, given: str, suffix: str = "", group: str = "") -> str:
    """A person as "Family, Given Suffix", or the collective name; "" if there is no name."""
    if group:
        return group
    if suffix:
        given = f"{given} {suffix}".strip()
    return f"{family}, {given}" if family and given else family or given


def identity(*, pmid: str = "", pmcid: str = "", doi: str = "", own: str = "") -> tuple[str, str]:
    """Namespace and id of a document: the first of PMID, PMC id and DOI, else the id that the file gives (`own`)."""
    if pmid:
        return "pmid", pmid
    if pmcid:
        return "pmc", pmcid
    if doi:
        return "doi", doi.lower()
    return "file", own
