"""BagIt bags as files (RFC 8493): what a bag says of itself, read as streams, and written from known digests."""

from __future__ import annotations

import hashlib
import io
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

from metadata.errors import BagUnreadable

DECLARATION = "bagit.txt"
INFO = "bag-info.txt"
OLD_INFO = "package-info.txt"  # before version 0.95
_MANIFEST = re.compile(r"^(tag)?manifest-([a-z0-9]+)\.txt$")
_LOOSE_MANIFEST = re.compile(r"^(tag)?manifest-([A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*)\.txt$")
_PLAIN = re.compile(r"([0-9a-f]+)  ([^%\r \t*][^%\r]*)")  # nothing in it is to be decoded or taken off
_LINE = re.compile(r"(\S+)([ \t]+\*?)(.*)$", re.DOTALL)
_ENCODED = re.compile(r"%(0[AaDd]|25)")
_ESCAPED = re.compile(r"\\([\\nr])")
_ESCAPES = {"\\": "\\", "n": "\n", "r": "\r"}
# hashlib knows these under these names; RFC 8493 §2.4 takes names in lower case without punctuation.
ALGORITHMS = {"md5": 32, "sha1": 40, "sha224": 56, "sha256": 64, "sha384": 96, "sha512": 128, "sm3": 64}


class ManifestLine(NamedTuple):
    """One line of a manifest: its number, the digest as written, the path decoded; `raw` as it stood.

    `marked`: an asterisk stood before the path, as md5sum and its kind mark files read as binary.
    """

    number: int
    digest: str
    path: str
    raw: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest file: payload or tag, its algorithm."""

    name: str
    algorithm: str
    tag: bool


def encode_path(path: str) -> str:
    """A path as manifests hold it: LF, CR and `%` percent-encoded, nothing else (RFC 8493 §2.1.3)."""
    return path.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")


def decode_path(text: str) -> str:
    """The path that a manifest line holds."""
    return _ENCODED.sub(lambda found: chr(int(found[1], 16)), text) if "%" in text else text


def manifests(names: Iterable[str], *, loose: bool = False) -> list[Manifest]:
    """The manifests among the names in a bag's base folder, sorted.

    `loose`: algorithms may stand as people write them (`SHA-256`), which versions before 1.0 only advised against.
    """
    pattern = _LOOSE_MANIFEST if loose else _MANIFEST
    found = ((name, pattern.match(name)) for name in sorted(names))
    return [Manifest(name, re.sub("[^a-z0-9]", "", m[2].lower()), bool(m[1])) for name, m in found if m]


def read_lines(path: Path, encoding: str = "utf-8") -> Iterator[ManifestLine]:
    """The lines of a manifest. Raises BagUnreadable on a line that is not digest, space, path, or not so encoded."""
    try:
        with path.open("rb") as stream:
            yield from lines_in(stream, path.name, encoding)
    except OSError as error:
        raise BagUnreadable(path.name, reason=error.strerror or str(error)) from error


def lines_in(stream: BinaryIO, name: str, encoding: str = "utf-8") -> Iterator[ManifestLine]:
    """As `read_lines`, of a manifest that is open already, wherever it lies; `name` is for the error."""
    number = 0
    try:
        for number, line in enumerate(_split(io.TextIOWrapper(stream, encoding=encoding, newline="")), 1):
            plain = _PLAIN.fullmatch(line)
            if plain is not None:  # most lines by far
                path = sys.intern(plain[2])
                yield ManifestLine(number, plain[1], path, path)
                continue
            text = line.removeprefix("\ufeff") if number == 1 else line
            if not text:
                continue
            digest, gap, path = _parted(text)
            if not gap or not path or not digest:
                raise BagUnreadable(name, line=number)
            # One object for a name in a list and among the files: a large package has a quarter of a kilobyte for each.
            decoded = sys.intern(decode_path(path))
            yield ManifestLine(number, digest, decoded, decoded if decoded == path else path, gap[-1] == "*")
    except UnicodeError as error:
        raise BagUnreadable(name, line=number + 1, reason=encoding.upper()) from error


def _parted(line: str) -> tuple[str, str, str]:
    match = _LINE.match(line)
    if match is None:
        return line, "", ""
    if line[0] == "\\":  # md5sum and its kind mark so a line in whose name they escaped what would break it
        return match[1][1:], match[2], _ESCAPED.sub(lambda found: _ESCAPES[found[1]], match[3])
    return match[1], match[2], match[3]


def _split(stream: Iterable[str]) -> Iterator[str]:
    """Lines ended by LF, CR or CRLF and by nothing else that Unicode calls a line end (RFC 8493 §2.1.3)."""
    for chunk in stream:
        line = chunk.removesuffix("\n").removesuffix("\r")
        if "\r" in line:
            yield from line.split("\r")
        else:
            yield line


def read_info(path: Path, encoding: str = "utf-8") -> list[tuple[str, str]]:
    """The label and value pairs of bag-info.txt or bagit.txt, in order, folded lines joined (RFC 8493 §2.2.2)."""
    pairs: list[tuple[str, str]] = []
    try:
        text = path.read_bytes().decode(encoding).removeprefix("\ufeff")
    except UnicodeError as error:
        raise BagUnreadable(path.name, reason=encoding.upper()) from error
    except OSError as error:
        raise BagUnreadable(path.name, reason=error.strerror or str(error)) from error
    for number, line in enumerate(re.split("\r\n|\r|\n", text), 1):
        if not line.strip():
            continue
        if line[0] in " \t":
            if not pairs:
                raise BagUnreadable(path.name, line=number)
            pairs[-1] = (pairs[-1][0], pairs[-1][1] + " " + line.strip())
            continue
        label, colon, value = line.partition(":")
        if not colon or not label.strip():
            raise BagUnreadable(path.name, line=number)
        pairs.append((label.rstrip(), value[1:] if value[:1] in (" ", "\t") else value))
    return pairs


def write_declaration(folder: Path) -> None:
    """Write bagit.txt (RFC 8493 §2.1.1)."""
    (folder / DECLARATION).write_bytes(b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")


def write_info(folder: Path, pairs: Iterable[tuple[str, str]]) -> None:
    """Write bag-info.txt, a line each; line ends in a value become spaces."""
    lines = [f"{label}: {' '.join(value.split())}\n" for label, value in pairs]
    (folder / INFO).write_text("".join(lines), encoding="utf-8", newline="\n")


def write_manifest(path: Path, lines: Iterable[tuple[str, str]]) -> tuple[int, dict[str, str]]:
    """Write a manifest from (path, digest) pairs; return the number of lines and the file's SHA-256 for reference."""
    count = 0
    running = hashlib.sha256()
    with path.open("wb") as out:
        for name, digest in lines:
            line = f"{digest}  {encode_path(name)}\n".encode()
            running.update(line)
            out.write(line)
            count += 1
    return count, {"sha256": running.hexdigest()}


def write_manifests(package: Path, algorithms: Sequence[str], files: Iterable[tuple[str, Mapping[str, str]]]) -> None:
    """Write the payload manifests side by side, in one pass over path and digests (by algorithm) of each file."""
    with ExitStack() as opened:
        manifests = {
            name: opened.enter_context((package / f"manifest-{name}.txt").open("w", encoding="utf-8", newline="\n"))
            for name in algorithms
        }
        for path, digests in files:
            encoded = encode_path(path)
            for name, out in manifests.items():
                out.write(f"{digests[name]}  {encoded}\n")


def _tag_files(folder: Path) -> Iterator[str]:
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            if entry.name != "data":
                yield from (
                    f"{entry.name}/{path.relative_to(entry.path).as_posix()}"
                    for path in Path(entry.path).rglob("*")
                    if path.is_file()
                )
        elif not entry.name.startswith("tagmanifest-"):
            yield entry.name


def write_tag_manifests(folder: Path, algorithms: Iterable[str]) -> None:
    """Write a tag manifest an algorithm over every tag file that is there, payload manifests among them."""
    names = sorted(_tag_files(folder))
    for algorithm in algorithms:
        lines = []
        for name in names:
            with (folder / name).open("rb") as stream:
                lines.append((name, hashlib.file_digest(stream, algorithm).hexdigest()))
        write_manifest(folder / f"tagmanifest-{algorithm}.txt", lines)
