"""Finds the lists of digests in a deposit, reads them, and says what each file must be and what cannot be told.

A list that calls itself one and cannot be read is said; a text that merely looks like one is left alone.
"""

from __future__ import annotations

import codecs
import io
import re
import tempfile
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from metadata.errors import MetadataError
from metadata.findings import Finding
from preserve.errors import Refused
from preserve.ingest.declared import Wanted
from preserve.ingest.declared.forms import LENGTHS, SIZES, Lines, Listed, algorithm_of, hinted
from preserve.ingest.declared.looking import like_a_digest, without_digests
from preserve.ingest.declared.matching import Files
from preserve.ingest.sources import Entry, Source
from preserve.ingest.sources.inventory import Inventory, index_of

_LARGEST = 256 << 20
_LARGEST_TEXT = 4 << 20  # of a text that does not call itself a list
_PIECE = 1 << 20
_HEAD = 64 << 10
_CLAIMED = re.compile(
    r"(?i)(.*\.(md5|sha-?1|sha-?224|sha-?256|sha-?384|sha-?512|sm3|sfv|md5sums?|sha(1|224|256|384|512)sums?|hashdeep)"
    r"|(md5|sha\d*|sm3|b2)sums?(\.txt|\.asc)?|checksums?(\.txt)?)"
)
_TEXT = re.compile(r"(?i)(.*\.(txt|csv|tsv|log|lst|list|hash|hashes|checksum|checksums)|[^.]+)")
_XML = re.compile(r"(?i)(mets.*|.*[._-]mets|.*premis.*)\.xml")
_SHOWN = 5


@dataclass(slots=True)
class Word:
    """What the lists declare: `wanted` by path in the deposit, and what is to be said of them."""

    wanted: dict[str, tuple[Wanted, ...]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def read_lists(
    source: Source,
    files: Sequence[Entry],
    prefix: str,
    scratch: Path | None,
    known: Container[str] = (),
    pool: Executor | None = None,
) -> Word:
    """Every list among the files below `prefix`; each is read once, put aside in `scratch` meanwhile.

    `known` are those, by path in the deposit, that were read already. The processes of a `pool` look first which texts
    of a folder have nothing like a digest.
    """
    entries = index_of(files)
    reading = _Reading(entries, prefix)
    candidates = bytearray(len(entries))
    for place, entry in enumerate(entries):
        path = entry.path.removeprefix(prefix)
        candidates[place] = _is_candidate(path, entry.size) and entry.path not in known
        if entry.size > _LARGEST and _CLAIMED.fullmatch(path.rpartition("/")[2]):
            reading.unreadable(path, "> 256 MiB")
    if pool is not None and source.folder is not None:
        texts = [place for place, there in enumerate(candidates) if there and not _calls_itself(entries.path(place))]
        for place in without_digests(source.folder, entries, texts, pool):
            candidates[place] = False

    def is_candidate(entry: Entry) -> bool:
        place = entries.place(entry.path)
        return place is not None and bool(candidates[place])

    if any(candidates):
        with tempfile.TemporaryDirectory(prefix="list-", dir=scratch) as folder:
            kept = Path(folder) / "list"
            for entry, stream in source.stream(is_candidate):
                try:
                    if not _put_aside(stream, kept, entry):
                        continue
                except Refused:
                    continue  # the pass that reads every file says so
                reading.take(entry.path.removeprefix(prefix), kept)
    return reading.word


def _calls_itself(path: str) -> bool:
    """Whether a file is a list, or METS or PREMIS, by its name."""
    name = path.rpartition("/")[2]
    return bool(_CLAIMED.fullmatch(name) or _XML.fullmatch(name))


def _put_aside(stream: BinaryIO, kept: Path, entry: Entry) -> bool:
    """The bytes of one file, unless it is a text without anything like a digest, as nearly every one is."""
    if not _calls_itself(entry.path):
        data = stream.read(entry.size)  # room for the largest that may come would cost more than most of them
        if not like_a_digest(data):
            return False
        kept.write_bytes(data)
        return True
    with kept.open("wb") as out:
        while data := stream.read(_PIECE):
            out.write(data)
    return True


def _is_candidate(path: str, size: int) -> bool:
    if _calls_itself(path):
        return 0 < size <= _LARGEST
    return bool(_TEXT.fullmatch(path.rpartition("/")[2])) and 32 < size <= _LARGEST_TEXT


@dataclass(slots=True)
class _Found:
    """What the lines of one list came to."""

    meant: list[tuple[str, str, str]] = field(default_factory=list)  # file, algorithm, digest
    missing: list[Listed] = field(default_factory=list)
    unknown: Counter[str] = field(default_factory=Counter)

    @property
    def nothing(self) -> bool:
        """Whether no line made sense."""
        return not (self.meant or self.missing or self.unknown)

    def add(self, listed: Listed, file: str | None) -> None:
        """One line, and the file that it means."""
        if file is None:
            self.missing.append(listed)
        elif not (algorithm := algorithm_of(listed.algorithm)):
            self.unknown[listed.algorithm] += 1
        else:
            self.meant.append((file, algorithm, listed.digest))


class _Reading:
    """The lists of one deposit, one after the other."""

    def __init__(self, entries: Inventory, prefix: str) -> None:
        self.word = Word()
        self._entries, self._prefix = entries, prefix

    @cached_property
    def _files(self) -> Files:
        """Needed only where there is a list, which most deposits have none of."""
        return Files(path.removeprefix(self._prefix) for path in self._entries.paths())

    def take(self, path: str, kept: Path) -> None:
        """One file that may be a list."""
        if _XML.fullmatch(path.rpartition("/")[2]):
            self._xml(path, kept)
        else:
            self._text(path, kept)

    def unreadable(self, path: str, reason: str) -> None:
        """Say that a list could not be read."""
        self.word.findings.append(Finding("sip.list-unreadable", self._prefix + path, "warning", {"reason": reason}))

    def _want(self, list_path: str, path: str, algorithm: str, digest: str) -> None:
        whole = self._prefix + path
        wanted = Wanted(algorithm, digest, list_path)
        if wanted not in self.word.wanted.get(whole, ()):
            self.word.wanted[whole] = (*self.word.wanted.get(whole, ()), wanted)

    def _text(self, path: str, kept: Path) -> None:
        name, folder = path.rpartition("/")[2], path.rpartition("/")[0]
        claimed = bool(_CLAIMED.fullmatch(name))
        encoding = _encoding(kept)
        if encoding is None:
            if claimed:
                self.unreadable(path, "encoding")
            return
        lines = Lines(hinted(name), lambda text: self._files.meant(text, folder) is not None)
        found = _Found()
        for listed in lines.entries(_lines(kept, encoding)):
            file = self._files.meant(listed.name, folder) if listed.name else self._files.described_by(path)
            if file != path:
                found.add(listed, file)
        if claimed:
            self._of_one_file(path, found, None if lines.read else _bare(kept, encoding, hinted(name)))
            if found.nothing:
                self.unreadable(path, "form")
        elif not found.meant or len(found.meant) < max(len(found.missing), lines.unread):
            return  # a text about something else
        for file, algorithm, digest in found.meant:
            self._want(path, file, algorithm, digest)
        self._told(path, [listed.name for listed in found.missing], found.unknown)

    def _of_one_file(self, path: str, found: _Found, bare: tuple[str, str] | None) -> None:
        """A list named after the file it is about need not name it, or names it as it was called elsewhere."""
        file = self._files.described_by(path)
        if file is None or found.meant:
            return
        if bare is not None:
            found.meant.append((file, *bare))
        elif len(found.missing) == 1 and (algorithm := algorithm_of(found.missing[0].algorithm)):
            found.meant.append((file, algorithm, found.missing.pop().digest))

    def _xml(self, path: str, kept: Path) -> None:
        from preserve.ingest.declared.xml_words import read_words

        folder = path.rpartition("/")[0]
        missing: list[str] = []
        unknown: Counter[str] = Counter()
        try:
            for said in read_words(kept):
                near = (self._files.meant(name, folder) for name in said.names)
                file = next((file for file in near if file is not None and file != path), None)
                if file is None:
                    missing += said.names[:1] if not said.names[0].startswith("%") else []
                    continue
                self._size(path, file, said.size, certain=not said.digests)
                for algorithm, digest in said.digests:
                    if not algorithm_of(algorithm):
                        unknown[algorithm] += 1
                    else:
                        self._want(path, file, algorithm, digest)
        except MetadataError as error:
            self.unreadable(path, str(error.values.get("reason", "XML"))[:200])
        self._told(path, missing, unknown)

    def _size(self, path: str, file: str, size: int | None, *, certain: bool) -> None:
        """A wrong size beside a right digest is a mistake in the list; alone it is all there is to compare."""
        place = self._entries.place(self._prefix + file)
        assert place is not None  # it is one of these
        actual = self._entries[place].size
        if size is not None and size != actual:
            values: dict[str, str | int] = {"source": path, "declared": size, "actual": actual}
            severity = "refuse" if certain else "warning"
            code = "sip.list-size-differs" if certain else "sip.list-size-wrong"
            self.word.findings.append(Finding(code, self._prefix + file, severity, values))  # type: ignore[arg-type]

    def _told(self, path: str, missing: list[str], unknown: Counter[str]) -> None:
        where = self._prefix + path
        if missing:
            names = ", ".join(_shown(name) for name in missing[:_SHOWN])
            values: dict[str, str | int] = {"count": len(missing), "names": names}
            self.word.findings.append(Finding("sip.list-file-missing", where, "warning", values))
        for algorithm, count in unknown.items():
            values = {"algorithm": algorithm, "count": count}
            self.word.findings.append(Finding("sip.list-not-compared", where, "warning", values))


def _shown(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode()[:200]


def _encoding(path: Path) -> str | None:
    """UTF-8 or UTF-16 by their marks, UTF-16 by its zeros, UTF-8 or GB 18030 by what can be read; None for no text."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
        if head.startswith(codecs.BOM_UTF8):
            return "utf-8-sig"
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if b"\0" in head:
            zeros = head[1::2].count(b"\0"[0]), head[::2].count(b"\0"[0])
            return "utf-16-le" if zeros[0] > len(head) // 4 else "utf-16-be" if zeros[1] > len(head) // 4 else None
        for encoding in ("utf-8", "gb18030"):
            decoder = codecs.getincrementaldecoder(encoding)()
            stream.seek(0)
            try:
                while data := stream.read(_PIECE):
                    decoder.decode(data)
                decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                continue
            return encoding
    return None


def _lines(path: Path, encoding: str) -> Iterator[str]:
    with path.open("rb") as stream:
        yield from io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline=None)


def _bare(path: Path, encoding: str, hint: str) -> tuple[str, str] | None:
    """Algorithm and digest, where a digest is all that the file holds."""
    with path.open("rb") as stream:
        text = stream.read(1024).decode(encoding, "replace").strip("\ufeff \t\r\n\0")
    if not re.fullmatch(r"[0-9A-Fa-f]{8,128}", text) or len(text) not in LENGTHS:
        return None
    return (hint if hint and SIZES[hint] == len(text) else LENGTHS[len(text)]), text.lower()
