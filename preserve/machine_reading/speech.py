"""What was said, as an engine of the bureau's choice understood it: which model there is, and what of it is believed.

The model is a folder that the bureau brings; nothing is ever downloaded. No engine is told what to expect: no prompt,
no hot words, no prefix, and nothing of what it wrote before (`transcribers`). A model that is prompted writes the
prompt where a beginning is mumbled.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from preserve.errors import Refused
from preserve.machine_reading.records import Doubt, Engine, Heard, Word
from preserve.machine_reading.speech_profile import Element, Transcripts
from preserve.machine_reading.voices import Span

Kind = Literal["whisper", "sense-voice", "paraformer", "transducer"]


@dataclass(frozen=True, slots=True)
class SpeechModel:
    """A model in a folder: how it is run, its files by what they are to the engine, the SHA-256 over all of them."""

    name: str
    folder: Path
    kind: Kind
    files: Mapping[str, str]
    digest: str
    size: int

    @property
    def package(self) -> str:
        """The Python package that runs it."""
        return "faster_whisper" if self.kind == "whisper" else "sherpa_onnx"

    @property
    def runs_here(self) -> bool:
        """Whether that package is installed."""
        return find_spec(self.package) is not None

    @property
    def engine(self) -> Engine:
        """As records name it; of a package that is not installed without its version."""
        name = self.package.replace("_", "-")
        tool = f"{name} {metadata.version(name)}" if self.runs_here else name
        return Engine(tool=tool, model=self.name, digest=self.digest)


_SHAPES: tuple[tuple[Kind, Mapping[str, tuple[str, ...]]], ...] = (
    # Without its tokenizer faster-whisper would ask the network for one.
    ("whisper", {"model": ("model.bin",), "config": ("config.json",), "tokenizer": ("tokenizer.json",)}),
    (
        "transducer",
        {
            "encoder": ("encoder*.int8.onnx", "encoder*.onnx"),
            "decoder": ("decoder*.onnx",),
            "joiner": ("joiner*.int8.onnx", "joiner*.onnx"),
            "tokens": ("tokens.txt",),
        },
    ),
    ("sense-voice", {"model": ("*sense*voice*.onnx",), "tokens": ("tokens.txt",)}),
    ("paraformer", {"model": ("*paraformer*.onnx", "model.int8.onnx", "model.onnx"), "tokens": ("tokens.txt",)}),
)
_SENSE_VOICE = re.compile(r"<\|(?:zh|yue|nospeech|withitn)\|>")


def speech_model(folder: Path, sha256: str = "") -> SpeechModel:
    """The model in a folder, all of whose files were read for the digest.

    Raises Refused for what is none, and where `sha256` is given and the digest is another.
    """
    if not folder.is_dir():
        raise Refused("reading.speech-model-missing", str(folder))
    stamps = tuple((file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in _files(folder))
    model = _model(folder, stamps)
    if sha256 and model.digest != sha256.lower():
        raise Refused("reading.speech-model-differs", str(folder), wanted=sha256, found=model.digest)
    return model


def _files(folder: Path) -> list[Path]:
    return sorted((file for file in folder.iterdir() if file.is_file()), key=lambda file: file.name)


@lru_cache(maxsize=4)
def _model(folder: Path, stamps: tuple[tuple[str, int, int], ...]) -> SpeechModel:
    for kind, wanted in _SHAPES:
        found = {part: _first(folder, patterns) for part, patterns in wanted.items()}
        if not all(found.values()):
            continue
        if kind == "paraformer" and _SENSE_VOICE.search((folder / found["tokens"]).read_text("utf-8", "replace")):
            kind = "sense-voice"  # the same two files, told apart by the words that the model may write
        return SpeechModel(
            folder.resolve().name, folder, kind, found, _digest(folder), sum(size for _, size, _ in stamps)
        )
    raise Refused("reading.speech-model-none", str(folder))


def _first(folder: Path, patterns: Sequence[str]) -> str:
    return next((file.name for pattern in patterns for file in sorted(folder.glob(pattern))), "")


def _digest(folder: Path) -> str:
    """SHA-256 over a list of all files, as `sha256sum *` writes it, sorted by name."""
    whole = hashlib.sha256()
    for file in _files(folder):
        with file.open("rb") as stream:
            whole.update(f"{hashlib.file_digest(stream, 'sha256').hexdigest()}  {file.name}\n".encode())
    return whole.hexdigest()


@dataclass(frozen=True, slots=True)
class Piece:
    """What an engine wrote for a stretch of sound: times in seconds of the recording, its own doubts."""

    start: float
    end: float
    text: str
    words: tuple[Word, ...] = ()
    logprob: float = 0.0
    no_speech: float = 0.0


def doubt_of(piece: Piece, wanted: Transcripts) -> Doubt:
    """Why what an engine wrote is not believed; empty where it is."""
    if ratio_of(piece.text) > wanted.repeated:
        return "repeated"
    if piece.logprob < wanted.least_logprob:
        return "unsure"
    return "no-speech" if piece.no_speech > wanted.no_speech else ""


def ratio_of(text: str) -> float:
    """How far a text can be compressed: a model that repeats itself is above 2.4 (Whisper's own measure)."""
    data = text.encode()
    return len(data) / len(zlib.compress(data)) if data else 0.0


def within(words: Iterable[Word], spans: Sequence[Span], margin: float) -> tuple[Word, ...]:
    """The words whose middle lies where somebody speaks."""
    return tuple(
        word
        for word in words
        if any(since - margin <= (word.start + word.end) / 2 <= until + margin for since, until in spans)
    )


def believed(piece: Piece, spans: Sequence[Span], wanted: Transcripts) -> tuple[str, tuple[Word, ...], Doubt] | None:
    """The text, the words and the doubt that are kept of a piece; None where all of it lies where nobody speaks.

    Of what is doubted no word is kept. An engine that gives no times of words is taken as a whole.
    """
    whole = Word(text=piece.text, start=piece.start, end=piece.end)
    words = within(piece.words or (whole,), spans, wanted.margin_seconds)
    text = "".join(word.text for word in words).strip()
    if not text:
        return None
    doubt = doubt_of(piece, wanted)
    return ("", (), doubt) if doubt else (text, words if piece.words else (), doubt)


@dataclass(frozen=True, slots=True)
class PreambleWord:
    """Words that may belong to a preamble, and the second at which to listen."""

    element: Element
    text: str
    at: float


def preamble_words(heard: Iterable[Heard], words: Mapping[Element, Sequence[str]]) -> Iterator[PreambleWord]:
    """The first words of each element in each stretch of a transcript, in their order. They decide nothing."""
    for one in heard:
        found = []
        for element, patterns in words.items():
            hits = [hit for pattern in patterns if (hit := re.search(pattern, one.text))]
            if hits:
                first = min(hits, key=lambda hit: hit.start())
                found.append(PreambleWord(element, first[0], second_of(one, first.start())))
        yield from sorted(found, key=lambda word: word.at)


def second_of(heard: Heard, place: int) -> float:
    """The second at which the character at `place` of the text is spoken; that of the stretch without word times."""
    length, at = 0, heard.start
    lead = len("".join(word.text for word in heard.words)) - len("".join(word.text for word in heard.words).lstrip())
    for word in heard.words:
        at = word.start
        length += len(word.text)
        if place + lead < length:
            break
    return at
