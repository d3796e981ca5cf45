"""Draw the path of the data through an ingest: `docs/path.svg` and `docs/path.zh.svg`."""

from __future__ import annotations

from html import escape
from pathlib import Path

DOCS = Path(__file__).parent.parent / "docs"

STEPS = (
    ("receive", "接收", "folder, zip, tar or bag;\nonly ever read", "文件夹、压缩包或\nBagIt 包；只读不改"),
    ("scan", "扫描", "names, links, bombs,\nviruses", "文件名、链接、压缩炸弹、\n病毒"),
    ("check", "检测", "description and the\nregulation, by article", "案件著录表，\n逐条对照规定"),
    ("copy", "复制", "every byte once,\nhashed on the way", "每个字节只读一次，\n边复制边计算摘要"),
    ("identify", "识别", "two identifiers,\nboth answers kept", "两个识别器，\n两种结果都保留"),
    ("characterise", "提取特征", "durations, streams,\npages, times", "时长、音视频流、\n页数、时间"),
    ("normalise", "转换", "preservation and access\ncopies, with proof", "制作保存件、利用件，\n附证明"),
    ("describe", "著录", "METS and PREMIS,\nstreamed", "METS 与 PREMIS\n流式写出"),
    ("seal", "封装", "manifests, own\nverification", "生成清单，\n自行校验"),
    ("store", "存储", "synced, read back\nfrom the medium, renamed", "落盘、从载体读回核对、\n改名发布"),
    ("register", "登记", "catalogue and ledger,\none transaction", "目录库与日志，\n同一事务"),
)
GROUPS = (
    (0, 3, "the deposit is only read", "只读取移交的原件"),
    (3, 7, "one pass over each file", "逐个文件一次处理"),
    (7, 11, "the package becomes an AIP", "成为存档信息包"),
)
WIDTH, HEIGHT, GAP, LEFT, TOP = 176, 92, 24, 24, 58


def draw(chinese: bool) -> str:
    """The picture as SVG: three rows, one a phase; arrows in the order of the data."""
    rows = max(stop - start for start, stop, *_ in GROUPS)
    width = LEFT * 2 + rows * WIDTH + (rows - 1) * GAP
    height = TOP + len(GROUPS) * (HEIGHT + 62)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="Noto Sans, Noto Sans CJK SC, sans-serif">',
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0,0 L8,4 L0,8 z" fill="#455"/></marker></defs>',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
    ]
    for row, (start, stop, english, zh) in enumerate(GROUPS):
        y = TOP + row * (HEIGHT + 62)
        out.append(
            f'<text x="{LEFT}" y="{y - 14}" font-size="14" fill="#667">{escape(zh if chinese else english)}</text>'
        )
        for place, number in enumerate(range(start, stop)):
            name, zh_name, text, zh_text = STEPS[number]
            x = LEFT + place * (WIDTH + GAP)
            colour = ("#eef4fb", "#eef8f0", "#fdf5e8")[row]
            out.append(
                f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="8" fill="{colour}" stroke="#89a"/>'
            )
            title = f"{zh_name}" if chinese else name
            out.append(
                f'<text x="{x + 12}" y="{y + 26}" font-size="16" font-weight="bold" fill="#123">'
                f"{number + 1}. {escape(title)}</text>"
            )
            for line, words in enumerate((zh_text if chinese else text).split("\n")):
                out.append(
                    f'<text x="{x + 12}" y="{y + 50 + 19 * line}" font-size="13" fill="#345">{escape(words)}</text>'
                )
            middle = y + HEIGHT / 2
            if number + 1 < stop:
                out.append(_arrow([(x + WIDTH, middle), (x + WIDTH + GAP - 2, middle)]))
            elif number + 1 < len(STEPS):
                turn = y + HEIGHT + 20
                out.append(
                    _arrow(
                        [
                            (x + WIDTH / 2, y + HEIGHT),
                            (x + WIDTH / 2, turn),
                            (12, turn),
                            (12, middle + HEIGHT + 62),
                            (LEFT - 2, middle + HEIGHT + 62),
                        ]
                    )
                )
    out.append("</svg>")
    return "\n".join(out) + "\n"


def _arrow(points: list[tuple[float, float]]) -> str:
    path = " ".join(f"{'M' if n == 0 else 'L'}{x:g},{y:g}" for n, (x, y) in enumerate(points))
    return f'<path d="{path}" fill="none" stroke="#455" stroke-width="1.6" marker-end="url(#tip)"/>'


if __name__ == "__main__":
    (DOCS / "path.svg").write_text(draw(False), encoding="utf-8")
    (DOCS / "path.zh.svg").write_text(draw(True), encoding="utf-8")
