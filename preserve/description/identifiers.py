"""Numbers of people and organisations: whether one can be right, by its check digit, or was rounded."""

from __future__ import annotations

import re
import unicodedata

from preserve.machine_reading.signs import card_fits, credit_fits

_CREDIT_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CARD = re.compile(r"^\d{17}[\dX]$")
_CREDIT = re.compile(rf"^[{_CREDIT_SIGNS}]{{18}}$")
_SCIENTIFIC = re.compile(r"^\d(?:\.\d+)?[eE]\+?\d{1,3}$")


def rounded(text: str) -> bool:
    """Whether a spreadsheet wrote it as a power of ten, so that its last digits are gone: `4.20101E+17`."""
    return bool(_SCIENTIFIC.match(unicodedata.normalize("NFKC", text).strip()))


def doubtful(text: str) -> bool:
    """Whether it looks like a number of an identity card (GB 11643) or a credit code (GB 32100) and cannot be one.

    Passports and other papers have other lengths and signs: of them nothing is known.
    """
    number = "".join(unicodedata.normalize("NFKC", text).upper().split())
    if number.isdecimal() and len(number) in (16, 17, 19, 20):
        return True
    card, credit = bool(_CARD.match(number)), bool(_CREDIT.match(number))
    return (card or credit) and not (card and card_fits(number)) and not (credit and credit_fits(number))
