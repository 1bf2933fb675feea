from __future__ import annotations

import gzip

import pytest

from dti.training.names import Synonyms, drug_synonyms, target_synonyms


def test_synonyms_are_found_by_any_form_longest_first():
    synonyms = Synonyms([["Cyclooxygenase-2", "PTGS2", "COX-2", "Prostaglandin G/H synthase 2"], ["other", "thing"]])
    assert synonyms.of("cox 2") == ("cox 2", "Prostaglandin G/H synthase 2", "Cyclooxygenase-2", "COX-2", "PTGS2")
    assert synonyms.of("Prostaglandin synthase (PTGS2)")[:2] == ("Prostaglandin synthase", "PTGS2")


def test_an_unknown_name_stands_for_itself():
    assert Synonyms().of("zelorantib") == ("zelorantib",)


@pytest.mark.parametrize("useless", ["", "II", "3.4.21.5", "--"])
def test_names_too_short_or_without_a_letter_are_no_synonyms(useless):
    assert Synonyms([["thrombin", useless]]).of("thrombin") == ("thrombin",)


def test_lexicon_files_are_read(tmp_path):
    drugbank = tmp_path / "drugbank_5.1.8"
    drugbank.mkdir()
    (drugbank / "drugs.tsv").write_text("drugbank_id\tname\nX1\tzelorantib\n")
    (drugbank / "drug_brands.tsv").write_text("drugbank_id\tbrand\nX1\tZelox\n")
    (drugbank / "be_targets.tsv").write_text("be_id\tname\tgenes\nB1\tKinase Q7\tKQ7;QK\n")
    (tmp_path / "uniprot").mkdir()
    (tmp_path / "uniprot" / "uniprot_human.tsv").write_text(
        "Protein names\tGene names\nKinase Q7 (Q-kinase seven) (EC 1.1)\tKQ7A\n"
    )
    (tmp_path / "hgnc").mkdir()
    with gzip.open(tmp_path / "hgnc" / "hgnc_complete_set.txt.gz", "wt") as stream:
        stream.write('symbol\tname\talias_symbol\talias_name\tprev_symbol\tprev_name\nKQ7\tq kinase\t"KQ-VII|KQX"\t\t\t\n')
    assert set(drug_synonyms(tmp_path).of("zelox")) == {"zelox", "zelorantib", "Zelox"}
    assert {"KQ7", "KQ7A", "Q-kinase seven"} <= set(target_synonyms(tmp_path).of("kinase Q7"))
    assert {"KQ-VII", "KQX", "q kinase"} <= set(target_synonyms(tmp_path).of("KQ7"))


def test_no_lexicon_is_an_empty_one(tmp_path):
    assert target_synonyms(tmp_path).preferred() == drug_synonyms(tmp_path).preferred() == ()
