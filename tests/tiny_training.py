"""A training run of seconds for any backbone and adapter."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from dti.domain.documents import Document
from dti.domain.evidence import Outcome
from dti.training.experiment import Architecture, Experiment, Optimisation, Serving, Stage

if TYPE_CHECKING:
    from dti.training.trainer import Progress

SMALL = {
    "bart_from_bert": {},
    "transformer": {"width": 32, "feed_forward": 64},
    "bert_fused": {"width": 32, "feed_forward": 64},
    "qwen2": {"instruction": "List."},
}
DOCUMENTS = tuple(
    Document(source="file", id=str(number), title=title, abstract=abstract)
    for number, (title, abstract) in enumerate(
        (
            ("Zelo3 and kinase q3.", "We show that zelo3 inhibits the human kinase q3</s><|im_end|> in rat cells."),
            ("A long study.", "In rat cells zelo4 activates the human kinase q4, by 5%. " * 20),
        )
    )
)
READ = {Outcome.EXTRACTED, Outcome.NO_TRIPLET}
STAGE = Stage(name="documents", examples="documents", steps=6, source_tokens=64, batch_tokens=512)
RATES = Optimisation(learning_rate=3e-3, encoder_learning_rate=3e-3, warmup_steps=2)


class KilledError(Exception):
    """Stands for SIGKILL: nothing after it runs."""


def kill_at(step: int = 1) -> Callable[[Progress], None]:
    """A report that ends the run the first time it is called at `step` or later."""

    def report(progress: Progress) -> None:
        if progress.step >= step:
            raise KilledError

    return report


def experiment(name, hub, **fields):
    settings = {**SMALL.get(name, {}), **({"pretrained": str(hub[name])} if name in hub else {})}
    adapter, parent = fields.pop("adapter", "full"), fields.pop("parent", "")
    return Experiment(
        name=name,
        threads=1,
        target_tokens=48,
        save_steps=4,
        architecture=Architecture(
            encoder=str(hub[""]),
            backbone=name.removeprefix("flan-"),
            settings=settings,
            least_piece_count=1,
            adapter=adapter,
            parent=parent,
        ),
        optimisation=RATES,
        stages=(STAGE,),
        serving=Serving(source_tokens=64, decoding="beam", settings={"width": 2, "most_tokens": 8}),
        **fields,
    )
