"""The process that listens: what it is asked, what it holds back, and what a broken model costs."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.machine_reading.hearing import Ears, hear_speech
from preserve.machine_reading.models import model_for
from preserve.machine_reading.records import Heard, Record, Unread
from preserve.machine_reading.speech import speech_model
from preserve.machine_reading.speech_profile import SpeechProfile, speech_profile
from tests.support import speech_models
from tests.support.voices import voice_at

PROFILE = speech_profile(None)


@pytest.fixture(scope="module")
def whisper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return speech_models.whisper(tmp_path_factory.mktemp("models") / "made-up")


@pytest.fixture(scope="module")
def sense_voice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return speech_models.sense_voice(tmp_path_factory.mktemp("models") / "sense")


def understood(path: Path, folder: Path, profile: SpeechProfile = PROFILE) -> list[Record]:
    return list(hear_speech(path, path.name, Ears(model_for("voice"), profile), speech_model(folder)))


def test_the_words_that_are_looked_for_never_reach_the_process_that_listens(
    whisper: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pipe to the process is the only way to it: what goes through it is read here, and the engine still runs."""
    import storage_adapters.programs as programs
    from preserve.machine_reading import bounded

    written: list[bytes] = []

    def listening(module: str, settings: dict[str, str]) -> object:
        process = programs.start_serving(module, settings)
        assert process.stdin is not None
        write = process.stdin.write

        def told(data: bytes) -> int:
            written.append(data)
            return write(data)

        monkeypatch.setattr(process, "stdin", _Told(process.stdin, told))
        return process

    monkeypatch.setattr(bounded, "start_serving", listening)
    understood(voice_at(tmp_path / "a.wav", 1, 12), whisper)
    (request,) = written
    text = request.decode("unicode_escape", "ignore")
    assert "voices" in text and "transcripts" in text
    words = [pattern for patterns in PROFILE.preamble.words.values() for pattern in patterns]
    assert not any(word in text for word in [*words, "执法", "录音", "prompt", "hotwords", "prefix"])


class _Told:
    """A pipe of which is known what is written into it."""

    def __init__(self, pipe: object, write: object) -> None:
        self._pipe, self.write = pipe, write

    def __getattr__(self, name: str) -> object:
        return getattr(self._pipe, name)


def test_what_a_lost_model_writes_is_held_back(whisper: Path, tmp_path: Path) -> None:
    records = understood(voice_at(tmp_path / "a.wav", 4, 30), whisper)
    heard = [one for one in records if isinstance(one, Heard)]
    assert heard == records and heard
    assert all(one.doubt and not one.text and not one.words for one in heard)
    assert all(one.start <= one.end <= one.until <= 31 for one in heard)
    assert heard[0].engine.model == "made-up" and heard[0].engine.tool.startswith("faster-whisper ")


def test_only_the_first_seconds_are_transcribed(sense_voice: Path, tmp_path: Path) -> None:
    few = PROFILE.model_copy(update={"transcripts": PROFILE.transcripts.model_copy(update={"seconds": 10.0})})
    path = voice_at(tmp_path / "a.wav", 4, 40)
    heard = [one for one in understood(path, sense_voice, few) if isinstance(one, Heard)]
    assert heard and all(one.end <= 10.5 and one.until == pytest.approx(10, abs=0.2) for one in heard)


def test_a_broken_model_costs_the_transcript_and_nothing_else(whisper: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    for file in whisper.iterdir():
        (broken / file.name).write_bytes(file.read_bytes()[:5000])
    (record,) = understood(voice_at(tmp_path / "a.wav", 1, 12), broken)
    assert isinstance(record, Unread) and (record.what, record.code) == ("speech", "reading.crashed")
