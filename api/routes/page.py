"""A page for people: search, and a triplet with what is believed of it and why. Plain HTML, no script."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse
from pydantic import StringConstraints
from sqlalchemy.orm import Session

from api.deps import TripletPath, UnitDep
from api.errors import declared
from api.html import STYLE, counted, identifier, page, paper, table, tag
from db import queries
from db.queries.paging import Page, PageRequest
from db.queries.triplets import TripletFilter, TripletOrder
from db.queries.views import EvidenceView, SupportingView, TripletView
from dti.belief import Belief, Part, Standing
from dti.domain.entities import EntityKind
from dti.domain.evidence import Certainty, Polarity, Span

router = APIRouter(tags=["page"], include_in_schema=False)

Typed = Annotated[str, StringConstraints(max_length=500, strip_whitespace=True), Query()]

_MOST = 100
_SUGGESTIONS = 8
_AGREEMENT = {None: "not compared", "other_action": "known pair, other action"}
_HEDGES = {Certainty.HEDGED: "hedged", Certainty.HYPOTHESIS: "hypothesis"}
_HEAD = ("Belief", "Drug", "Interaction", "Target", "Best evidence")
_CURATED = "Curated sources"
_EMPTY = (
    "<p>The knowledge base holds no interaction yet. Have literature read with <code>dti submit</code>, "
    'or by <a href="/docs">POST /v1/batches</a>.</p>'
)


@router.get("/", response_class=HTMLResponse)
def search(unit: UnitDep, drug: Typed = "", target: Typed = "", cursor: Typed = "") -> HTMLResponse:
    """The most believed triplets of a drug, a target or both."""
    wanted = TripletFilter(drug=drug or None, target=target or None)
    found = queries.triplets.find(unit.session, wanted, PageRequest(_MOST, cursor or None), TripletOrder.BELIEF)
    typed = {"drug": drug, "target": target}
    if found.items:
        body = _found(found, typed)
    elif cursor:
        body = "<p>There is nothing more.</p>"
    else:
        body = "".join(_nothing(unit.session, typed)) or _EMPTY
    asked = " and ".join(name for name in typed.values() if name)
    title = f"Interactions of {asked}" if asked else "Drug-target interactions"
    return page(title, _form(typed) + body)


@router.get("/triplets/{triplet_id}", response_class=HTMLResponse, responses=declared(404))
def show(triplet_id: TripletPath, unit: UnitDep) -> HTMLResponse:
    """A triplet, its evidence, what was withdrawn, and what each paper adds to the belief."""
    triplet = queries.triplets.get(unit.session, triplet_id)
    belief = queries.triplets.belief(unit.session, triplet_id)
    evidence = queries.triplets.evidence(unit.session, triplet_id, PageRequest(_MOST), withdrawn=True)
    curated = "; ".join(
        f"{escape(pair.source)}: {escape(pair.action or 'no action given')}"
        for pair in queries.triplets.curated(unit.session, triplet)
    )
    parts = {part.evidence_id: part for part in belief.parts}
    head = ("Document", "Sentence", "Says", "Weight", "Adds to belief")
    rows = (_evidence(row, parts.get(row.id)) for row in evidence.items)
    ends = f"<p>Drug: {escape(triplet.drug)} {identifier(triplet.drug_curie)}<br>Target: {escape(triplet.target)} "
    sources = f"{identifier(triplet.target_curie)}<br>{_CURATED}: {_agreement(triplet)} <small>{curated}</small></p>"
    more = "" if evidence.next_cursor is None else f"<p>There is more: page through /v1/triplets/{triplet.id}.</p>"
    return page(_title(triplet), f"{_explained(belief)}{ends}{sources}{table(head, rows)}{more}")


@router.get("/page.css")
def style() -> Response:
    """Of all pages."""
    return Response(STYLE, media_type="text/css")


def _form(typed: dict[str, str]) -> str:
    inputs = "".join(
        f'<label>{name.capitalize()}<input type="search" name="{name}" placeholder="name, synonym or identifier" '
        f'maxlength="500" value="{escape(value)}"></label>'
        for name, value in typed.items()
    )
    return f'<form role="search">{inputs}<button>Search</button></form>'


def _found(found: Page[TripletView], typed: dict[str, str]) -> str:
    compared = any(triplet.curated is not None for triplet in found.items)
    head = (*_HEAD, _CURATED) if compared else _HEAD
    rows = ((*_row(triplet), *((_agreement(triplet),) if compared else ())) for triplet in found.items)
    caption = f"{counted(len(found.items), 'interaction')}, the most believed first"
    return table(head, rows, caption) + _next(found.next_cursor, typed) + _download(typed)


def _next(cursor: str | None, typed: dict[str, str]) -> str:
    if cursor is None:
        return ""
    address = urlencode({name: value for name, value in {**typed, "cursor": cursor}.items() if value})
    return f'<p><a rel="next" href="/?{escape(address)}">Next {_MOST}</a></p>'


def _download(typed: dict[str, str]) -> str:
    address = urlencode({"order": TripletOrder.BELIEF.value, **{name: value for name, value in typed.items() if value}})
    return f'<p><a download href="/v1/triplets.tsv?{escape(address)}">Download all as a table (TSV)</a></p>'


def _nothing(session: Session, typed: dict[str, str]) -> Iterator[str]:
    """Why a search finds nothing, and what may have been meant."""
    for kind in EntityKind:
        name = typed[kind.value]
        if not name:
            continue
        if queries.names.keys(session, name, kind):
            yield f"<p>The {kind.value} “{escape(name)}” is known here, but no interaction is found that fits the search.</p>"
            continue
        yield f"<p>No {kind.value} “{escape(name)}” is known here.</p>"
        likely = dict.fromkeys(view.name for view in queries.names.complete(session, name, kind, _SUGGESTIONS))
        if likely:
            links = (f'<a href="/?{escape(urlencode({kind.value: other}))}">{escape(other)}</a>' for other in likely)
            yield f"<p>Did you mean {', '.join(links)}?</p>"


def _row(triplet: TripletView) -> tuple[str, ...]:
    best = triplet.best_evidence
    disputed = tag("disputed") if triplet.support and triplet.denial else ""
    opposed = tag("opposed") if triplet.opposed else ""
    more = f"<small>{counted(triplet.paper_count, 'paper')}</small>"
    belief = f"{triplet.belief:.2f}"
    return (
        f'<a href="/triplets/{triplet.id}" aria-label="{belief}: {escape(_title(triplet))}">{belief}</a>{disputed}{opposed}',
        f"{escape(triplet.drug)}<br>{identifier(triplet.drug_curie)}",
        escape(triplet.interaction),
        f"{escape(triplet.target)}<br>{identifier(triplet.target_curie)}",
        f"{_sentence(best)}{_reservations(best)} {more}",
    )


def _evidence(row: EvidenceView, part: Part | None) -> tuple[str, ...]:
    title = f"<br><small>{escape(row.document.title)}</small>" if row.document.title else ""
    name = f"{paper(row.document.pmid, row.document.key)}{title}"
    sentence = f"{_sentence(row)}{_reservations(row)}{_supporting(row)}"
    says = f"{row.polarity.value}, {row.certainty.value}"
    if part is None:
        return name, sentence, says, tag(f"withdrawn: {row.withdrawn_reason}"), ""
    standing = "" if part.standing is Standing.COUNTED else f" <small>{part.standing.value.replace('_', ' ')}</small>"
    weight = f"{part.probability:.2f} &times; {part.certainty:g} &times; {part.independence:.2f} = {part.weight:.2f}{standing}"
    return name, sentence, says, weight, f"{part.contribution:+.3f}"


def _reservations(row: EvidenceView) -> str:
    """What keeps a sentence from being a plain statement: a reader who skims must not miss it."""
    denied = tag("denied") if row.polarity is Polarity.NEGATED else ""
    hedged = tag(_HEDGES[row.certainty], "maybe") if row.certainty in _HEDGES else ""
    unfit = tag(f"{row.document.status.replace('_', ' ')} document") if row.document.status != "ok" else ""
    missing = [end for end, span in (("drug", row.drug_span), ("target", row.target_span)) if span is None]
    return denied + hedged + unfit + (tag(f"{' and '.join(missing)} not found in text", "maybe") if missing else "")


def _supporting(row: EvidenceView) -> str:
    if not row.supporting:
        return ""
    items = "".join(f"<li>{_sentence(other)}</li>" for other in row.supporting)
    return f"<details><summary>{counted(len(row.supporting), 'more sentence')}</summary><ul>{items}</ul></details>"


def _sentence(row: EvidenceView | SupportingView) -> str:
    """The sentence with both names marked."""
    if row.sentence_span is None:
        return escape(row.sentence)
    marked, done = "", 0
    for begin, end in _marks(row.sentence_span, row.drug_span, row.target_span):
        if begin >= done:
            marked += f"{escape(row.sentence[done:begin])}<mark>{escape(row.sentence[begin:end])}</mark>"
            done = end
    return marked + escape(row.sentence[done:])


def _marks(sentence: Span, *names: Span | None) -> list[tuple[int, int]]:
    start = sentence.start
    return sorted((name.start - start, name.end - start) for name in names if name and start <= name.start < sentence.end)


def _explained(belief: Belief) -> str:
    return (
        f"<p>Belief <b>{belief.score:.3f}</b> = support {belief.support:.3f} &times; (1 &minus; denial {belief.denial:.3f}), "
        f"from {counted(belief.papers, 'paper')}. "
        "A paper's weight is its probability &times; certainty &times; independence.</p>"
    )


def _agreement(triplet: TripletView) -> str:
    return _AGREEMENT.get(triplet.curated, str(triplet.curated))


def _title(triplet: TripletView) -> str:
    return f"{triplet.drug} — {triplet.interaction} — {triplet.target}"
