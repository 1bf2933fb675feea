"""Names to identifiers."""

from dti.linking.base import Linker, entity_of
from dti.linking.contextual import Contextual
from dti.linking.exact import Exact
from dti.linking.fuzzy import Fuzzy
from dti.linking.unlinked import Unlinked
from dti.registry import Registry

LINKERS: Registry[Linker] = Registry(
    "linking", {"unlinked": Unlinked, "exact": Exact, "fuzzy": Fuzzy, "contextual": Contextual}
)

__all__ = ["LINKERS", "Contextual", "Linker", "Unlinked", "entity_of"]
