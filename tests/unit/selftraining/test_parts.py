"""Order, pool, verdicts, preferences, decisions, mixing and gate by themselves."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

pytestmark = pytest.mark.train
pytest.importorskip("torch")

from dti.codecs.pointer import LABELS  # noqa: E402 - after the skip
from dti.domain.triplets import Triplet  # noqa: E402
from dti.errors import TrainingError  # noqa: E402
from dti.evaluation.hard_match import score  # noqa: E402
from dti.lexicon import open_lexicon  # noqa: E402
from dti.selftraining.choose import BELOW, COMMON_DRUG, COMMON_INTERACTION, Decision, alarm, decide, divergence  # noqa: E402
from dti.selftraining.gate import judge  # noqa: E402
from dti.selftraining.labels import Batch, Label  # noqa: E402
from dti.selftraining.measure import Measured  # noqa: E402
from dti.selftraining.mixing import balanced, pseudo_labelled, shuffled  # noqa: E402
from dti.selftraining.order import GateRules, Guards, Quota, order_of, read_order  # noqa: E402
from dti.selftraining.pool import Hygiene, read_pool  # noqa: E402
from dti.selftraining.preferences import preferences  # noqa: E402
from dti.selftraining.selection import Cut, precise, wilson  # noqa: E402
from dti.selftraining.session import halves  # noqa: E402
from dti.selftraining.verdicts import examples, read_verdicts  # noqa: E402
from dti.training.calibrate import Judged  # noqa: E402
from dti.training.pairs.examples import UNLABELLED, PairExample  # noqa: E402
from dti.training.pairs.recipe import PairRecipe  # noqa: E402
from dti.training.pointing import Aligner  # noqa: E402
from tests.lexicon_files import write_lexicon  # noqa: E402
from tests.pair_data import document, drugs_and_targets  # noqa: E402
from tests.selftraining_data import pool_rows, write_pool  # noqa: E402
from tests.tiny_model import write_labelled  # noqa: E402

WORDS = " ".join(f"word{n}" for n in range(60))


# --- order


@pytest.fixture
def asked(tmp_path):
    for name in ("parent", "data"):
        (tmp_path / name).mkdir()
    for name in ("recipe", "pool"):
        (tmp_path / name).write_text("")
    return {name: str(tmp_path / name) for name in ("parent", "data", "recipe", "pool")}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"speed": 1}, "unknown setting 'speed'"),
        ({"pool": "nowhere.jsonl"}, "pool: no file at nowhere.jsonl"),
        ({"pool": 7}, "pool: a path is needed"),
        ({"rounds": 0}, "rounds must be a positive number"),
        ({"selection": "threshold"}, "selection: an object with a name"),
        ({"gate": {"luck": 1}}, "gate: unknown setting 'luck'"),
        ({"slice_share": 1}, "slice_share must be between 0 and 1"),
    ],
)
def test_what_is_wrong_with_an_order_is_named(asked, change, message):
    with pytest.raises(TrainingError, match=message):
        order_of({**asked, **change})


def test_an_order_may_be_resumed_with_other_threads_but_not_with_another_seed(asked, tmp_path):
    path = tmp_path / "order.json"
    path.write_text(json.dumps({**asked, "selection": {"name": "threshold", "least": 0.4}}))
    order = read_order(path)
    written = json.loads(json.dumps(order.to_json()))
    assert order_of(written) == order
    assert replace(order, threads=2).same_run(written)
    assert not replace(order, seed=2).same_run(written)


def test_an_order_that_is_no_json_is_named(tmp_path):
    (tmp_path / "order.json").write_text("{")
    with pytest.raises(TrainingError, match=r"cannot read order .*order\.json"):
        read_order(tmp_path / "order.json")


# --- pool


def labelled(number, text):
    return {
        "corpus": "kd_dti",
        "split": "train",
        "doc_id": f"k{number}",
        "pmid": str(number),
        "title": "Gold",
        "abstract": text,
        "entities": [],
        "triples": [],
    }


def test_every_removal_has_its_reason(tmp_path):
    gold = " ".join(f"gold{n}" for n in range(60))
    data = write_labelled(tmp_path / "data", [labelled(1, gold)])
    measured = replace(document("", " ".join(f"dev{n}" for n in range(60)), "9"), pmid="9")
    hygiene = Hygiene.of(data, [PairExample("kd_dti", measured, (), {}, frozenset())], ["77"])
    rows = [
        {"id": "a", "pmid": "1", "title": "T", "abstract": "x"},
        {"id": "b", "pmid": "9", "title": "T", "abstract": "y"},
        {"id": "c", "pmid": "77", "title": "T", "abstract": "z"},
        {"id": "d", "title": "Gold", "abstract": gold},
        {"id": "e", "title": "New", "abstract": "start " + " ".join(f"dev{n}" for n in range(20))},
        {"id": "f", "title": "New", "abstract": WORDS},
        {"id": "g", "title": "New", "abstract": WORDS + " more"},
        {"id": "f", "title": "Other", "abstract": "other words altogether here now"},
        {"id": "h", "title": "", "abstract": "a document like no other of all these"},
    ]
    kept, removed = hygiene.clean(read_pool(write_pool(tmp_path / "pool.jsonl", rows)))
    assert [one.id for one in kept] == ["f", "h"]
    assert [(one.id, reason) for one, reason in removed] == [
        ("a", "gold PMID"),
        ("b", "development PMID"),
        ("c", "held-out PMID"),
        ("d", "near-duplicate of gold"),
        ("e", "repeats a development document"),
        ("g", "near-duplicate in the pool"),
        ("f", "same id"),
    ]


@pytest.mark.parametrize(
    ("line", "message"), [("{", "not valid JSON"), ("[]", "no JSON object"), ('{"id": "x"}', "needs an id")]
)
def test_a_wrong_line_of_a_pool_is_named(tmp_path, line, message):
    (tmp_path / "pool.jsonl").write_text(json.dumps(pool_rows(1)[0]) + "\n" + line)
    with pytest.raises(TrainingError, match=message) as raised:
        read_pool(tmp_path / "pool.jsonl")
    assert "pool.jsonl:2" in str(raised.value)


def test_slice_and_gate_are_apart():
    texts = [replace(document("A", "B", str(n)), pmid=str(n)) for n in range(20)]
    development = [PairExample("kd_dti", text, (), {}, frozenset()) for text in texts]
    slice_, gated = halves(development, 0.3)
    assert (len(slice_), len(gated)) == (6, 14)
    assert not {e.document.pmid for e in slice_} & {e.document.pmid for e in gated}
    assert halves(development[::-1], 0.3) == (slice_, gated)
    with pytest.raises(TrainingError, match="one each at least"):
        halves(development[:1], 0.3)


# --- verdicts and preferences

TEXT = {
    "id": "1",
    "title": "Clorgyline.",
    "abstract": "Clorgyline and Melatonin act on Monoamine oxidase type A and Signal peptidase X.",
}


def said(verdict, drug, interaction, target, original=None):
    return {
        "document": TEXT,
        "drug": drug,
        "interaction": interaction,
        "target": target,
        "verdict": verdict,
        "original": dict(zip(("drug", "interaction", "target"), original, strict=True)) if original else None,
    }


MAO, SIG = "Amine oxidase [flavin-containing] A", "Signal peptidase X"


@pytest.fixture
def verdicts(tmp_path):
    rows = [
        said("accepted", "Clorgyline", "inhibitor", MAO),
        said("rejected", "Melatonin", "inhibitor", MAO),
        said("edited", "Clorgyline", "binder", SIG, ("Clorgyline", "inhibitor", SIG)),
    ]
    return read_verdicts(write_pool(tmp_path / "verdicts.jsonl", rows))


def test_verdicts_make_gold_of_what_was_judged_and_leave_the_rest_open(verdicts, tmp_path):
    from dti.mentions import Recogniser, selector  # noqa: PLC0415

    lexicon = open_lexicon(write_lexicon(tmp_path / "names"), tmp_path / "cache")
    find = selector(Recogniser(lexicon), 16)
    [example] = examples(verdicts, lambda documents: map(find, documents), Aligner(lexicon))
    names = [candidate.name for candidate in example.candidates]
    told = {(names[d], names[t]): LABELS[label] for (d, t), label in example.right.items() if label != UNLABELLED}
    assert sorted(told.values()) == ["binder", "inhibitor"]
    assert {drug for drug, _ in told} == {"Clorgyline"}
    unclear = {(names[d], names[t]) for d, t in example.unclear}
    assert {drug for drug, _ in unclear} == {"Melatonin"}
    assert len(unclear) == 1  # Melatonin with the other target; the rejected pair is wrong


def test_preferences_are_derived_and_ties_give_none(verdicts):
    found = {(p.chosen, p.rejected, p.why) for p in preferences(verdicts)}
    accepted, edited = Triplet("Clorgyline", "inhibitor", MAO), Triplet("Clorgyline", "binder", SIG)
    rejected, original = Triplet("Melatonin", "inhibitor", MAO), Triplet("Clorgyline", "inhibitor", SIG)
    assert found == {
        (edited, original, "edited over original"),
        (accepted, rejected, "accepted over rejected"),
        (edited, rejected, "accepted over rejected"),
    }
    disputed = [*verdicts, replace(verdicts[1], verdict="accepted")]
    assert {p.why for p in preferences(disputed)} == {"edited over original"}
    assert preferences(verdicts[:1]) == []


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({**said("liked", "a", "b", "c")}, "no verdict 'liked'"),
        (said("edited", "a", "b", "c"), "has an original"),
        ({"document": TEXT}, "no verdict"),
    ],
)
def test_a_wrong_verdict_is_named(tmp_path, row, message):
    with pytest.raises(TrainingError, match=message):
        read_verdicts(write_pool(tmp_path / "verdicts.jsonl", [row]))


# --- decisions and mixing


def batch(labels, documents=4):
    texts = [document("Clorgyline.", f"Clorgyline, Levodopa and MAO-A or SIG-X {n}", str(n)) for n in range(documents)]
    candidates = [drugs_and_targets(text, ["Clorgyline", "Levodopa"], ["MAO-A", "SIG-X"]) for text in texts]
    made = [Label(number, pair, label, -0.1, -0.1, score, True) for number, pair, label, score in labels]
    return Batch(tuple(texts), tuple(candidates), tuple(made))


def test_quotas_keep_the_best_of_what_is_common():
    one = batch([(n % 4, (n % 2, 2), 0 if n < 6 else 1, 0.9 - n / 100) for n in range(8)])
    scores = [label.confidence for label in one.labels]
    decisions = decide(one, scores, Cut(0.5), Quota(interaction=1.0, drug=1.0, least=1), {0: 0.5, 1: 0.5})
    assert [d.reason for d in decisions] == ["", "", "", "", COMMON_INTERACTION, COMMON_INTERACTION, "", ""]
    decisions = decide(one, scores, Cut(0.835), Quota(interaction=9, drug=0.2, least=1), {0: 0.5, 1: 0.5})
    reasons = [d.reason for d in decisions]  # seven pass, a drug may have two of them
    assert reasons == ["", "", "", "", COMMON_DRUG, COMMON_DRUG, COMMON_DRUG, BELOW]
    assert not any(d.accepted for d in decide(one, scores, Cut(None, "none"), Quota(), {}))


def test_what_is_considered_and_not_accepted_is_unclear():
    one = batch([(0, (0, 2), 3, 0.9), (0, (1, 2), 0, 0.3), (1, (0, 3), 0, 0.2)])
    decisions = [Decision(0.9), Decision(0.3, BELOW), Decision(0.2, BELOW)]
    [made] = pseudo_labelled(one, decisions)
    assert made.example.right == {(0, 2): 3}
    assert made.example.unclear == {(1, 2)}
    assert (made.confidences, made.example.corpus) == ((0.9,), "pseudo")


def test_shuffling_changes_pairs_and_keeps_counts():
    one = batch([(n, (0, 2), n % 3, 0.9) for n in range(40)], documents=40)
    made = pseudo_labelled(one, [Decision(0.9)] * 40)
    dealt = shuffled(made, 1)
    assert sorted(v for p in dealt for v in p.example.right.values()) == sorted(
        v for p in made for v in p.example.right.values()
    )
    assert sum(p.example.right == q.example.right for p, q in zip(made, dealt, strict=True)) < 20
    assert shuffled(made, 1) == dealt


def test_gold_is_drawn_as_often_as_pseudo_labels_at_least():
    gold = [PairExample("kd_dti", document("A", "B", str(n)), (), {}, frozenset()) for n in range(10)]
    recipe = PairRecipe(name="t", weights={"kd_dti": 0.5})
    assert balanced(recipe, gold, 20, 1.0).weights["kd_dti"] == pytest.approx(2.0)
    assert balanced(recipe, gold, 2, 1.0).weights["kd_dti"] == 0.5


def test_alarms():
    some = [Decision(1.0)] * 5 + [Decision(0.0, BELOW)] * 5
    same = {"inhibitor": 3, "agonist": 2}
    assert alarm(Guards(), some, same, same, None) == ""
    assert "acceptance alarm" in alarm(Guards(most_acceptance=0.4), some, same, same, None)
    assert "acceptance alarm" in alarm(Guards(), some, same, same, 0.1)
    assert "drift alarm" in alarm(Guards(), some, {"inhibitor": 5}, {"agonist": 5}, None)
    assert "no label" in alarm(Guards(), some[5:], same, same, None)
    assert divergence({"a": 1}, {"b": 7}) == pytest.approx(1.0)
    assert divergence(same, {"inhibitor": 6, "agonist": 4}) == pytest.approx(0.0)


def test_the_lowest_safe_threshold_is_taken():
    scores = [0.9, 0.8, 0.7, 0.6, 0.6, 0.5]
    right = [True, True, False, True, True, False]
    assert precise(scores, right, 0.8, 1).threshold == 0.6
    assert precise(scores, right, 0.9, 1).threshold == 0.8
    assert precise(scores, right, 0.9, 3).threshold is None
    low, high = wilson(8, 10)
    assert (round(low, 3), round(high, 3)) == (0.49, 0.943)
    assert wilson(0, 0) == (0.0, 1.0)


# --- gate


def measured(right, wrong=(), of=40, interaction="inhibitor"):
    """Documents of one gold triplet each; those in `right` are told rightly, those in `wrong` wrongly, others not at all."""
    gold = {str(n): [Triplet("d", interaction, f"t{n}")] for n in range(of)}
    told = {str(n): [Triplet("d", interaction, f"t{n}")] for n in right} | {
        str(n): [Triplet("x", interaction, "y")] for n in wrong
    }
    judged = tuple(Judged((-0.1, -0.1), n in set(right), n) for n in (*right, *wrong))
    return Measured(score(gold, told), judged, {interaction: len(list(right))}, {interaction: len(judged)})


def test_the_gate_lets_through_what_is_better_by_more_than_noise():
    parent, better, hardly = measured(range(10)), measured(range(25)), measured(range(11))
    assert judge(parent, better, GateRules(), fast=True).accepted
    assert "within noise" in judge(parent, hardly, GateRules(), fast=True).reason
    assert "within noise" in judge(parent, parent, GateRules(), fast=True).reason


def test_a_control_that_is_as_good_is_a_fault():
    parent, candidate, control = measured(range(10)), measured(range(25)), measured(range(26))
    assert "gold alone does as well" in judge(parent, candidate, GateRules(), fast=True, control=control).reason
    assert judge(parent, candidate, GateRules(), fast=True, control=measured(range(24))).accepted


def test_the_gate_names_every_fault():
    parent, candidate = measured(range(10), range(10, 20)), measured(range(10, 14), range(14, 40))
    reason = judge(parent, candidate, GateRules(calibration_margin=-1), fast=False).reason
    assert all(part in reason for part in ("within noise", "'inhibitor' collapsed", "calibration error", "speed"))
