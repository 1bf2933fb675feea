"""Every weight learns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dti.model.adapters.base import Adapted
from dti.model.backbones import Model
from dti.model.vocabulary import Vocabulary


@dataclass(frozen=True, kw_only=True)
class Full:
    """The null object of the family."""

    keeps_base: ClassVar[bool] = False

    def apply(self, model: Model, vocabulary: Vocabulary) -> Adapted:  # noqa: ARG002 - protocol
        """The model as it is."""
        return Adapted(model, lambda: model)
