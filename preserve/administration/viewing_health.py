"""Whether the programs that the settings name for the reading room are here."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from preserve.administration.health import Check
from preserve.home import Home


def examine_viewing(home: Home) -> Iterator[Check]:
    """One line for each program that is named; what it draws nobody examines."""
    for suffix in (".ofd", ".dwg", ".dxf"):
        renderer = home.settings.viewing.of(suffix)
        if renderer is None:
            continue
        here = shutil.which(renderer.program) is not None
        values = {"format": suffix[1:].upper(), "name": renderer.program}
        yield Check(f"health.renderer{'' if here else '-missing'}", "good" if here else "wrong", dict(values))
