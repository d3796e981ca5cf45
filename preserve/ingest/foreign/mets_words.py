"""METS as others write it, read as a stream and without any schema: files, their groups, what is said of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

from lxml import etree

from metadata.errors import MetadataError
from metadata.xml import METS, XLINK
from preserve.errors import Refused
from preserve.ingest.declared.forms import algorithm_of
from preserve.ingest.foreign.documents import elements
from preserve.ingest.foreign.said import LONGEST, said_in
from preserve.ingest.sources import Source

_HREF = f"{{{XLINK}}}href"
PREMIS = ("info:lc/xmlns/premis-v2", "http://www.loc.gov/premis/v3", "http://www.loc.gov/standards/premis/v1")
_SECTIONS = ("dmdSec", "techMD", "digiprovMD", "rightsMD", "sourceMD")
_MOST_EVENTS = 200  # kinds of them
_DEEPEST = 32  # groups in groups
_MOST_FILES = 1_000_000


@dataclass(frozen=True, slots=True)
class FileWord:
    """What is said of one file: references to it, its group's use, size in bytes, digests by algorithm.

    `title` is the name that the reference gives it, `ids` the sections about it, `number` its own ID.
    """

    hrefs: tuple[str, ...]
    use: str = ""
    size: int | None = None
    digests: tuple[tuple[str, str], ...] = ()
    title: str = ""
    ids: tuple[str, ...] = ()
    number: str = ""


@dataclass(slots=True)
class MetsWords:
    """One METS document. `path` is where it lies in the source.

    `files` are those of the file section, `documents` the metadata it refers to, `others` the METS documents of its
    parts. By the ID of a section: `said` what it says, as `dc:title` and the text, `original` a file's name at its
    origin, `fixity` its digests, `within` the IDs of the sections in it. `about`: sections about a file by its ID.
    `events`: kinds of PREMIS events, how many.
    """

    path: str
    objid: str = ""
    profile: str = ""
    agents: list[str] = field(default_factory=list)
    files: list[FileWord] = field(default_factory=list)
    documents: list[FileWord] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    said: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    original: dict[str, str] = field(default_factory=dict)
    fixity: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    within: dict[str, list[str]] = field(default_factory=dict)
    about: dict[str, tuple[str, ...]] = field(default_factory=dict)
    events: dict[str, int] = field(default_factory=dict)

    def words(self, file: FileWord) -> tuple[tuple[str, str], ...]:
        """What is said of one file."""
        return tuple(pair for one in self._sections(file) for pair in self.said.get(one, ()))

    def original_of(self, file: FileWord) -> str:
        """The name of a file at its origin; empty where none is given."""
        return next((self.original[one] for one in self._sections(file) if one in self.original), "")

    def digests_of(self, file: FileWord) -> tuple[tuple[str, str], ...]:
        """Its digests, those of the file section first."""
        return (*file.digests, *(pair for one in self._sections(file) for pair in self.fixity.get(one, ())))

    def said_of_none(self, files: Iterable[FileWord]) -> tuple[tuple[str, str], ...]:
        """What is said of the whole: of none of these files."""
        single = {section for file in files for section in self._sections(file)}
        return tuple(pair for number, said in self.said.items() if number not in single for pair in said)

    def _sections(self, file: FileWord) -> tuple[str, ...]:
        named = (*file.ids, *self.about.get(file.number, ()))
        return tuple(inner for one in named for inner in (one, *self.within.get(one, ())))


def read_mets(source: Source, path: str) -> MetsWords:
    """The document at a path. Raises Refused where it cannot be read."""
    words = MetsWords(path)
    tags = tuple(f"{{{METS}}}{name}" for name in (*_SECTIONS, "file", "fptr", "mptr", "agent", "mets"))
    try:
        for element in elements(source, path, tags):
            _take(words, element)
    except MetadataError as error:
        raise Refused("foreign.unreadable", path, reason=str(error.values.get("reason", "XML"))[:200]) from error
    return words


def _take(words: MetsWords, element: etree._Element) -> None:
    name = etree.QName(element).localname
    if name == "file":
        if len(words.files) == _MOST_FILES:
            raise Refused("foreign.unreadable", words.path, reason=f"> {_MOST_FILES}")
        if (word := _file(element)) is not None:
            words.files.append(word)
    elif name == "mptr":
        if href := element.get(_HREF):
            words.others.append(href)
    elif name == "fptr":
        division = element.getparent()
        if division is not None and (ids := division.get("DMDID", "").split()):
            number = element.get("FILEID", "")
            words.about[number] = (*words.about.get(number, ()), *ids)
    elif name == "agent":
        told = element.find(f"{{{METS}}}name")
        if told is not None and told.text:
            words.agents.append(told.text.strip()[:LONGEST])
    elif name == "mets":
        words.objid, words.profile = element.get("OBJID", ""), element.get("PROFILE", "")
    else:
        _section(words, element)


def _file(element: etree._Element) -> FileWord | None:
    places = element.findall(f"{{{METS}}}FLocat")
    hrefs = tuple(href for place in places if (href := place.get(_HREF)))
    if not hrefs:
        return None
    groups = islice(element.iterancestors(f"{{{METS}}}fileGrp"), _DEEPEST)
    return FileWord(
        hrefs,
        next((use for group in groups if (use := group.get("USE"))), ""),
        _number(element.get("SIZE")),
        _digest(element),
        places[0].get(f"{{{XLINK}}}title", ""),
        tuple(f"{element.get('ADMID', '')} {element.get('DMDID', '')}".split()),
        element.get("ID", ""),
    )


def _digest(element: etree._Element) -> tuple[tuple[str, str], ...]:
    digest, label = (element.get("CHECKSUM") or "").strip().lower(), (element.get("CHECKSUMTYPE") or "").strip()
    return ((algorithm_of(label) or label.lower(), digest),) if digest else ()


def _section(words: MetsWords, element: etree._Element) -> None:
    """A section of metadata: what it refers to or holds."""
    above, number = element.getparent(), element.get("ID") or f"#{len(words.said)}"
    if above is not None and (holder := above.get("ID")):
        words.within.setdefault(holder, []).append(number)
    for reference in element.iter(f"{{{METS}}}mdRef"):
        if href := reference.get(_HREF):
            use = reference.get("MDTYPE", "") or reference.get("OTHERMDTYPE", "")
            words.documents.append(FileWord((href,), use, _number(reference.get("SIZE")), _digest(reference)))
    for data in element.iter(f"{{{METS}}}xmlData"):
        for inner in data.iterchildren(etree.Element):
            said, (original, digests) = said_in(inner), premis_in(inner, words.events)
            words.said.setdefault(number, []).extend(said)
            words.fixity.setdefault(number, []).extend(digests)
            if original:
                words.original.setdefault(number, original)


def premis_in(root: etree._Element, events: dict[str, int]) -> tuple[str, list[tuple[str, str]]]:
    """A file's name at its origin and its digests, as PREMIS has them; the kinds of events are counted."""
    original, label, digests = "", "", []
    for element in root.iter(etree.Element):
        tag = etree.QName(element)
        text = " ".join((element.text or "").split())[:LONGEST] if tag.namespace in PREMIS else ""
        if not text:
            continue
        if tag.localname == "originalName":
            original = original or (element.text or "").strip()
        elif tag.localname == "messageDigestAlgorithm":
            label = text
        elif tag.localname == "messageDigest":
            digests.append((algorithm_of(label) or label.lower(), text.lower()))
        elif tag.localname == "eventType" and (text in events or len(events) < _MOST_EVENTS):
            events[text] = events.get(text, 0) + 1
    return original, digests


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and len(text) < 20 and text.isdigit() and text.isascii() else None
