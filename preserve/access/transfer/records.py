"""What goes into the encapsulations of a case: one a deposited file with what was made of it, one for the rest."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from preserve import __version__
from preserve.access.case_history import words
from preserve.access.case_history.events import read_events
from preserve.access.case_history.model import Happening
from preserve.access.transfer.eep import Deed, Document, Person, Record
from preserve.access.transfer.model import Item
from preserve.access.transfer.profile import TransferProfile
from preserve.data_management import cases, object_index
from preserve.data_management.object_index import ObjectRow
from preserve.description.schema import CaseDescription, CaseObject
from preserve.home import Home
from preserve.messages import say
from storage_adapters.contract import ExpectedFile

_BUREAU, _PRODUCER = "机构1", "机构2"


@dataclass(frozen=True, slots=True)
class Piece:
    """One encapsulation: its name, metadata and files; every file of the package is in exactly one of them."""

    name: str
    record: Record
    documents: tuple[Document, ...]
    deeds: tuple[Deed, ...]
    people: tuple[Person, ...]


def pieces(
    home: Home,
    connection: Connection,
    profile: TransferProfile,
    item: Item,
    expected: Sequence[ExpectedFile],
    sizes: dict[str, int],
) -> Iterator[Piece]:
    """The encapsulations of one case. `expected` are the package's files, `sizes` their bytes."""
    case = cases.read(connection, item.objid).description
    rows = object_index.of_version(connection, item.objid, int(item.package.rpartition("_v")[2]))
    base = f"data/{item.objid}/"
    digests = {one.path.removeprefix(base): one.digests["sha256"] for one in expected if one.path.startswith(base)}
    events = list(read_events(home, connection, [item.package], frozenset(), []))
    people = (Person(_BUREAU, home.settings.institution, "unit"), Person(_PRODUCER, case.producer.name, "unit"))
    originals = [row for row in rows if row.representation == "original"]
    made: dict[str, list[ObjectRow]] = {}
    for row in rows:
        made.setdefault(row.source or "", []).append(row)
    described = {_plain(one.file): one for one in case.objects}
    common = [one for one in events if not one.about]
    single: dict[str, list[Happening]] = {}
    for event in events:
        for identifier in event.about:
            single.setdefault(identifier, []).append(event)
    given: set[str] = set()
    number = 0
    for number, row in enumerate(originals, 1):
        own = [row, *made.get(row.identifier, ())]
        about = described.get(_plain(row.name))
        documents = tuple(_file(one, about, digests, sizes) for one in own)
        given |= {one.path for one in documents}
        told = {one.reference: one for each in own for one in single.get(each.identifier, ())}
        deeds = [*common, *told.values()]
        record = _record(home, profile, case, item, number, row.identifier, about, row.name)
        yield Piece(f"{number:04d}.eep", record, documents, tuple(map(_deed, deeds)), people)
    rest = tuple(
        Document(path, path, path.rpartition("/")[2], sizes[path], digest, "")
        for path, digest in sorted(digests.items())
        if path not in given
    )
    record = _record(home, profile, case, item, number + 1, item.objid, None, say("transfer.case-papers"))
    yield Piece(f"{number + 1:04d}.eep", record, rest, tuple(map(_deed, common)), people)


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip()


def _file(row: ObjectRow, about: CaseObject | None, digests: dict[str, str], sizes: dict[str, int]) -> Document:
    path = f"representations/{row.representation}/{row.path}"
    title = f"{(about.title or about.kind) if about else row.name}"
    role = say(f"cli.representation-{row.representation}")
    format_ = " ".join(filter(None, (row.format_name, row.format_version, row.puid or "")))
    return Document(path, path, f"{title} {role}", sizes[path], digests[path], format_)


def _record(
    home: Home,
    profile: TransferProfile,
    case: CaseDescription,
    item: Item,
    number: int,
    identifier: str,
    about: CaseObject | None,
    name: str,
) -> Record:
    level = ((about.classification if about else None) or case.classification).value
    kept = ((about.retention if about else None) or case.retention).value
    title = (about.title or about.kind) if about else name
    day = (about.date if about else None) or case.closed
    return Record(
        number=identifier,
        source=(("fonds_name", home.settings.institution), ("fonds_unit", case.producer.name)),
        archival_number=item.archival_number or item.case_number,
        numbered=(
            ("year", str(case.closed.year)),
            ("retention", profile.retention.get(kept, kept)),
            ("item_number", str(number)),
        ),
        description=(
            ("title", f"{case.title} {title}"),
            ("keywords", about.kind if about else ""),
            ("document_number", item.case_number),
            ("author", (about.maker if about else "") or case.producer.name),
            ("date", day.isoformat()),
            ("genre", about.kind if about else ""),
            ("secrecy", profile.secrecy.get(level, level)),
        ),
        control=profile.secrecy.get(level, level),
        system=f"preserve {__version__}",
        note=item.package,
    )


def _deed(one: Happening) -> Deed:
    told = "\n".join(filter(None, (one.who, one.text, say(f"history.outcome-{one.outcome}"))))
    return Deed(one.reference, _BUREAU, words.what(one), one.when, "", told)
