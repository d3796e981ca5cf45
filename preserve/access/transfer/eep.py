"""Encapsulations (电子文件封装包, DA/T 48-2009), written as a stream, never whole in memory.

The names of the elements are data (`profiles/transfer.toml`). One encapsulation is one record (件): the deposited file
as its main document, what was made from it as attached ones, what happened to it as business entities.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from xml.sax.saxutils import escape, quoteattr

from preserve.access.transfer.profile import Encapsulation
from preserve.errors import NotIntact
from storage_adapters.copying import PART
from storage_adapters.durable import move_in
from storage_adapters.medium_errors import on_medium

_BLOCK = 57 << 12  # bytes at a time: whole lines of 76 characters (RFC 2045 §6.8)
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'


@dataclass(frozen=True, slots=True)
class Document:
    """One file of a record: its path below the information package, its name, size, format, digest (SHA-256)."""

    path: str
    name: str
    title: str
    size: int
    sha256: str
    format: str
    program: str = ""


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody or something did with the record."""

    identifier: str
    agent: str
    what: str
    when: str
    basis: str = ""
    told: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Who or what acted: `kind` unit or person."""

    identifier: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Record:
    """The metadata of one record (DA/T 46 elements): pairs of our names and values, by the element they stand in."""

    number: str
    source: Sequence[tuple[str, str]]
    archival_number: str
    numbered: Sequence[tuple[str, str]]
    description: Sequence[tuple[str, str]]
    control: str
    system: str
    note: str


@dataclass(frozen=True, slots=True)
class Signed:
    """What a signer gave: result, certificate (DER), algorithm."""

    who: str
    when: str
    result: bytes
    certificate: bytes
    algorithm: str


Sign = Callable[[bytes], Signed]


class _Out:
    """Writes elements by our names; while `running` is set it also digests what is written."""

    def __init__(self, stream: BinaryIO, profile: Encapsulation) -> None:
        self.stream, self.profile = stream, profile
        self.running: hashlib._Hash | None = None

    def raw(self, data: bytes) -> None:
        self.stream.write(data)
        if self.running is not None:
            self.running.update(data)

    def _tag(self, name: str, attributes: dict[str, str]) -> str:
        given = "".join(f" {key}={quoteattr(_clean(value))}" for key, value in attributes.items())
        return f"{self.profile.elements[name]}{given}"

    @contextmanager
    def element(self, name: str, attributes: dict[str, str] | None = None) -> Iterator[None]:
        self.raw(f"<{self._tag(name, attributes or {})}>\n".encode())
        yield
        self.raw(f"</{self.profile.elements[name]}>\n".encode())

    @contextmanager
    def digested(self, name: str, attributes: dict[str, str] | None = None) -> Iterator[hashlib._Hash]:
        """An element whose bytes, from its first tag to its last and no further, are digested to be signed."""
        self.running = running = hashlib.sha256()
        self.raw(f"<{self._tag(name, attributes or {})}>\n".encode())
        yield running
        self.raw(f"</{self.profile.elements[name]}>".encode())
        self.running = None
        self.raw(b"\n")

    def text(self, name: str, value: str) -> None:
        tag = self.profile.elements[name]
        self.raw(f"<{tag}>{escape(_clean(value))}</{tag}>\n".encode())

    def texts(self, pairs: Iterable[tuple[str, str]]) -> None:
        for name, value in pairs:
            if value:
                self.text(name, value)


def _clean(value: str) -> str:
    return "".join(
        c if c in "\t\n" or 0x20 <= ord(c) < 0xD800 or 0xE000 <= ord(c) <= 0xFFFD or ord(c) > 0xFFFF else "\ufffd"
        for c in value
    )


def write_eep(
    target: Path,
    profile: Encapsulation,
    *,
    creator: str,
    created: str,
    record: Record,
    documents: Sequence[Document],
    deeds: Sequence[Deed],
    people: Sequence[Person],
    opening: Callable[[Document], BinaryIO],
    sign: Sign | None,
    progress: Callable[[int], None],
) -> str:
    """Write one encapsulation whole or not at all; return its SHA-256.

    Each file is digested while it is encoded. Raises NotIntact where one is not what it should be, StorageError.
    """
    part = target.with_name(target.name + PART)
    whole = hashlib.sha256()
    with on_medium(target), part.open("wb") as stream:
        out = _Out(_Digesting(stream, whole), profile)  # type: ignore[arg-type]
        out.raw(f"{_XML}<{profile.elements['package']} xmlns={quoteattr(profile.namespace)}>\n".encode())
        out.texts([("format_description", profile.description), ("version", profile.version)])
        signed = _signed_object(out, creator, created, record, documents, deeds, people, opening, progress)
        if sign is not None:
            _signatures(out, sign, signed)
        out.raw(f"</{profile.elements['package']}>\n".encode())
    move_in(part, target)
    return whole.hexdigest()


class _Digesting:
    def __init__(self, stream: BinaryIO, running: hashlib._Hash) -> None:
        self._stream, self._running = stream, running

    def write(self, data: bytes) -> int:
        self._running.update(data)
        return self._stream.write(data)


def _signed_object(
    out: _Out,
    creator: str,
    created: str,
    record: Record,
    documents: Sequence[Document],
    deeds: Sequence[Deed],
    people: Sequence[Person],
    opening: Callable[[Document], BinaryIO],
    progress: Callable[[int], None],
) -> bytes:
    profile = out.profile
    with out.digested("signed_object", {profile.attributes["version"]: profile.version}) as running:
        out.texts(
            [
                ("package_kind", profile.kind),
                ("package_kind_description", profile.kind_description),
                ("created", created),
                ("creator", creator),
            ]
        )
        with out.element("content"):
            with out.element("record_block"), out.element("record"):
                _record(out, record)
                with out.element("data"):
                    for number, one in enumerate(documents, 1):
                        _document(out, number, one, opening, progress)
            with out.element("business_block"):
                for deed in deeds:
                    with out.element("business"):
                        out.texts(
                            [
                                ("business_identifier", deed.identifier),
                                ("agent_identifier", deed.agent),
                                ("record_identifier", record.number),
                                ("business_state", profile.history),
                                ("action", deed.what),
                                ("action_time", deed.when),
                                ("action_basis", deed.basis),
                                ("action_description", deed.told),
                            ]
                        )
            with out.element("agent_block"):
                for person in people:
                    with out.element("agent"):
                        kind = profile.person if person.kind == "person" else profile.unit
                        out.texts(
                            [("agent_identifier", person.identifier), ("agent_kind", kind), ("agent_name", person.name)]
                        )
    return running.digest()


def _record(out: _Out, record: Record) -> None:
    profile = out.profile
    out.text("level", profile.level)
    with out.element("source"):
        out.texts(record.source)
    out.text("record_number", record.number)
    number = profile.elements["archival_number"]  # the whole number, and then its parts
    out.raw(f"<{number}>{escape(_clean(record.archival_number))}\n".encode())
    out.texts(record.numbered)
    out.raw(f"</{number}>\n".encode())
    with out.element("description"):
        out.texts(record.description)
    with out.element("form"):
        out.texts([("aggregation", profile.aggregation), ("language", profile.language)])
    with out.element("storage"):
        out.text("carrier", profile.carrier)
    with out.element("rights"):
        out.texts([("control", record.control)])
    out.texts([("system", record.system), ("note", record.note)])


def _document(
    out: _Out, number: int, one: Document, opening: Callable[[Document], BinaryIO], progress: Callable[[int], None]
) -> None:
    profile = out.profile
    # xs:ID: a name that begins with a letter, as the standard's own examples do.
    identifier = f"修改0-文档{number}"
    suffix = one.name.rpartition(".")[2].lower() if "." in one.name else ""
    with out.element("document"):
        role = profile.main if number == 1 else profile.attached
        out.texts(
            [
                ("document_identifier", identifier),
                ("document_order", str(number)),
                ("document_role", role),
                ("title", one.title),
            ]
        )
        data = f"{identifier}-文档数据1"
        outer = {profile.attributes["document_data"]: data}
        inner = {profile.attributes["coding"]: f"{data}-编码1"}
        with out.element("document_data", outer), out.element("coding", inner):
            with out.element("electronic"):
                out.texts(
                    [
                        ("format", one.format),
                        ("file_name", one.path),
                        ("file_size", str(one.size)),
                        ("program", one.program),
                    ]
                )
            out.text("coding_description", profile.encoding)
            out.text("keyword", profile.keyword.format(suffix=suffix))
            coded = {profile.attributes["coded_data"]: f"{data}-编码1-编码数据"}
            with out.element("coded_data", coded), opening(one) as stream:
                _encode(out, one, stream, progress)


def _encode(out: _Out, one: Document, stream: BinaryIO, progress: Callable[[int], None]) -> None:
    running, size = hashlib.sha256(), 0
    while block := stream.read(_BLOCK):
        while len(block) % 57 and (more := stream.read(57 - len(block) % 57)):
            block += more  # a short read inside the file must not end a line of base64
        running.update(block)
        size += len(block)
        out.raw(base64.encodebytes(block))
        progress(len(block))
    if running.hexdigest() != one.sha256 or size != one.size:
        raise NotIntact("request.source-altered", one.path, wanted=one.sha256, found=running.hexdigest())


def _signatures(out: _Out, sign: Sign, digest: bytes) -> None:
    identifier = "修改0-签名1"
    given = sign(digest)
    with out.element("signature_block"), out.digested("signature") as running:
        out.text("signature_identifier", identifier)
        _signature(out, given)
    with out.element("locking_signature"):
        out.text("locked_identifier", identifier)
        _signature(out, sign(running.digest()))


def _signature(out: _Out, given: Signed) -> None:
    out.texts(
        [
            ("signature_rule", out.profile.signature_rule),
            ("signature_time", given.when),
            ("signer", given.who),
            ("signature_result", base64.b64encode(given.result).decode()),
        ]
    )
    with out.element("certificate_block"):
        out.text("certificate", base64.b64encode(given.certificate).decode())
    out.text("signature_algorithm", given.algorithm)
