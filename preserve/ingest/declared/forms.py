"""Lists of digests as programs write them: line by line into file name, algorithm and digest, whatever the form."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

LENGTHS = {8: "crc32", 32: "md5", 40: "sha1", 56: "sha224", 64: "sha256", 96: "sha384", 128: "sha512"}
SIZES = {name: size for size, name in LENGTHS.items()} | {
    "sm3": 64,
    "sha3_224": 56,
    "sha3_256": 64,
    "sha3_384": 96,
    "sha3_512": 128,
    "blake2s": 64,
    "blake2b": 128,
}
_HEX = r"[0-9A-Fa-f]{8,128}"
_GNU = re.compile(rf"^(?P<escaped>\\?)(?P<hex>{_HEX})(?: [ *]|[ \t]+\*?)(?P<name>\S.*)$")
_BSD = re.compile(rf"^(?P<label>[A-Za-z][A-Za-z0-9/_-]*) ?\((?P<name>.+)\) ?= ?(?P<hex>{_HEX})$")
_TERACOPY = re.compile(rf"^(?P<hex>{_HEX}) +\?(?P<label>[A-Za-z0-9-]+)\*(?P<name>.+)$")
_BEHIND = re.compile(rf"^(?P<name>.+?)[ \t]*[ \t,;:：|][ \t]*(?P<hex>{_HEX})$")
_PAIR = re.compile(r"^(?P<key>[^:：=]{1,24}?)[ \t]*[:：=][ \t]*(?P<value>.*)$")
# What certutil says before the digest, in English and in the Chinese of older and newer systems.
_CERTUTIL = (
    re.compile(r"^(?P<label>[A-Za-z0-9-]+) hash of (?:file )?(?P<name>.+?):?$"),
    re.compile(r"^(?P<label>[A-Za-z0-9-]+) 的 (?:文件 )?(?P<name>.+?) (?:的)?哈希(?:值)?[:：]?$"),
    re.compile(r"^(?P<label>[A-Za-z0-9-]+) ?哈希(?:值)? ?[(（](?:文件 ?)?(?P<name>.+?)[)）][:：]?$"),
)
_SPACED_HEX = re.compile(r"^(?:[0-9A-Fa-f]{2} ?){16,64}$")
_FILE_KEYS = re.compile(r"文件(?:名|名称|路径)?|路径|名称|file|filename|name|path|fullname")
_OTHER_KEYS = re.compile(
    r"大小|文件大小|.*时间|.*日期|版本|文件版本|size|length|.*time|.*date|version|modified|created|attributes"
)
_ESCAPED = re.compile(r"\\([\\nr])")
_ESCAPES = {"\\": "\\", "n": "\n", "r": "\r"}
_HINT = re.compile(r"(?i)(md5|sha-?3[-_]\d{3}|sha-?(?:1|2?-?(?:224|256|384|512))(?!\d)|sm3|blake2[bs]|sfv|crc)")
_COMMENT = ("#", ";", "//", "%", "certutil", "--", "==")


@dataclass(frozen=True, slots=True)
class Listed:
    """One file of a list: its name as written, empty where the list's own name says which; `algorithm` in lower case.

    `algorithm` is what the list calls it where it is none that is known here.
    """

    line: int
    name: str
    algorithm: str
    digest: str


def algorithm_of(label: str) -> str:
    """hashlib's name of an algorithm, however people write it; empty where it is none that is known here."""
    plain = re.sub("[^a-z0-9]", "", label.lower())
    plain = {"crc": "crc32", "sha": "sha1", "blake2sp": "", "blake2": "blake2b"}.get(plain, plain)
    plain = re.sub(r"^sha2(?=(224|256|384|512)$)", "sha", plain)
    plain = re.sub(r"^sha3(?=(224|256|384|512)$)", "sha3_", plain)
    return plain if plain in SIZES else ""


def hinted(text: str) -> str:
    """The algorithm that a file's name speaks of; empty where it speaks of none."""
    match = re.search(
        r"(?i)(md5|sha-?3[-_]\d{3}|sha-?(?:1|2?-?(?:224|256|384|512))(?!\d)|sm3|blake2[bs]|sfv|crc)", text
    )
    return algorithm_of({"sfv": "crc32"}.get(match[1].lower(), match[1])) if match else ""


@dataclass(slots=True)
class Lines:
    """Reads one list. `hint` is the algorithm that its name speaks of, `there` says whether a name is a file's.

    After the entries were drawn: `read` lines were understood, `unread` were not.
    """

    hint: str
    there: Callable[[str], bool]
    read: int = 0
    unread: int = 0
    _name: str = ""
    _label: str = ""
    _held: list[tuple[str, str]] = field(default_factory=list)  # digests that came before their file's name

    def entries(self, lines: Iterable[str]) -> Iterator[Listed]:
        """Every file with a digest, in order; lines that are comments, sizes or times are passed over."""
        for number, raw in enumerate(lines, 1):
            line = raw.strip("\ufeff\r\n \t\0")
            if not line or (line.lower().startswith(_COMMENT) and not _GNU.match(line)):
                continue
            found = list(self._of_line(line))
            if found:
                self.read += 1
            for name, algorithm, digest in found:
                yield Listed(number, name, algorithm, digest.lower())

    def _of_line(self, line: str) -> Iterator[tuple[str, str, str]]:
        if match := _TERACOPY.match(line) or _BSD.match(line):
            yield match["name"].strip(), algorithm_of(match["label"]) or match["label"].lower(), match["hex"]
        elif self.hint == "crc32" and (match := _BEHIND.match(line)) and len(match["hex"]) == 8:
            yield match["name"].strip("\"' "), "crc32", match["hex"]
        elif (match := _GNU.match(line)) and (algorithm := self._by_length(match["hex"])):
            name = match["name"]
            yield (_ESCAPED.sub(lambda e: _ESCAPES[e[1]], name) if match["escaped"] else name), algorithm, match["hex"]
        elif match := next((match for form in _CERTUTIL if (match := form.match(line))), None):
            self._name, self._label = match["name"].strip(), match["label"]
            self.read += 1
        elif _SPACED_HEX.match(line) and (algorithm := self._by_length(digest := line.replace(" ", ""))):
            yield self._name, algorithm, digest
            self._name = self._label = ""
        elif (pair := self._of_pair(line)) is not None:
            yield from pair
        elif entries := self._of_fields(line):
            yield from entries
        elif (match := _BEHIND.match(line)) and (algorithm := self._by_length(match["hex"])):
            yield match["name"].strip("\"' "), algorithm, match["hex"]
        elif not self._is_of_a_file(line):
            self.unread += 1

    def _is_of_a_file(self, line: str) -> bool:
        """Whether a line says something of a file that is no digest: its name, size or time."""
        match = _PAIR.match(line)
        key = match["key"].strip().lower() if match else ""
        known = _FILE_KEYS.fullmatch(key) or _OTHER_KEYS.fullmatch(key) or algorithm_of(key)
        return bool(known) or key in ("algorithm", "hash")

    def _by_length(self, digest: str) -> str:
        """The algorithm named before, or by the list's name, where the digest is as long as it makes them."""
        for name in (algorithm_of(self._label), self.hint):
            if name and SIZES[name] == len(digest):
                return name
        # Eight digits are anything: a day, a number. Only a list that says so holds CRCs.
        return LENGTHS.get(len(digest), "") if len(digest) > 8 else ""

    def _of_pair(self, line: str) -> list[tuple[str, str, str]] | None:
        """`文件: …` and `MD5: …`, as dialogs of properties copy them; `Algorithm`, `Hash`, `Path` of PowerShell.

        None where the line is no such pair.
        """
        match = _PAIR.match(line)
        if match is None:
            return None
        key, value = match["key"].strip().lower(), match["value"].strip().strip('"')
        if _FILE_KEYS.fullmatch(key):
            held, self._held = self._held, []
            self._name = "" if held else value
            return [(value, algorithm, digest) for algorithm, digest in held]
        if key == "algorithm":
            self._label = value
            return []
        if not re.fullmatch(_HEX, value):
            return None
        if key == "hash" and (algorithm := self._by_length(value)):
            self._held.append((algorithm, value))
            return []
        algorithm = algorithm_of(key)
        return [(self._name, algorithm, value)] if algorithm and len(value) == SIZES[algorithm] else None

    def _of_fields(self, line: str) -> list[tuple[str, str, str]]:
        """Columns in any order: those that are digests, and the single one that is the name of a file."""
        fields = [part.strip().strip('"') for part in re.split(r"[,\t;|]|\s{2,}", line)]
        if len(fields) < 2:
            return []
        label = next((part for part in fields if algorithm_of(part)), "")
        digests = [part for part in fields if re.fullmatch(_HEX, part) and len(part) in LENGTHS and len(part) > 8]
        names = [part for part in fields if part not in digests and self.there(part)]
        if not digests or len(names) != 1:
            return []
        named = algorithm_of(label)
        return [
            (names[0], named if named and SIZES[named] == len(part) else self._by_length(part), part)
            for part in digests
        ]
