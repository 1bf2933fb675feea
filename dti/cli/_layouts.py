"""How `dti extract` prints a result: JSON lines, tab-separated rows, or a table for people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from dti.cells import tsv_line
from dti.domain.entities import Link
from dti.domain.evidence import Claim, Evidence, Extraction, Outcome, Polarity, Quantity, Span
from dti.domain.identity import Run

_COLUMNS = (
    *("id", "status", "drug", "interaction", "target", "confidence", "drug_id", "target_id", "polarity"),
    *("sentence", "drug_start", "drug_end", "target_start", "target_end", "not_found_in_text", "reason"),
)
_NOT_FOUND = "not found in text"


@dataclass(frozen=True, slots=True)
class Layout:
    """`header` opens the output; `render` gives all lines of one result, each ended by a line feed."""

    header: str
    render: Callable[[Extraction], str]


def identity(extraction: Extraction) -> str:
    """The PMID where there is one, else the input's own id."""
    return extraction.document.pmid or extraction.document.id


def not_found(evidence: Evidence) -> tuple[str, ...]:
    """Which of the two names the text does not hold."""
    spans = {"drug": evidence.drug_span, "target": evidence.target_span}
    return tuple(name for name, span in spans.items() if span is None)


def json_line(extraction: Extraction) -> str:
    """One JSON object: the contract's fields, then ours."""
    record = {
        "id": identity(extraction),
        "status": extraction.outcome.value,
        "triplets": [_claim(claim) for claim in extraction.claims],
        "reason": extraction.reason or None,
        "truncated": extraction.truncated,
        "run": _run(extraction.run),
    }
    return orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE).decode()


def _claim(claim: Claim) -> dict[str, Any]:
    triplet, evidence = claim.triplet, claim.evidence
    return {
        "drug": triplet.drug,
        "interaction": triplet.interaction,
        "target": triplet.target,
        "confidence": round(claim.confidence, 4),
        "drug_id": claim.drug.entity.curie if claim.drug.entity else None,
        "target_id": claim.target.entity.curie if claim.target.entity else None,
        "linking": {"drug": _link(claim.drug), "target": _link(claim.target)},
        "interaction_type": claim.interaction.type.value,
        "direction": claim.interaction.direction.value,
        "evidence": {
            **_sentence(evidence),
            "not_found_in_text": not_found(evidence),
            "supporting": [_sentence(each) for each in evidence.supporting],
        },
    }


def _link(link: Link) -> dict[str, Any]:
    return {
        "method": link.method,
        "score": round(link.score, 4),
        "taxon": (link.entity.taxon if link.entity else "") or None,
        "alternatives": [{"id": each.entity.curie, "score": round(each.score, 4)} for each in link.alternatives],
    }


def _sentence(evidence: Evidence) -> dict[str, Any]:
    return {
        "sentence": evidence.sentence or None,
        "drug_span": _pair(evidence.drug_span),
        "target_span": _pair(evidence.target_span),
        "polarity": evidence.polarity.value,
        "sentence_span": _pair(evidence.sentence_span),
        "certainty": evidence.certainty.value,
        "trigger_span": _pair(evidence.trigger_span),
        "section": evidence.section.value,
        "species": evidence.species,
        "assays": [assay.value for assay in evidence.assays],
        "quantities": [_quantity(quantity) for quantity in evidence.quantities],
    }


def _quantity(quantity: Quantity) -> dict[str, Any]:
    return {
        "kind": quantity.kind.value,
        "relation": quantity.relation.value,
        "nanomolar": quantity.nanomolar,
        "upper_nanomolar": quantity.upper_nanomolar,
        "error_nanomolar": quantity.error_nanomolar,
        "text": quantity.text,
        "span": _pair(quantity.span),
    }


def _pair(span: Span | None) -> tuple[int, int] | None:
    return (span.start, span.end) if span else None


def _run(run: Run) -> dict[str, str]:
    return {
        "id": run.id,
        "model": run.model,
        "checkpoint_sha256": run.checkpoint_sha256,
        "code_version": run.code_version,
        "decoding": run.decoding,
        "lexicon_sha256": run.lexicon_sha256,
    }


def tsv_rows(extraction: Extraction) -> str:
    """One row per triplet; a document without one has a single row that says why."""
    rows = [_row(extraction, claim) for claim in extraction.claims] or [_row(extraction, None)]
    return "".join(map(tsv_line, rows))


def _row(extraction: Extraction, claim: Claim | None) -> tuple[object, ...]:
    head = (identity(extraction), extraction.outcome.value)
    if claim is None:
        return (*head, *[""] * (len(_COLUMNS) - 3), extraction.reason)
    triplet, evidence = claim.triplet, claim.evidence
    ids = (link.entity.curie if link.entity else "" for link in (claim.drug, claim.target))
    names = (triplet.drug, triplet.interaction, triplet.target, f"{claim.confidence:.4f}", *ids, evidence.polarity.value)
    spans = (*(_pair(evidence.drug_span) or ("", "")), *(_pair(evidence.target_span) or ("", "")))
    return (*head, *names, evidence.sentence, *spans, ",".join(not_found(evidence)), extraction.reason)


def table(extraction: Extraction) -> str:
    """The title, then a line per triplet with its sentence under it."""
    title = " ".join(extraction.document.title.split()) or "(no title)"
    lines = [f"{identity(extraction)}  {title}"]
    if extraction.outcome is not Outcome.EXTRACTED:
        lines.append(f"    {extraction.outcome.value.replace('_', ' ')}: {extraction.reason}")
    for claim in extraction.claims:
        triplet = claim.triplet
        denied = "  (denied)" if claim.evidence.polarity is Polarity.NEGATED else ""
        lines.append(f"  {claim.confidence:4.2f}  {triplet.drug}  --{triplet.interaction}->  {triplet.target}{denied}")
        lines.append(f"        {_quote(claim.evidence)}")
    return "\n".join(lines) + "\n\n"


def _quote(evidence: Evidence) -> str:
    missing = not_found(evidence)
    if not evidence.sentence:
        return f"drug and target: {_NOT_FOUND}"
    quote = " ".join(evidence.sentence.split())
    return f'"{quote}"' + (f"  ({missing[0]}: {_NOT_FOUND})" if missing else "")


LAYOUTS = {
    "jsonl": Layout("", json_line),
    "tsv": Layout("\t".join(_COLUMNS) + "\n", tsv_rows),
    "table": Layout("", table),
}
