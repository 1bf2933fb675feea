"""TTD's P1-07-Drug-TargetMapping.xlsx."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from db.curated.base import CuratedPair, column, ids, present, require
from dti.errors import MalformedInputError

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_SHORT = re.compile(r"^(?P<name>.+?)\s*\((?P<short>[^()]+)\)$")
_LETTERS = re.compile("[A-Z]+")


class Ttd:
    """The first sheet's rows; "5-HT 3 receptor (5HT3R)" is two names."""

    def pairs(self, path: Path) -> Iterator[CuratedPair]:
        """One pair per row."""
        cells = _sheet(path)
        header = {letter: column(name) for letter, name in next(cells, {}).items()}
        require(list(header.values()), ("targetid", "target_name", "drugid", "drug_name", "moa"), path)
        for line in cells:
            row = {header[letter]: value for letter, value in line.items() if letter in header}
            yield CuratedPair(
                drug_names=present(row.get("drug_name", "")),
                drug_ids=ids("ttd.drug", row.get("drugid", "")),
                target_names=_names(row.get("target_name", "")),
                target_ids=ids("ttd.target", row.get("targetid", "")),
                action=row.get("moa", "").strip(" .").lower(),
                reference=row.get("reference", "") or row.get("referecnce", ""),  # as TTD spells it
            )


def _names(text: str) -> tuple[str, ...]:
    match = _SHORT.match(text)
    return present(match["name"], match["short"]) if match else present(text)


def _sheet(path: Path) -> Iterator[dict[str, str]]:
    """Cells of each row by column letter; raises MalformedInputError unless the file is a workbook."""
    try:
        with zipfile.ZipFile(path) as book:
            shared = [_text(item) for item in _elements(book, "xl/sharedStrings.xml", "si")]
            for row in _elements(book, "xl/worksheets/sheet1.xml", "row"):
                yield {_letter(cell): _value(cell, shared) for cell in row}
    except (zipfile.BadZipFile, KeyError, etree.XMLSyntaxError) as error:
        raise MalformedInputError(f"no workbook ({error})", place=path.name) from error


def _elements(book: zipfile.ZipFile, name: str, tag: str) -> Iterator[etree._Element]:
    with book.open(name) as stream:
        for _, element in etree.iterparse(stream, tag=_MAIN + tag, resolve_entities=False, no_network=True):
            yield element
            element.clear()


def _letter(cell: etree._Element) -> str:
    match = _LETTERS.match(cell.get("r", ""))
    return match.group() if match else ""


def _value(cell: etree._Element, shared: list[str]) -> str:
    value = cell.findtext(_MAIN + "v", "")
    return shared[int(value)] if cell.get("t") == "s" and value else value or _text(cell)


def _text(item: etree._Element) -> str:
    return "".join(item.itertext(_MAIN + "t"))
