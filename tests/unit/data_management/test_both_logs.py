"""Both logs are read as one, in the order of time, page by page from the newest, with nothing twice or left out."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from preserve.data_management import both_logs, ledger, looks
from preserve.data_management.both_logs import LogPlace, place_of
from preserve.data_management.database import Catalogue
from tests.support.catalogues import new_catalogue

MOMENT = datetime(2026, 12, 11, 8, tzinfo=UTC)
ORDER = "dlldldddlllld"
"""Deeds and looks at one subject, a second after the other."""


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    made = new_catalogue(tmp_path / "c.sqlite")
    with made.begin() as connection:
        for second, kind in enumerate(ORDER):
            append = ledger.append if kind == "d" else looks.append
            for subject in ("s", "other"):
                moment = MOMENT + timedelta(seconds=second)
                append(connection, action="a", subject=subject, actor="li", details={"n": second}, moment=moment)
    yield made
    made.close()


def test_entries_and_those_about_one_subject_come_by_their_time(catalogue: Catalogue) -> None:
    with catalogue.read() as connection:
        about = both_logs.about(connection, "s")
        assert [entry.details["n"] for entry in about] == list(range(len(ORDER)))
        assert [isinstance(entry, looks.Look) for entry in about] == [kind == "l" for kind in ORDER]
        assert len({entry.reference for entry in both_logs.entries(connection)}) == 2 * len(ORDER)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 13, 50])
def test_pages_from_the_newest_hold_each_entry_once(catalogue: Catalogue, size: int) -> None:
    seen: list[int] = []
    place: LogPlace | None = LogPlace()
    with catalogue.read() as connection:
        while place is not None:
            page, place, more = both_logs.newest_about(connection, "s", before=place, limit=size)
            seen += [entry.details["n"] for entry in page]
            assert more == len(ORDER) - len(seen) and (place is None) == (more == 0)
            place = place and place_of(str(place))
    assert seen == list(range(len(ORDER)))[::-1]


@pytest.mark.parametrize("text", ["", "7", "x.y", "1.-2", "1.2.3", "²."])
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        place_of(text)


def test_of_one_second_what_was_done_comes_before_who_looked(tmp_path: Path) -> None:
    made = new_catalogue(tmp_path / "c.sqlite")
    with made.begin() as connection:
        looks.append(connection, action="a", subject="s", actor="li", details={}, moment=MOMENT)
        ledger.append(connection, action="a", subject="s", actor="li", details={}, moment=MOMENT)
        assert [entry.log for entry in both_logs.entries(connection)] == ["ledger", "looks"]
        newest, _, _ = both_logs.newest_about(connection, "s", before=LogPlace(), limit=5)
        assert [entry.log for entry in newest] == ["looks", "ledger"]
    made.close()
