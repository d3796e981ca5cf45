"""What may be entered in the register of fonds: codes, names and numbers."""

from __future__ import annotations

import unicodedata

from preserve.administration.numbering.pattern import is_fonds_number
from preserve.errors import Refused
from preserve.houses import is_fonds_code

_LONGEST = 200


def check_code(code: str) -> str:
    """The code as it may be: it becomes part of addresses and folders. Raises Refused."""
    if not is_fonds_code(code) or code == "register":  # the house's own
        raise Refused("fonds.code-wrong", code)
    return code


def check_number(number: str) -> str:
    """A 全宗号, or nothing. Raises Refused."""
    if number and not is_fonds_number(number):
        raise Refused("fonds.number-wrong", number)
    return number


def check_name(name: str) -> str:
    """The name of a body without blanks around it. Raises Refused where it is none or holds what cannot be seen."""
    plain = name.strip()
    if not plain or len(plain) > _LONGEST or any(unicodedata.category(sign)[0] == "C" for sign in plain):
        raise Refused("fonds.name-wrong", name)
    return plain
