"""What goes into the encapsulations of a case: one a deposited file with what was made of it, one for the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from preserve import __version__
from preserve.access.case_history import words
from preserve.access.case_history.events import read_events
from preserve.access.case_history.model import Happening
from preserve.access.transfer.encapsulation import Agent, BusinessAction, Document, Record
from preserve.access.transfer.model import Item
from preserve.access.transfer.profile import TransferProfile
from preserve.data_management import cases, object_index
from preserve.data_management.object_index import ObjectRow
from preserve.description.legacy import closed
from preserve.description.matching import described
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
    actions: tuple[BusinessAction, ...]
    agents: tuple[Agent, ...]


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
    digests = {file.path.removeprefix(base): file.digests["sha256"] for file in expected if file.path.startswith(base)}
    history = list(read_events(home, connection, [item.package], frozenset(), []))
    agents = (Agent(_BUREAU, home.settings.institution, "unit"), Agent(_PRODUCER, case.producer.name, "unit"))
    source = _Source(home.settings.institution, profile, case, item)
    originals = [row for row in rows if row.representation == "original"]
    derived: dict[str, list[ObjectRow]] = {}
    for row in rows:
        derived.setdefault(row.source or "", []).append(row)
    objects = described(case)
    of_the_case = [event for event in history if not event.about]
    by_object: dict[str, list[Happening]] = {}
    for event in history:
        for identifier in event.about:
            by_object.setdefault(identifier, []).append(event)
    placed: set[str] = set()
    number = 0
    for number, row in enumerate(originals, 1):
        files_of_it = [row, *derived.get(row.identifier, ())]
        about = objects.find(row.deposited or row.name)
        documents = tuple(_file(file, about, digests, sizes) for file in files_of_it)
        placed |= {document.path for document in documents}
        own = {event.reference: event for file in files_of_it for event in by_object.get(file.identifier, ())}
        record = source.record(number, row.identifier, about, row.name)
        yield Piece(f"{number:04d}.eep", record, documents, _actions([*of_the_case, *own.values()]), agents)
    rest = tuple(
        Document(path, path, path.rpartition("/")[2], sizes[path], digest, "")
        for path, digest in sorted(digests.items())
        if path not in placed
    )
    record = source.record(number + 1, item.objid, None, say("transfer.case-papers"))
    yield Piece(f"{number + 1:04d}.eep", record, rest, _actions(of_the_case), agents)


def _file(row: ObjectRow, about: CaseObject | None, digests: dict[str, str], sizes: dict[str, int]) -> Document:
    path = f"representations/{row.representation}/{row.path}"
    title = f"{(about.title or about.kind) if about else row.name}"
    role = say(f"words.representation-{row.representation}")
    format_ = " ".join(filter(None, (row.format_name, row.format_version, row.puid or "")))
    return Document(path, path, f"{title} {role}", sizes[path], digests[path], format_)


@dataclass(frozen=True, slots=True)
class _Source:
    """What the records of a case have in common."""

    institution: str
    profile: TransferProfile
    case: CaseDescription
    item: Item

    def record(self, number: int, identifier: str, about: CaseObject | None, name: str) -> Record:
        """The metadata of one record; `about` is what the description says of its file, `name` the file's own."""
        case, item, profile = self.case, self.item, self.profile
        level = ((about.classification if about else None) or case.classification).value
        kept = ((about.retention if about else None) or case.retention).value
        title = (about.title or about.kind) if about else name
        day = about.date.isoformat() if about and about.date else closed(case)
        return Record(
            number=identifier,
            source=(("fonds_name", self.institution), ("fonds_unit", case.producer.name)),
            archival_number=item.archival_number or item.case_number,
            numbered=(
                ("year", closed(case)[:4]),
                ("retention", profile.retention.get(kept, kept)),
                ("item_number", str(number)),
            ),
            description=(
                ("title", f"{case.title} {title}"),
                ("keywords", about.kind if about else ""),
                ("document_number", item.case_number),
                ("author", (about.maker if about else "") or case.producer.name),
                ("date", day),
                ("genre", about.kind if about else ""),
                ("secrecy", profile.secrecy.get(level, level)),
            ),
            control=profile.secrecy.get(level, level),
            system=f"preserve {__version__}",
            note=item.package,
        )


def _actions(events: Iterable[Happening]) -> tuple[BusinessAction, ...]:
    return tuple(_action(event) for event in events)


def _action(event: Happening) -> BusinessAction:
    parts = (event.who, event.text, say(f"history.outcome-{event.outcome}"))
    description = "\n".join(filter(None, parts))
    return BusinessAction(event.reference, _BUREAU, words.what(event), event.when, "", description)
