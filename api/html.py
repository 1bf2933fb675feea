"""The frame of the pages for people: plain HTML that needs no script, readable on a telephone and by a screen reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from fastapi.responses import HTMLResponse

POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'"
# Colours keep a contrast of 4.5 or more on white. Below 45rem each row of a table becomes a block with named lines.
STYLE = """
:root { color-scheme: light }
* { box-sizing: border-box }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 72rem; margin: 0 auto; padding: 1rem; color: #222; background: #fff }
h1 { font-size: 1.6rem; line-height: 1.25; margin: .5rem 0 1rem; overflow-wrap: anywhere }
nav { display: flex; gap: 1rem; flex-wrap: wrap }
a { color: #0645ad } a:focus-visible, input:focus-visible, button:focus-visible, summary:focus-visible {
  outline: 3px solid #0645ad; outline-offset: 2px }
form { display: flex; flex-wrap: wrap; gap: .75rem; align-items: end; margin: 1rem 0 }
label { display: flex; flex-direction: column; flex: 1 1 14rem; max-width: 24rem; font-weight: 600 }
input, button { font: inherit; font-weight: 400; padding: .45rem .6rem; border: 1px solid #767676; border-radius: .25rem }
button { background: #0645ad; color: #fff; border-color: #0645ad; cursor: pointer }
table { border-collapse: collapse; width: 100% } caption { text-align: left; padding: .3rem 0; color: #555 }
th, td { text-align: left; vertical-align: top; padding: .4rem .8rem .4rem 0; overflow-wrap: anywhere; min-width: 6rem }
td[data-name="Drug"], td[data-name="Target"] { min-width: 9.5rem }
td > small { white-space: nowrap } td > br + small { white-space: normal }
thead th { white-space: nowrap } tbody th { font-weight: 400 } tr { border-bottom: 1px solid #ddd }
mark { background: #fff3b0; color: inherit } small { color: #595959 }
.tag { display: inline-block; font-size: .85rem; border: 1px solid; border-radius: .25rem; padding: 0 .35rem }
.no { color: #a00000 } .maybe { color: #7a4b00 }
@media (max-width: 45rem) {
  thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden }
  table, caption, tbody, tr, td, tbody th { display: block } tr { padding: .6rem 0 } td, tbody th { padding: .1rem 0 }
  td[data-name]::before, tbody th[data-name]::before { content: attr(data-name) ": "; font-weight: 600 }
  td:empty { display: none }
}
"""
_RESOLVER = "https://bioregistry.io/"
_PUBMED = "https://pubmed.ncbi.nlm.nih.gov/"


def page(title: str, body: str, *, status: int = 200, headers: Mapping[str, str] | None = None) -> HTMLResponse:
    """A whole page; `title` is text, `body` is HTML."""
    shown = escape(title)
    html = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, '
        f'initial-scale=1"><title>{shown}</title><link rel="stylesheet" href="/page.css"></head><body>'
        f'<nav><a href="/">Search</a> <a href="/docs">API</a></nav><main><h1>{shown}</h1>{body}</main></body></html>'
    )
    return HTMLResponse(html, status, {**(headers or {}), "Content-Security-Policy": POLICY})


def refusal(status: int, title: str, detail: str, headers: Mapping[str, str]) -> HTMLResponse:
    """What went wrong, for people."""
    return page(title, f"<p>{escape(detail)}.</p>", status=status, headers=headers)


def table(head: Iterable[str], rows: Iterable[Iterable[str]], caption: str = "") -> str:
    """Rows of HTML cells, the first of each its heading; on a narrow screen each cell says which column it is of."""
    names = tuple(head)
    lines = "".join(f"<tr>{''.join(_cells(names, row))}</tr>" for row in rows)
    above = f"<caption>{caption}</caption>" if caption else ""
    columns = "".join(f'<th scope="col">{name}</th>' for name in names)
    return f"<table>{above}<thead><tr>{columns}</tr></thead><tbody>{lines}</tbody></table>"


def _cells(names: tuple[str, ...], row: Iterable[str]) -> Iterable[str]:
    for at, (name, cell) in enumerate(zip(names, row, strict=True)):
        yield f'<td data-name="{name}">{cell}</td>' if at else f'<th scope="row" data-name="{name}">{cell}</th>'


def tag(text: str, kind: str = "no") -> str:
    """A word of warning."""
    return f' <span class="tag {kind}">{escape(text)}</span>'


def identifier(curie: str | None) -> str:
    """A link to what an identifier stands for."""
    if curie is None:
        return "<small>no identifier</small>"
    return f'<small><a href="{_RESOLVER}{escape(curie, quote=True)}">{escape(curie)}</a></small>'


def paper(pmid: str | None, key: str) -> str:
    """A link to a document where PubMed has it."""
    return f'<a href="{_PUBMED}{escape(pmid, quote=True)}/">{escape(pmid)}</a>' if pmid else escape(key)


def counted(number: int, noun: str) -> str:
    """A number with its noun: "1 paper", "2 papers"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
