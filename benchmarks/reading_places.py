"""Drafts of redaction over made material: are the numbers covered, are faces and plates found, how much is too much.

Faces are one portrait in the public domain (NASA), frontal and lit, at several sizes; plates are drawn. That says that
the tool works, not what it finds in a bureau's recordings.
"""

from __future__ import annotations

import os
import random
import time
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from benchmarks import reading_material as material
from benchmarks.measure import row, scratch
from preserve.access.redaction.plan import Box
from preserve.access.redaction.proposing import Material, propose
from preserve.machine_reading.models import model_for
from preserve.machine_reading.ocr import OcrSettings, read_pages
from preserve.machine_reading.places import PlaceSettings, read_places
from preserve.machine_reading.records import PageText, Place
from tests.support.scans import scanned_pdf

FACES = (("Sans", "Noto Sans CJK SC"), ("Serif", "Noto Serif CJK SC"), ("Kai", "AR PL UKai CN"))
PAGES = int(os.environ.get("BENCHMARK_PAGES", "2"))
PORTRAIT = Path(__file__).parents[1] / "tests" / "support" / "material" / "astronaut.jpg"
_SAID = (
    "身份证号码：{}",
    "答：我叫李某某，身份证号码是{}，无业。",
    "（三）当事人{}于2026年3月14日到场，未出示许可证。",
    "{} 与前述一致。",
    "见证人的公民身份号码为{}。",
)
_FACE_IN_PORTRAIT = 0.27  # of its side: the height of the face


@dataclass
class Count:
    """Numbers on pages, those covered with 1 mm more, boxes in all, and how long they are by what they cover."""

    numbers: int = 0
    covered: int = 0
    boxes: int = 0
    length: float = 0.0


def main() -> list[str]:
    """Rows: numbers on scans of two kinds, faces by size, plates by size."""
    rows = []
    with scratch() as folder:
        for what, dpi, least, fax in (
            ("identity numbers covered with 1 mm more, 200 dpi", 200, 99.0, False),
            ("the same, fax of 120 dpi, black and white", 120, 95.0, True),
        ):
            count = _numbers(folder, dpi, fax=fax)
            share = 100 * count.covered / max(1, count.numbers)
            length = f"boxes {count.length / max(1, count.covered):.2f}× as long as the digits"
            said = f"{count.covered} of {count.numbers}, {count.boxes - count.covered} boxes beside, {length}"
            rows.append(row(what, said, "as drawn", f"{share:.1f} %", f"≥ {least} %", share >= least))
        rows += _faces(folder)
        rows.append(_plates(folder))
    return rows


def _numbers(folder: Path, dpi: int, *, fax: bool) -> Count:
    rng, count = random.Random(6), Count()
    pages, truths = [], []
    for face in material.faces(FACES):
        for _ in range(PAGES):
            page, truth = _page(rng, face, 200)
            pages.append(material.faxed(page).convert("L") if fax else material.pressed(page, 85))
            truths.append(truth)
    path = scanned_pdf(folder / "numbers.pdf", pages, dpi)
    records = [one for one in read_pages(path, "a.pdf", OcrSettings(threads=2)) if isinstance(one, PageText)]
    sizes = [(page.width * 25.4 / dpi, page.height * 25.4 / dpi) for page in pages]
    made = propose(Material("a.pdf", "pdf", sizes=sizes, records=records), "x", "20")
    for number, truth in enumerate(truths, 1):
        boxes = [
            Box(float(one.left), float(one.top), float(one.width), float(one.height), "mm")
            for one in made.rows
            if one.found == "identity-number" and one.pages == str(number)
        ]
        count.boxes += len(boxes)
        for wanted in truth:
            count.numbers += 1
            over = [box for box in boxes if _covers(box, wanted)]
            count.covered += bool(over)
            count.length += min((box.width for box in over), default=0.0) / wanted.width
    return count


def _page(rng: random.Random, face: material.Face, dpi: int) -> tuple[Image.Image, list[Box]]:
    """A page of A4 and where its numbers are, in mm."""
    page, places = Image.new("L", (round(8.27 * dpi), round(11.69 * dpi)), 250), []
    draw = ImageDraw.Draw(page)
    font = ImageFont.truetype(str(face.path), round(dpi * rng.choice((10.5, 12, 14, 16)) / 72), index=face.index)
    for at, form in enumerate(_SAID):
        number = material.identity_number(rng)
        line, left, top = form.format(number), round(rng.uniform(0.6, 1.2) * dpi), round((1 + 1.6 * at) * dpi)
        draw.text((left, top), line, font=font, fill=25)
        begin = left + font.getlength(line[: line.index(number)])
        _, upper, right, lower = draw.textbbox((begin, top), number, font=font)
        mm = 25.4 / dpi
        places.append(Box(begin * mm, upper * mm, (right - begin) * mm, (lower - upper) * mm, "mm"))
    return page, places


def _covers(box: Box, wanted: Box) -> bool:
    return (
        box.left <= wanted.left - 1
        and box.top <= wanted.top - 1
        and box.left + box.width >= wanted.left + wanted.width + 1
        and box.top + box.height >= wanted.top + wanted.height + 1
    )


def _faces(folder: Path) -> list[str]:
    settings = PlaceSettings(face=model_for("face"))
    rng, rows, seconds, frames = random.Random(7), [], 0.0, 0
    for pixels, least in ((96, 95.0), (48, 95.0), (24, 95.0), (16, None)):
        side, found, beside, total = round(pixels / _FACE_IN_PORTRAIT), 0, 0, 10
        for at in range(total):
            scene = Image.effect_noise((1280, 720), 40).convert("RGB")
            left, top = rng.randint(0, 1280 - side), rng.randint(0, 720 - side)
            scene.paste(Image.open(PORTRAIT).resize((side, side), Image.Resampling.LANCZOS), (left, top))
            path = folder / f"face-{pixels}-{at}.jpg"
            scene.save(path, quality=55)
            began = time.perf_counter()
            places = [one for one in read_places(path, "x", settings, recording=False) if isinstance(one, Place)]
            seconds, frames = seconds + time.perf_counter() - began, frames + 1
            middle = 1000 * (left + 0.43 * side) / 1280, 1000 * (top + 0.27 * side) / 720
            hits = [one for one in places if _holds(one, middle)]
            found, beside = found + bool(hits), beside + len(places) - len(hits)
        share = 100 * found / total
        said = f"{found} of {total}, {beside} boxes beside"
        wanted = f"≥ {least:g} %" if least else "not promised"
        rows.append(
            row(
                f"a face of {pixels} px", said, "as pasted", f"{share:.0f} %", wanted, share >= least if least else None
            )
        )
    return rows


def _holds(place: Place, middle: tuple[float, float]) -> bool:
    across, down = place.box[0::2], place.box[1::2]
    return min(across) <= middle[0] <= max(across) and min(down) <= middle[1] <= max(down)


def _plates(folder: Path) -> str:
    (face, *_) = material.faces(FACES)
    rng, found, read, total = random.Random(8), 0, 0, 0
    for wide in (90, 120, 160, 220):
        for _ in range(3):
            plate = f"{rng.choice('浙京粤苏')}{rng.choice('ABCJ')}{rng.choice('ABDK')}{rng.randint(1000, 9999)}"
            scene = Image.effect_noise((1280, 720), 50).convert("RGB")
            left, top, high = rng.randint(0, 1280 - wide), rng.randint(0, 690 - wide // 3), round(wide / 3.1)
            draw = ImageDraw.Draw(scene)
            draw.rectangle(
                (left, top, left + wide, top + high), fill=(20, 60, 190), outline="white", width=max(1, wide // 70)
            )
            font = ImageFont.truetype(str(face.path), round(wide / 4.8), index=face.index)
            draw.text((left + wide / 2, top + high / 2), plate, font=font, fill="white", anchor="mm")
            path = folder / "plate.jpg"
            scene.save(path, quality=70)
            records = [one for one in read_pages(path, "x", OcrSettings(threads=2)) if isinstance(one, PageText)]
            rows = propose(Material("x", "picture", sizes=[(1280.0, 720.0)], records=records), "x", "20").rows
            total += 1
            middle = 100 * (left + wide / 2) / 1280, 100 * (top + high / 2) / 720
            boxes = [
                (float(one.left), float(one.top), float(one.width), float(one.height))
                for one in rows
                if one.found == "plate"
            ]
            found += any(x <= middle[0] <= x + w and y <= middle[1] <= y + h for x, y, w, h in boxes)
            read += any(plate in line.text.replace("·", "") for one in records for line in one.lines)
    share = 100 * found / total
    said = f"{found} of {total} boxed, {read} read right"
    return row("plates of 90 to 220 px, drawn", said, "as drawn", f"{share:.0f} %", "≥ 85 %", share >= 85)
