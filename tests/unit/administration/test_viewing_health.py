"""The programs that the reading room has pages drawn by: here or not, and nothing where none is named."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

from preserve.administration.viewing_health import examine_viewing
from preserve.home import Home
from preserve.settings import Renderer, Viewing
from tests.support.ledgers import founded_home


def _with(home: Home, viewing: Viewing) -> Home:
    return dataclasses.replace(home, settings=home.settings.model_copy(update={"viewing": viewing}))


def test_each_named_program_is_looked_for(tmp_path: Path) -> None:
    home = founded_home(tmp_path / "home")
    assert list(examine_viewing(home)) == []
    named = Viewing(ofd=Renderer(program=sys.executable), dwg=Renderer(program="/nowhere/dwg2pdf"))
    told = [(check.code, check.state, check.values["format"]) for check in examine_viewing(_with(home, named))]
    assert told == [("health.renderer", "good", "OFD"), ("health.renderer-missing", "wrong", "DWG")]
