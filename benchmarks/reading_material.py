"""Pages whose text is known, as scanners and telephones leave them, and how far what was read is from it."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageFont

_SENTENCES = (
    "经查，当事人于{date}在{place}从事{trade}，未能向执法人员出示许可证件。",
    "执法人员{officer}、{officer}（执法证号{badge}）到场后出示证件，告知当事人权利义务。",
    "现场检查发现待售货物{count}件，货值金额人民币{sum}元，当事人对上述事实无异议。",
    "以上事实有现场笔录、询问笔录、照片和销售记录等证据证明，足以认定。",
    "依照《中华人民共和国行政处罚法》第二十八条第一款的规定，责令当事人立即改正违法行为。",
    "当事人在规定期限内未提出陈述、申辩意见，也未要求听证，视为放弃权利。",
    "本机关决定没收违法所得人民币{sum}元，并处罚款人民币{sum}元。",
    "如不服本决定，可以自收到之日起六十日内申请行政复议，也可以在六个月内提起诉讼。",
)
_NAMES = "赵晓明 钱立新 孙秀英 李敏 周志强 吴海燕 郑建国 王丽娟 冯德胜 陈雨桐 褚卫东 沈雪梅".split()  # noqa: SIM905
_PLACES = ["海滨路十八号", "人民东路226号", "星辰广场B座1203室", "高新区创业大道9号", "老城区槐树街45号"]
_TRADES = ["食品销售", "卷烟零售", "网络经营", "广告发布", "药品经营", "特种设备使用"]


@dataclass(frozen=True)
class Truth:
    """What stands on a page: its lines, and the fields among them that must be exact."""

    lines: tuple[str, ...]
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Face:
    """A typeface; `hand`: each sign is turned and moved a little, as a hand does."""

    name: str
    path: Path
    index: int = 0
    hand: bool = False


def identity_number(rng: random.Random) -> str:
    """A number by GB 11643 whose last sign checks the others; the region 999999 is nobody's."""
    body = f"999999{rng.randint(1950, 2005)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}{rng.randint(0, 999):03}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(one) * weight for one, weight in zip(body, weights, strict=True)) % 11]


def page_of(rng: random.Random, width: int = 31, rows: int = 24) -> Truth:
    """A page of a decision: heading, case number, party with numbers, running text."""
    number = f"云市监罚字〔20{rng.randint(20, 26)}〕第{rng.randint(1, 999)}号"
    person, telephone = identity_number(rng), f"1{rng.choice('3578')}{rng.randint(10**8, 10**9 - 1)}"
    date = f"20{rng.randint(20, 26)}年{rng.randint(1, 12)}月{rng.randint(1, 28)}日"
    head = [
        "行政处罚决定书",
        number,
        f"当事人：{rng.choice(_NAMES)}",
        f"身份证号码：{person}",
        f"联系电话：{telephone}",
    ]
    text = ""
    while len(text) < width * (rows - len(head)):
        text += rng.choice(_SENTENCES).format(
            date=date,
            place=rng.choice(_PLACES),
            trade=rng.choice(_TRADES),
            officer=rng.choice(_NAMES),
            badge=rng.randint(10**7, 10**8 - 1),
            count=rng.randint(2, 400),
            sum=f"{rng.randint(100, 99999):,}",
        )
    lines = [text[at : at + width] for at in range(0, width * (rows - len(head)), width)]
    return Truth((*head, *lines, f"签发日期：{date}"), (number, person, telephone, date))


def faces(fonts: Sequence[tuple[str, str]], folder: str = "") -> list[Face]:
    """The faces among `fonts` (our name, the family's) that this machine has, or that lie in files of `folder`."""
    found = []
    for name, family in fonts:
        place = _in(Path(folder), family) if folder else None
        place = place or _installed(family)
        if place is not None:
            found.append(Face(name, *place))
    return found


def _in(folder: Path, family: str) -> tuple[Path, int] | None:
    for path in sorted([*folder.rglob("*.ttc"), *folder.rglob("*.ttf")]):
        for index in range(8):
            try:
                font = ImageFont.truetype(str(path), 12, index=index)
            except OSError:
                break
            if font.getname()[0] == family and font.getname()[1] in ("Regular", "Medium", "Book"):
                return path, index
    return None


def _installed(family: str) -> tuple[Path, int] | None:
    command = ["fc-match", "-f", "%{file}\t%{index}\t%{family}", family]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout.split("\t")
    if len(said) == 3 and family.casefold() in said[2].casefold():
        return Path(said[0]), int(said[1]) & 0xFFFF
    return None


def drawn(truth: Truth, face: Face, dpi: int, rng: random.Random) -> Image.Image:
    """An A4 page, grey."""
    page = Image.new("L", (round(8.27 * dpi), round(11.69 * dpi)), 250)
    draw = ImageDraw.Draw(page)
    size, step = round(dpi * 14 / 72), round(dpi * 10.8 / 27)
    font = ImageFont.truetype(str(face.path), size, index=face.index)
    heading = ImageFont.truetype(str(face.path), round(size * 1.4), index=face.index)
    for row, line in enumerate(truth.lines):
        top, left = round(0.7 * dpi) + row * step, round(0.9 * dpi)
        if face.hand:
            _by_hand(page, (left, top), line, face, size, rng)
        elif row == 0:
            draw.text((page.width // 2, top), line, font=heading, fill=20, anchor="ma")
        else:
            draw.text((left, top), line, font=font, fill=25)
    return page


def _by_hand(page: Image.Image, place: tuple[int, int], line: str, face: Face, size: int, rng: random.Random) -> None:
    left, top = place
    for sign in line:
        own = round(size * rng.uniform(0.86, 1.06))
        font = ImageFont.truetype(str(face.path), own, index=face.index)
        cell = Image.new("L", (2 * own, 2 * own), 0)
        ImageDraw.Draw(cell).text((own // 2, own // 3), sign, font=font, fill=rng.randint(170, 235))
        cell = cell.rotate(rng.uniform(-9, 9), Image.Resampling.BICUBIC)
        shear = rng.uniform(-0.12, 0.12)
        cell = cell.transform(
            cell.size, Image.Transform.AFFINE, (1, shear, -shear * own, 0, 1, 0), Image.Resampling.BICUBIC
        )
        at = (left - own // 2 + rng.randint(-2, 2), top - own // 3 + rng.randint(-own // 12, own // 12))
        page.paste(30, at, cell)
        left += round(font.getlength(sign) * rng.uniform(0.98, 1.06))


def stamped(page: Image.Image, dpi: int) -> Image.Image:
    """With a red seal of 4.2 cm over its text."""
    coloured = page.convert("RGB")
    seal = Image.new("RGBA", page.size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(seal)
    radius, middle = round(dpi * 0.83), (round(page.width * 0.62), round(page.height * 0.62))
    box = [middle[0] - radius, middle[1] - radius, middle[0] + radius, middle[1] + radius]
    draw.ellipse(box, outline=(200, 20, 30, 190), width=max(3, dpi // 36))
    draw.regular_polygon((*middle, radius // 3), 5, rotation=0, fill=(200, 20, 30, 190))
    coloured.paste(seal, (0, 0), seal)
    return coloured


def _light(size: tuple[int, int], dark: float) -> Image.Image:
    """Uneven light: darker towards one corner."""
    small = Image.new("L", (16, 16))
    small.putdata([round(255 - 255 * dark * (x + y) / 30) for y in range(16) for x in range(16)])
    return small.resize(size, Image.Resampling.BICUBIC)


def worn(page: Image.Image, rng: random.Random) -> Image.Image:
    """Askew by up to 2°, unevenly lit, with what stands on the back, noise, and a poor JPEG."""
    back = ImageEnhance.Brightness(page.transpose(Image.Transpose.FLIP_LEFT_RIGHT)).enhance(1.0)
    back = back.point(lambda value: 255 - (255 - value) // 8).filter(ImageFilter.GaussianBlur(1.5))
    mixed = ImageChops.multiply(page, back.convert(page.mode))
    mixed = mixed.rotate(
        rng.uniform(-2, 2), Image.Resampling.BICUBIC, fillcolor=(235 if page.mode == "L" else (235,) * 3)
    )
    mixed = ImageChops.multiply(mixed, _light(page.size, 0.35).convert(page.mode))
    noise = Image.effect_noise(page.size, 26).convert(page.mode)
    return pressed(Image.blend(mixed, noise, 0.1), 60)


def photographed(page: Image.Image, rng: random.Random) -> Image.Image:
    """As a telephone held over it: in perspective, lit from a side, a little out of focus, 4,000 pixels high."""
    table = Image.new("RGB", (3000, 4000), (96, 78, 60))
    sheet = page.convert("RGB").resize((2600, 3677), Image.Resampling.LANCZOS)
    table.paste(sheet, (200, 160))
    shift = [rng.randint(-90, 90) for _ in range(8)]
    quad = (shift[0], shift[1], shift[2], 4000 + shift[3], 3000 + shift[4], 4000 + shift[5], 3000 + shift[6], shift[7])
    shown = table.transform(table.size, Image.Transform.QUAD, quad, Image.Resampling.BICUBIC)
    shown = ImageChops.multiply(shown, _light(table.size, 0.4).convert("RGB"))
    return pressed(shown.filter(ImageFilter.GaussianBlur(1.2)), 75)


def faxed(page: Image.Image) -> Image.Image:
    """Black and white at 120 dots an inch."""
    small = page.convert("L").resize((round(8.27 * 120), round(11.69 * 120)), Image.Resampling.BOX)
    return small.point(lambda value: 255 if value > 160 else 0).convert("1")


def pressed(page: Image.Image, quality: int) -> Image.Image:
    """As JPEG leaves it."""
    out = BytesIO()
    page.save(out, "JPEG", quality=quality)
    return Image.open(BytesIO(out.getvalue())).copy()
