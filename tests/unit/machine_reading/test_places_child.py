"""What looks for faces and plates, in this process: frames of a recording, one after the other, and pages."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from preserve.machine_reading import places_child
from preserve.machine_reading.faces import LONGEST, Box
from preserve.machine_reading.models import Model, model_for
from preserve.machine_reading.places_child import work

PORTRAIT = Path(__file__).parents[2] / "support" / "material" / "astronaut.jpg"


def described(model: Model) -> dict[str, Any]:
    files = [[one.role, str(one.path), one.sha256] for one in model.files]
    return {"name": model.name, "digest": model.digest, "files": files}


def asked(path: Path, *, recording: bool, **more: Any) -> list[dict[str, Any]]:
    request = {"path": str(path), "recording": recording, "first": 1, "step": 1.0, "plates_every": 4, "threads": 1}
    return list(work({**request, "face": described(model_for("face")), "text": None, **more}))


def film(path: Path, picture: str, seconds: int = 5, size: str = "320x240") -> Path:
    made = ["ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", f"{picture}=s={size}:r=10:d={seconds}"]
    subprocess.run([*made, "-c:v", "libx264", "-pix_fmt", "yuv420p", str(path)], check=True)
    return path


def test_a_frame_a_second_with_plates_in_every_fourth(tmp_path: Path) -> None:
    told = asked(film(tmp_path / "a.mp4", "testsrc"), recording=True)
    assert [one["at"] for one in told] == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert [one["at"] for one in told if "plates" in one] == [0.0, 4.0]
    assert all(one["faces"] == [] for one in told)


def test_a_picture_that_stands_still_is_searched_once(tmp_path: Path) -> None:
    for picture, times in (("smptebars", 1), ("testsrc2", 5)):
        searched: list[int] = []

        def search(frame: Any, searched: list[int] = searched) -> list[Box]:
            searched.append(frame.shape[0])
            return [Box(0, 0, 1, 1)]

        found = places_child._WhenMoved(search)
        for frame in places_child._frames(film(tmp_path / f"{picture}.mp4", picture), 1.0):
            assert found.of(frame) == [Box(0, 0, 1, 1)]
        assert searched == [240] * times


def test_a_large_frame_is_made_smaller_first(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", "smptebars", 1, "1920x1080")
    frames = list(places_child._frames(path, 1.0))
    assert [frame.shape for frame in frames] == [(720, LONGEST, 3)]


def test_a_page_is_told_of_before_it_is_decoded() -> None:
    begin, page = asked(PORTRAIT, recording=False)
    assert begin == {"begin": 1} and page["page"] == 1
    ((left, top, right, bottom, score),) = page["faces"]
    assert 0 < left < right < 1 and 0 < top < bottom < 1 and 0.5 < score <= 1


def test_sound_alone_has_no_frames(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    made = ["ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "sine=d=1", str(path)]
    subprocess.run(made, check=True)
    assert asked(path, recording=True) == []
