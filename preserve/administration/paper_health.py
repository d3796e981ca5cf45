"""What paper needs of this machine: the fonts that everything is printed with, and the validator of PDF/A."""

from __future__ import annotations

from collections.abc import Iterator

from preserve.administration.health import Check
from preserve.messages import listed
from preserve.typesetting.fonts import FAMILIES, missing
from preserve.typesetting.judging import validator


def examine_paper() -> Iterator[Check]:
    """Both of them; what no font has is printed as code points, and is to be mended."""
    yield _fonts()
    try:
        yield Check("health.pdfa", "good", {"validator": validator()})
    except ImportError as error:
        yield Check("health.pdfa-missing", "wrong", {"reason": str(error)})


def _fonts() -> Check:
    lacking = missing()
    if not lacking:
        return Check("health.fonts", "good", {"count": len(FAMILIES)})
    packages = " ".join(sorted({family.package for family in lacking}))
    names = listed(family.name for family in lacking)
    return Check("health.fonts-missing", "wrong", {"names": names, "package": packages})
