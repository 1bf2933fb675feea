"""A page for people: search, and a triplet with what is believed of it and why. Plain HTML, no script."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse
from pydantic import StringConstraints

from api.deps import TripletPath, UnitDep
from api.errors import declared
from db import queries
from db.queries.paging import PageRequest
from db.queries.triplets import TripletFilter, TripletOrder
from db.queries.views import EvidenceView, TripletView
from dti.belief import Belief, Part, Standing

router = APIRouter(tags=["page"], include_in_schema=False)

Typed = Annotated[str, StringConstraints(max_length=500, strip_whitespace=True), Query()]

_MOST = PageRequest(100)
_POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'"
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0 }
tr { border-bottom: 1px solid #ddd } mark { background: #fff3b0 } .no { color: #a00 } small { color: #666 }
"""
_AGREEMENT = {None: "not compared", "other_action": "known pair, other action"}


@router.get("/", response_class=HTMLResponse)
def search(unit: UnitDep, drug: Typed = "", target: Typed = "") -> HTMLResponse:
    """The most believed triplets of a drug, a target or both."""
    wanted = TripletFilter(drug=drug or None, target=target or None)
    found = queries.triplets.find(unit.session, wanted, _MOST, TripletOrder.BELIEF)
    inputs = (_input(name, typed) for name, typed in (("drug", drug), ("target", target)))
    form = f"<form>{' '.join(inputs)} <button>Search</button></form>"
    head = ("Belief", "Drug", "Interaction", "Target", "Curated sources", "Best evidence")
    more = "" if found.next_cursor is None else "<p>There are more; narrow the search, or page through /v1/triplets.</p>"
    return _page("Drug-target interactions", form + _table(head, map(_row, found.items)) + more)


@router.get("/triplets/{triplet_id}", response_class=HTMLResponse, responses=declared(404))
def show(triplet_id: TripletPath, unit: UnitDep) -> HTMLResponse:
    """A triplet, its evidence, what was withdrawn, and what each paper adds to the belief."""
    triplet = queries.triplets.get(unit.session, triplet_id)
    belief = queries.triplets.belief(unit.session, triplet_id)
    evidence = queries.triplets.evidence(unit.session, triplet_id, _MOST, withdrawn=True)
    curated = (
        f"{escape(pair.source)}: {escape(pair.action or 'no action given')}"
        for pair in queries.triplets.curated(unit.session, triplet)
    )
    parts = {part.evidence_id: part for part in belief.parts}
    head = ("Document", "Sentence", "Says", "Weight", "Adds to belief")
    rows = (_evidence(row, parts.get(row.id)) for row in evidence.items)
    sources = f"<p>Curated sources: {_agreement(triplet)} <small>{'; '.join(curated)}</small></p>"
    return _page(_title(triplet), f"{_explained(belief)}{sources}{_table(head, rows)}<p><a href='/'>Search</a></p>")


@router.get("/page.css")
def style() -> Response:
    """Of both pages."""
    return Response(_STYLE, media_type="text/css")


def _input(name: str, typed: str) -> str:
    return f'<input name="{name}" placeholder="{name}" value="{escape(typed)}">'


def _page(title: str, body: str) -> HTMLResponse:
    shown = escape(title)
    html = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{shown}</title><link rel="stylesheet" href="/page.css">'
        f"<h1>{shown}</h1>{body}</html>"
    )
    return HTMLResponse(html, headers={"Content-Security-Policy": _POLICY})


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><tr>{''.join(f'<th>{name}</th>' for name in head)}</tr>{lines}</table>"


def _row(triplet: TripletView) -> tuple[str, ...]:
    disputed = " <span class='no'>disputed</span>" if triplet.support and triplet.denial else ""
    opposed = " <span class='no'>opposed</span>" if triplet.opposed else ""
    return (
        f"<a href='/triplets/{triplet.id}'>{triplet.belief:.2f}</a>{disputed}{opposed}",
        *(escape(text) for text in (triplet.drug, triplet.interaction, triplet.target)),
        _agreement(triplet),
        f"{_sentence(triplet.best_evidence)} <small>{triplet.paper_count} papers</small>",
    )


def _evidence(row: EvidenceView, part: Part | None) -> tuple[str, ...]:
    name = escape(row.document.pmid or row.document.key)
    says = f"{row.polarity.value}, {row.certainty.value}"
    if part is None:
        return name, _sentence(row), says, f"<span class='no'>withdrawn: {escape(row.withdrawn_reason)}</span>", ""
    standing = "" if part.standing is Standing.COUNTED else f" <small>{part.standing.value.replace('_', ' ')}</small>"
    weight = f"{part.probability:.2f} &times; {part.certainty:g} &times; {part.independence:.2f} = {part.weight:.2f}{standing}"
    return name, _sentence(row), says, weight, f"{part.contribution:+.3f}"


def _sentence(row: EvidenceView) -> str:
    """The sentence with both names marked."""
    if row.sentence_span is None:
        return escape(row.sentence)
    start = row.sentence_span.start
    spans = sorted((s.start - start, s.end - start) for s in (row.drug_span, row.target_span) if s and s.start >= start)
    marked, done = "", 0
    for begin, end in spans:
        if begin >= done:
            marked += f"{escape(row.sentence[done:begin])}<mark>{escape(row.sentence[begin:end])}</mark>"
            done = end
    return marked + escape(row.sentence[done:])


def _explained(belief: Belief) -> str:
    return (
        f"<p>Belief <b>{belief.score:.3f}</b> = support {belief.support:.3f} &times; (1 &minus; denial {belief.denial:.3f}), "
        f"from {belief.papers} papers. A paper's weight is its probability &times; certainty &times; independence.</p>"
    )


def _agreement(triplet: TripletView) -> str:
    return _AGREEMENT.get(triplet.curated, str(triplet.curated))


def _title(triplet: TripletView) -> str:
    return f"{triplet.drug} — {triplet.interaction} — {triplet.target}"
