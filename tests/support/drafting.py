"""A case with something for a machine to find: a scan with two identity numbers, a paper with text, a portrait."""

from __future__ import annotations

import shutil
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from demo import papers
from preserve.typesetting.fonts import face
from tests.support.tiny_case import write_case

SCAN, PAPER, PORTRAIT = "询问笔录扫描.pdf", "询问笔录.pdf", "现场照片.jpg"
CASE = "临文综罚〔2026〕78号"
FIRST, SECOND, PHONE = "11010119900307803X", "330302197501011232", "13800138000"
DOTS = 150
LINES = (
    "询问笔录",
    "询问地点：临江市江滨路星光网吧",
    f"身份证号码：{FIRST}",
    "问：证人是谁？",
    f"答：证人的身份证号码是{SECOND}。",
)
ASTRONAUT = Path(__file__).parent / "material" / "astronaut.jpg"


def scan(path: Path) -> list[tuple[int, int, int, int]]:
    """A scanned page of A4 as PDF; where its two numbers are: left, top, right, bottom in pixels of `DOTS` an inch."""
    page = Image.new("L", (1240, 1754), 250)
    draw, places = ImageDraw.Draw(page), []
    file, index = face()
    font = ImageFont.truetype(str(file), 34, index=index)
    for at, line in enumerate(LINES):
        top = 160 + 130 * at
        draw.text((150, top), line, font=font, fill=20)
        for number in (FIRST, SECOND):
            if number in line:
                begin = 150 + font.getlength(line[: line.index(number)])
                end = 150 + font.getlength(line[: line.index(number) + len(number)])
                _, upper, _, lower = draw.textbbox((int(begin), top), number, font=font)
                places.append((int(begin), int(upper), int(end), int(lower)))
    page.save(path, "PDF", resolution=DOTS)
    return places


def drafting_case(folder: Path) -> Path:
    """A closed case with these three files beside two texts."""
    objects = [
        {"file": "笔录.txt", "kind": "现场检查笔录", "stage": "调查"},
        {"file": "决定书.txt", "kind": "行政处罚决定书", "stage": "决定"},
        {"file": SCAN, "kind": "询问笔录", "stage": "调查", "classification": "个人隐私"},
        {"file": PAPER, "kind": "询问笔录", "stage": "调查", "classification": "个人隐私"},
        {"file": PORTRAIT, "kind": "现场照片", "stage": "调查", "classification": "个人隐私"},
    ]
    case = write_case(folder, objects=objects, case_number=CASE)
    (case / "笔录.txt").write_text(f"现场检查笔录\n联系电话：{PHONE}\n没有别的\n", encoding="utf-8")
    scan(case / SCAN)
    text = papers.paragraphs(f"我的身份证号码是{FIRST}，电话{PHONE}。", "没有别的。")
    papers.pdf(case / PAPER, "询问笔录", CASE, text, "李某")
    shutil.copy(ASTRONAUT, case / PORTRAIT)
    return case
