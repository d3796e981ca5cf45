"""DSpace's packages: its Simple Archive Format, METS SIPs, and the AIPs of single items."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from metadata.errors import MetadataError
from metadata.findings import Finding
from preserve.errors import Refused
from preserve.ingest.foreign.documents import whole
from preserve.ingest.foreign.hrefs import Paths
from preserve.ingest.foreign.listed import Listed, listed
from preserve.ingest.foreign.mets_words import read_mets
from preserve.ingest.foreign.records import ForeignPackage
from preserve.ingest.foreign.said import said_in
from preserve.ingest.sources import Entry, Source
from preserve.ingest.sources.inventory import paths_of

_ITEM = re.compile(r"(?P<item>(?:[^/]+/)?)dublin_core\.xml")
_ABOUT = re.compile(r"(?i)dublin_core\.xml|metadata_[^/]+\.xml")
_NOT_CONTENT = ("license", "licence", "cc-license", "text", "thumbnail", "metadata", "sword")
_DERIVED = ("text", "thumbnail")
_LARGEST = 16 << 20


class DspaceArchive:
    """The Simple Archive Format: a folder an item, in it `contents` and `dublin_core.xml`. It has no digests."""

    kind = "dspace-saf"

    def recognises(self, entries: Sequence[Entry], top: str) -> bool:
        """`contents` beside `dublin_core.xml`, at the top or in a folder an item."""
        names = {path.removeprefix(top) for path in paths_of(entries) if path.startswith(top)}
        return any(match["item"] + "contents" in names for name in names if (match := _ITEM.fullmatch(name)))

    def read(self, source: Source, entries: Sequence[Entry], top: str) -> ForeignPackage:
        """The package. Raises Refused where a list of contents cannot be read."""
        paths = [path for path in paths_of(entries) if path.startswith(top)]
        there, known = Paths(paths, top), set(paths)
        about: dict[str, list[str]] = {}
        for path in paths:
            item, slash, name = path.removeprefix(top).rpartition("/")
            if _ABOUT.fullmatch(name):
                about.setdefault(item + slash, []).append(path)
        items = [match["item"] for path in paths if (match := _ITEM.fullmatch(path.removeprefix(top)))]
        content: dict[str, None] = {}
        left: list[str] = []
        missing: list[tuple[str, str]] = []
        said: list[tuple[str, str]] = []
        unknown: list[str] = []
        for item in items:
            source_name = f"{item}contents"
            for name, bundle in _contents(source, top + source_name) if top + source_name in known else ():
                file = there.meant(name, top + source_name)
                if file is None:
                    missing.append((name[:200], source_name))
                elif bundle in _DERIVED:
                    left.append(file)
                elif bundle not in _NOT_CONTENT:
                    content[file] = None
            for path in about.get(item, ()):
                try:
                    said += said_in(whole(source, path))
                except (MetadataError, Refused):
                    unknown.append(path.removeprefix(top))
        note = Finding("foreign.no-digests", "", "warning", {"kind": self.kind})
        return ForeignPackage(
            self.kind,
            "",
            list(content),
            unknown=tuple(unknown),
            said=tuple(dict.fromkeys(said)),
            missing=tuple(missing),
            left=tuple(left),
            findings=(note,),
        )


def _contents(source: Source, path: str) -> Iterator[tuple[str, str]]:
    """Name and bundle (in small letters) of each file of an item; a line may say more behind tabs."""
    data = source.read(path, _LARGEST)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused("foreign.unreadable", path, reason="encoding") from error
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        fields = [field.strip() for field in line.split("\t")]
        if not fields[0]:
            continue
        name = re.sub(r"^-r\s+-s\s+\S+\s+-f\s+", "", fields[0])  # a file that was registered, and lies elsewhere
        bundle = next((field[7:].lower() for field in fields[1:] if field.lower().startswith("bundle:")), "original")
        yield name, bundle


class DspaceMets:
    """A METS SIP, or the AIP of one item: `mets.xml` beside the files."""

    kind = "dspace-mets"

    def recognises(self, entries: Sequence[Entry], top: str) -> bool:
        """`mets.xml` in small letters, and no folders of another form."""
        return any(path == top + "mets.xml" for path in paths_of(entries))

    def read(self, source: Source, entries: Sequence[Entry], top: str) -> ForeignPackage:
        """The package. Raises Refused where METS cannot be read."""
        paths = [path for path in paths_of(entries) if path.startswith(top)]
        mets = read_mets(source, top + "mets.xml")
        found = listed([mets], Paths(paths, top), top)
        used = {path: word.use.lower() for path, (_, word) in found.files.items()}
        left = [path for path in paths if used.get(path) in _DERIVED]
        content = [
            path for path in paths if path != mets.path and used.get(path, "content") not in (*_NOT_CONTENT, "metadata")
        ]
        undigested = [path for path in content if not found.wanted.get(path)]
        findings = [Finding("foreign.no-digests", "", "warning", {"kind": self.kind})] if undigested else []
        return ForeignPackage(
            self.kind,
            mets.profile[:200],
            content,
            dict(_names(content, found)),
            found.wanted,
            unknown=(*found.outside, *sorted(found.algorithms), *(p for p in content if p not in used)),
            said=mets.said_of_none(found.files[path][1] for path in content if path in used),
            lists=(mets.path,),
            sizes=found.sizes,
            missing=tuple(found.missing),
            left=tuple(left),
            findings=tuple(findings),
            history=tuple(f"agent: {agent}" for agent in dict.fromkeys(mets.agents)),
        )


def _names(content: Sequence[str], found: Listed) -> Iterator[tuple[str, str]]:
    """In an AIP a file is called after its number; its own name is the title in its technical metadata."""
    for path in content:
        mets, word = found.files.get(path, (None, None))
        if mets is None or word is None:
            continue
        titles = (text for name, text in mets.words(word) if name in ("dc:title", "dcterms:title", "dim:title"))
        name = mets.original_of(word) or word.title or next(titles, "")
        if name:
            yield path, name
