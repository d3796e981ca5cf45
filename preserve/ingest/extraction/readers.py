"""One reader a family of formats: pieces of text in the order in which people read them, until enough are taken.

They run in the helper's process only. XML is read without entities, document types or network.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from preserve.ingest.extraction import Way
from preserve.ingest.extraction.pieces import Lack, Piece, decoded_bytes, elements

_MOST_BYTES = 32 << 20  # of one letter or page of HTML, or of one list of pages
_BLOCKS = {"p", "div", "br", "tr", "li", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6", "table", "title", "section"}


def pdf(path: Path) -> Iterator[str]:
    """The text layer, page by page; a scan has none."""
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    for page in document:
        layer = page.get_textpage()
        yield layer.get_text_bounded()
        layer.close()
        page.close()
        yield "\n\n"


def ofd(path: Path) -> Iterator[Piece]:
    """The words of each page, of title and bookmarks, and of attached texts."""
    from preserve.ingest.extraction import ofd_text

    return ofd_text.words_of(path)


def _ooxml(path: Path, wanted: Callable[[str], bool]) -> Iterator[str]:
    """Runs of text in the parts of an Office Open XML file (ISO/IEC 29500), a line for each paragraph."""
    with zipfile.ZipFile(path) as archive:
        for name in sorted((one for one in archive.namelist() if wanted(one)), key=_by_number):
            with archive.open(name) as part:
                for kind, element in elements(part):
                    if kind == "t":
                        yield element.text or ""
                    elif kind in ("tab", "br"):
                        yield " "
                    elif kind == "p":
                        yield "\n"
                        element.clear()
            yield "\n"


def _by_number(name: str) -> tuple[str, int]:
    number = re.search(r"(\d+)\.xml$", name)
    return name.rpartition("/")[0], int(number[1]) if number else -1


def docx(path: Path) -> Iterator[str]:
    """Body, headers, footers and notes."""
    return _ooxml(
        path,
        lambda name: bool(
            re.fullmatch(r"word/(document\d*|header\d+|footer\d+|footnotes|endnotes|comments)\.xml", name)
        ),
    )


def pptx(path: Path) -> Iterator[str]:
    """Slides and the speaker's notes."""
    return _ooxml(path, lambda name: bool(re.fullmatch(r"ppt/(slides|notesSlides)/\w+\.xml", name)))


def xlsx(path: Path) -> Iterator[str]:
    """Values, a line for each row; what formulas gave when the file was saved; and the comments."""
    from preserve.ingest.office_files.values import Workbook

    with Workbook(path) as book:
        for sheet in book.sheets:
            yield f"{sheet.name}\n"
            for row in book.rows(sheet):
                yield "\t".join(value.shown for value in row) + "\n"
    yield from _ooxml(path, lambda name: bool(re.fullmatch(r"xl/(comments|threadedComments/).*\.xml", name)))


def odf(path: Path) -> Iterator[str]:
    """Paragraphs and headings (ISO/IEC 26300)."""
    with zipfile.ZipFile(path) as archive, archive.open("content.xml") as part:
        for kind, element in elements(part):
            if kind in ("p", "h"):
                yield "".join(element.itertext()) + "\n"
                element.clear()


def plain(path: Path) -> Iterator[str]:
    """Text in the encoding its bytes speak for."""
    yield decoded(path, _MOST_BYTES)


def decoded(path: Path, most: int) -> str:
    """The beginning of a text file; what does not decode is shown as such."""
    with path.open("rb") as file:
        data = file.read(most)
    return decoded_bytes(data, whole=len(data) < most)


def html(path: Path) -> Iterator[str]:
    """What a page shows, a line for each block."""
    yield _shown(decoded(path, _MOST_BYTES))


def _shown(page: str) -> str:
    import lxml.html

    # A declared encoding would contradict text that is decoded already.
    page = re.sub(r"^\s*<\?xml[^>]*\?>", "", page)
    if not page.strip():
        return ""
    tree: Any = lxml.html.document_fromstring(page, parser=lxml.html.HTMLParser(no_network=True))
    for element in list(tree.iter("script", "style", "noscript")):
        element.drop_tree()
    for element in tree.iter():
        if element.tag in _BLOCKS:
            element.tail = "\n" + (element.tail or "")
    return str(tree.text_content())


def email(path: Path) -> Iterator[Piece]:
    """Who, to whom, about what; the letter; names of what is attached. Of a mailbox, every letter in it."""
    from preserve.ingest.readers import letters, mailboxes

    if mailboxes.is_mailbox(path):
        for number, (data, whole) in enumerate(mailboxes.letters(path), 1):
            yield from _letter(letters.parse(data), f"{number}: ")
            if not whole:
                yield Lack(f"letter {number} is longer than is read")
        return
    with path.open("rb") as file:
        data = file.read(_MOST_BYTES + 1)
    yield from _letter(letters.parse(data[:_MOST_BYTES]), "")
    if len(data) > _MOST_BYTES:
        yield Lack("longer than is read")


def _letter(letter: Any, number: str) -> Iterator[Piece]:
    from preserve.ingest.readers import letters, tnef

    for part in letters.parts(letter):
        for name in ("Subject", "From", "To", "Cc"):
            if words := letters.header(part, name):
                yield f"{words}\n"
        kind = letters.kind(part)
        if letters.is_attached(part):
            yield f"{letters.file_name(part)}\n"
            if kind == "application/ms-tnef" or letters.file_name(part).lower() == "winmail.dat":
                yield from (f"{words}\n" for words in tnef.words(letters.content(part)))
                yield Lack(f"{number}winmail.dat: only names and plain words are read")
        elif kind.startswith("text/"):
            words, _, whole = letters.words(part)
            yield (_shown(words) if kind == "text/html" else words) + "\n"
            if not whole:
                yield Lack(f"{number}its words are in no single encoding")
        elif kind in ("application/pkcs7-mime", "application/x-pkcs7-mime", "multipart/encrypted"):
            yield Lack(f"{number}encrypted: {kind}")


def msg(path: Path) -> Iterator[Piece]:
    """The same of a letter as Outlook saves it ([MS-OXMSG])."""
    from preserve.ingest.readers import outlook

    for words, lack in outlook.read_words(path):
        yield Lack(words) if lack else f"{_shown(words) if words.lstrip()[:5].lower() == '<html' else words}\n"


def rtf(path: Path) -> Iterator[Piece]:
    """A line for each paragraph; what is hidden is read as well."""
    from preserve.ingest.extraction import rich_words

    with path.open("rb") as file:
        data = file.read(4 * _MOST_BYTES + 1)
    yield from rich_words.words_of(data)
    if len(data) > 4 * _MOST_BYTES:
        yield Lack("longer than is read")


def dxf(path: Path) -> Iterator[str]:
    """The words in a drawing, one entity a line."""
    from preserve.ingest.readers import drawings

    return drawings.words_of(path)


READERS: dict[Way, Callable[[Path], Iterator[Piece]]] = {
    "plain": plain,
    "html": html,
    "pdf": pdf,
    "ofd": ofd,
    "docx": docx,
    "xlsx": xlsx,
    "pptx": pptx,
    "odf": odf,
    "email": email,
    "msg": msg,
    "rtf": rtf,
    "dxf": dxf,
}
_IDEOGRAPH = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_SPACED = re.compile(rf"(?<![{_IDEOGRAPH}])[{_IDEOGRAPH}](?:[ \u3000]{{1,4}}[{_IDEOGRAPH}](?![{_IDEOGRAPH}]))+")
_GAP = re.compile(rf"[ \u3000](?<=[{_IDEOGRAPH}].)[ \u3000]{{0,3}}[{_IDEOGRAPH}]")
"""Found wherever `_SPACED` finds something, and much faster: it begins with a blank, which is rare in Chinese."""
_LINE_ENDS = re.compile(rf"(?<=[{_IDEOGRAPH}，、；：])[ \u3000]*\n[ \u3000]*(?=[{_IDEOGRAPH}])")
_KEPT = ("\n", "\t", "\u3000")
_FEW = 50  # different characters: up to so many, one pass for each is faster than a look-up at every place


def tidy(text: str, way: Way) -> str:
    """Without control characters and empty lines; `处 罚 决 定 书` as the word that it is.

    Lines of Chinese in PDF and OFD are put together, for words run over their ends. Every text of a deposit goes
    through this, so no step loops over all its characters in Python.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _printable(text)
    if way in ("pdf", "ofd"):
        text = _LINE_ENDS.sub("", text)
    if (" " in text or "\u3000" in text) and _GAP.search(text):
        text = _SPACED.sub(lambda found: re.sub(r"[ \u3000]", "", found[0]), text)
    if "  " in text or "\t" in text or "\u3000" in text:
        text = re.sub(r"[ \t\u3000]{2,}", " ", text)
    return "\n".join(filter(None, map(str.strip, text.split("\n"))))


def _printable(text: str) -> str:
    """The text with a blank for each character that cannot be shown, lone surrogates among them."""
    judged = text
    for c in _KEPT:
        judged = judged.replace(c, "")
    if judged.isprintable():
        return text
    odd = [c for c in set(text).difference(_KEPT) if not c.isprintable()]
    if len(odd) > _FEW:
        return text.translate(dict.fromkeys(map(ord, odd), " "))
    for c in odd:
        text = text.replace(c, " ")
    return text
