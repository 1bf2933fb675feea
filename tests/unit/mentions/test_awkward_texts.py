"""Names as files of all sorts spell them: typography, escapes, capitals, length, and texts that lack what we look for."""

from __future__ import annotations

import io
import json

import pytest

from dti.domain.documents import Document
from dti.domain.entities import EntityKind
from dti.domain.evidence import Span
from dti.domain.mentions import Found
from dti.mentions import Recogniser, candidates, select
from dti.mentions.recogniser import _Hit, _outermost
from dti.sources import read

MAOA = "Amine oxidase [flavin-containing] A"


@pytest.fixture(scope="module")
def recogniser(lexicon):
    return Recogniser(lexicon)


def found(recogniser, text, title="A title."):
    """Candidates' names with how the text spells their mentions."""
    document = Document(source="file", id="1", title=title, abstract=text)
    chosen = select(candidates(document, recogniser.find(document)), 16)
    return {c.name: [document.text[span.start : span.end] for span in c.spans] for c in chosen if not c.rank}


@pytest.mark.parametrize(
    ("spelled", "name"),
    [
        ("MAO‑A", MAOA),  # non-breaking hyphen
        ("MAO–A", MAOA),  # en dash
        ("MAO\u00a0A", MAOA),
        ("ＭＡＯ－Ａ", MAOA),  # full width
        ("monoamine oxi\u00addase A", MAOA),  # soft hyphen
        ("MONOAMINE OXIDASE A", MAOA),
        ("MAO-α", MAOA),
        ("MAO-alpha", MAOA),
        ("clor\u00adgyline", "Clorgyline"),
        ("CLORGYLINE", "Clorgyline"),
        ("clorgýline", "Clorgyline"),
        ("clorgy\u0301line", "Clorgyline"),  # combining accent
    ],
)
@pytest.mark.parametrize("around", ["{}", "😀 {} 😀", "of {}, İ and \u200b{}", "({})"])
def test_typography_changes_no_name_and_no_offset(recogniser, spelled, name, around):
    mentions = found(recogniser, f"We studied {around.format(spelled, spelled)} in rats.")
    assert set(mentions) == {name}
    assert set(mentions[name]) == {spelled}


def test_escapes_are_undone_before_names_are_looked_for(recogniser):
    line = {
        "id": "1",
        "title": "MAO-&alpha; &amp; its use",
        "abstract": "Clorgyline (K &lt; 1 nM) &#8211; an inhibitor of MAO-&#945;.",
    }
    (document,) = read(io.BytesIO(json.dumps(line).encode()))
    (target,) = [c for c in candidates(document, recogniser.find(document)) if c.kind is EntityKind.TARGET and not c.rank]
    assert [document.text[span.start : span.end] for span in target.spans] == ["MAO-α", "MAO-α"]
    assert "(K < 1 nM) – an" in document.text


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("We counted birds along the river.", set()),
        ("Levodopa and melatonin were given.", {"Levodopa", "Melatonin"}),
        ("MAO-A and MAO-B were crystallised.", {MAOA, "Monoamine oxidase type B (MAO-B)"}),
        ("", set()),
        ("x" * 100_000, set()),
    ],
)
def test_documents_may_lack_drugs_or_targets_or_both(recogniser, text, names):
    assert set(found(recogniser, text)) == names


def test_a_full_text_is_read_to_its_end(recogniser):
    filler = "Nothing of note was seen in the rats of this group on that day, and no more was done. "
    text = f"{filler * 850}Levodopa was given. {filler * 850}At last clorgyline inhibited MAO-A."
    assert len(text.split()) > 30_000
    assert found(recogniser, text) == {"Levodopa": ["Levodopa"], "Clorgyline": ["clorgyline"], MAOA: ["MAO-A"]}


def test_of_overlapping_places_the_longest_is_kept_and_of_one_place_both_kinds():
    def hit(start, end, kind=EntityKind.TARGET, how=Found.NAME):
        return _Hit(Span(start, end), kind, how)

    both = [hit(0, 9), hit(0, 9, EntityKind.DRUG)]
    apart = [hit(9, 12), hit(20, 25)]
    covered = [hit(5, 11), hit(0, 4), hit(24, 26), hit(0, 9, EntityKind.DRUG, Found.PATTERN)]
    assert _outermost([*covered, *apart, *both]) == sorted([*both, *apart], key=lambda h: (h.span.start, h.kind))
