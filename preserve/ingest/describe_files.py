"""METS and PREMIS of the representations of a first version, written in one pass over its files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import TracebackType
from typing import Self

from metadata import csip
from metadata.entities import Event, Relationship, Representation
from metadata.mets import RepresentationReference
from metadata.names import xml_name
from preserve.archival_storage.packing.documents import PackageWriter, RepresentationWriter
from preserve.archival_storage.packing.identifiers import OWN, identifier
from preserve.archival_storage.packing.listing import Described, Listing
from preserve.archival_storage.packing.stages import Stages
from preserve.ingest.context import Ingest
from preserve.ingest.provenance import (
    TakenFile,
    batch_event,
    derivation_event,
    derived_object,
    failure_event,
    mime_of,
    original_object,
    validation_event,
)
from preserve.ingest.survey import Survey, original_events
from preserve.messages import say

_NAMED = 50  # lists of digests that the event names


class Representations:
    """Shown one file after the other, it describes each and what was made of it. Use as a context.

    `scanner` is the program that looked for viruses, empty where none did; `lists` for how many files each list of
    digests in the deposit spoke, all of which agreed.
    """

    def __init__(
        self, out: PackageWriter, ingest: Ingest, listing: Listing, scanner: str, lists: Mapping[str, int] | None = None
    ) -> None:
        self.survey = Survey()
        self._out, self._ingest, self._listing, self._scanner = out, ingest, listing, scanner
        self._lists = dict(lists or {})
        self._moment = out.header.created
        self._stages = Stages(ingest.description)
        self._writers: dict[str, RepresentationWriter] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for writer in self._writers.values():
            writer.abandon()

    def add(self, file: TakenFile) -> None:
        """One original and its derivatives."""
        objid = self._ingest.objid
        self.survey.add(file)
        original, writer = original_object(objid, file), self._writer("original")
        writer.file(original, mime_of(file), self._moment)
        self._stages.add(original.identifier, file.path.encode("utf-8", "surrogateescape"))
        self._list("original", file.stored, file.copied.size, file.copied.digests)
        if file.normalised is None:
            return
        if file.normalised.action == "failed":
            writer.event(failure_event(objid, file, self._moment))
        for derivative in file.normalised.derivatives:
            writer = self._writer(derivative.role)
            writer.file(derived_object(objid, file, derivative), derivative.mime, self._moment)
            writer.event(derivation_event(objid, file, derivative))
            if (judged := validation_event(objid, file, derivative)) is not None:
                writer.event(judged)
            self._list(derivative.role, derivative.stored, derivative.size, derivative.digests)

    def close(self) -> list[RepresentationReference]:
        """Finish the documents of every representation that there is."""
        agents = self.survey.agents()
        references = []
        for role in csip.REPRESENTATIONS:
            if role == "original":
                events = [*original_events(self._ingest, self.survey, self._moment), self._virus_check()]
                events += self._fixity_check()
                references.append(self._writer(role).close(events, agents, self._stages.divisions()))
            elif role in self._writers:
                references.append(self._writers[role].close((), agents))
        return references

    def _writer(self, role: str) -> RepresentationWriter:
        if role not in self._writers:
            objid = self._ingest.objid
            writer = self._writers[role] = RepresentationWriter(self._out, role)
            represents = Relationship("structural", "represents", identifier(objid, "entity", objid))
            writer.object(Representation(identifier(objid, "representation", role), role, (represents,)))
        return self._writers[role]

    def _list(self, role: str, stored: str, size: int, digests: dict[str, str]) -> None:
        path = f"data/{self._ingest.objid}/representations/{role}/data/{stored}"
        self._listing.add(Described(path, size, digests))

    def _virus_check(self) -> Event:
        if self._scanner:
            detail = say("premis.scan-passed", tool=self._scanner)
        else:
            detail = say("premis.scan-not-done", reason=say("premis.no-scanner"))
        event = batch_event(self._ingest.objid, "virus check", self._moment, detail, [OWN])
        return event if self._scanner else replace(event, outcome="warning")

    def _fixity_check(self) -> Iterator[Event]:
        """That the originals are what the depositor said: one event, for those that differ were never taken in."""
        if not self._lists:
            return
        most = list(self._lists.items())[:_NAMED]
        named = say("words.list-comma").join(f"{xml_name(name)} ({count})" for name, count in most)
        detail = say("premis.lists-agree", files=max(self._lists.values()), lists=len(self._lists), named=named)
        yield batch_event(self._ingest.objid, "fixity check", self._moment, detail, [OWN])
