"""Encapsulations read back as a stream: every file decoded and digested, never whole in memory, no entity resolved."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat

from preserve.access.transfer.profile import EncapsulationNames
from preserve.errors import NotIntact
from storage_adapters.medium_errors import on_medium


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file as it comes out of an encapsulation again."""

    path: str
    size: int
    sha256: str


def read_eep(
    path: Path, profile: EncapsulationNames, progress: Callable[[int], None] = lambda moved: None
) -> list[Decoded]:
    """Every file in an encapsulation, decoded as a stream and digested. Raises NotIntact for what cannot be read."""
    reader = _Reader(profile)
    try:
        with on_medium(path), path.open("rb") as stream:
            while block := stream.read(1 << 20):
                reader.parser.Parse(block, False)
                progress(len(block))
            reader.parser.Parse(b"", True)
        if reader.depth or not reader.rooted:
            raise ValueError("no encapsulation")
    except (expat.ExpatError, ValueError) as error:
        raise NotIntact("transfer.encapsulation-unreadable", str(path), reason=str(error)) from error
    return reader.decoded


class _Reader:
    """Expat hands text over in pieces: what is decoded is never held whole, and no entity is ever resolved."""

    def __init__(self, profile: EncapsulationNames) -> None:
        self.parser = expat.ParserCreate(namespace_separator="\n")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.buffer_text = True
        self.decoded: list[Decoded] = []
        self.depth, self.rooted = 0, False
        self._names = {f"{profile.namespace}\n{value}": name for name, value in profile.elements.items()}
        self._open: list[str] = []
        self._left, self._size, self._running = "", 0, hashlib.sha256()
        self._file, self._declared_size = "", ""

    def _refuse(self, *_: object) -> None:
        raise ValueError("DOCTYPE")

    def _start(self, name: str, _: dict[str, str]) -> None:
        known = self._names.get(name, "")
        if not self._open and known != "package":
            raise ValueError(name)
        self.rooted, self.depth = True, self.depth + 1
        self._open.append(known)
        if known == "coded_data":
            self._left, self._size, self._running = "", 0, hashlib.sha256()
        elif known == "coding":
            self._file, self._declared_size = "", ""

    def _text(self, data: str) -> None:
        inside = self._open[-1] if self._open else ""
        if inside == "coded_data":
            self._take("".join(data.split()))
        elif inside == "file_name":
            self._file += data
        elif inside == "file_size":
            self._declared_size += data

    def _take(self, data: str) -> None:
        data = self._left + data
        whole = len(data) - len(data) % 4
        block = base64.b64decode(data[:whole], validate=True)
        self._left = data[whole:]
        self._size += len(block)
        self._running.update(block)

    def _end(self, _: str) -> None:
        self.depth -= 1
        if self._open.pop() != "coded_data":
            return
        if self._left or str(self._size) != self._declared_size:
            raise ValueError(f"{self._file}: {self._size} bytes, should be {self._declared_size}")
        self.decoded.append(Decoded(self._file, self._size, self._running.hexdigest()))
