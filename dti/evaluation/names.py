"""Spelling rules of the KD-DTI hard match, shared by its modes."""

from __future__ import annotations

import re

_ROMAN = {"1": "I", "2": "II", "3": "III", "4": "IV", "5": "V", "6": "VI", "7": "VII", "8": "VIII", "9": "IX"}
_LAST_DIGIT = re.compile(r"(?<=[^0-9])[1-9]$")


def body(name: str) -> str:
    """`name` without its trailing "(...)"; the whole name if it does not end in one."""
    return name[: name.rindex("(")].strip() if _has_bracket(name) else name


def abbreviation(name: str) -> str:
    """The inside of the trailing "(...)" of `name`; the whole name if it does not end in one."""
    return name[name.rindex("(") + 1 : -1].strip() if _has_bracket(name) else name


def last_digit_to_roman(name: str) -> str:
    """A last digit that stands alone as an upper-case Roman numeral: "collagenase 2" -> "collagenase II"."""
    return _LAST_DIGIT.sub(lambda digit: _ROMAN[digit.group()], name)


def _has_bracket(name: str) -> bool:
    return name.endswith(")") and "(" in name
