"""UniProt's field of protein names, cut into names."""

import pytest

from dti.lexicon.sources import LEXICON_SOURCES
from tests.lexicon_files import write_lexicon


def names_of(folder, field):
    table = write_lexicon(folder) / "uniprot" / "uniprot_human.tsv"
    head = "Entry\tEntry name\tStatus\tProtein names\tGene names\tOrganism\tLength"
    table.write_text(f"{head}\nP91001\tAOFA_HUMAN\treviewed\t{field}\tMAOA\tHomo sapiens\t1\n", encoding="utf-8")
    [record] = LEXICON_SOURCES.build("uniprot").records(folder)
    return [name for name, _ in record.names if name != "MAOA"]


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("Amine oxidase A", ["Amine oxidase A"]),
        ("Amine oxidase A (EC 1.4.3.4) (MAO-A)", ["Amine oxidase A", "MAO-A"]),
        ("DNA (cytosine-5)-methyltransferase 1 (Dnmt1)", ["DNA (cytosine-5)-methyltransferase 1", "Dnmt1"]),
        (
            "rRNA (guanine-N(7))-methyltransferase (Bud site (human))",
            ["rRNA (guanine-N(7))-methyltransferase", "Bud site (human)"],
        ),
        ("Alcohol dehydrogenase [NADP(+)] (ALDR1)", ["Alcohol dehydrogenase [NADP(+)]", "ALDR1"]),
        ("Amine oxidase (open", ["Amine oxidase", "open"]),
        ("(Odd)", ["(Odd)"]),
    ],
)
def test_a_bracket_holds_a_name_unless_the_name_goes_on_behind_it(tmp_path, field, names):
    assert names_of(tmp_path, field) == names
