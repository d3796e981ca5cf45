"""What the packages say happened: PREMIS events of a case or of one object, from metadata that is as it was sealed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from sqlalchemy import Connection

from metadata import csip
from metadata.entities import Agent, Event, Representation
from metadata.errors import MetadataError
from metadata.findings import Finding
from metadata.identity import meant
from metadata.premis import read_premis
from preserve.access.case_history.model import Happening, Subject
from preserve.archival_storage.media import server_store
from preserve.archival_storage.packages import contents_of
from preserve.data_management import event_index, object_index
from preserve.data_management.object_index import ObjectRow
from preserve.data_management.proof.anchors import read_anchor
from preserve.errors import NotFound, NotIntact
from preserve.home import Home
from storage_adapters.contract import CopyRef
from storage_adapters.errors import StorageError
from storage_adapters.reading import digest_file


def find_object(connection: Connection, objid: str, name: str) -> tuple[Subject, frozenset[str]]:
    """The object of that name or identifier, and its identifier with those of everything made from it or its source.

    Raises Refused where there is none.
    """
    rows = sorted(object_index.of_case(connection, objid), key=lambda row: row.version, reverse=True)
    named = next((row for row in rows if row.identifier == name), None)
    for role in csip.REPRESENTATIONS if named is None else ():
        newest = {row.identifier: row for row in reversed(rows) if row.representation == role}
        by_name = {known: row for row in newest.values() for known in _names(row)}
        named = named or by_name.get(meant(name, by_name) or "")
    if named is None:
        raise NotFound("request.nothing-there", name)
    original = named.source or named.identifier
    related = {original, *(row.identifier for row in rows if row.source == original)}
    subject = Subject(
        named.identifier,
        named.name,
        named.representation,
        named.size,
        named.sha256,
        " ".join(filter(None, (named.format_name, named.format_version))),
        named.puid or "",
    )
    return subject, frozenset(related)


def _names(row: ObjectRow) -> set[str]:
    return {row.path, row.path.removeprefix("data/"), row.deposited} - {""}


def read_events(
    home: Home,
    connection: Connection,
    packages: Sequence[str],
    related: frozenset[str],
    findings: list[Finding],
    given_up: Collection[str] = (),
) -> Iterator[Happening]:
    """The events of these packages, each once; of one object those that are about it or about more than single files.

    Where a package cannot be read, or its metadata is not what the ledger anchors, the catalogue's events of the whole
    case take its place, and a finding says so; for packages that were `given_up` by decision no finding is needed.
    """
    seen: set[str] = set()
    for name in packages:
        try:
            gone = name in given_up
            told = list(_from_catalogue(connection, name) if gone else _from_package(home, connection, name, related))
        except (StorageError, NotIntact, MetadataError, OSError) as error:
            findings.append(Finding("history.package-unread", name, "error", {"reason": str(error)}))
            told = list(_from_catalogue(connection, name))
        for one in told:
            if one.reference not in seen:
                seen.add(one.reference)
                yield one


def _from_package(home: Home, connection: Connection, name: str, related: frozenset[str]) -> Iterator[Happening]:
    store = server_store(home)
    objid = name.rpartition("_v")[0]
    shown = {row.identifier: row.name for row in object_index.of_case(connection, objid)}
    for path in _checked(store.path(CopyRef(name)), home, connection, name):
        agents: dict[str, str] = {}
        events: list[Event] = []
        for entity in read_premis(path):
            if isinstance(entity, Agent):
                agents[entity.identifier] = f"{entity.name} {entity.version}".strip()
            elif isinstance(entity, Event):
                events.append(entity)
            elif isinstance(entity, Representation):
                shown[entity.identifier] = ""
        for event in events:
            linked = [link.identifier for link in event.objects]
            single = tuple(linked) if all(shown.get(one) for one in linked) else ()
            if related and single and not related.intersection(single):
                continue
            about = ", ".join(dict.fromkeys(shown[one] for one in linked if shown.get(one)))
            text = "\n".join(filter(None, (about, event.detail, event.outcome_detail)))
            who = ", ".join(agents.get(link.identifier, "") for link in event.agents)
            yield Happening(event.when, "package", who, event.kind, event.outcome, event.identifier, text, about=single)


def _checked(root: Path, home: Home, connection: Connection, name: str) -> list[Path]:
    """The package's PREMIS documents. Raises NotIntact where one is not what was sealed."""
    objid = name.rpartition("_v")[0]
    contents = contents_of(server_store(home), CopyRef(name), read_anchor(connection, name))
    if contents.problems:
        raise NotIntact("storage.manifest-altered", str(root), wanted="", found=contents.problems[0].path)
    wanted: Mapping[str, str] = {
        one.path: one.digests["sha256"]
        for one in contents.expected
        if one.path.startswith(f"data/{objid}/") and one.path.endswith("/" + csip.PREMIS)
    }
    for path, digest in wanted.items():
        seen = digest_file(root / path, ("sha256",), from_medium=False)[1]["sha256"]
        if seen != digest:
            raise NotIntact("storage.manifest-altered", str(root / path), wanted=digest, found=seen)
    return [root / path for path in sorted(wanted)]


def _from_catalogue(connection: Connection, name: str) -> Iterator[Happening]:
    objid, _, version = name.rpartition("_v")
    for row in event_index.of_version(connection, objid, int(version)):
        text = "\n".join(filter(None, (row.detail, row.outcome_detail)))
        yield Happening(row.happened, "package", "", row.kind, row.outcome, row.identifier, text)
