"""One archive for a door that stays open: what it tells of itself, and sessions in which nobody is anybody yet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.errors import NotPermitted
from preserve.services import workbench
from preserve.services.standing import Standing, declared
from tests.support.sessions import founded


@pytest.fixture
def standing(tmp_path: Path) -> Iterator[Standing]:
    archive = founded(tmp_path)
    archive.close()
    opened = Standing(archive.home.path)
    yield opened
    opened.close()


def test_it_tells_whose_it_is_and_the_bureaus_time(standing: Standing) -> None:
    assert (standing.institution, standing.language) == ("临江市文化和旅游局", "zh")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", standing.now)
    assert standing.local("2026-11-28T06:03:00Z") == "2026-11-28 14:03"


def test_who_shows_nothing_is_nobody(standing: Standing) -> None:
    with pytest.raises(NotPermitted):
        workbench.show(standing.session(None, "zh"))


def test_an_operation_is_declared_or_not() -> None:
    assert declared("workbench.show") and not declared("no.such")
