"""The risk report in words: what to act on comes first, in both languages, and a sound archive says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from preserve.archival_storage.opening import kind_word
from preserve.clock import now
from preserve.data_management.holdings import MediumRow
from preserve.messages import LANGUAGES, speaking
from preserve.preservation_planning.risk import Facts, FormatFacts, MediumAge, Superseded, ToolFacts, gather
from preserve.preservation_planning.risk_report.sections import made, problems, sections
from tests.support.due_case import bureau_in

ROW = MediumRow("m", "optical", "LJ-0001", "", "in use", "2001-01-01T00:00:00Z", "库房/3", "", 0, None, {})


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Facts]:
    with bureau_in(tmp_path_factory.mktemp("risk")) as bureau:
        yield gather(bureau.archive.home, bureau.archive.catalogue, now())


@pytest.fixture
def sound(facts: Facts) -> Facts:
    preview = replace(facts.preview, cases=0, files=0, touched=())
    return replace(facts, formats=(), media=(), outdated=(), tools=(), preview=preview)


def troubled(sound: Facts) -> Facts:
    level = [
        FormatFacts("original", "x-fmt/382", "Flash", "9", name, 1, 3, 100, None)
        for name in ("risk", "unknown", "safe")
    ]
    return replace(
        sound,
        formats=tuple(level),
        media=(MediumAge(ROW, 25.3, 10, "over", 4, 100), MediumAge(replace(ROW, label="B"), 8.5, 10, "old", 1, 1)),
        tools=(ToolFacts("ffmpeg", (("5.1", 2), ("6.0", 1)), "6.0"),),
        outdated=(("siegfried 1.0 (old)", 2, 7), ("", 1, 1)),
        superseded=Superseded(2, 2048, "propose"),
        preview=replace(sound.preview, cases=1, files=2),
    )


def test_a_sound_archive_says_so(sound: Facts) -> None:
    assert problems(sound) == []
    first = sections(sound)[0]
    assert not first.bad
    assert first.words


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_to_be_done_comes_first_and_each_table_is_whole(sound: Facts, language: str) -> None:
    facts = troubled(sound)
    with speaking(language):  # type: ignore[arg-type]
        parts = sections(facts)
        assert parts[0].bad
        assert len(parts[0].words.splitlines()) == len(problems(facts)) == 6
        assert "LJ-0001" in problems(facts)[2]
        assert "8" in problems(facts)[5], "files that older signatures named"
        for part in parts:
            assert part.title
            assert "{" not in part.words + part.title
            assert {len(row) for row in part.rows} <= {len(part.heads)}
        cells = [cell for part in parts for row in part.rows for cell in row]
        assert {"Flash 9", "25.3", kind_word("optical"), "siegfried 1.0 (old)", "5.1", "6.0"} <= set(cells)
        assert made(()) == "—"


def test_the_facts_of_a_real_archive_can_be_printed(facts: Facts, tmp_path: Path) -> None:
    parts = sections(facts)
    assert len(parts) == 9
    assert sum(bool(part.picture) for part in parts) == 2
    assert any("x-fmt/111" in row for part in parts for row in part.rows)
