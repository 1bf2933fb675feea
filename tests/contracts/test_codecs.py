"""What every codec must satisfy; a new codec is tested by being registered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dti import codecs
from dti.codecs import CODECS
from dti.domain.documents import Document
from dti.domain.entities import EntityKind
from dti.domain.evidence import Span
from dti.domain.mentions import Candidate
from dti.domain.triplets import Triplet
from tests.families import members

EACH = pytest.mark.parametrize("name", list(CODECS))
MARKERS = sorted({marker for name in CODECS for marker in CODECS.build(name).markers})
# Names made of marker pieces and backslashes are the ones that could forge a field.
PIECES = st.sampled_from([*MARKERS, "<", ">", "\\", "d", "r", "t", " ", "COX-2", "β", "(", ")", "; ", "&lt;"])
NAMES = (st.lists(PIECES, min_size=1, max_size=6).map("".join) | st.text(max_size=20)).map(str.strip).filter(bool)
TRIPLETS = st.lists(st.builds(Triplet, NAMES, NAMES, NAMES), max_size=4)
GENERATIONS = st.lists(PIECES | st.text(max_size=5), max_size=30).map("".join)


CANDIDATES = tuple(
    Candidate(kind, (("surface", name),), (Span(at, at + 4),), 1.0, 0, in_title=False)
    for at, (kind, name) in enumerate(
        [(EntityKind.DRUG, "zelo"), (EntityKind.DRUG, "<d0>"), (EntityKind.TARGET, "kinase"), (EntityKind.TARGET, "zelo")]
    )
)


def test_every_file_of_the_family_is_registered():
    assert members(codecs) == set(CODECS)


@EACH
@given(triplets=TRIPLETS)
def test_what_is_rendered_parses_back(name, triplets):
    codec = CODECS.build(name)
    parsed = codec.parse(codec.render(triplets))
    assert list(parsed.triplets) == triplets
    assert not parsed.faults


@EACH
@given(text=GENERATIONS)
def test_parsing_never_raises_and_located_stretches_stay_in_the_text(name, text):
    parsed = CODECS.build(name).parse(text)
    ends = 0
    for located in parsed.located:
        assert ends <= located.start < located.end <= len(text)
        ends = located.end
        assert all((located.triplet.drug, located.triplet.interaction, located.triplet.target))


@EACH
@given(text=GENERATIONS)
def test_text_without_a_triplet_is_a_fault_unless_it_says_so(name, text):
    codec = CODECS.build(name)
    parsed = codec.parse(text)
    assert parsed.located or parsed.faults or text.strip() in {"", codec.render([])}


@EACH
@given(title=GENERATIONS, abstract=GENERATIONS)
def test_a_source_holds_no_marker(name, title, abstract):
    codec = CODECS.build(name)
    source = codec.source(Document(source="file", id="1", title=title, abstract=abstract))
    assert not any(marker in source for marker in codec.markers)


@EACH
@given(triplets=st.lists(st.builds(Triplet, st.sampled_from(["zelo", "<d0>"]), NAMES, st.sampled_from(["kinase", "zelo"]))))
def test_candidates_come_back_under_their_names(name, triplets):
    codec = CODECS.build(name)
    parsed = codec.parse(codec.render(triplets, CANDIDATES), CANDIDATES)
    assert list(parsed.triplets) == triplets
    for located in parsed.located:
        for index, end in ((located.drug, located.triplet.drug), (located.target, located.triplet.target)):
            assert (index is not None) == codec.points
            assert index is None or CANDIDATES[index].name == end


@EACH
@given(data=st.data(), candidates=st.sampled_from([(), CANDIDATES, CANDIDATES[:2]]))
def test_what_keeps_to_the_grammar_parses_without_a_fault(name, data, candidates):
    codec = CODECS.build(name)
    grammar, tokens = codec.grammar(candidates), []
    for _ in range(40):
        allowed = grammar(tokens)
        assert allowed.markers <= set(codec.markers)
        choices = [*sorted(allowed.markers), *(["zelo"] if allowed.text else []), *([None] if allowed.end else [])]
        if (token := data.draw(st.sampled_from(choices))) is None:
            break
        tokens.append(token)
    else:
        return
    parsed = codec.parse(" ".join(tokens), candidates)
    assert not parsed.faults
    assert codec.parse(codec.render(parsed.triplets, candidates), candidates).triplets == parsed.triplets


@EACH
@given(triplets=TRIPLETS)
def test_the_grammar_allows_what_is_rendered(name, triplets):
    codec = CODECS.build(name)
    grammar, tokens = codec.grammar(), []
    plain = [Triplet("zelo", triplet.interaction.split()[0].strip("<>\\") or "x", "kinase") for triplet in triplets]
    for token in codec.render(plain).split():
        allowed = grammar(tokens)
        assert token in allowed.markers if token in codec.markers else allowed.text
        tokens.append(token)
    assert grammar(tokens).end
