"""Readers of curated tables, on small tables of our own in the publishers' layouts; and on the real ones where they are."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import pytest

from db.curated import READERS, CuratedPair
from dti.domain.interactions import InteractionType
from dti.settings import PROJECT_ROOT
from dti.vocabulary import default_vocabulary


def table(path: Path, *lines: str, separator: str = "\t") -> Path:
    text = "\n".join(line.replace("|;|", separator) for line in lines) + "\n"
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text)
    return path


def read(source: str, path: Path) -> list[CuratedPair]:
    return list(READERS[source].pairs(path))


def test_chembl_names_the_target_by_its_mechanism(tmp_path: Path) -> None:
    path = table(
        tmp_path / "chembl.csv",
        "action_type,mechanism_of_action,molecule_chembl_id,target_chembl_id",
        "PARTIAL_AGONIST,Gizmo receptor partial agonist,CHEMBL1,CHEMBL2",
        "INHIBITOR,Unknown,CHEMBL1,",
    )
    assert read("chembl", path) == [
        CuratedPair(
            drug_ids=("chembl.compound:CHEMBL1",),
            target_ids=("chembl.target:CHEMBL2",),
            target_names=("Gizmo receptor",),
            action="partial agonist",
            reference="Gizmo receptor partial agonist",
        )
    ]


def test_dgidb_has_a_pair_per_type(tmp_path: Path) -> None:
    path = table(
        tmp_path / "interactions.tsv",
        "gene_name|;|gene_claim_name|;|entrez_id|;|interaction_claim_source|;|interaction_types|;|drug_claim_name|;|drug_name|;|drug_concept_id",
        "GZM|;|GZM|;|7|;|Some|;|agonist,antagonist|;|W-1|;|WIDGETINE|;|chembl:CHEMBL9",
        "|;|x|;||;|Some|;||;|W-1|;|WIDGETINE|;|",
    )
    found = read("dgidb", path)
    assert [(pair.action, pair.drug_names, pair.target_ids) for pair in found] == [
        ("agonist", ("WIDGETINE", "W-1"), ("ncbigene:7",)),
        ("antagonist", ("WIDGETINE", "W-1"), ("ncbigene:7",)),
    ]


def test_drugbank_reads_proteins_and_pairs(tmp_path: Path) -> None:
    proteins = table(
        tmp_path / "proteins.tsv",
        "drugbank_id|;|uniprot_id|;|entrez_gene_id|;|known_action|;|actions|;|pubmed_ids",
        "DB00000|;|P00000|;|7|;|yes|;|substrate|inhibitor|;|1|2",
        "DB00000|;|P00001|;||;|no|;||;|",
    )
    pairs = table(tmp_path / "pairs.tsv", "drugbank_id|;|be_id|;|known_action", "DB00000|;|BE0000000|;|yes")
    assert [(pair.action, pair.target_ids, pair.reference) for pair in read("drugbank", proteins)] == [
        ("substrate", ("uniprot:P00000", "ncbigene:7"), "1 2"),
        ("inhibitor", ("uniprot:P00000", "ncbigene:7"), "1 2"),
    ]
    assert [(pair.action, pair.target_ids) for pair in read("drugbank", pairs)] == [("", ("drugbankv4.target:BE0000000",))]


def test_drugcentral_reads_gzip_and_complexes(tmp_path: Path) -> None:
    path = table(
        tmp_path / "drug.target.interaction.tsv.gz",
        '"DRUG_NAME"|;|"STRUCT_ID"|;|"TARGET_NAME"|;|"ACCESSION"|;|"GENE"|;|"ACTION_TYPE"|;|"MOA_SOURCE"',
        '"widgetine"|;|4|;|"Gizmo complex"|;|"P00000|P00001"|;|"GZM1|GZM2"|;|"BLOCKER"|;|"CHEMBL"',
    )
    [pair] = read("drugcentral", path)
    assert (pair.drug_ids, pair.target_ids) == (("drugcentral:4",), ("uniprot:P00000", "uniprot:P00001"))
    assert (pair.target_names, pair.action) == (("Gizmo complex", "GZM1", "GZM2"), "blocker")


@pytest.mark.parametrize("uniprot", ["target_uniprot", "Target UniProt ID"])
def test_gtopdb_reads_both_spellings_of_its_header(tmp_path: Path, uniprot: str) -> None:
    header = ("Target", "Target ID", "Target Gene Symbol", uniprot, "Ligand", "Ligand ID", "Type", "Action")
    path = table(
        tmp_path / "interactions.csv",
        '"# GtoPdb Version: 1"',
        ",".join(f'"{name}"' for name in header),
        '"Gizmo<sub>1A</sub> receptor","6","GZM1A","P00000","widgetine","22","Allosteric modulator","Positive"',
        '"","0","","","widgetine","22","Antagonist","Antagonist"',
    )
    [pair] = read("gtopdb", path)
    assert pair.target_names == ("Gizmo1A receptor", "GZM1A")
    assert pair.target_ids == ("iuphar.receptor:6", "uniprot:P00000")
    assert (pair.drug_ids, pair.action) == (("iuphar.ligand:22",), "positive allosteric modulator")


@pytest.mark.parametrize(
    ("kind", "action", "expected"),
    [
        ("Inhibitor", "Competitive", "inhibitor"),
        ("Agonist", "Biased agonist", "agonist"),
        ("Activator", "Positive", "activator"),
        ("Allosteric modulator", "Neutral", "allosteric modulator"),
        ("Agonist", "Partial agonist", "partial agonist"),
        ("Channel blocker", "None", "channel blocker"),
    ],
)
def test_gtopdb_gives_the_type_where_its_action_says_only_how(tmp_path: Path, kind: str, action: str, expected: str) -> None:
    path = table(tmp_path / "i.csv", "target,target_id,ligand,ligand_id,type,action", f"Gizmo,6,widgetine,22,{kind},{action}")
    [pair] = read("gtopdb", path)
    assert pair.action == expected


def test_ttd_reads_its_workbook(tmp_path: Path) -> None:
    path = tmp_path / "P1-07.xlsx"
    words = ["TargetID", "Target_Name", "DrugID", "Drug_Name", "MOA", "T1", "Gizmo receptor (GZM)", "D1", "Widgetine", "Opener"]
    spreadsheet = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    cells = ["".join(f'<c r="{"ABCDE"[n]}{row + 1}" t="s"><v>{row * 5 + n}</v></c>' for n in range(5)) for row in range(2)]
    rows = "".join(f"<row>{line}</row>" for line in cells)
    with zipfile.ZipFile(path, "w") as book:
        book.writestr(
            "xl/sharedStrings.xml", f"<sst {spreadsheet}>{''.join(f'<si><t>{word}</t></si>' for word in words)}</sst>"
        )
        book.writestr("xl/worksheets/sheet1.xml", f"<worksheet {spreadsheet}><sheetData>{rows}</sheetData></worksheet>")
    [pair] = read("ttd", path)
    assert (pair.target_names, pair.target_ids) == (("Gizmo receptor", "GZM"), ("ttd.target:T1",))
    assert (pair.drug_names, pair.drug_ids, pair.action) == (("Widgetine",), ("ttd.drug:D1",), "opener")


_REAL = {
    "chembl_mechanisms.csv": "chembl",
    "dgidb_interactions.tsv": "dgidb",
    "drugbank_v4_proteins.tsv": "drugbank",
    "drug_be_pairs.tsv": "drugbank",
    "drug.target.interaction.tsv.gz": "drugcentral",
    "ttd_P1-07-Drug-TargetMapping.xlsx": "ttd",
}


@pytest.mark.parametrize(("name", "source"), _REAL.items())
def test_the_publishers_files_are_read(shared_data: Path, name: str, source: str) -> None:
    pairs = read(source, shared_data / "lexicons" / "curated" / name)
    normalise = default_vocabulary().normalise
    known = {action: normalise(action).type is not InteractionType.UNKNOWN for action in {p.action for p in pairs if p.action}}
    stated = [pair for pair in pairs if pair.action]
    assert len(pairs) > 5000
    assert all((p.drug_names or p.drug_ids) and (p.target_names or p.target_ids) for p in pairs)
    assert sum(known[pair.action] for pair in stated) >= 0.9 * len(stated)


def test_nothing_that_extracts_trains_or_scores_knows_the_curated_files() -> None:
    """`dti` cannot import `db` (an import contract); that nobody reads the files by themselves is held here."""
    names = [*_REAL, "lexicons/curated", "be_actions_all_drugs", "be_target_pmids", "P1-07"]
    for folder in ("dti", "benchmarks", "data"):
        for path in (PROJECT_ROOT / folder).rglob("*"):
            if path.suffix in {".py", ".toml"}:
                text = path.read_text(encoding="utf-8")
                assert not [name for name in names if name in text], path
