"""Pages of a case as a scanner gives them: printed Chinese on grey paper, with a red seal and a hand's strokes."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from preserve.typesetting.fonts import face

WIDE, HIGH = 1240, 1754
"""A4 at 150 dots an inch."""
NUMBER, PARTY, CAUSE = "临文综罚〔2026〕12号", "临江市星河演艺有限公司", "未经批准擅自从事营业性演出活动案"
AGENCY = "临江市文化和旅游局"
Row = tuple[str, int, int, int]
"""Text, left and top in ‰ of the page (left below 0: in the middle), and size in pixels."""

FORM: Sequence[Row] = (
    (AGENCY, -1, 60, 30),
    ("立案审批表", -1, 90, 44),
    (NUMBER, -1, 130, 22),
    ("案由", 120, 200, 24),
    (CAUSE, 300, 200, 24),
    ("当事人", 120, 240, 24),
    (PARTY, 300, 240, 24),
    ("信用代码", 120, 280, 24),
    ("统一社会信用代码：91420100MA0000000Y", 300, 280, 24),
    ("承办人", 120, 320, 24),
    ("陈立新、王晓梅", 300, 320, 24),
    (f"{AGENCY} 2026年3月12日", 480, 700, 24),
    ("负责人（签名）：", 120, 800, 24),
)


def draw_page(rows: Sequence[Row] = FORM, *, seal: bool = True, signature: bool = True) -> Image.Image:
    """A page with these lines."""
    paper = Image.new("RGB", (WIDE, HIGH), (244, 242, 236))
    pen = ImageDraw.Draw(paper)
    font, place = face()
    for text, left, top, size in rows:
        drawn = ImageFont.truetype(str(font), size, index=place)
        across = (WIDE - pen.textlength(text, drawn)) / 2 if left < 0 else left * WIDE / 1000
        pen.text((across, top * HIGH / 1000), text, (28, 28, 30), font=drawn)
    if signature:
        hand = random.Random(7)
        x, y = 330, int(0.806 * HIGH)
        for _ in range(9):
            points = [(x + hand.randrange(120), y + hand.randrange(-14, 22)) for _ in range(3)]
            pen.line(points, (20, 24, 60), 4, joint="curve")
    if seal:
        _seal(paper, (int(0.72 * WIDE), int(0.7 * HIGH)))
    return paper


def _seal(paper: Image.Image, middle: tuple[int, int], radius: int = 124) -> None:
    """A round seal of 42 mm: a ring, a star, letters, over what is printed."""
    red = Image.new("RGB", paper.size, (204, 32, 40))
    ink = Image.new("L", paper.size, 0)
    pen = ImageDraw.Draw(ink)
    x, y = middle
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), outline=200, width=8)
    pen.regular_polygon((x, y, 34), 5, fill=200)
    font, place = face()
    letters = ImageFont.truetype(str(font), 30, index=place)
    for at, sign in enumerate("临江市文化和旅"):
        pen.text((x - 96 + 28 * at, y - 86 + abs(3 - at) * 12), sign, 200, font=letters)
    pen.text((x - 60, y + 50), "专用章", 200, font=letters)
    paper.paste(red, mask=ink)


def write_scan(path: Path, page: Image.Image) -> Path:
    """The page as a JPEG, or as a PDF of that picture, by the name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    page.save(path, resolution=150.0) if path.suffix == ".pdf" else page.save(path, quality=75, dpi=(150, 150))
    return path
