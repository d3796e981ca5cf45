"""Encapsulations (电子文件封装包, DA/T 48-2009) of anybody, read as a stream, never whole in memory.

Element names count without their name space. No document type is accepted, no entity resolved; depth, texts, tags and
the number of files are bounded, and the files that come out are never more than three quarters of what goes in.
"""

from __future__ import annotations

import base64
import binascii
import codecs
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from xml.parsers import expat

from preserve.errors import Refused
from preserve.ingest.foreign.chinese_xml import declares_chinese

_BLOCK = 1 << 18
_DEEPEST = 60
_LONGEST_TEXT = 1 << 18  # characters of one value
_MOST_TEXT = 64 << 20  # of all values
_LONGEST_TAG = 4 << 20  # bytes without any progress: one tag, comment or instruction
_MOST_DOCUMENTS = 100_000
_LONGEST_DIGEST = 200  # characters, however a digest is written
_BEGIN, _DATA, _END = range(3)


class Readable(Protocol):
    """Bytes one after the other."""

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; none at the end."""


@dataclass(slots=True)
class Document:
    """One file of an encapsulation: what stands beside it, by our names, and the bytes that its base64 comes to.

    `coded`: the characters themselves where they are few, as they are of a digest that stands for a file elsewhere.
    """

    said: dict[str, str] = field(default_factory=dict)
    size: int = 0
    coded: str = ""


@dataclass(slots=True)
class Encapsulated:
    """What an encapsulation says of its record by our names, the first of each; its files; its signatures.

    `verdict` is what became of checking the first of these: `right`, `wrong`, or nothing where it was not."""

    said: dict[str, str] = field(default_factory=dict)
    documents: list[Document] = field(default_factory=list)
    verdict: str = ""
    signatures: list[dict[str, str]] = field(default_factory=list)
    actions: list[dict[str, str]] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)


class _Reading:
    """Expat hands text over in pieces. `coded_data` is decoded into the queue where `decode`, else only counted."""

    def __init__(self, stream: Readable, names: Mapping[str, str], where: str, *, decode: bool) -> None:
        self.found = Encapsulated()
        self.queue: deque[tuple[int, bytes]] = deque()
        self._stream, self._names, self._where, self._decode = stream, names, where, decode
        self._open: list[str] = []
        self._texts: list[list[str]] = []
        self._length = self._total = self._fed = 0
        self._said_of_document: dict[str, str] | None = None
        self._coding: Document | None = None
        self._left, self._characters, self._padding = b"", 0, 0
        self._ended = self._rooted = False
        self._chinese: codecs.IncrementalDecoder | None = None
        self._parser: expat.XMLParserType | None = None

    def _begun(self, head: bytes) -> expat.XMLParserType:
        """The parser, once it is seen what the document declares: GB 18030 and what it holds are put into UTF-8."""
        if self._parser is None:
            if declares_chinese(head):
                self._chinese = codecs.getincrementaldecoder("gb18030")()
            self._parser = parser = expat.ParserCreate("utf-8" if self._chinese else None, "\n")
            parser.StartElementHandler = self._start
            parser.EndElementHandler = self._end
            parser.CharacterDataHandler = self._text
            parser.StartDoctypeDeclHandler = self._refuse
            parser.buffer_text = True
            parser.buffer_size = _BLOCK
        return self._parser

    def feed(self) -> bool:
        """Read one more block; whether there was one. Raises Refused."""
        if self._ended:
            return False
        data = self._stream.read(_BLOCK)
        self._ended = not data
        parser = self._begun(data)
        try:
            if self._chinese is not None:
                data = self._chinese.decode(data, self._ended).encode()
            self._fed += len(data)
            parser.Parse(data, self._ended)
        except UnicodeDecodeError as error:
            raise Refused("foreign.encoding", self._where) from error
        except (expat.ExpatError, ValueError, binascii.Error) as error:
            raise Refused("foreign.unreadable", self._where, reason=str(error)[:200]) from error
        if not self._ended and self._fed - parser.CurrentByteIndex > _LONGEST_TAG:
            raise Refused("foreign.unreadable", self._where, reason="a tag of more than 4 MiB")
        if self._ended and not self._rooted:
            raise Refused("foreign.unreadable", self._where, reason="no encapsulation")
        return not self._ended

    def _refuse(self, *_: object) -> None:
        raise ValueError("DOCTYPE")

    def _start(self, name: str, _: dict[str, str]) -> None:
        local = name.rpartition("\n")[2]
        known = self._names.get(local, "")
        if not self._open:
            if known != "package":
                raise ValueError(f"<{local[:100]}>")
            self._rooted = True
        if len(self._open) >= _DEEPEST:
            raise ValueError(f"more than {_DEEPEST} elements within each other")
        if known == "coding":
            self._begin_coding()
        elif known == "document":
            self._said_of_document = {}
        elif known in ("signature", "locking_signature"):
            self.found.signatures.append({"place": known})
        elif known == "business":
            self.found.actions.append({})
        elif known == "coded_data":
            if self._coding is None:  # some leave the element around it out
                self._begin_coding()
            self._left, self._characters, self._padding = b"", 0, 0
            self.queue.append((_BEGIN, b""))
        self._open.append(known or "?" + local)
        self._texts.append([])
        self._length = 0

    def _begin_coding(self) -> None:
        """Each coding of each piece of data is a file by itself, with what is said of the document around it."""
        if len(self.found.documents) >= _MOST_DOCUMENTS:
            raise ValueError(f"more than {_MOST_DOCUMENTS} files")
        self._coding = Document(dict(self._said_of_document or {}))

    def _text(self, data: str) -> None:
        if self._open and self._open[-1] == "coded_data":
            self._take(data)
        elif self._texts and not data.isspace():
            self._length += len(data)
            self._total += len(data)
            if self._length > _LONGEST_TEXT or self._total > _MOST_TEXT:
                raise ValueError("a text that is too long")
            self._texts[-1].append(data)

    def _take(self, data: str) -> None:
        plain = "".join(data.split()).encode("ascii")
        if self._padding and plain.strip(b"="):
            raise ValueError("base64 goes on behind its end")
        self._characters += len(plain)
        self._padding += len(plain) - len(plain.rstrip(b"="))
        if self._coding is not None and self._characters <= _LONGEST_DIGEST:
            self._coding.coded += plain.decode()
        if self._decode:
            plain = self._left + plain
            whole = len(plain) - len(plain) % 4
            self._left = plain[whole:]
            if whole:
                self.queue.append((_DATA, base64.b64decode(plain[:whole], validate=True)))

    def _end(self, _: str) -> None:
        known = self._open.pop()
        text = " ".join("".join(self._texts.pop()).split())
        if known == "coded_data":
            self._end_of_data()
        elif known == "coding":
            self._coding = None
        elif known == "document":
            self._said_of_document = None
        elif text:
            self._said(known, text)

    def _end_of_data(self) -> None:
        if self._characters % 4 or self._padding > 2 or self._left:
            raise ValueError("base64 that breaks off")
        if (coding := self._coding) is not None:
            coding.size = self._characters // 4 * 3 - self._padding
            coding.coded = coding.coded if self._characters <= _LONGEST_DIGEST else ""
            self.found.documents.append(coding)
            if "coding" not in self._open:
                self._coding = None
        self.queue.append((_END, b""))

    def _said(self, known: str, text: str) -> None:
        if known.startswith("?"):
            if len(self.found.unknown) < 1000:
                self.found.unknown.add(known[1:][:200])
            return
        for block, rows in (("signature", self.found.signatures), ("business", self.found.actions)):
            if rows and any(
                one == block or (block == "signature" and one == "locking_signature") for one in self._open
            ):
                rows[-1].setdefault(known, text)
                return
        if self._coding is not None:
            self._coding.said[known] = text  # nearer than what is said of the document
        elif self._said_of_document is not None:
            self._said_of_document.setdefault(known, text)
        else:
            self.found.said.setdefault(known, text)


def read(stream: Readable, names: Mapping[str, str], where: str) -> Encapsulated:
    """What an encapsulation holds; no file is decoded. Raises Refused where it is none, broken or hostile."""
    reading = _Reading(stream, names, where, decode=False)
    while reading.feed():
        reading.queue.clear()
    return reading.found


class Coded:
    """The bytes of one file as they come out of its base64."""

    def __init__(self, reading: _Reading) -> None:
        self._reading = reading
        self._held = b""
        self._over = False

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes, all of them where it is negative. Raises Refused."""
        parts, length = [self._held], len(self._held)
        while not self._over and (size < 0 or length < size):
            if not self._reading.queue:
                if not self._reading.feed():
                    self._over = True
                continue
            kind, data = self._reading.queue.popleft()
            self._over = kind == _END
            parts.append(data)
            length += len(data)
        whole = b"".join(parts)
        cut = length if size < 0 else min(size, length)
        self._held = whole[cut:]
        return whole[:cut]

    def drop(self) -> None:
        """Pass over what is left."""
        while self.read(_BLOCK):
            pass


def decoded(stream: Readable, names: Mapping[str, str], where: str) -> Iterator[Coded]:
    """Every file of an encapsulation in its order; each is to be read before the next is asked for. Raises Refused."""
    reading = _Reading(stream, names, where, decode=True)
    while True:
        while not reading.queue:
            if not reading.feed() and not reading.queue:
                return
        kind, _ = reading.queue.popleft()
        if kind == _BEGIN:
            coded = Coded(reading)
            yield coded
            coded.drop()
