"""Settings that name another catalogue by now: nothing is written, and of what was, nobody says that it is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.data_management.moving import settings_text
from preserve.data_management.settings_seen import SettingsSeen
from preserve.errors import Busy, MediumProblem
from preserve.settings import CatalogueAt
from tests.support.people import staffed


def test_what_was_written_while_the_catalogue_moved_is_in_doubt(tmp_path: Path) -> None:
    archive = staffed(tmp_path / "home")
    seen, settings = SettingsSeen(archive.home), archive.home.path / "preserve.toml"
    archive.close()
    seen.require_same_for(7)
    there = settings.read_text(encoding="utf-8")
    settings.write_text(f"{there}\n# a word\n", encoding="utf-8")
    seen.require_same_for(7)
    settings.write_text(settings_text(there, CatalogueAt(url="postgresql://a@b/c")), encoding="utf-8")
    with pytest.raises(Busy, match=r"catalogue\.replaced"):
        seen.require_same()
    with pytest.raises(MediumProblem, match=r"catalogue\.moved-meanwhile"):
        seen.require_same_for(7)
