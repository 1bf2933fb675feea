from __future__ import annotations

import pytest

from dti.grounding.abbreviations import definitions


def pairs(text):
    return [(text[d.long.start : d.long.end], text[d.short.start : d.short.end]) for d in definitions(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Clorgyline inhibits monoamine oxidase A (MAO-A).", [("monoamine oxidase A", "MAO-A")]),
        ("the angiotensin-converting enzyme (ACE) inhibitor", [("angiotensin-converting enzyme", "ACE")]),
        ("nitric oxide (NO) and heat shock protein 90 (Hsp90)", [("nitric oxide", "NO"), ("heat shock protein 90", "Hsp90")]),
        ("rats (n = 12) and mice (5)", []),
        ("It was potent (see above).", []),
        ("(MAO-A)", []),
        ("no such words at all (XYZ)", []),
    ],
)
def test_finds_what_the_text_defines(text, expected):
    assert pairs(text) == expected
