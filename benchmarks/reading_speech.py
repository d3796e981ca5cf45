"""Listening by machine: how fast, whether voices are found where they are, and whether noise is taken for one.

Recordings of BENCHMARK_VOICE_SECONDS (600) are made of noise, and of espeak-ng's voice in noise every half minute. The
floor is ffmpeg decoding the same sound; the tool that a user would take instead is ffmpeg's silencedetect, which hears
that it is loud and not that somebody speaks. With SPEECH_MODEL, a folder for faster-whisper, noise and the voice are
transcribed too: in noise no word of a preamble may be written. How well natural speech is understood is not measured:
espeak's voice is no language to Whisper, and no natural voice is at hand whose licence and package fit.
"""

from __future__ import annotations

import os
import re
import resource
import subprocess
import time
from pathlib import Path

from benchmarks import measure
from benchmarks.measure import middle, row, scratch, settle
from preserve.machine_reading.hearing import Ears, hear_speech, hear_voices
from preserve.machine_reading.models import model_for
from preserve.machine_reading.records import Heard, Voice
from preserve.machine_reading.speech import preamble_words, speech_model
from preserve.machine_reading.speech_profile import speech_profile
from preserve.machine_reading.voices import Span, spoken_in
from tests.support.voices import ffmpeg, noise, voice_at

SECONDS = int(os.environ.get("BENCHMARK_VOICE_SECONDS", "600"))
_EVERY = 30
_AT = 10.0
_COLOURS = ("white", "pink", "brown", "blue", "violet", "velvet")
_QUIET = ["ffmpeg", "-nostdin", "-hide_banner", "-nostats"]


def _ears() -> Ears:
    return Ears(model_for("voice"), speech_profile(None), 2)


def _repeated(folder: Path) -> Path:
    """The voice ten seconds into each half minute, over pink noise."""
    one, out = voice_at(folder / "one.wav", _AT, _EVERY, noise=0.02), folder / "voices.m4a"
    ffmpeg("-stream_loop", str(SECONDS // _EVERY - 1), "-i", str(one), "-c:a", "aac", "-b:a", "48k", str(out))
    return out


def _floor(path: Path) -> float:
    began = time.perf_counter()
    subprocess.run([*_QUIET, "-i", str(path), "-f", "null", "-"], check=True, capture_output=True)
    return time.perf_counter() - began


def _loud(path: Path) -> float:
    """Seconds that silencedetect, as it comes, does not call silent."""
    said = subprocess.run(
        [*_QUIET, "-i", str(path), "-af", "silencedetect", "-f", "null", "-"],
        check=True,
        capture_output=True,
        text=True,
    ).stderr
    return SECONDS / len(_COLOURS) - sum(map(float, re.findall(r"silence_duration: ([\d.]+)", said)))


def _spans(path: Path) -> tuple[Span, ...]:
    (one,) = hear_voices(path, path.name, _ears())
    assert isinstance(one, Voice), one
    return one.spans


def main() -> list[str]:
    """Rows for the table."""
    with scratch() as folder:
        return [*_voices(folder), *_noises(folder), *_transcripts(folder)]


def _voices(folder: Path) -> list[str]:
    path = _repeated(folder)
    settle()
    floor = middle([_floor(path) for _ in range(measure.RUNS)])
    taken: list[float] = []
    spans: tuple[Span, ...] = ()
    for _ in range(measure.RUNS):
        began = time.perf_counter()
        spans = _spans(path)
        taken.append(time.perf_counter() - began)
    seconds, times = middle(taken), SECONDS / middle(taken)
    wanted = [_EVERY * number + _AT for number in range(SECONDS // _EVERY)]
    right = sum(any(abs(since - begin) < 1 for since, _ in spans) for begin in wanted)
    before = sum(spoken_in(spans, begin - _AT + 1, begin - 1) for begin in wanted)
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    what = f"voices in {SECONDS} s of sound"
    decoded = f"ffmpeg decodes it: {floor:.1f} s"
    return [
        row(what, f"{seconds:.1f} s", f"its own length, {SECONDS} s", f"{times:.0f}×", "≥ 10×", times >= 10),
        row(what, f"{seconds:.1f} s", decoded, f"{seconds / floor:.1f}", "—", None),
        row(
            "voices that begin where they begin, within 1 s",
            str(right),
            f"{len(wanted)} voices",
            "—",
            "all",
            right == len(wanted),
        ),
        row("seconds called a voice where nobody speaks, between them", f"{before:.1f}", "—", "—", "0", not before),
        row("memory of the largest process that listens", f"{memory:.0f} MiB", "—", "—", "≤ 256 MiB", memory <= 256),
    ]


def _noises(folder: Path) -> list[str]:
    made = [noise(folder / f"{colour}.wav", SECONDS / len(_COLOURS), colour) for colour in _COLOURS]
    mine = sum(until - since for path in made for since, until in _spans(path))
    theirs = sum(map(_loud, made))
    what = f"seconds of a voice in {SECONDS} s of noise of {len(made)} colours"
    return [row(what, f"{mine:.1f}", f"ffmpeg silencedetect: {theirs:.0f} s are not silent", "—", "0", not mine)]


def _transcripts(folder: Path) -> list[str]:
    if not (named := os.environ.get("SPEECH_MODEL")):
        return [row("transcripts", "no model is named by SPEECH_MODEL", "—", "—", "—", None)]
    model, profile = speech_model(Path(named)), speech_profile(None)
    found = []
    for colour in _COLOURS:
        heard = [one for one in hear_speech(folder / f"{colour}.wav", "a", _ears(), model) if isinstance(one, Heard)]
        found += preamble_words(heard, profile.preamble.words)
    path = folder / "voices.m4a"
    length = min(SECONDS, profile.transcripts.seconds)
    settle()
    began = time.perf_counter()
    list(hear_speech(path, "a", _ears(), model))
    seconds = time.perf_counter() - began
    of = f"{model.engine.tool}, {model.name}"
    return [
        row(f"words of a preamble written in noise ({of})", str(len(found)), "—", "—", "0", not found),
        row(
            f"the first {length:.0f} s transcribed, two threads ({of})",
            f"{seconds:.1f} s",
            f"its own length, {length:.0f} s",
            f"{length / seconds:.1f}×",
            "≥ 3×",
            length / seconds >= 3,
        ),
    ]
