"""Noise of every colour and voices far away, heard by a real Whisper model: nothing may be written where nobody speaks.

The model is the folder that SPEECH_MODEL names, for faster-whisper; without one nothing is tried, and that is said.
"""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

from preserve.machine_reading.hearing import Ears, hear_speech
from preserve.machine_reading.models import model_for
from preserve.machine_reading.records import Heard
from preserve.machine_reading.speech import preamble_words, speech_model
from preserve.machine_reading.speech_profile import speech_profile
from tests.support.voices import noise, voice_at

COLOURS = ("white", "pink", "brown", "blue", "violet", "velvet")


def run(folder: Path, seconds: float, seed: int) -> str:
    """Judge each recording: on noise no element of the preamble, with a voice no word before it begins."""
    if not (named := os.environ.get("SPEECH_MODEL")):
        return "no model was named by SPEECH_MODEL: nothing was tried"
    profile, model = speech_profile(None), speech_model(Path(named))
    ears = Ears(model_for("voice"), profile, 2)
    chance, ends = random.Random(seed), time.monotonic() + seconds
    rounds = written = held_back = 0
    while time.monotonic() < ends:
        rounds += 1
        path = folder / "a.wav"
        begins = chance.uniform(2, 20)
        spoken = chance.random() < 0.3
        if spoken:
            voice_at(path, begins, 40, noise=chance.uniform(0.001, 0.05))
        else:
            noise(path, 40, chance.choice(COLOURS), chance.uniform(0.02, 0.8))
        heard = [one for one in hear_speech(path, "a.wav", ears, model) if isinstance(one, Heard)]
        held_back += sum(bool(one.doubt) for one in heard)
        words = [word for one in heard for word in one.words]
        if spoken:
            written += bool(words)
            assert all(word.end >= begins - 1 for word in words), (seed, rounds, words)
        else:
            elements = list(preamble_words(heard, profile.preamble.words))
            assert not elements, (seed, rounds, elements)
    return (
        f"{rounds} recordings of 40 s by {model.engine.tool} {model.name}: {written} with words, {held_back} held back"
    )
