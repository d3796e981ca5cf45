"""Recordings with a voice, with noise or with nothing in them, made by espeak-ng and ffmpeg; nobody's voice is in them."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

WORDS = "现在开始执法检查，我们是文化市场综合行政执法队的执法人员，本次执法全程录音录像，请你配合。"


def run(*command: str) -> None:
    """Run a program to its end."""
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True)


@cache
def spoken(words: str = WORDS) -> Path:
    """Somebody says this, some seconds long, as WAV."""
    path = Path(mkdtemp(prefix="preserve-voice-")) / "voice.wav"
    run("espeak-ng", "-v", "cmn", "-s", "150", "-w", str(path), words)
    return path


def ffmpeg(*arguments: str) -> None:
    """Run ffmpeg."""
    run("ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-y", *arguments)


def voice_at(path: Path, second: float, length: float, *, noise: float = 0.003) -> Path:
    """A recording of so many seconds, with a voice from a second on, over a little noise."""
    ffmpeg(
        "-f",
        "lavfi",
        "-i",
        f"anoisesrc=r=16000:c=pink:a={noise}:d={length}:seed=7",
        "-i",
        str(spoken()),
        "-filter_complex",
        f"[1:a]aresample=16000,adelay={round(second * 1000)}:all=1[v];[0:a][v]amix=inputs=2:duration=first:normalize=0",
        *_codec(path),
        str(path),
    )
    return path


def noise(path: Path, length: float, colour: str = "pink", loud: float = 0.3) -> Path:
    """A recording of noise alone."""
    source = f"anoisesrc=r=16000:c={colour}:a={loud}:d={length}:seed=3"
    ffmpeg("-f", "lavfi", "-i", source, *_codec(path), str(path))
    return path


def _codec(path: Path) -> list[str]:
    return ["-c:a", "pcm_s16le"] if path.suffix == ".wav" else ["-c:a", "aac", "-b:a", "48k"]
