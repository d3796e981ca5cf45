"""Numbers of people and organisations: whether one can be right, by its check digit, or was rounded."""

from __future__ import annotations

import re
import unicodedata

_CARD_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CARD_SIGNS = "10X98765432"
_CREDIT_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = tuple(3**place % 31 for place in range(17))
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
    return (card or credit) and not (card and _card_fits(number)) and not (credit and _credit_fits(number))


def _card_fits(number: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(number, _CARD_WEIGHTS, strict=False))
    return _CARD_SIGNS[total % 11] == number[-1]


def _credit_fits(number: str) -> bool:
    total = sum(_CREDIT_SIGNS.index(sign) * weight for sign, weight in zip(number, _CREDIT_WEIGHTS, strict=False))
    return _CREDIT_SIGNS[(31 - total % 31) % 31] == number[-1]
