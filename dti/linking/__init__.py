"""Names to identifiers."""

from dti.linking.base import Linker
from dti.linking.unlinked import Unlinked
from dti.registry import Registry

LINKERS: Registry[Linker] = Registry("linking", {"unlinked": Unlinked})

__all__ = ["LINKERS", "Linker", "Unlinked"]
