"""What becomes of each file of a package under a new policy: copies kept, made anew, left out; and how it is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from metadata.entities import Agent, Event, FileObject, Relationship
from preserve.archival_storage.aip_versions import PreviousVersion, Renewal, Shown
from preserve.archival_storage.aip_versions.copy_unchanged import data_path
from preserve.archival_storage.packing.documents import Described
from preserve.archival_storage.packing.identifiers import OWN, identifier, software
from preserve.data_management.formats_index import made_kind
from preserve.ingest.context import Ingest
from preserve.ingest.describe import mime_of, original_events, survey
from preserve.ingest.facts import Derivative
from preserve.ingest.normalise import Plan, plan
from preserve.ingest.provenance import TakenFile, derivation_event, derived_object, failure_event, original_object
from preserve.ingest.working_files import UnderWay
from preserve.messages import say
from preserve.preservation_planning.policy import Policy, Wish, plan_of, role_of, wish


@dataclass(frozen=True, slots=True)
class Held:
    """A copy that the old version has: its representation, its kind in the words of the profile, its object."""

    role: str
    kind: str
    entity: FileObject


def held(old: PreviousVersion) -> dict[str, list[Held]]:
    """The copies of the old version by the identifier of what they were made from."""
    found: dict[str, list[Held]] = {}
    for role in old.roles():
        for one in old.objects(role) if role != "original" else ():
            kind = made_kind(role, one.format.puid, one.path, one.properties)
            for relation in one.relationships:
                if relation.sub_kind == "has source":
                    found.setdefault(relation.related, []).append(Held(role, kind, one))
    return found


@dataclass(frozen=True, slots=True)
class Decision:
    """For one file: what was made and is used, what was made and is not needed, which old copies go."""

    used: tuple[Derivative, ...] = ()
    spare: tuple[Derivative, ...] = ()
    replaced: tuple[Held, ...] = ()


class Reworking:
    """One package under one policy. Asks the journal again for each pass, so that nothing of its size is in memory."""

    def __init__(self, ingest: Ingest, old: PreviousVersion, policy: Policy, files: UnderWay) -> None:
        self.ingest, self.old, self.policy, self.files = ingest, old, policy, files
        self.held = held(old)

    def _had(self, file: TakenFile) -> list[Held]:
        return self.held.get(identifier(self.ingest.objid, "original", file.stored), [])

    def wish(self, file: TakenFile) -> tuple[Plan, Wish]:
        """What the policy wants of a file, and what of that it does not have."""
        wanted = plan(file, self.policy.name, self.policy.formats)
        return wanted, wish(wanted, [one.kind for one in self._had(file) if one.kind])

    def wants(self, file: TakenFile) -> Plan:
        """What must be made of a file."""
        return plan_of(*self.wish(file))

    def decide(self, file: TakenFile) -> Decision:
        """What to use, now that it was made. Where making it failed, or gave the same kind again, the old one stays."""
        had = self._had(file)
        _, wished = self.wish(file)
        made = file.normalised.derivatives if file.normalised else ()
        used, spare, replaced = [], [], []
        for role in ("preservation", "access"):
            new = [one for one in made if one.role == role]
            before = [one for one in had if one.role == role]
            kinds = {one.kind for one in before}
            fresh = [one for one in new if made_kind(role, one.puid, one.stored, one.properties) not in kinds]
            spare += [one for one in new if one not in fresh]
            used += fresh
            if fresh or (not any(role_of(kind) == role for kind in wished.make) and not new):
                replaced += [one for one in before if one.kind in wished.drop]
        return Decision(tuple(used), tuple(spare), tuple(replaced))

    def decisions(self) -> Iterator[tuple[TakenFile, Decision]]:
        """Every file with its decision."""
        for file in self.files.files():
            yield file, self.decide(file)

    def renewal(self, moment: str) -> Renewal:
        """All of it as streams for the package's writer."""
        counts, tools, _ = survey(self.files.files)
        roles = frozenset(one.role for _, decision in self.decisions() for one in decision.used)

        def originals() -> Iterator[Shown]:
            for file in self.files.files():
                yield Shown(original_object(self.ingest.objid, file), mime_of(file))

        def made(role: str) -> Iterator[Shown]:
            for file, decision in self.decisions():
                for one in decision.used:
                    if one.role == role:
                        yield Shown(self._object(file, one, decision), one.mime)

        def events(role: str) -> Iterator[Event]:
            version = self.ingest.version
            if role == "original":
                yield from original_events(self.ingest, counts, tools, moment)
                for file in self.files.files():
                    if file.normalised and file.normalised.action == "failed":
                        yield failure_event(self.ingest.objid, file, moment, version)
                return
            for file, decision in self.decisions():
                for one in decision.used:
                    if one.role == role:
                        yield _told(derivation_event(self.ingest.objid, file, _migrated(one), version), decision, one)

        def agents(role: str) -> Iterable[Agent]:
            programs = {OWN, *tools["identify"], *tools["characterise"], *tools["derive"]}
            return [software(name) for name in sorted(programs)]

        return Renewal(originals, made, events, agents, roles)

    def _object(self, file: TakenFile, made: Derivative, decision: Decision) -> FileObject:
        """The new copy, and which old ones it supersedes by which event."""
        entity = derived_object(self.ingest.objid, file, made, self.ingest.version)
        event = entity.relationships[0].event
        before = tuple(
            Relationship("derivation", "supersedes", one.entity.identifier, event)
            for one in decision.replaced
            if one.role == made.role
        )
        return replace(entity, relationships=(*entity.relationships, *before))

    def payload(self) -> Iterator[Described]:
        """Originals and new copies, as they lie in the new package."""
        base = f"data/{self.ingest.objid}/"
        for file, decision in self.decisions():
            path = base + data_path("original", "data/" + file.stored)
            yield Described(path, file.copied.size, file.copied.digests)
            for one in decision.used:
                yield Described(base + data_path(one.role, "data/" + one.stored), one.size, one.digests)


def _migrated(made: Derivative) -> Derivative:
    return replace(made, event="migration")


def _told(event: Event, decision: Decision, made: Derivative) -> Event:
    """The event of a copy, with the copies of the version before that it takes the place of."""
    lines = [
        say(
            "premis.superseded",
            path=one.entity.path,
            format=one.entity.format.name,
            identifier=one.entity.identifier,
            digest=one.entity.digests["sha256"],
        )
        for one in decision.replaced
        if one.role == made.role
    ]
    return replace(event, outcome_detail="\n".join((event.outcome_detail, *lines)))
