"""The written record of the demonstration's case: PDFs, a docx, an xlsx, a letter in GBK and a mail."""

from __future__ import annotations

import subprocess
from email.message import EmailMessage
from functools import cache
from pathlib import Path

AGENCY = "临江市文化和旅游局"
PARTY = "临江市星河演艺有限公司"
CAUSE = "未经批准擅自从事营业性演出活动案"

_PAGE = """
#set page(paper: "a4", margin: (x: 2.6cm, y: 2.4cm), footer: align(center, text(9pt)[{number}　第 #context counter(page).display() 页]))
#set text(font: "Noto Sans CJK SC", lang: "zh", size: 11pt)
#set par(leading: 0.9em, first-line-indent: (amount: 2em, all: true))
#align(center)[#text(15pt)[{agency}] #v(0.2em) #text(20pt, weight: "bold")[{title}] #v(0.2em) #text(10pt)[{number}]]
#v(0.8em)
{body}
#v(2em)
#align(right)[{signed}]
"""


@cache
def font_folder() -> Path:
    """Where the Chinese font of the system lies (Debian: fonts-noto-cjk)."""
    said = subprocess.run(
        ["fc-match", "-f", "%{file}", "Noto Sans CJK SC:style=Regular"], capture_output=True, text=True, check=True
    )
    return Path(said.stdout.strip()).parent


def font_file() -> Path:
    """The regular Chinese font itself."""
    found = sorted(font_folder().glob("NotoSansCJK-Regular.tt*"))
    if not found:
        raise SystemExit("A Chinese font is needed: apt-get install fonts-noto-cjk")
    return found[0]


def _escaped(text: str) -> str:
    for sign in "\\#$*_`<>@[]":
        text = text.replace(sign, "\\" + sign)
    return text


def table(rows: list[tuple[str, str]]) -> str:
    """Two columns, ruled, as forms have them."""
    cells = ", ".join(f"[{_escaped(name)}], [{_escaped(value)}]" for name, value in rows)
    return f"#table(columns: (3.4cm, 1fr), inset: 7pt, {cells})"


def paragraphs(*texts: str) -> str:
    """Running text."""
    return "\n\n".join(_escaped(text) for text in texts)


def pdf(path: Path, title: str, number: str, body: str, signed: str) -> None:
    """Set one document as PDF with the font embedded."""
    import typst

    path.parent.mkdir(parents=True, exist_ok=True)
    source = path.with_suffix(".typ")
    source.write_text(
        _PAGE.format(agency=AGENCY, title=title, number=_escaped(number), body=body, signed=_escaped(signed)),
        encoding="utf-8",
    )
    try:
        typst.compile(str(source), output=str(path), font_paths=[str(font_folder())])
    finally:
        source.unlink()


def docx(path: Path, title: str, texts: list[str]) -> None:
    """A report in Word."""
    import docx as word

    path.parent.mkdir(parents=True, exist_ok=True)
    document = word.Document()
    document.add_heading(title, 1)
    for text in texts:
        document.add_paragraph(text)
    document.save(str(path))


def xlsx(path: Path, rows: list[tuple[str, ...]]) -> None:
    """A list in Excel."""
    import xlsxwriter

    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("证据清单")
        sheet.set_column(0, 4, 22)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)


def gbk_letter(path: Path, day: str) -> None:
    """A complaint as a computer with Chinese Windows saves it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = (
        f"临江市文化和旅游局：\r\n　　我是江滨路居民。{day}晚，江滨路88号“星河剧场”内有人售票演出，"
        "声音很大，门口没有张贴演出批准文件。请你们查一查。\r\n　　此致\r\n敬礼\r\n　　　　　　　　一名群众\r\n"
    )
    path.write_bytes(text.encode("gb18030"))


def mail(path: Path, day: str) -> None:
    """The mail by which the complaint was passed on, with an attachment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    message = EmailMessage()
    message["From"] = "市长热线 <12345@linjiang.example>"
    message["To"] = "文化市场综合执法支队 <zhifa@linjiang.example>"
    message["Subject"] = "转办：关于江滨路88号擅自举办营业性演出的举报"
    message["Date"] = f"{day} 08:15:00 +0800"
    message["Message-ID"] = "<20260312-0815@linjiang.example>"
    message.set_content("请依法核查处理，并于十个工作日内反馈。")
    message.add_attachment("转办单".encode(), maintype="text", subtype="plain", filename="转办单.txt")
    path.write_bytes(message.as_bytes())
