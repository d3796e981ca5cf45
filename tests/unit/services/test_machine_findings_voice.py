"""Nobody heard where somebody should speak, and words worth listening to: notes and warnings, never more."""

from __future__ import annotations

from typing import Any

from metadata.findings import Finding
from preserve.ingest.rules.recordings import recordings
from preserve.machine_reading.records import Engine, Heard, Record, Voice, Word
from preserve.machine_reading.speech_profile import speech_profile
from preserve.messages import say, speaking
from preserve.services.machine_findings_voice import begun, voice_findings
from tests.support.views import document, recorded, video, view

PROFILE = speech_profile(None)
ENGINE = Engine(tool="ear 1")
RUN = {"1.mp4": (0.0, 300.0), "2.mp4": (301.0, 300.0)}
HOLE = {"1.mp4": (0.0, 300.0), "2.mp4": (400.0, 300.0)}


def voice(file: str, *spans: tuple[float, float], until: float = 300.0) -> Voice:
    return Voice(file=file, engine=ENGINE, spans=spans, until=until)


def heard(file: str, text: str, start: float = 4.0) -> Heard:
    words = tuple(Word(text=sign, start=start + place, end=start + place + 1) for place, sign in enumerate(text))
    return Heard(file=file, engine=ENGINE, start=start, end=start + len(text), text=text, words=words, until=120)


def found(
    spans: dict[str, tuple[float, float]], *records: Record, objects: tuple[dict[str, Any], ...] = (), **more: Any
) -> list[Finding]:
    """Of recordings by file: start (seconds after ten) and length."""
    devices = more.pop("devices", {})
    described = [recorded(file, devices.get(file, "A1")) for file in spans]
    characters = {file: video(start, length) for file, (start, length) in spans.items()}
    seen = view(characters, *described, *objects, **more)
    starts = list(begun(seen.case, recordings(seen), seen.profile, seen.zone))
    listen = list(voice_findings(starts, records, PROFILE))
    assert all(0 <= one.at <= one.until for one in listen)
    return [one.finding for one in listen]


def codes(findings: list[Finding]) -> list[tuple[str, str, str]]:
    return [(one.code.removeprefix("reading."), one.where, one.severity) for one in findings]


def test_nobody_is_heard_in_the_first_minute() -> None:
    assert codes(found(RUN, voice("1.mp4", (70, 90)), voice("2.mp4"))) == [
        ("no-voice-first-minute", "1.mp4", "warning")
    ]
    assert found(RUN, voice("1.mp4", (30, 40)), voice("2.mp4")) == []


def test_a_file_that_goes_on_needs_no_words_of_its_own() -> None:
    assert found(RUN, voice("1.mp4", (3, 9)), voice("2.mp4")) == []


def test_a_short_first_file_is_listened_to_with_the_one_that_goes_on() -> None:
    short = {"1.mp4": (0.0, 20.0), "2.mp4": (21.0, 300.0)}
    silent = voice("1.mp4", until=20)
    assert found(short, silent, voice("2.mp4", (10, 20))) == []
    assert codes(found(short, silent, voice("2.mp4", (45, 80)))) == [("no-voice-first-minute", "1.mp4", "warning")]


def test_a_moment_in_which_somebody_speaks_is_enough_for_a_moment() -> None:
    assert found({"1.mp4": (0.0, 1.2)}, voice("1.mp4", (0.2, 1.0), until=1.2)) == []
    (one,) = found({"1.mp4": (0.0, 8.0)}, voice("1.mp4", until=8))
    assert one.values["seconds"] == 8


def test_nobody_is_heard_after_an_interruption() -> None:
    (one,) = found(HOLE, voice("1.mp4", (3, 9)), voice("2.mp4", (100, 120)))
    assert codes([one]) == [("no-voice-after-interruption", "2.mp4", "warning")]
    assert one.values["before"] == "1.mp4" and one.values["article"] == "14"
    assert found(HOLE, voice("1.mp4", (3, 9)), voice("2.mp4", (10, 20))) == []


def test_an_interruption_that_is_explained_in_writing_needs_no_words() -> None:
    written = document("中止记录说明", explains="1.mp4")
    assert found(HOLE, voice("1.mp4", (3, 9)), voice("2.mp4"), objects=(written,)) == []


def test_a_hole_that_another_device_recorded_is_none() -> None:
    both = {**HOLE, "3.mp4": (290.0, 200.0)}
    records = [voice("1.mp4", (3, 9)), voice("2.mp4"), voice("3.mp4", (1, 5))]
    assert found(both, *records, devices={"3.mp4": "B2"}) == []


def test_between_two_measures_another_beginning_is_expected() -> None:
    measures = [
        {"measure": "查封", "start": "2026-01-06 10:00", "end": "2026-01-06 10:05", "place": "店"},
        {"measure": "扣押", "start": "2026-01-06 10:06:40", "end": "2026-01-06 10:11", "place": "店"},
    ]
    records = [voice("1.mp4", (3, 9)), voice("2.mp4")]
    assert codes(found(HOLE, *records, measures=measures)) == [("no-voice-first-minute", "2.mp4", "warning")]


def test_of_what_was_not_listened_to_nothing_is_said() -> None:
    assert found(RUN) == []
    assert found(RUN, voice("1.mp4", until=30)) == []
    assert found({"1.mp4": (0.0, 20.0), "2.mp4": (21.0, 300.0)}, voice("1.mp4", until=20)) == []


def test_a_name_that_is_written_decomposed_is_the_same_name() -> None:
    assert codes(found({"é.mp4": (0, 300)}, voice("e\u0301.mp4"))) == [("no-voice-first-minute", "é.mp4", "warning")]


def test_words_of_the_preamble_say_where_to_listen() -> None:
    records = [voice("1.mp4", (3, 30)), heard("1.mp4", "今天是三月十四日，我们是文化局执法人员")]
    (one,) = found({"1.mp4": (0, 300)}, *records)
    assert codes([one]) == [("preamble-words", "1.mp4", "note")]
    assert one.values["at"] == "0:04" and "今天是" in str(one.values["words"])
    with speaking("en"):
        said = say(one.code, **one.values)
    assert "heard at 0:04: listen" in said and "found" not in said and "not checked" in said


def test_words_that_come_late_are_no_preamble() -> None:
    assert found({"1.mp4": (0, 300)}, voice("1.mp4", (3, 30)), heard("1.mp4", "今天是三月", start=90.0)) == []


def test_after_an_interruption_other_words_count() -> None:
    records = [voice("1.mp4", (3, 9)), voice("2.mp4", (3, 20)), heard("2.mp4", "刚才没电了，现在继续检查")]
    assert codes(found(HOLE, *records)) == [("interruption-words", "2.mp4", "note")]


def test_no_sentence_says_that_nobody_spoke() -> None:
    for code in ("reading.no-voice-first-minute", "reading.no-voice-after-interruption"):
        values = {"article": "13", "seconds": 60, "before": "1.mp4", "device": "A1"}
        with speaking("en"):
            assert "the machine heard nobody" in say(code, **values) and "listen" in say(code, **values)
        with speaking("zh"):
            assert "机器没有听到" in say(code, **values) and "机读，未核对" in say(code, **values)
