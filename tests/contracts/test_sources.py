"""What every reader must satisfy; a new reader is tested by being registered and given an example."""

from __future__ import annotations

import gzip
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dti import sources
from dti.domain.documents import Document
from dti.errors import DtiError
from dti.sources import READERS, SourceFault, read
from dti.sources._stream import CHUNK
from tests.families import members

# Two documents each (one for plain text), written for these tests.
EXAMPLES: dict[str, bytes] = {
    "pubmed_xml": b"""<?xml version="1.0"?>
<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID Version="1">11</PMID><Article><Journal><Title>J</Title></Journal>
<ArticleTitle>First</ArticleTitle><Abstract><AbstractText>Alpha blocks beta.</AbstractText></Abstract></Article>
</MedlineCitation></PubmedArticle>
<PubmedArticle><MedlineCitation><PMID Version="1">12</PMID><Article><ArticleTitle>Second</ArticleTitle></Article>
</MedlineCitation></PubmedArticle></PubmedArticleSet>""",
    "medline": b"PMID- 11\nTI  - First\nAB  - Alpha blocks\n      beta.\n\nPMID- 12\nTI  - Second\n",
    "ris": b"TY  - JOUR\nTI  - First\nAB  - Alpha blocks beta.\nER  - \n\nTY  - JOUR\nTI  - Second\nER  - \n",
    "pubtator": b"11|t|First\n11|a|Alpha blocks beta.\n11\t0\t5\tAlpha\tChemical\tD1\n\n12|t|Second\n12|a|\n",
    "bioc_xml": b"""<?xml version="1.0"?><collection><source>s</source><document><id>11</id>
<passage><infon key="type">title</infon><offset>0</offset><text>First</text></passage>
<passage><infon key="type">abstract</infon><offset>6</offset><text>Alpha blocks beta.</text></passage></document>
<document><id>12</id><passage><infon key="type">title</infon><text>Second</text></passage></document></collection>""",
    "bioc_json": b"""{"source": "s", "documents": [
{"id": "11", "passages": [{"infons": {"type": "title"}, "text": "First"},
 {"infons": {"type": "abstract"}, "text": "Alpha blocks beta."}]},
{"id": "12", "passages": [{"infons": {"type": "title"}, "text": "Second"}]}]}""",
    "jats": b"""<pmc-articleset><article><front><article-meta><article-id pub-id-type="pmid">11</article-id><title-group>
<article-title>First</article-title></title-group><abstract><p>Alpha blocks beta.</p></abstract></article-meta></front>
</article>
<article><front><article-meta><title-group><article-title>Second</article-title></title-group></article-meta></front></article>
</pmc-articleset>""",
    "jsonl": b'{"id": "a", "title": "First", "abstract": "Alpha blocks beta."}\n{"id": "b", "title": "Second"}\n',
    "plain_text": b"Alpha blocks\nbeta.\n",
}
EACH = pytest.mark.parametrize("name", list(READERS))


def items(data: bytes, name: str = "example", **options):
    return list(read(io.BytesIO(data), name=name, **options))


def documents(data: bytes, **options):
    return [item for item in items(data, **options) if isinstance(item, Document)]


def test_every_file_of_the_family_is_registered():
    assert members(sources) - {"detect"} == set(READERS)


@EACH
def test_the_example_is_detected_and_read(name):
    found = items(EXAMPLES[name])
    assert found == items(EXAMPLES[name], input_format=name)
    assert [item.abstract for item in found] == ["Alpha blocks beta.", *[""] * (len(found) - 1)]
    assert [item.title for item in found] == (["First", "Second"] if name != "plain_text" else [""])
    assert len({item.key for item in found}) == len(found)


@EACH
def test_gzip_byte_order_mark_and_utf16_change_nothing(name):
    plain = items(EXAMPLES[name])
    assert items(gzip.compress(EXAMPLES[name])) == plain
    assert items(b"\xef\xbb\xbf" + EXAMPLES[name]) == plain
    assert items(b"\xff\xfe" + EXAMPLES[name].decode().encode("utf-16-le")) == plain


@EACH
def test_chunk_borders_change_nothing(name):
    class Dripping(io.BytesIO):
        def read(self, size=-1):
            return super().read(1 if size == CHUNK else size)

    assert list(read(Dripping(EXAMPLES[name]), name="example")) == items(EXAMPLES[name])


@EACH
def test_a_truncated_gzip_delivers_what_came_before_and_says_so(name):
    """Whole records only: half a record is no document."""
    whole = documents(EXAMPLES[name])
    packed = gzip.compress(EXAMPLES[name], compresslevel=0)
    *before, last = items(packed[: len(packed) - 40])
    assert isinstance(last, SourceFault)
    assert "cut off" in last.reason
    assert before == whole[: len(before)]


@EACH
def test_invalid_utf8_and_control_characters_are_refused_with_a_place(name):
    for bad in (b"\xff", b"\x00", b"\x01"):
        broken = EXAMPLES[name].replace(b"blocks", b"blo" + bad + b"cks")
        if name == "plain_text":
            with pytest.raises(DtiError, match="example:1"):
                items(broken, input_format=name)
            continue
        fault, *others = items(broken, input_format=name)
        assert fault.place.startswith("example:")
        assert [item.title for item in others] == ["Second"]


@EACH
@given(data=st.data())
def test_mutated_bytes_never_raise_anything_but_our_errors(name, data):
    example = bytearray(EXAMPLES[name])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(example) - 1))
        match data.draw(st.sampled_from(("set", "cut", "double"))):
            case "set":
                example[at] = data.draw(st.integers(0, 255))
            case "cut":
                del example[at : at + data.draw(st.integers(1, 60))]
            case _:
                example[at:at] = example[at : at + 40]
        example = example or bytearray(b" ")
    for options in ({}, {"input_format": name}):
        try:
            found = items(bytes(example), **options)
        except DtiError:
            continue
        assert found
        assert all(isinstance(item, Document | SourceFault) for item in found)
