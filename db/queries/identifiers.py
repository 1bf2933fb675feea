"""Identifiers as people type them: "CHEBI:15365", "DB00945" and "P23219" for CURIEs of Bioregistry's spelling."""

from __future__ import annotations

import re

# Accessions that say by their form whose they are; UniProt's pattern is its own.
_BARE = {
    "drugbank": re.compile(r"DB\d{5}", re.IGNORECASE),
    "chembl.compound": re.compile(r"CHEMBL\d+", re.IGNORECASE),
    "uniprot": re.compile(r"[OPQ]\d[A-Z0-9]{3}\d|[A-NR-Z]\d(?:[A-Z][A-Z0-9]{2}\d){1,2}", re.IGNORECASE),
}
_CURIE = re.compile(r"([A-Za-z][\w.]*)\s*:\s*(\S+)")
_OTHERWISE = {"chembl": "chembl.compound", "ncbi gene": "ncbigene", "entrez": "ncbigene", "uniprotkb": "uniprot"}


def spellings(typed: str) -> list[str]:
    """What was typed, and the CURIEs that it may mean; local parts of ours are upper case where they hold letters."""
    found = [typed]
    if match := _CURIE.fullmatch(typed):
        prefix = match[1].lower()
        found += [f"{_OTHERWISE.get(prefix, prefix)}:{local}" for local in (match[2], match[2].upper())]
    found += [f"{prefix}:{typed.upper()}" for prefix, form in _BARE.items() if form.fullmatch(typed)]
    return list(dict.fromkeys(found))
