"""Plain text of marked-up XML, by one rule: tags go, their text stays where it stands.

So H<sub>2</sub>O<sub>2</sub> reads H2O2 and 10<sup>-6</sup> reads 10-6. White space inside MathML is layout and goes
too; a fraction becomes a/b; annotations (TeX copies of the same formula) are left out.
"""

from __future__ import annotations

from typing import TypeAlias

from lxml import etree

from dti.sources._clean import clean

Element: TypeAlias = etree._Element  # noqa: SLF001 - lxml has no public name for it

_MATHML = "{http://www.w3.org/1998/Math/MathML}"
_MATH = f"{_MATHML}math"
_ANNOTATIONS = (f"{_MATHML}annotation", f"{_MATHML}annotation-xml")

_string = etree.XPath("string()", smart_strings=False)


def plain_text(element: Element | None, limit: int) -> str:
    """The element's text, white space normalised; "" for None. Raises as `clean` does. Flattens formulas in place."""
    if element is None:
        return ""
    if not len(element):
        return clean(element.text or "", limit)
    for formula in tuple(element.iter(_MATH)):
        _flatten(formula)
    return clean(str(_string(element)), limit)


def _flatten(formula: Element) -> None:
    for fraction in formula.findall(f".//{_MATHML}mfrac"):
        if len(fraction) == 2:
            fraction[0].tail = "/"
    etree.strip_elements(formula, *_ANNOTATIONS, with_tail=False)
    text = "".join(part.strip() for part in formula.itertext(with_tail=True))
    for child in formula:
        formula.remove(child)
    formula.text = text
