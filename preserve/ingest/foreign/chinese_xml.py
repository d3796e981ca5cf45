"""Small XML of Chinese systems: GB 18030, GB 2312 or UTF-8, with or without a declaration that is right."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lxml import etree

from preserve.errors import Refused

LARGEST = 32 << 20
"""Bytes of such a document that is read: some hundred thousand lines of a catalogue."""
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,300}\?>")
_OF_CHINA = ("gb18030", "gb2312", "gbk", "gb13000", "gb_2312-80", "cp936", "936", "x-gbk")
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_LONGEST = 4000  # characters of one value


def text_of(data: bytes, where: str) -> tuple[str, str]:
    """The text, and the encoding that it turned out to be in (`utf-8`, `utf-16`, `gb18030`), whatever it declares.

    GB 2312 and GBK are read as GB 18030, which holds both. Raises Refused where it is in neither.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _decoded(data, (encoding,), where)
    found = _DECLARED.match(data[:400])
    declared = found[1].decode().lower() if found else ""
    # What is valid UTF-8 is hardly ever anything else; a declaration of GB 2312 before it is a template's.
    tried: tuple[str, ...] = ("gb18030", "utf-8") if declared in _OF_CHINA else ("utf-8", "gb18030")
    if declared in _OF_CHINA and _is_utf8(data):
        tried = ("utf-8",)
    return _decoded(data, tried, where)


def declares_chinese(head: bytes) -> bool:
    """Whether a document that begins so declares an encoding of China's, which few parsers know."""
    found = _DECLARED.match(head[:400])
    return found is not None and found[1].decode().lower() in _OF_CHINA


def _is_utf8(data: bytes) -> bool:
    """Whether the bytes are UTF-8 with something in it that no ASCII is, and of which GB 18030 makes no sense."""
    if data.isascii():
        return True
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    # Two letters of GB 2312 are valid UTF-8 by chance; each further one makes that less likely by far.
    return sum(byte >= 0xE0 for byte in data) >= 4


def _decoded(data: bytes, encodings: tuple[str, ...], where: str) -> tuple[str, str]:
    for encoding in encodings:
        try:
            return data.decode(encoding), encoding.removesuffix("-sig")
        except UnicodeDecodeError:
            continue
    raise Refused("foreign.encoding", where)


def parsed(data: bytes, where: str) -> etree._Element:
    """The root of a document. Raises Refused for one that is not well formed, or has a document type."""
    text, _ = text_of(data, where)
    text = _DECLARATION.sub("", text, count=1)
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise Refused("foreign.unreadable", where, reason="DOCTYPE")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        raise Refused("foreign.unreadable", where, reason=str(error)[:200]) from error


def name_of(element: etree._Element) -> str:
    """The name of an element without its name space."""
    return etree.QName(element).localname


def values_of(element: etree._Element) -> dict[str, str]:
    """Names and texts of what an element holds: its attributes, and what below it has text of its own.

    The first of a name counts; blanks around and within are made one.
    """
    found: dict[str, str] = {}
    for name, value in element.attrib.items():
        _put(found, etree.QName(str(name)).localname, str(value))
    for inner in element.iterdescendants(etree.Element):
        if len(inner) == 0:
            _put(found, name_of(inner), inner.text or "")
    return found


def _put(found: dict[str, str], name: str, value: str) -> None:
    text = " ".join(value.split())[:_LONGEST]
    if text and name not in found:
        found[name] = text


def rows_of(root: etree._Element, names: Mapping[str, bool]) -> Iterator[tuple[bool, dict[str, str]]]:
    """Every line of a catalogue: what `names` says of its element, and its values."""
    for element in root.iter(etree.Element):
        if element is not root and len(element) and name_of(element) in names:
            yield names[name_of(element)], values_of(element)
