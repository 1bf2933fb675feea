"""Input made to hurt: refused with a reason, in constant memory, and never a crash."""

from __future__ import annotations

import gzip
import io
import tracemalloc
from collections.abc import Iterator

import pytest

from dti.domain.documents import Document
from dti.errors import InputTooLargeError, MalformedInputError, SourceError, UnsupportedFormatError
from dti.sources import Limits, SourceFault, read

LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE PubmedArticleSet [
 <!ENTITY lol "lol">
 <!ENTITY lol1 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">
]>
<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>1</PMID><Article><ArticleTitle>&lol1;</ArticleTitle></Article>
</MedlineCitation></PubmedArticle></PubmedArticleSet>"""
RECORD = (
    '<PubmedArticle><MedlineCitation><PMID Version="1">{}</PMID><Article><ArticleTitle>T</ArticleTitle>'
    "<Abstract><AbstractText>{}</AbstractText></Abstract></Article></MedlineCitation></PubmedArticle>\n"
)


class Generated(io.RawIOBase):
    """A stream of bytes that never exist as a whole."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def read(self, size: int = -1) -> bytes:  # noqa: ARG002 - the caller takes what comes
        return next(self._pieces, b"")


def items(data: bytes, name: str = "f", **options):
    return list(read(io.BytesIO(data), name=name, **options))


def peak_of(stream: io.RawIOBase, name: str = "f") -> tuple[int, int, int]:
    """Documents, faults, and the peak of Python's memory in bytes."""
    documents = faults = 0
    tracemalloc.start()
    try:
        for item in read(stream, name=name):
            documents, faults = documents + isinstance(item, Document), faults + isinstance(item, SourceFault)
        return documents, faults, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_billion_laughs_is_refused_with_its_line():
    with pytest.raises(MalformedInputError, match=r"^f:3: the document type declares entities"):
        items(LAUGHS)


def test_an_external_entity_is_refused_and_an_external_dtd_never_opened(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("secret")
    head = f'<!DOCTYPE PubmedArticleSet [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    with pytest.raises(MalformedInputError, match="declares entities"):
        items(f"{head}<PubmedArticleSet>{RECORD.format(1, '&x;')}</PubmedArticleSet>".encode())
    outside = '<!DOCTYPE PubmedArticleSet SYSTEM "http://192.0.2.1/x.dtd">'
    (document,) = items(f"{outside}<PubmedArticleSet>{RECORD.format(1, 'A')}</PubmedArticleSet>".encode())
    assert document.abstract == "A"


def test_an_abstract_of_200_megabytes_costs_one_record_and_little_memory():
    def pieces() -> Iterator[bytes]:
        before, after = RECORD.format(1, "|").split("|")
        yield f"<PubmedArticleSet>\n{before}".encode()
        for _ in range(800):
            yield b"x " * (128 * 1024)
        yield f"{after}{RECORD.format(2, 'A')}</PubmedArticleSet>".encode()

    documents, faults, peak = peak_of(Generated(pieces()))
    assert (documents, faults) == (1, 1)
    assert peak < 64 * 2**20


@pytest.mark.parametrize(("name", "start"), [("f.nbib", b"PMID- 1\nAB  - "), ("f.jsonl", b'{"abstract": "')])
def test_endless_lines_are_refused_in_little_memory(name, start):
    def pieces() -> Iterator[bytes]:
        yield start
        for _ in range(120):
            yield b"x " * (128 * 1024)

    documents, faults, peak = peak_of(Generated(pieces()), name=name)
    assert (documents, faults) == (0, 1)
    assert peak < 100 * 2**20


def test_an_endless_text_is_refused():
    with pytest.raises(InputTooLargeError, match=r"f\.txt:1: text of more than"):
        list(read(Generated(iter([b"x " * (128 * 1024)] * 40)), name="f.txt"))


def test_an_endless_bioc_object_is_refused():
    def pieces() -> Iterator[bytes]:
        yield b'{"documents": [{"passages": [{"text": "'
        for _ in range(100):
            yield b"x " * (128 * 1024)

    with pytest.raises(InputTooLargeError, match="f:1: an object of more than"):
        list(read(Generated(pieces()), name="f"))


def test_a_gzip_bomb_is_unpacked_piece_by_piece():
    bomb = gzip.compress(b"<PubmedArticleSet>" + b" " * 40_000_000 + b"</PubmedArticleSet>", compresslevel=9)
    documents, faults, peak = peak_of(io.BytesIO(bomb))
    assert (documents, faults) == (0, 1)
    assert peak < 16 * 2**20


def test_memory_stays_flat_over_a_long_file():
    """Ten times the records, the same peak."""

    def pieces(count: int) -> Iterator[bytes]:
        yield b"<PubmedArticleSet>"
        for number in range(count):
            yield "".join(RECORD.format(10 * number + k, "Some words about nothing. " * 40) for k in range(1, 10)).encode()
        yield b"</PubmedArticleSet>"

    short = peak_of(Generated(pieces(20)))
    long = peak_of(Generated(pieces(200)))
    assert (short[0], long[0]) == (180, 1800)
    assert long[2] < 1.5 * short[2] + 2**20


def test_deep_nesting_and_many_unclosed_records_are_faults():
    deep = RECORD.format(1, "<i>" * 5000 + "</i>" * 5000)
    unclosed = "<PubmedArticle>" * 3000
    found = items(f"<PubmedArticleSet>{deep}{unclosed}{RECORD.format(2, 'A')}</PubmedArticleSet>".encode())
    assert [item.id for item in found if isinstance(item, Document)] == ["2"]


@pytest.mark.parametrize(
    ("data", "name", "error", "says"),
    [
        (b"", "f.xml", UnsupportedFormatError, "f.xml:1: the input is empty"),
        (b"<rss/>", "f.xml", UnsupportedFormatError, "f.xml:1: .*<rss>"),
        (b"\n\n<?xml version='1.0'?>\n<html>", "f", UnsupportedFormatError, "f:4: .*<html>"),
        (b"<", "f", UnsupportedFormatError, "f:1: no XML root"),
        (b'<?xml version="1.0" encoding="klingon"?><PubmedArticleSet/>', "f", UnsupportedFormatError, "f:1: .*klingon"),
        (b'<?xml version="1.0" encoding="utf-7"?><PubmedArticleSet/>', "f", UnsupportedFormatError, "f:1: .*utf-7"),
        (b'{"type": "object"\n}', "f.json", UnsupportedFormatError, "f.json:1: JSON, but"),
        (b"a\nb\x00c", "f.txt", UnsupportedFormatError, "f.txt:2: binary data"),
        (b"\x89PNG\r\n\x1a\n", "f.png", UnsupportedFormatError, "binary data"),
        (b"some words", "f.ris", UnsupportedFormatError, "f.ris:1: .*ris"),
        (b"9108990, 15653738\n17\n", "f.txt", MalformedInputError, "f.txt:1: a list of PMIDs.*dti submit"),
        (b"[{}]", "f.json", UnsupportedFormatError, "one object a line .jq -c"),
        (b"fine\nca\xff", "f.txt", MalformedInputError, "f.txt:2: not valid UTF-8"),
        (b"x" * 300, "f.txt", InputTooLargeError, "f.txt:1: .*limit of 200"),
    ],
)
def test_what_cannot_be_read_at_all_is_an_error_with_place_and_reason(data, name, error, says):
    with pytest.raises(error, match=says):
        items(data, name=name, limits=Limits(field_chars=200))


def test_a_number_among_words_is_a_text():
    assert [item.abstract for item in items(b"9108990 patients\n12", name="f.txt")] == ["9108990 patients 12"]


def test_a_line_in_another_encoding_is_told_as_such():
    (fault,) = items('{"id": "1", "title": "naïve"}'.encode("latin-1"), name="f.jsonl")
    assert fault == SourceFault("f.jsonl:1", "not UTF-8: convert the file first")


def test_a_missing_file_and_a_folder_are_errors_of_ours(tmp_path):
    for path in (tmp_path / "none.xml", tmp_path, "\0"):
        with pytest.raises(SourceError):
            list(read(path))


def test_well_formed_but_empty_is_a_fault():
    (item,) = items(b"<PubmedArticleSet></PubmedArticleSet>")
    assert item == SourceFault("f:1", "the input is well-formed but holds no record")


def test_a_record_in_a_foreign_encoding_is_a_fault_and_a_declared_one_is_read():
    record = RECORD.format(1, "naïve").encode("latin-1")
    (fault,) = items(b"<PubmedArticleSet>" + record + b"</PubmedArticleSet>")
    assert isinstance(fault, SourceFault)
    (document,) = items(b'<?xml version="1.0" encoding="ISO-8859-1"?><PubmedArticleSet>' + record + b"</PubmedArticleSet>")
    assert document.abstract == "naïve"
