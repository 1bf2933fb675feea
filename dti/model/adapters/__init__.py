"""What of a model learns: all of it, or few weights beside it."""

from dti.model.adapters.base import Adapted, Adapter
from dti.model.adapters.full import Full
from dti.model.adapters.lora import Lora
from dti.registry import Registry

ADAPTERS: Registry[Adapter] = Registry("adapter", {"full": Full, "lora": Lora})

__all__ = ["ADAPTERS", "Adapted", "Adapter", "Full", "Lora"]
