"""Whether recordings can be transcribed: nothing else needs the model that may be missing here."""

from __future__ import annotations

from collections.abc import Iterator

from preserve.administration.health import Check
from preserve.errors import PreserveError
from preserve.home import Home
from preserve.machine_reading.speech import speech_model


def examine_speech(home: Home) -> Iterator[Check]:
    """The bureau's model for transcripts, if it has one."""
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
