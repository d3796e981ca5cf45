"""The real engines with models of made-up weights: what they are called with, and that nothing they invent is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.machine_reading.hearing import Ears, hear_speech
from preserve.machine_reading.models import model_for
from preserve.machine_reading.records import Heard, Record
from preserve.machine_reading.speech import speech_model
from preserve.machine_reading.speech_profile import SpeechProfile, speech_profile
from preserve.machine_reading.transcribers import UNPROMPTED, transcriber_of
from preserve.machine_reading.voices import RATE
from preserve.machine_reading.windows import Window
from tests.support import speech_models
from tests.support.voices import noise, voice_at

PROFILE = speech_profile(None)


@pytest.fixture(scope="module")
def whisper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return speech_models.whisper(tmp_path_factory.mktemp("models") / "made-up")


@pytest.fixture(scope="module")
def sense_voice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return speech_models.sense_voice(tmp_path_factory.mktemp("models") / "sense")


def understood(path: Path, folder: Path, profile: SpeechProfile = PROFILE) -> list[Record]:
    return list(hear_speech(path, path.name, Ears(model_for("voice"), profile), speech_model(folder)))


def test_whisper_itself_says_that_it_was_told_nothing(whisper: Path) -> None:
    model = speech_model(whisper)
    engine = transcriber_of(model.kind, model.folder, model.files, "zh", 1)
    list(engine.pieces(Window(5.0, bytes(2 * 4 * RATE), ((5.1, 8.9),))))
    assert engine.called == UNPROMPTED
    assert engine.called == {
        "initial_prompt": None,
        "hotwords": None,
        "prefix": None,
        "condition_on_previous_text": False,
    }


@pytest.mark.parametrize("colour", ["white", "brown"])
def test_in_noise_nothing_is_written_whatever_the_model(
    whisper: Path, sense_voice: Path, tmp_path: Path, colour: str
) -> None:
    path = noise(tmp_path / "a.wav", 20, colour)
    assert understood(path, whisper) == [] and understood(path, sense_voice) == []


def test_sherpa_gives_the_signs_with_their_seconds(sense_voice: Path, tmp_path: Path) -> None:
    records = understood(voice_at(tmp_path / "a.wav", 4, 30), sense_voice)
    heard = [one for one in records if isinstance(one, Heard)]
    assert heard == records and {one.text for one in heard} == {"执法检查"}
    first = heard[0]
    assert first.start == pytest.approx(4, abs=0.6) and first.engine.tool.startswith("sherpa-onnx ")
    starts = [word.start - first.start for word in first.words]
    assert starts == pytest.approx([place * 0.06 for place in speech_models.HEARD], abs=0.02)
