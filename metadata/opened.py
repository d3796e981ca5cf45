"""A bag read into memory as far as rules need it: what lies there, and what its manifests say."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from metadata.bag import ALGORITHMS, DECLARATION, INFO, OLD_INFO, Manifest, ManifestLine, manifests, read_info
from metadata.bag import read_lines as lines_of
from metadata.bag_encoding import codec_of, encoding_of, starts_marked
from metadata.bag_names import Names, leads_out
from metadata.errors import BagUnreadable
from metadata.findings import Finding, Severity, Value
from metadata.inventory import Inventory, walk
from metadata.line_notes import LineNotes
from metadata.packed_bag import ManifestDigests, PackedSizes

LineRule = Callable[[Manifest, ManifestLine], Finding | None]
Seen = Callable[["OpenedBag", list[tuple[str, int]]], None]
"""Is told files with their sizes as they are found; the bag knows its manifests by name, and none of their lines."""

_ROOT_METS = re.compile(r"data/[^/]+/METS\.xml")
_LARGEST_DECLARATION = 4096
_LARGEST_INFO = 1 << 20


@dataclass(slots=True)
class OpenedBag:
    """A bag. `digests` holds, a manifest, the digest in lower-case hex of each file that it means.

    `root` is where its own files can be read, `name` what the bag is called where it lies; `encoding` is Python's name
    of what bagit.txt declares. `claims_a_package`: bag-info.txt says that an E-ARK package lies within (AIP 2.2 §5);
    `packaged`: so it says, or one does.
    """

    root: Path
    inventory: Inventory
    name: str = ""
    version: str = ""
    encoding: str = "utf-8"
    claims_a_package: bool = False
    packaged: bool = False
    manifests: tuple[Manifest, ...] = ()
    digests: dict[str, MutableMapping[str, str]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)  # manifests that could not be read to their end
    findings: list[Finding] = field(default_factory=list)  # what the lines of the manifests gave cause for

    @property
    def payload_manifests(self) -> list[Manifest]:
        """The payload manifests, sorted by name."""
        return [manifest for manifest in self.manifests if not manifest.tag]

    @property
    def tag_manifests(self) -> list[Manifest]:
        """The tag manifests, sorted by name."""
        return [manifest for manifest in self.manifests if manifest.tag]

    @property
    def old(self) -> bool:
        """Whether it is of a version before 1.0."""
        return self.version not in ("", "1.0")

    @property
    def info_name(self) -> str:
        """bag-info.txt, or what versions before 0.95 called it."""
        return OLD_INFO if INFO not in self.inventory.files and OLD_INFO in self.inventory.files else INFO

    @property
    def payload(self) -> tuple[int, int]:
        """Files and bytes of the payload."""
        count = total = 0
        for name, size in self.inventory.files.items():
            if name.startswith("data/"):
                count += 1
                total += size
        return count, total

    def payload_digest(self, algorithm: str, path: str) -> str | None:
        """The digest that a payload manifest gives a file below the bag."""
        return self.digests.get(f"manifest-{algorithm}.txt", {}).get(path)

    def info(self) -> list[tuple[str, str]]:
        """Labels and values of bag-info.txt; none where there is none. Raises BagUnreadable."""
        name = self.info_name
        if self.inventory.files.get(name, _LARGEST_INFO + 1) > _LARGEST_INFO:
            if name in self.inventory.files:
                raise BagUnreadable(name, line=0)
            return []
        try:
            return read_info(self.root / name, self.encoding)
        except BagUnreadable:
            if self.encoding == "utf-8":
                raise
            return read_info(self.root / name)  # many a tool writes UTF-8 whatever it declares


def open_bag(
    root: Path, line_rules: tuple[LineRule, ...], inventory: Inventory | None = None, name: str = ""
) -> OpenedBag:
    """Take the inventory and read every manifest once. Lines that a rule refuses are not looked up later.

    With `inventory` the bag lies elsewhere, packed, and `root` holds its own files only.
    """
    bag = look_at(root, inventory, name)
    read_manifests(bag, line_rules)
    return bag


def look_at(root: Path, inventory: Inventory | None = None, name: str = "", seen: Seen | None = None) -> OpenedBag:
    """As `open_bag`, but no manifest is read yet; `seen` is told the files of each folder, the bag's own first."""
    bag = OpenedBag(root, inventory or Inventory(), name or root.name)
    folders = iter(()) if inventory else walk(root, bag.inventory)
    own = next(folders, [])
    top = [name for name in bag.inventory.files if "/" not in name]
    bag.version, encoding = _declared(bag)
    bag.encoding = codec_of(encoding) or "utf-8"
    bag.manifests = tuple(manifests(top, loose=bag.old))
    bag.claims_a_package = _claims_a_package(bag)
    for files in chain((own,), folders):
        if seen is not None:
            seen(bag, files)
    bag.packaged = bag.claims_a_package or any(_ROOT_METS.fullmatch(name) for name in bag.inventory.files)
    return bag


def read_manifests(bag: OpenedBag, line_rules: tuple[LineRule, ...]) -> None:
    """Read the manifests of a bag that was looked at."""
    names = Names(bag.inventory.files, bag.version)
    for manifest in bag.manifests:
        bag.digests[manifest.name] = _Reading(bag, manifest, names).digests(line_rules)


def known(manifest: Manifest) -> bool:
    """Whether digests of this algorithm can be computed here."""
    return manifest.algorithm in ALGORITHMS


def _declared(bag: OpenedBag) -> tuple[str, str]:
    """Version and encoding as bagit.txt says, each empty where it cannot be told."""
    if bag.inventory.files.get(DECLARATION, _LARGEST_DECLARATION + 1) > _LARGEST_DECLARATION:
        return "", ""
    try:
        said = dict(read_info(bag.root / DECLARATION))
    except BagUnreadable:
        return "", ""  # the rule for the declaration says it
    return said.get("BagIt-Version", "").strip(), said.get("Tag-File-Character-Encoding", "").strip()


def _claims_a_package(bag: OpenedBag) -> bool:
    try:
        return any(label == "E-ARK-Package-Type" for label, _ in bag.info())
    except BagUnreadable:
        return False


def _digests_for(files: Mapping[str, int], algorithm: str) -> MutableMapping[str, str]:
    """Room for what a manifest says."""
    if isinstance(files, PackedSizes) and algorithm in ALGORITHMS:
        return ManifestDigests(files, ALGORITHMS[algorithm] // 2)
    return {}


class _Reading:
    """One manifest, read line by line."""

    def __init__(self, bag: OpenedBag, manifest: Manifest, names: Names) -> None:
        self._bag, self._manifest, self._names = bag, manifest, names
        self._notes = LineNotes(manifest.name)
        self._digests = _digests_for(bag.inventory.files, manifest.algorithm)
        self._doubtful: list[tuple[str, str, ManifestLine]] = []  # by the version's reading of `%`, by the other

    def digests(self, line_rules: tuple[LineRule, ...]) -> MutableMapping[str, str]:
        """The digest of each file that the manifest means; what is to be said of its lines goes to the bag."""
        try:
            for line in self._lines():
                self._take(line, line_rules)
        except BagUnreadable as error:
            self._bag.broken.add(self._manifest.name)
            values: dict[str, Value] = {"line": 0, "reason": "", **error.values}
            self._bag.findings.append(Finding(error.code, self._manifest.name, values=values))
        self._decide()
        self._bag.findings.extend(self._notes.findings())
        return self._digests

    def _lines(self) -> Iterator[ManifestLine]:
        path = self._bag.root / self._manifest.name
        encoding, as_declared = encoding_of(path, self._bag.encoding, lambda raw: self._names.meant(raw).there)
        if encoding == "utf-8" and starts_marked(path):
            self._notes.add("bom", 1, "")
        if not as_declared:
            self._notes.add("encoding", 0, encoding.upper())
        return lines_of(path, encoding)

    def _take(self, line: ManifestLine, line_rules: tuple[LineRule, ...]) -> None:
        if line.marked:
            self._notes.add("mark", line.number, line.raw)
        if line.raw in self._bag.inventory.files and "%" not in line.raw:
            # Most lines by far: the name is there as it stands, and can mean nothing else.
            if not self._refused(line, line_rules):
                self._put(line.raw, line)
            return
        meant = self._names.meant(line.raw)
        for way in meant.ways:
            self._notes.add(way, line.number, line.raw)
        # What lies in the bag under just this name leads nowhere else.
        if not (meant.there and meant.path == line.raw) and leads_out(line.raw):
            values: dict[str, Value] = {"manifest": self._manifest.name, "line": line.number}
            self._bag.findings.append(Finding("bag.path-escapes", line.path, values=values))
            return
        if meant.path != line.path:
            line = line._replace(path=meant.path)
        if self._refused(line, line_rules):
            return
        if meant.other:
            self._doubtful.append((meant.path, meant.other, line))
        else:
            self._put(meant.path, line)

    def _refused(self, line: ManifestLine, line_rules: tuple[LineRule, ...]) -> bool:
        refused = False
        for rule in line_rules:
            if finding := rule(self._manifest, line):
                self._bag.findings.append(finding)
                refused |= finding.severity == "error"
        return refused

    def _put(self, path: str, line: ManifestLine) -> None:
        digest = sys.intern(line.digest.lower())  # METS and PREMIS say the same one
        if path not in self._digests:
            self._digests[path] = digest
            return
        severity: Severity = "warning" if self._digests[path] == digest else "error"
        values: dict[str, Value] = {"manifest": self._manifest.name, "line": line.number}
        self._bag.findings.append(Finding("bag.listed-twice", path, severity, values))

    def _decide(self) -> None:
        """Where both readings of `%` name files: the version's, unless only with the other each line has its file."""
        if not self._doubtful:
            return
        by_version = [path for path, _, _ in self._doubtful]
        by_other = [path for _, path, _ in self._doubtful]
        turned = not self._distinct(by_version) and self._distinct(by_other)
        for first, second, line in self._doubtful:
            if turned:
                self._notes.add("percent", line.number, line.raw)
            self._put(second if turned else first, line)

    def _distinct(self, paths: list[str]) -> bool:
        return len(set(paths)) == len(paths) and not any(path in self._digests for path in paths)
