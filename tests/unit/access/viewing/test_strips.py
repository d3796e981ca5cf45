"""What a player is drawn with: frames, the one before it plays, and the wave form of real recordings."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from PIL import Image

from preserve.access.viewing.profile import looking_profile
from preserve.access.viewing.strips import Strips


def recording(path: Path, *what: str) -> Path:
    made = ("-f", "lavfi", "-i", "testsrc=duration=3:size=320x180:rate=10"), ("-f", "lavfi", "-i", "sine=duration=3")
    chosen = [part for name, part in zip(("video", "sound"), made, strict=True) if name in what for part in part]
    subprocess.run(["ffmpeg", "-v", "error", *chosen, "-y", str(path)], check=True)
    return path


@pytest.mark.parametrize("what", [("video", "sound"), ("video",), ("sound",)])
def test_a_recording_has_what_is_in_it(tmp_path: Path, what: tuple[str, ...]) -> None:
    source = recording(tmp_path / ("a.mp4" if "video" in what else "a.wav"), *what)
    strips = Strips(tmp_path / "viewing", "0" * 64)
    assert strips.known() is None
    made = strips.make(source, 0.0, looking_profile(None))
    assert strips.known() == made and not made.failed
    assert 2.8 < made.length < 3.3 and made.wave is ("sound" in what) and bool(made.moments) is ("video" in what)
    if made.moments:
        frames = Image.open(strips.picture("frames"))
        assert frames.width == len(made.moments) * 160 and made.missing == 0
        assert len({frames.crop((160 * n, 0, 160 * n + 160, 90)).tobytes() for n in range(6)}) == 6
        assert Image.open(strips.picture("poster")).width == 960
    if made.wave:
        assert Image.open(strips.picture("wave")).size == (1200, 96)
    assert not [path for path in (tmp_path / "viewing").rglob("*") if path.is_dir() and path.name != ".pictures"]


def test_what_cannot_be_decoded_is_kept_as_that(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"no recording")
    strips = Strips(tmp_path / "viewing", "1" * 64)
    assert strips.make(tmp_path / "a.mp4", 7.0, looking_profile(None)).failed
    known = strips.known()
    assert known is not None and known.failed and known.length == 7.0


def test_pictures_that_were_cleared_are_made_again(tmp_path: Path) -> None:
    strips = Strips(tmp_path / "viewing", "2" * 64)
    strips.make(recording(tmp_path / "a.mp4", "video"), 0.0, looking_profile(None))
    strips.picture("frames").unlink()
    assert strips.known() is None
