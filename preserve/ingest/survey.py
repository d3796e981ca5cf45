"""What can be said of all originals together: counts, the programs that took part, and the events of the whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from metadata.entities import Agent, Event
from preserve.archival_storage.packing.identifiers import OWN, software
from preserve.ingest.context import Ingest
from preserve.ingest.provenance import TakenFile, batch_event
from preserve.messages import say


@dataclass(slots=True)
class Survey:
    """Grows file by file. `named` counts how formats were named: agree, disagree, guessed, unknown."""

    files: int = 0
    size: int = 0
    renamed: int = 0
    named: Counter[str] = field(default_factory=Counter)
    identifiers: set[str] = field(default_factory=set)
    readers: set[str] = field(default_factory=set)
    transcoders: set[str] = field(default_factory=set)
    roles: set[str] = field(default_factory=set)

    def add(self, file: TakenFile) -> None:
        """One original, and what was made of it."""
        identification = file.identification
        self.files += 1
        self.size += file.copied.size
        self.renamed += file.path != file.stored
        if identification.disagreement:
            self.named["disagree"] += 1
        elif identification.puid is None:
            self.named["unknown"] += 1
        else:
            self.named["guessed" if identification.basis == "extension" else "agree"] += 1
        self.identifiers.update(f"{answer.identifier} {answer.version}" for answer in identification.answers)
        if file.character.tool:
            self.readers.add(file.character.tool)
        for derivative in file.normalised.derivatives if file.normalised else ():
            self.roles.add(derivative.role)
            self.transcoders.add(derivative.tool)
            if derivative.validation is not None and derivative.validation.tool:
                self.transcoders.add(derivative.validation.tool)

    def agents(self) -> list[Agent]:
        """Every program that took part."""
        return [software(name) for name in sorted({OWN, *self.identifiers, *self.readers, *self.transcoders})]


def original_events(ingest: Ingest, survey: Survey, when: str) -> Iterator[Event]:
    """What was done alike to every original: digests, identification, characterisation, safe names."""
    objid, version = ingest.objid, ingest.version
    algorithms = ", ".join(ingest.home.settings.digests)

    def event(kind: str, detail: str, tools: list[str], outcome_detail: str = "") -> Event:
        return batch_event(objid, kind, when, detail, tools, outcome_detail, version)

    copied = say("premis.copied", files=survey.files, bytes=survey.size, algorithms=algorithms)
    yield event("message digest calculation", copied, [OWN])
    named = {name: survey.named[name] for name in ("agree", "disagree", "guessed", "unknown")}
    outcome = say("premis.identified-outcome", **named)
    yield event("format identification", say("premis.identified"), sorted(survey.identifiers), outcome)
    yield event("metadata extraction", say("premis.characterised"), sorted(survey.readers | {OWN}))
    if survey.renamed and version == 1:
        yield event("filename change", say("premis.renamed", count=survey.renamed), [OWN])
