"""Encapsulations (电子文件封装包, DA/T 48-2009), written as a stream, never whole in memory.

The names of the elements are data (`profiles/transfer.toml`). One encapsulation is one record (件): the deposited file
as its main document, what was made from it as attached ones, what happened to it as business entities.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from xml.sax.saxutils import escape, quoteattr

from preserve.access.transfer.encapsulation import Document, Encapsulation, Record, Sign, Signed
from preserve.access.transfer.profile import EncapsulationNames
from preserve.errors import NotIntact
from storage_adapters.durable import PART, move_in
from storage_adapters.medium_errors import on_medium

_BLOCK = 57 << 12  # bytes at a time: whole lines of 76 characters (RFC 2045 §6.8)
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'


Opening = Callable[[Document], BinaryIO]
"""Opens a file of the package."""


class _Out:
    """Writes elements by our names; while `running` is set it also digests what is written."""

    def __init__(self, stream: BinaryIO, profile: EncapsulationNames) -> None:
        self.stream, self.profile = stream, profile
        self.running: hashlib._Hash | None = None

    def raw(self, data: bytes) -> None:
        self.stream.write(data)
        if self.running is not None:
            self.running.update(data)

    def _tag(self, name: str, attributes: dict[str, str]) -> str:
        text = "".join(f" {key}={quoteattr(_clean(value))}" for key, value in attributes.items())
        return f"{self.profile.elements[name]}{text}"

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
    profile: EncapsulationNames,
    package: Encapsulation,
    *,
    opening: Opening,
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
        signed = _signed_object(out, package, opening, progress)
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


def _signed_object(out: _Out, package: Encapsulation, opening: Opening, progress: Callable[[int], None]) -> bytes:
    profile = out.profile
    with out.digested("signed_object", {profile.attributes["version"]: profile.version}) as running:
        out.texts(
            [
                ("package_kind", profile.kind),
                ("package_kind_description", profile.kind_description),
                ("created", package.created),
                ("creator", package.creator),
            ]
        )
        with out.element("content"):
            with out.element("record_block"), out.element("record"):
                _record(out, package.record)
                with out.element("data"):
                    for number, document in enumerate(package.documents, 1):
                        _document(out, number, document, opening, progress)
            _actions(out, package)
            _agents(out, package)
    return running.digest()


def _actions(out: _Out, package: Encapsulation) -> None:
    with out.element("business_block"):
        for action in package.actions:
            with out.element("business"):
                out.texts(
                    [
                        ("business_identifier", action.identifier),
                        ("agent_identifier", action.agent),
                        ("record_identifier", package.record.number),
                        ("business_state", out.profile.history),
                        ("action", action.what),
                        ("action_time", action.when),
                        ("action_basis", action.basis),
                        ("action_description", action.description),
                    ]
                )


def _agents(out: _Out, package: Encapsulation) -> None:
    with out.element("agent_block"):
        for agent in package.agents:
            with out.element("agent"):
                kind = out.profile.person if agent.kind == "person" else out.profile.unit
                out.texts([("agent_identifier", agent.identifier), ("agent_kind", kind), ("agent_name", agent.name)])


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


def _document(out: _Out, number: int, document: Document, opening: Opening, progress: Callable[[int], None]) -> None:
    profile = out.profile
    # xs:ID: a name that begins with a letter, as the standard's own examples do.
    identifier = f"修改0-文档{number}"
    suffix = document.name.rpartition(".")[2].lower() if "." in document.name else ""
    with out.element("document"):
        role = profile.main if number == 1 else profile.attached
        out.texts(
            [
                ("document_identifier", identifier),
                ("document_order", str(number)),
                ("document_role", role),
                ("title", document.title),
            ]
        )
        data = f"{identifier}-文档数据1"
        outer = {profile.attributes["document_data"]: data}
        inner = {profile.attributes["coding"]: f"{data}-编码1"}
        with out.element("document_data", outer), out.element("coding", inner):
            with out.element("electronic"):
                out.texts(
                    [
                        ("format", document.format),
                        ("file_name", document.path),
                        ("file_size", str(document.size)),
                        ("program", document.program),
                    ]
                )
            out.text("coding_description", profile.encoding)
            out.text("keyword", profile.keyword.format(suffix=suffix))
            coded = {profile.attributes["coded_data"]: f"{data}-编码1-编码数据"}
            with out.element("coded_data", coded), opening(document) as stream:
                _encode(out, document, stream, progress)


def _encode(out: _Out, document: Document, stream: BinaryIO, progress: Callable[[int], None]) -> None:
    running, size = hashlib.sha256(), 0
    while block := stream.read(_BLOCK):
        while len(block) % 57 and (more := stream.read(57 - len(block) % 57)):
            block += more  # a short read inside the file must not end a line of base64
        running.update(block)
        size += len(block)
        out.raw(base64.encodebytes(block))
        progress(len(block))
    if running.hexdigest() != document.sha256 or size != document.size:
        raise NotIntact("request.source-altered", document.path, wanted=document.sha256, found=running.hexdigest())


def _signatures(out: _Out, sign: Sign, digest: bytes) -> None:
    identifier = "修改0-签名1"
    signed = sign(digest)
    with out.element("signature_block"), out.digested("signature") as running:
        out.text("signature_identifier", identifier)
        _signature(out, signed)
    with out.element("locking_signature"):
        out.text("locked_identifier", identifier)
        _signature(out, sign(running.digest()))


def _signature(out: _Out, signed: Signed) -> None:
    out.texts(
        [
            ("signature_rule", out.profile.signature_rule),
            ("signature_time", signed.when),
            ("signer", signed.who),
            ("signature_result", base64.b64encode(signed.result).decode()),
        ]
    )
    with out.element("certificate_block"):
        out.text("certificate", base64.b64encode(signed.certificate).decode())
    out.text("signature_algorithm", signed.algorithm)
