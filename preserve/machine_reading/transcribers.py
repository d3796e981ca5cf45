"""The engines that write down speech, with the arguments they are called with; they run in `hearing_child` only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from preserve.machine_reading.records import Word
from preserve.machine_reading.speech import Piece
from preserve.machine_reading.voices import RATE
from preserve.machine_reading.windows import Window

UNPROMPTED: Mapping[str, Any] = {
    "initial_prompt": None,
    "hotwords": None,
    "prefix": None,
    "condition_on_previous_text": False,
}
"""A model that is told what to expect writes it where nothing of the kind was said: it is never told anything."""

_BEAM = 5


class Transcriber(Protocol):
    """An engine with its model."""

    called: Mapping[str, Any]
    """What the engine itself says it was called with, as far as it says so."""

    def pieces(self, window: Window) -> Iterator[Piece]:
        """What it understood of a window, in seconds of the recording."""


def samples_of(window: Window) -> Any:
    """A window as floats from -1 to 1."""
    import numpy

    return numpy.frombuffer(window.sound, dtype="<i2").astype(numpy.float32) / 32768


class Whisper:
    """faster-whisper: Whisper models in the form of CTranslate2. One temperature, so that nothing is tried again."""

    def __init__(self, folder: Path, language: str, threads: int) -> None:
        import faster_whisper

        self.called: Mapping[str, Any] = {}
        self._language = language
        self._model = faster_whisper.WhisperModel(
            str(folder), device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True
        )

    def pieces(self, window: Window) -> Iterator[Piece]:
        """Each segment with its words."""
        segments, info = self._model.transcribe(
            samples_of(window),
            language=self._language,
            task="transcribe",
            beam_size=_BEAM,
            temperature=0.0,
            word_timestamps=True,
            vad_filter=False,
            compression_ratio_threshold=None,
            log_prob_threshold=None,
            no_speech_threshold=None,
            **UNPROMPTED,
        )
        options = info.transcription_options
        self.called = {name: getattr(options, name) for name in UNPROMPTED}
        for segment in segments:
            words = tuple(_word(window, word.word, word.start, word.end) for word in segment.words or ())
            start, end = _second(window, segment.start), _second(window, segment.end)
            yield Piece(
                start, end, segment.text.strip(), words, float(segment.avg_logprob), _share(segment.no_speech_prob)
            )


class Sherpa:
    """sherpa-onnx: SenseVoice, Paraformer and transducer models. It gives times of signs, and no doubts of its own."""

    def __init__(self, kind: str, files: Mapping[str, str], language: str, threads: int) -> None:
        import sherpa_onnx

        self.called: Mapping[str, Any] = {}
        make = sherpa_onnx.OfflineRecognizer
        if kind == "sense-voice":
            self._engine = make.from_sense_voice(
                files["model"], files["tokens"], num_threads=threads, language=language, use_itn=True
            )
        elif kind == "paraformer":
            self._engine = make.from_paraformer(files["model"], files["tokens"], num_threads=threads)
        else:
            parts = {part: files[part] for part in ("encoder", "decoder", "joiner", "tokens")}
            self._engine = make.from_transducer(**parts, num_threads=threads)

    def pieces(self, window: Window) -> Iterator[Piece]:
        """The window as one piece, with its signs as words."""
        stream = self._engine.create_stream()
        stream.accept_waveform(RATE, samples_of(window))
        self._engine.decode_stream(stream)
        result = stream.result
        length = len(window.sound) / 2 / RATE
        starts = [*result.timestamps, length]
        words: tuple[Word, ...] = ()
        if len(result.tokens) == len(result.timestamps):
            words = tuple(
                _word(window, token, starts[number], starts[number + 1]) for number, token in enumerate(result.tokens)
            )
        if text := result.text.strip():
            yield Piece(window.start, window.start + length, text, words)


def _word(window: Window, text: str, start: float, end: float) -> Word:
    first = _second(window, start)
    return Word(text=text, start=first, end=max(first, _second(window, end)))


def _second(window: Window, within: float) -> float:
    return round(window.start + max(0.0, float(within)), 2)


def _share(value: float) -> float:
    return min(1.0, max(0.0, float(value)))


def transcriber_of(kind: str, folder: Path, files: Mapping[str, str], language: str, threads: int) -> Transcriber:
    """The engine for a model."""
    if kind == "whisper":
        return Whisper(folder, language, threads)
    return Sherpa(kind, {part: str(folder / name) for part, name in files.items()}, language, threads)
