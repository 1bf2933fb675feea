from __future__ import annotations

import itertools
import math
import queue
from dataclasses import replace

import numpy as np  # noqa: F401 - what it loads is what is limited
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from dti.codecs import CODECS, Tagged
from dti.domain.documents import Correction, Document
from dti.domain.entities import Entity, EntityKind, Link
from dti.domain.evidence import Outcome, Span
from dti.domain.identity import Run
from dti.domain.lexicon import LexiconEntity, Name, NameType
from dti.domain.mentions import Candidate
from dti.domain.sequences import Generation, Hypothesis, Token
from dti.extraction import WINDOW, Extractor
from dti.reading import Sequences

RUN = Run("fake", "0" * 64, "1")


def document(number, abstract="Aspirin inhibits COX-1.", **fields):
    return Document(source="file", id=str(number), title=f"Title {number}.", abstract=abstract, **fields)


def generation(text, *, truncated=False):
    tokens = tuple(Token(i, i + 1, math.log(0.5)) for i in range(len(text)))
    return Generation((Hypothesis(text, tokens),), truncated)


class FakeModel:
    """Answers each source with what was set for a word in it; remembers how many sources came together."""

    def __init__(self, answers=None):
        self.answers = answers or {"": "<d> aspirin <r> inhibitor <t> cox - 1"}
        self.batches = []

    def __call__(self, sources, _):
        self.batches.append(len(sources))
        return [self._answer(source) for source in sources]

    def _answer(self, source):
        answer = next(answer for word, answer in self.answers.items() if word in source)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, Generation) else generation(answer)


def mean_probability(logprobs):
    return math.exp(sum(logprobs) / len(logprobs))


def extractor(model=None):
    return Extractor(run=RUN, reader=sequences(Tagged(), model or FakeModel()))


def sequences(codec, generate):
    return Sequences(codec=codec, generate=generate, confidence=mean_probability)


def test_a_document_becomes_claims_with_confidence_and_evidence():
    [result] = extractor().extract([document(1)])
    assert (result.outcome, result.run, result.reason) == (Outcome.EXTRACTED, RUN, "")
    [claim] = result.claims
    assert (claim.triplet.drug, claim.triplet.interaction, claim.triplet.target) == ("aspirin", "inhibitor", "COX-1")
    assert claim.confidence == pytest.approx(0.5)
    assert claim.evidence.sentence == "Aspirin inhibits COX-1."


def test_numpy_takes_the_threads_that_the_model_takes():
    def pools():
        return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}

    seen = []

    class Watching(FakeModel):
        def __call__(self, sources, grammars):
            seen.append(pools())
            return super().__call__(sources, grammars)

    with threadpool_limits(2, user_api="blas"):
        replace(extractor(Watching()), threads=1).extract([document(1)])
        assert (seen, pools()) == ([{1}], {2})


def test_results_come_in_input_order_whatever_their_outcome():
    documents = [
        document(0),
        document(1, abstract=""),
        document(2, deleted=True),
        document(3, corrections=(Correction("RetractionIn"),)),
        document(4, languages=("ger",)),
    ]
    results = extractor().extract(documents)
    assert [result.document for result in results] == documents
    assert [(result.outcome, result.reason) for result in results] == [
        (Outcome.EXTRACTED, ""),
        (Outcome.NO_ABSTRACT, "no abstract"),
        (Outcome.SKIPPED, "deleted"),
        (Outcome.SKIPPED, "retracted"),
        (Outcome.EXTRACTED, ""),
    ]


def test_the_model_sees_only_what_is_fit_and_all_of_it_at_once():
    model = FakeModel()
    extractor(model).extract([document(0), document(1, abstract=""), document(2)])
    assert model.batches == [2]


def test_no_document_no_result():
    assert extractor().extract([]) == []


@pytest.mark.parametrize(
    ("generated", "reason"), [("", "the model states no interaction"), ("<d> aspirin", "unreadable generation: ")]
)
def test_a_generation_without_a_triplet_says_why(generated, reason):
    [result] = extractor(FakeModel({"": generated})).extract([document(1)])
    assert result.outcome is Outcome.NO_TRIPLET
    assert result.reason.startswith(reason)


def test_equal_triplets_are_one_claim_with_the_better_confidence():
    one = "<d> aspirin <r> inhibitor <t> cox - 1"
    text = f"{one} {one}"
    tokens = tuple(Token(i, i + 1, math.log(0.2 if i <= len(one) else 0.9)) for i in range(len(text)))
    model = FakeModel({"": Generation((Hypothesis(text, tokens),))})
    [result] = extractor(model).extract([document(1)])
    [claim] = result.claims
    assert claim.confidence == pytest.approx(0.9)


def test_truncation_is_passed_on():
    [result] = extractor(FakeModel({"": generation("", truncated=True)})).extract([document(1)])
    assert result.truncated


def test_a_document_that_breaks_the_model_fails_alone():
    model = FakeModel({"Title 1.": RuntimeError("boom"), "": "<d> aspirin <r> inhibitor <t> cox - 1"})
    results = extractor(model).extract([document(0), document(1), document(2)])
    assert [result.outcome for result in results] == [Outcome.EXTRACTED, Outcome.FAILED, Outcome.EXTRACTED]
    assert results[1].reason == "RuntimeError: boom"


def test_a_result_that_cannot_be_read_fails_alone():
    model = FakeModel({"Title 1.": Generation(()), "": "<d> aspirin <r> inhibitor <t> cox - 1"})
    results = extractor(model).extract([document(0), document(1)])
    assert [result.outcome for result in results] == [Outcome.EXTRACTED, Outcome.FAILED]


def test_a_model_that_answers_too_little_fails_every_document_and_says_so():
    results = extractor(lambda *_: []).extract([document(0), document(1)])
    assert [result.outcome for result in results] == [Outcome.FAILED, Outcome.FAILED]
    assert "shorter" in results[0].reason


def test_a_stream_keeps_the_order():
    documents = [document(i) for i in range(3 * WINDOW + 1)]
    model = FakeModel()
    results = list(extractor(model).extract_stream(iter(documents)))
    assert [result.document.id for result in results] == [document.id for document in documents]
    assert max(model.batches) <= WINDOW


def test_a_stream_gives_the_first_result_while_the_source_still_waits():
    arriving = queue.Queue()
    arriving.put(document(0))
    results = extractor().extract_stream(iter(arriving.get, None))
    assert next(results).document.id == "0"
    arriving.put(document(1))
    assert next(results).document.id == "1"
    arriving.put(None)
    assert list(results) == []


def test_a_stream_reads_no_further_ahead_than_it_may():
    read = []
    endless = (read.append(i) or document(i) for i in itertools.count())
    results = extractor().extract_stream(endless)
    for _ in range(WINDOW):
        next(results)
    results.close()
    assert len(read) <= 4 * WINDOW


class FakeLinker:
    """Knows a few names; remembers in which documents they were read."""

    def __init__(self, curies):
        self.curies = curies
        self.read_in = []

    def link(self, name, kind, document=None):
        self.read_in.append(document)
        curie = self.curies.get(name)
        return Link(Entity(curie, name, kind), 0.9, "fake") if curie else Link()


def test_both_ends_are_linked_where_they_were_read():
    linker = FakeLinker({"aspirin": "drugbank:DB00945"})
    [result] = replace(extractor(), linker=linker).extract([document(1)])
    [claim] = result.claims
    assert (claim.drug.curie, claim.target.curie) == ("drugbank:DB00945", None)
    assert linker.read_in == [document(1)] * 2


def test_two_names_of_one_thing_make_one_claim():
    answer = "<d> aspirin <r> inhibitor <t> cox - 1 <d> acetylsalicylic acid <r> inhibitor <t> cox - 1"
    linker = FakeLinker({"aspirin": "drugbank:DB00945", "acetylsalicylic acid": "drugbank:DB00945"})
    [result] = replace(extractor(FakeModel({"": generation(answer)})), linker=linker).extract([document(1)])
    assert [claim.drug.curie for claim in result.claims] == ["drugbank:DB00945"]


def test_what_the_model_points_at_is_the_link():
    entity = LexiconEntity("hgnc:9604", EntityKind.TARGET, (Name("PTGS1", NameType.SYMBOL, "hgnc"),), "9606")
    target = Candidate(EntityKind.TARGET, (("surface", "COX-1"),), (Span(26, 31),), 0.8, 0, in_title=False, entity=entity)
    drug = Candidate(EntityKind.DRUG, (("surface", "Aspirin"),), (Span(9, 16),), 0.3, 0, in_title=False)
    linker = FakeLinker({"Aspirin": "drugbank:DB00945", "COX-1": "hgnc:1"})
    model = FakeModel({"": generation("<d0> <t0> <r:inhibitor>")})
    pointing = replace(
        extractor(),
        reader=sequences(CODECS.build("pointer"), model),
        candidates=lambda _: (drug, target),
        linker=linker,
    )
    [result] = pointing.extract([document(1)])
    [claim] = result.claims
    assert (claim.drug.curie, claim.drug.method) == ("drugbank:DB00945", "fake")
    assert (claim.target.curie, claim.target.method, claim.target.score) == ("hgnc:9604", "candidate", 0.8)
