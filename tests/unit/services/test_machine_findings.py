"""What follows from readings of recordings: warnings at most, each with its frames, and only where sources disagree."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from preserve.machine_reading.clock_profile import clock_profile
from preserve.machine_reading.records import ClockShown, Engine, Record, Stretch
from preserve.messages import say, speaking
from preserve.services.machine_findings import MachineFinding, RecordingFacts, findings_of, time_code

BOX = (10.0, 10.0, 300.0, 10.0, 300.0, 50.0, 10.0, 50.0)
NINE = datetime(2026, 3, 14, 9, 30, 0)
ENGINE = Engine(tool="test")
PROFILE = clock_profile(None)
ZONE = 8 * 3600.0


def clock(begin: float, end: float, ahead: float = 0.0, file: str = "a.mp4") -> list[Record]:
    reads: list[Record] = []
    for number in range(int((end - begin) / 2)):
        at = begin + 2.0 * number
        text = (NINE + timedelta(seconds=at + ahead)).isoformat()
        reads.append(ClockShown(file=file, engine=ENGINE, at=at, text=text, shows=text, box=BOX, score=0.9))
    return reads


def found(records: Sequence[Record], facts: RecordingFacts | None = None) -> list[MachineFinding]:
    return findings_of(records, {"a.mp4": facts or RecordingFacts("id-1")}, PROFILE)


def test_a_jump_is_a_warning_with_both_frames_and_both_times() -> None:
    (one,) = found(clock(0, 40) + clock(40, 80, ahead=45))
    assert (one.finding.code, one.finding.severity, one.finding.where) == ("reading.clock-jump", "warning", "a.mp4")
    assert (one.identifier, one.at, one.until, one.frames) == ("id-1", 38.0, 40.0, (38.0, 40.0))
    assert one.shows == ("2026-03-14T09:30:38", "2026-03-14T09:31:25")
    for language, word in (("zh", "机读，未核对"), ("en", "not checked")):
        with speaking(language):  # type: ignore[arg-type]
            (one,) = found(clock(0, 40) + clock(40, 80, ahead=45))
            words = say(one.finding.code, **one.finding.values)
            assert ("第十三、十四、二十三条" if language == "zh" else "Art. 13, 14, 23") in words
            assert word in words and "{" not in words and "0:00:38" in words and "2026-03-14 09:31:25" in words


def test_a_clock_that_goes_back_says_so() -> None:
    with speaking("en"):
        (one,) = found(clock(0, 40) + clock(40, 80, ahead=-10))
        assert "goes back by 10 s" in say(one.finding.code, **one.finding.values)


def test_a_clock_that_stops() -> None:
    still = [one.model_copy(update={"at": 40 + 2.0 * number}) for number, one in enumerate(clock(40, 42) * 10)]
    (one,) = found([*clock(0, 40), *still])
    assert (one.finding.code, one.at, one.until) == ("reading.clock-stopped", 40.0, 58.0)


@pytest.mark.parametrize(
    ("source", "seconds", "told"),
    [
        ("description", 0, False),
        ("description", 100, False),
        ("description", 600, True),
        ("file-name", -600, True),
        ("container", 0, False),
        ("container", 80, False),  # written when it stopped
        ("container", ZONE, False),  # local time where UTC belongs
        ("container", 3600, True),
        ("file-name", ZONE, True),
    ],
)
def test_other_sources_of_the_beginning(source: str, seconds: float, told: bool) -> None:
    facts = RecordingFacts("id-1", ((source, NINE + timedelta(seconds=seconds)),), 80.0, 0.0, ZONE)
    codes = [one.finding.code for one in found(clock(0, 80), facts)]
    assert codes == (["reading.clock-disagrees"] if told else [])


def test_a_device_whose_clock_was_known_to_be_wrong_agrees_with_the_description() -> None:
    began = (("description", NINE - timedelta(seconds=900)), ("file-name", NINE))
    assert found(clock(0, 80), RecordingFacts("id-1", began, 80.0, 900.0, ZONE)) == []
    assert len(found(clock(0, 80), RecordingFacts("id-1", began, 80.0, 0.0, ZONE))) == 1


def test_stretches_are_warnings_only_where_nothing_is_seen() -> None:
    kinds = ("black", "covered", "frozen", "silent")
    made = [Stretch(file="a.mp4", engine=ENGINE, what=what, start=5, end=65) for what in kinds]  # type: ignore[arg-type]
    severities = {one.finding.code: (one.finding.severity, len(one.frames)) for one in found(made)}
    assert severities == {
        "reading.dead-black": ("warning", 1),
        "reading.dead-covered": ("warning", 1),
        "reading.dead-frozen": ("note", 1),
        "reading.dead-silent": ("note", 0),
    }


def test_files_that_the_reader_may_not_see_are_left_out() -> None:
    assert found(clock(0, 40, file="b.mp4") + clock(40, 80, ahead=45, file="b.mp4")) == []


def test_one_file_cannot_fill_the_page() -> None:
    black = [Stretch(file="a.mp4", engine=ENGINE, what="black", start=10.0 * n, end=10.0 * n + 4) for n in range(200)]
    listed = found(black)
    assert len(listed) == PROFILE.most_findings + 1
    assert listed[-1].finding.code == "reading.clock-more"
    assert listed[-1].finding.values["count"] == 200 - PROFILE.most_findings


def test_time_codes() -> None:
    assert [time_code(second) for second in (0, 59.96, 61.5, 3723)] == ["0:00:00", "0:01:00", "0:01:01.5", "1:02:03"]
