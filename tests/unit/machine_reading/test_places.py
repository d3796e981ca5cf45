"""Faces and plates in files, in bounded processes: pages, recordings that move and stand still, and hostile files."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from preserve.machine_reading.models import Model, ModelFile, model_for
from preserve.machine_reading.places import NO_FACE_MODEL, PlaceSettings, is_recording, read_places
from preserve.machine_reading.records import Place, Unread
from preserve.typesetting.fonts import face

PORTRAIT = Path(__file__).parents[2] / "support" / "material" / "astronaut.jpg"
FACES = PlaceSettings(face=model_for("face"))
PLATES = PlaceSettings(text=model_for("ocr"))
PLATE = "浙J8D3K6"


def records(path: Path, settings: PlaceSettings = FACES, *, recording: bool = False) -> list[Place | Unread]:
    return list(read_places(path, "x", settings, recording=recording))


def portrait(side: int = 300) -> Image.Image:
    return Image.open(PORTRAIT).convert("RGB").resize((side, side))


def film(folder: Path, frames: list[Image.Image]) -> Path:
    """A recording in which each of these is seen for one second."""
    for at, frame in enumerate(frames):
        frame.save(folder / f"{at:03d}.png")
    path = folder / "film.mp4"
    made = ["ffmpeg", "-loglevel", "error", "-framerate", "1", "-i", str(folder / "%03d.png"), "-r", "5"]
    subprocess.run([*made, "-c:v", "libx264", "-pix_fmt", "yuv420p", str(path)], check=True)
    return path


def test_a_face_on_a_page_of_a_pdf_that_has_text_too(tmp_path: Path) -> None:
    page = Image.new("RGB", (1240, 1754), "white")
    page.paste(portrait(), (700, 200))
    blank = Image.new("RGB", (1240, 1754), "white")
    path = tmp_path / "a.pdf"
    blank.save(path, "PDF", save_all=True, append_images=[page], resolution=150)
    (found,) = records(path)
    assert isinstance(found, Place)
    assert (found.what, found.page, found.sure) == ("face", 2, False)
    left, top, right, bottom = found.box[0], found.box[1], found.box[4], found.box[5]
    assert 1000 * 760 / 1240 < left < right < 1000 * 900 / 1240
    assert 1000 * 200 / 1754 < top < bottom < 1000 * 360 / 1754
    assert found.engine.model == "CenterFace" and len(found.engine.digest) == 64


def test_a_face_that_comes_and_goes_in_a_recording(tmp_path: Path) -> None:
    away, there = (Image.new("RGB", (640, 480), (90, 110, 100)) for _ in range(2))
    there.paste(portrait(260), (200, 100))
    path = film(tmp_path, [away, away, there, there, there, away, away])
    (found,) = records(path, recording=True)
    assert isinstance(found, Place)
    assert found.page == 0 and 1.0 <= found.at <= 2.5 and 4.0 <= found.end <= 5.5
    assert 1000 * 260 / 640 < found.box[0] < found.box[2] < 1000 * 370 / 640


def test_a_plate_in_a_recording_that_stands_still(tmp_path: Path) -> None:
    scene = Image.new("RGB", (640, 360), (120, 120, 120))
    draw = ImageDraw.Draw(scene)
    draw.rectangle((200, 200, 420, 270), fill=(20, 60, 190), outline=(255, 255, 255), width=3)
    font, index = face()
    draw.text((218, 208), PLATE, font=ImageFont.truetype(str(font), 46, index=index), fill=(255, 255, 255))
    path = film(tmp_path, [scene] * 6)
    missing, *found = records(path, PLATES, recording=True)
    assert isinstance(missing, Unread) and missing.code == NO_FACE_MODEL
    (plate,) = found
    assert isinstance(plate, Place) and plate.what == "plate"
    assert plate.at == 0.0 and plate.end >= 4.0
    assert plate.box[0] < 1000 * 230 / 640 and plate.box[2] > 1000 * 390 / 640


@pytest.mark.parametrize(
    "content",
    [b"", b"%PDF-1.7\nnothing", b"\xff\xd8\xff\xe0 nothing", b"\0" * 100_000],
    ids=["nothing", "pdf", "jpeg", "zeros"],
)
def test_what_cannot_be_decoded_is_unread(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(content)
    for recording in (False, True):
        (one,) = records(path, recording=recording)
        assert isinstance(one, Unread) and one.what == "place" and one.code.startswith("reading.")


def test_a_picture_cut_off_and_a_bomb(tmp_path: Path) -> None:
    cut = tmp_path / "cut.jpg"
    cut.write_bytes(PORTRAIT.read_bytes()[:20_000])
    bomb = tmp_path / "bomb.png"
    Image.new("1", (30_000, 30_000)).save(bomb)
    for path in (cut, bomb):
        found = records(path)
        assert all(isinstance(one, Unread) for one in found) or path == cut
        assert len(found) <= 1


def test_a_model_that_was_altered_is_not_used(tmp_path: Path) -> None:
    altered = tmp_path / "centerface.onnx"
    altered.write_bytes(b"another")
    model = Model("CenterFace", (ModelFile("detector", altered, "0" * 64),), "0" * 64, "face")
    (one,) = records(PORTRAIT, PlaceSettings(face=model))
    assert isinstance(one, Unread) and one.code == "reading.model-digest"


def test_recordings_are_told_by_their_names() -> None:
    assert is_recording("01/现场.MP4") and not is_recording("照片.jpg")
