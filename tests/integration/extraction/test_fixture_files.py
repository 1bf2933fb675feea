"""Every fixture file through the command's own reading, grounding and printing; only the model is a fake."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from dti.cli._layouts import LAYOUTS
from dti.cli.extract import Faults
from dti.codecs import Tagged
from dti.domain.evidence import Span
from dti.domain.identity import Run
from dti.domain.sequences import Generation, Hypothesis, Token
from dti.extraction import Extractor
from dti.grounding.mentions import MentionFinder
from dti.reading import Sequences

pytestmark = pytest.mark.integration

FOLDERS = ["pubmed_xml", "pubmed_baseline", "flat", "jats", "bioc", "pubtator"]
WORD = re.compile(r"[A-Za-z]{5,}")


def first_and_last_word(sources):
    """A generation that names the first and the last longer word of each source."""
    for source in sources:
        words = WORD.findall(source) or ["none"]
        text = f"<d> {words[0].lower()} <r> inhibitor <t> {words[-1].lower()}"
        yield Generation((Hypothesis(text, (Token(0, len(text), -0.1),)),))


@pytest.fixture
def extractor():
    reader = Sequences(codec=Tagged(), generate=lambda sources, _: list(first_and_last_word(sources)), confidence=lambda _: 0.5)
    return Extractor(run=Run("fake", "0", "1"), reader=reader)


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file_gives_results_or_a_fault_with_its_place(folder, shared_data, extractor, capsys):
    paths = [path for path in sorted((shared_data / "fixtures" / folder).rglob("*")) if path.is_file()]
    assert paths
    for path in paths:
        faults = Faults()
        results = list(faults.told_in_order(extractor.extract_stream(faults.documents([str(path)]))))
        told = capsys.readouterr().err.splitlines()
        assert results or told, path
        assert len(told) == faults.seen
        assert all(message.startswith(f"dti: {path.name}:") or str(path) in message for message in told)
        check(results, path)


def check(results, path: Path):
    assert not [result.reason for result in results if result.outcome == "failed"], path
    for result in results:
        text = result.document.text
        for triplet in json.loads(LAYOUTS["jsonl"].render(result))["triplets"]:
            evidence = triplet["evidence"]
            for name in ("drug", "target"):
                if span := evidence[f"{name}_span"]:
                    mentions = MentionFinder(text).find(triplet[name])
                    assert Span(*span) in {mention.span for mention in mentions}
            if span := evidence["sentence_span"]:
                assert text[slice(*span)] == evidence["sentence"]
