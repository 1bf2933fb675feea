"""Protocol of the adapters family."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Protocol

from dti.model.backbones import Model
from dti.model.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Adapted:
    """`model` as it trains; `merge` gives it back as it was built, with what was learnt in its own weights."""

    model: Model
    merge: Callable[[], Model]


class Adapter(Protocol):
    """Decides which weights learn; torch's generator decides the weights that are new."""

    keeps_base: ClassVar[bool]  # whether a state holds only what learns beside the model, so that resuming needs it

    def apply(self, model: Model, vocabulary: Vocabulary) -> Adapted:
        """Changes `model` in place."""
