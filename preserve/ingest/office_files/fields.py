"""Which fields of a text are worked out from the page itself; every other is held as it was saved."""

from __future__ import annotations

import re

_OF_THE_PAGE = frozenset(
    (
        *("PAGE", "NUMPAGES", "SECTIONPAGES", "SECTION", "PAGEREF", "TOC", "TOA", "TA", "TC", "XE", "INDEX", "RD"),
        *("HYPERLINK", "SEQ", "REF", "NOTEREF", "FTNREF", "STYLEREF", "LISTNUM", "AUTONUM", "AUTONUMLGL", "AUTONUMOUT"),
        *("FORMTEXT", "FORMCHECKBOX", "FORMDROPDOWN", "EQ", "SYMBOL", "ADVANCE", "BIBLIOGRAPHY", "CITATION", "SHAPE"),
        *("EMBED", "CONTROL", "MACROBUTTON", "GOTOBUTTON", "PRINT", "PRIVATE", "ADDIN", "HTMLCONTROL", "BARCODE"),
    )
)
_OTHER_FILES = frozenset(("INCLUDETEXT", "INCLUDEPICTURE", "INCLUDE", "IMPORT", "LINK", "DDE", "DDEAUTO", "DATABASE"))
_NAME = re.compile(r"\s*([A-Za-z]+|=)")


def name_of(instruction: str) -> str:
    """The name of a field, from its instruction; empty where there is none."""
    found = _NAME.match(instruction)
    return found[1].upper() if found else ""


def is_filled_in(name: str) -> bool:
    """Whether a program fills the field in anew from something else than the page: the day, the file, its author."""
    return bool(name) and name not in _OF_THE_PAGE


def is_of_other_files(name: str) -> bool:
    """Whether it fetches what it shows from elsewhere."""
    return name in _OTHER_FILES
