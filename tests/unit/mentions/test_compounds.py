from __future__ import annotations

import pytest

from dti.domain.evidence import Span
from dti.mentions.compounds import part_of_another


def part(text):
    """Of a text that marks a name with square brackets."""
    start, end = text.index("["), text.index("]") - 1
    bare = text.replace("[", "", 1).replace("]", "", 1)
    return part_of_another(bare, Span(start, end))


@pytest.mark.parametrize(
    "text",
    [
        "a [pyrazole] derivative",
        "[benzimidazole] derivatives",
        "the [piperazine]-linker",
        "[pyrazole] carboxamide analogues",
        "[quinoline]-based inhibitors",
        "[polyester]-based amphiphilic copolymers",
        "[morphine] glucuronide",
        "[serine] methyl ester",
        "[myricetin]-3-O-rhamnoside",
        "[estramustine] binding protein",
        "propidium [iodide]",
        "iron [phosphate]",
        "[sodium] 4-phenylbutyrate",
        "[calcium] oxalate",
        "poly([lactic acid]-co-glycolic acid)",
        "methyl-[tetrahydrofolate]",
        "[5-HT](1B) receptors",
        "[NO](2) levels",
        "Cys-[Ala]-Leu",
        "[Ile]105Val",
    ],
)
def test_parts_of_other_names(text):
    assert part(text)


@pytest.mark.parametrize(
    "text",
    [
        "[morphine] was given",
        "[cisplatin]-based chemotherapy",
        "[propofol]-based anesthetic techniques",
        "[doxorubicin]-loaded liposomes",
        "[benzodiazepine] binding sites",
        "[sodium] intake",
        "[calcium] rate",
        "inorganic [phosphate]",
        "the [iodide] ion",
        "[nimodipine](R)",
        "[Ala] alone",
        "anti-[digoxin]",
        "[NAD](+)",
    ],
)
def test_names_by_themselves(text):
    assert not part(text)
