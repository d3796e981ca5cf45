"""What becomes of each file of a package under a new policy: copies kept, made anew, left out; and how that is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from metadata.entities import Agent, Event, FileObject, Relationship
from metadata.findings import Finding
from preserve.archival_storage.aip_versions import PreviousVersion, Renewal, Shown
from preserve.archival_storage.packing.identifiers import identifier
from preserve.data_management.formats_index import made_kind
from preserve.ingest.context import Ingest
from preserve.ingest.facts import Derivative
from preserve.ingest.normalise import Plan, plan
from preserve.ingest.provenance import (
    TakenFile,
    derivation_event,
    derived_object,
    failure_event,
    mime_of,
    original_object,
    validation_event,
)
from preserve.ingest.survey import Survey, original_events
from preserve.ingest.working_files import WorkingFiles
from preserve.messages import say
from preserve.preservation_planning.policy import Policy, Wish, plan_of, role_of, wish


@dataclass(frozen=True, slots=True)
class OldCopy:
    """A copy that the old version has: its representation, its kind in the words of the profile, its object."""

    role: str
    kind: str
    entity: FileObject


def copies_of(old: PreviousVersion) -> dict[str, list[OldCopy]]:
    """The copies of the old version by the identifier of what they were made from."""
    copies: dict[str, list[OldCopy]] = {}
    for role in old.roles():
        for entity in old.objects(role) if role != "original" else ():
            kind = made_kind(role, entity.format.puid, entity.path, entity.properties)
            for relation in entity.relationships:
                if relation.sub_kind == "has source":
                    copies.setdefault(relation.related, []).append(OldCopy(role, kind, entity))
    return copies


@dataclass(frozen=True, slots=True)
class Decision:
    """For one file: what was made and is used, what was made and is not needed, which old copies go."""

    used: tuple[Derivative, ...] = ()
    spare: tuple[Derivative, ...] = ()
    replaced: tuple[OldCopy, ...] = ()


@dataclass(slots=True)
class Tally:
    """All decisions together: copies made and left out, and what a person should look at."""

    made: int = 0
    left_out: int = 0
    dropped: set[str] = field(default_factory=set)  # identifiers of the old copies that go
    roles: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)
    survey: Survey = field(default_factory=Survey)

    def add(self, file: TakenFile, decision: Decision) -> None:
        """One file, and what was decided for it."""
        self.survey.add(file)
        self.made += len(decision.used)
        self.left_out += len(decision.replaced)
        self.dropped.update(copy.entity.identifier for copy in decision.replaced)
        self.roles.update(derivative.role for derivative in decision.used)
        if file.normalised:
            self.findings += [f for f in file.normalised.findings if f.severity in ("warning", "error")]


class FileDecisions:
    """One package under one policy. Each pass asks the journal, so that nothing of the package's size is in memory."""

    def __init__(self, ingest: Ingest, old: PreviousVersion, policy: Policy, files: WorkingFiles) -> None:
        self.ingest, self.policy, self.files = ingest, policy, files
        self._copies = copies_of(old)

    def _old_copies(self, file: TakenFile) -> list[OldCopy]:
        return self._copies.get(identifier(self.ingest.objid, "original", file.stored), [])

    def wish(self, file: TakenFile) -> tuple[Plan, Wish]:
        """What the policy wants of a file, and what of that it does not have."""
        wanted = plan(file, self.policy.name, self.policy.formats)
        return wanted, wish(wanted, [copy.kind for copy in self._old_copies(file) if copy.kind])

    def wants(self, file: TakenFile) -> Plan:
        """What must be made of a file."""
        return plan_of(*self.wish(file))

    def decide(self, file: TakenFile) -> Decision:
        """What to use, now that it was made. Where making it failed, or gave the same kind again, the old one stays."""
        old_copies = self._old_copies(file)
        _, wished = self.wish(file)
        derivatives = file.normalised.derivatives if file.normalised else ()
        used: list[Derivative] = []
        spare: list[Derivative] = []
        replaced: list[OldCopy] = []
        for role in ("preservation", "access"):
            new = [derivative for derivative in derivatives if derivative.role == role]
            before = [copy for copy in old_copies if copy.role == role]
            kinds = {copy.kind for copy in before}
            fresh = [d for d in new if made_kind(role, d.puid, d.stored, d.properties) not in kinds]
            spare += [derivative for derivative in new if derivative not in fresh]
            used += fresh
            if fresh or (not any(role_of(kind) == role for kind in wished.make) and not new):
                replaced += [copy for copy in before if copy.kind in wished.drop]
        return Decision(tuple(used), tuple(spare), tuple(replaced))

    def all(self) -> Iterator[tuple[TakenFile, Decision]]:
        """Every file with its decision."""
        for file in self.files.files():
            yield file, self.decide(file)

    def renewal(self, tally: Tally, moment: str) -> Renewal:
        """All of it for the package's writer, which asks once for the files."""
        ingest = self.ingest

        def files() -> Iterator[Shown]:
            for file, decision in self.all():
                yield from self._shown(file, decision, moment)

        def events(role: str) -> Iterator[Event]:
            return original_events(ingest, tally.survey, moment) if role == "original" else iter(())

        def agents(role: str) -> list[Agent]:
            return tally.survey.agents()

        return Renewal(files, events, agents, frozenset(tally.roles))

    def _shown(self, file: TakenFile, decision: Decision, moment: str) -> Iterator[Shown]:
        """An original as it is described now, and what was made of it."""
        objid, version = self.ingest.objid, self.ingest.version
        failed = file.normalised is not None and file.normalised.action == "failed"
        failures = (failure_event(objid, file, moment, version),) if failed else ()
        yield Shown("original", original_object(objid, file), mime_of(file), failures)
        for derivative in decision.used:
            replaced = [copy for copy in decision.replaced if copy.role == derivative.role]
            event = derivation_event(objid, file, replace(derivative, event="migration"), version)
            entity = _superseding(derived_object(objid, file, derivative, version), replaced)
            judged = validation_event(objid, file, derivative, version)
            events = (_with_superseded(event, replaced), *((judged,) if judged else ()))
            yield Shown(derivative.role, entity, derivative.mime, events)


def _superseding(entity: FileObject, replaced: list[OldCopy]) -> FileObject:
    """The new copy, and which old ones it supersedes by which event."""
    event = entity.relationships[0].event
    before = (Relationship("derivation", "supersedes", copy.entity.identifier, event) for copy in replaced)
    return replace(entity, relationships=(*entity.relationships, *before))


def _with_superseded(event: Event, replaced: list[OldCopy]) -> Event:
    """The event of a copy, with the copies of the version before that it takes the place of."""
    lines = [
        say(
            "premis.superseded",
            path=copy.entity.path,
            format=copy.entity.format.name,
            identifier=copy.entity.identifier,
            digest=copy.entity.digests["sha256"],
        )
        for copy in replaced
    ]
    return replace(event, outcome_detail="\n".join((event.outcome_detail, *lines)))
