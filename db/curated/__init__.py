"""Curated drug-target tables as their publishers hand them out, to compare the knowledge base with.

Here and not under `dti`, which cannot import `db`: nothing that extracts, trains or scores can read them.
"""

from collections.abc import Mapping

from db.curated.base import CuratedPair, CuratedReader
from db.curated.chembl import Chembl
from db.curated.dgidb import DgiDb
from db.curated.drugbank import DrugBank
from db.curated.drugcentral import DrugCentral
from db.curated.gtopdb import GtoPdb
from db.curated.ttd import Ttd

READERS: Mapping[str, CuratedReader] = {
    "chembl": Chembl(),
    "dgidb": DgiDb(),
    "drugbank": DrugBank(),
    "drugcentral": DrugCentral(),
    "gtopdb": GtoPdb(),
    "ttd": Ttd(),
}

__all__ = ["READERS", "CuratedPair", "CuratedReader"]
