"""What of the records of a recording is shown: bands, passages, pieces with their second, and why nothing is there."""

from __future__ import annotations

from preserve.machine_reading.records import Engine, Heard, Unread, Voice, Word
from preserve.machine_reading.speech_profile import speech_profile
from preserve.messages import speaking
from preserve.services.machine_voices import HeardShown, Transcript, heard_shown, voice_shown, voices_of
from preserve.services.tables.machine_voices import transcript

ENGINE = Engine(tool="ear 1", model="m")
PROFILE = speech_profile(None)


def heard(start: float, text: str, doubt: str = "") -> Heard:
    words = tuple(Word(text=sign, start=start + place, end=start + place + 1) for place, sign in enumerate(text))
    return Heard.model_validate(
        {
            "file": "a.mp4",
            "engine": ENGINE,
            "start": start,
            "end": start + 5,
            "text": text,
            "words": words,
            "doubt": doubt,
            "until": 120,
        }
    )


def test_bands_are_of_the_whole_recording() -> None:
    voices = voices_of([Voice(file="e\u0301.mp4", engine=ENGINE, spans=((0, 10), (50, 60)), until=100)])
    shown = voice_shown(voices, "é.mp4", 200.0)
    assert shown is not None and shown.bands == ((0, 50), (250, 50))
    assert (shown.spoken, shown.until, shown.passages) == (20, 100, ((0, 10), (50, 60)))
    assert voice_shown(voices, "b.mp4", 200.0) is None


def test_what_was_not_listened_to_says_why() -> None:
    voices = voices_of(
        [
            Unread(file="a.mp4", engine=ENGINE, what="voice", code="reading.no-sound"),
            Unread(file="b.mp4", engine=ENGINE, what="clock", code="reading.no-clock"),
        ]
    )
    shown = voice_shown(voices, "a.mp4", 10.0)
    assert shown is not None and shown.code == "reading.no-sound" and not shown.bands
    assert voice_shown(voices, "b.mp4", 10.0) is None


def shown_of(*records: Heard | Unread) -> HeardShown:
    shown = heard_shown(records, "a.mp4", PROFILE)
    assert shown is not None
    return shown


def test_pieces_come_in_their_order_with_the_words_worth_listening_to() -> None:
    shown = shown_of(heard(30, "请你配合"), heard(4, "今天是三月"), heard(12, "", "repeated"))
    assert [(piece.start, piece.text, piece.doubt) for piece in shown.pieces] == [
        (4, "今天是三月", ""),
        (12, "", "repeated"),
        (30, "请你配合", ""),
    ]
    assert [(word.element, word.at) for word in shown.words] == [("time", 4)]
    assert heard_shown([heard(1, "好")], "b.mp4", PROFILE) is None


def test_one_that_broke_keeps_what_was_understood() -> None:
    broken = Unread(file="a.mp4", engine=ENGINE, what="speech", code="reading.crashed")
    assert shown_of(heard(4, "好"), broken).code == "reading.crashed"
    assert shown_of(broken).pieces == ()


def test_the_table_says_that_nobody_checked_it_and_what_was_held_back() -> None:
    shown = shown_of(heard(4, "今天是三月"), heard(72, "", "unsure"))
    with speaking("en"):
        words, pieces = transcript(Transcript("aip-1", "一号", "obj-1", "a.mp4", shown))
    assert words.rows == (("0:04", "time: «今天是»"),)
    assert pieces.rows[0] == ("0:04", "今天是三月")
    assert pieces.rows[1][0] == "1:12" and "listen" in pieces.rows[1][1]
    assert "machine-read, not checked" in pieces.title
    assert list(transcript(Transcript("aip-1", "一号", "obj-1", "a.mp4", None))) == []
