"""Writes what the steps found as METS and PREMIS, with the documents that let a stranger understand the package."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from metadata import csip
from metadata.dublin_core import write_dublin_core
from metadata.entities import Agent, Event, IntellectualEntity, Link, Object, Relationship, Representation, Rights
from metadata.findings import Finding
from metadata.mets import Division, Header, MetsFile, RepresentationReference
from preserve import __version__
from preserve.archival_storage.packing.documents import Described, PackageWriter
from preserve.archival_storage.packing.identifiers import OWN, agent_identifier, identifier, person, software
from preserve.archival_storage.packing.stages import by_stage
from preserve.description.labels import chinese_of, label_of
from preserve.description.vocabulary import read_vocabulary
from preserve.ingest.context import Ingest
from preserve.ingest.documentation import documents
from preserve.ingest.provenance import (
    TakenFile,
    batch_event,
    derivation_event,
    derived_object,
    failure_event,
    original_object,
)
from preserve.ingest.rules import long_term
from preserve.ingest.rules.profile import read_rules
from preserve.messages import say, speaking

Files = Callable[[], Iterator[TakenFile]]


def storage_class(ingest: Ingest) -> str:
    """`long-term` where the rules ask for discs or dedicated drives (regulation Art. 18), else `ordinary`."""
    words = read_vocabulary(ingest.home.profiles)
    rule = read_rules(ingest.home.profiles, words).long_term
    return "long-term" if long_term.reasons(ingest.description, rule, words) else "ordinary"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the runner knows beside the files. Times RFC 3339, UTC."""

    started: str
    ended: str
    person: str
    source_kind: str
    scanner: str  # program and version, or empty when nothing was scanned
    findings: tuple[Finding, ...]
    submission: tuple[tuple[str, bytes], ...]  # the description as it came, a bag's own files
    papers: tuple[tuple[str, str, bytes], ...] = ()  # name, MIME type, bytes of reports that go into documentation/
    texts: tuple[tuple[str, int], ...] = ()  # outcomes of reading the documents' text, and how many


@dataclass(slots=True)
class Counts:
    files: int = 0
    size: int = 0
    agree: int = 0
    disagree: int = 0
    guessed: int = 0
    unknown: int = 0
    renamed: int = 0


def describe(ingest: Ingest, files: Files, told: Circumstances) -> list[Described]:
    """Write all metadata of the package; return what was written. Runs again with the same result."""
    with speaking(ingest.home.settings.language):
        writer = _Writer(ingest, told)
        roles = ["original"]
        counts, tools, made_roles = survey(files)
        roles += [role for role in ("preservation", "access") if role in made_roles]
        references = [writer.representation(role, files, counts, tools) for role in roles]
        writer.root(references, counts)
        return writer.out.written


def survey(files: Files) -> tuple[Counts, dict[str, set[str]], set[str]]:
    """One pass: counts, the programs that took part, and the representations that exist."""
    counts = Counts()
    tools: dict[str, set[str]] = {"identify": set(), "characterise": set(), "derive": set()}
    roles: set[str] = set()
    for file in files():
        counts.files += 1
        counts.size += file.copied.size
        counts.renamed += file.path != file.stored
        found = file.identification
        if found.disagreement:
            counts.disagree += 1
        elif found.puid is None:
            counts.unknown += 1
        elif found.basis == "extension":
            counts.guessed += 1
        else:
            counts.agree += 1
        tools["identify"].update(f"{a.identifier} {a.version}" for a in found.answers)
        if file.character.tool:
            tools["characterise"].add(file.character.tool)
        for made in file.normalised.derivatives if file.normalised else ():
            roles.add(made.role)
            tools["derive"].add(made.tool)
    return counts, tools, roles


def original_events(ingest: Ingest, counts: Counts, tools: dict[str, set[str]], when: str) -> Iterator[Event]:
    """What was done alike to every original: digests, identification, characterisation, safe names."""
    objid, version = ingest.objid, ingest.version
    algorithms = ", ".join(ingest.home.settings.digests)
    yield batch_event(
        objid,
        "original",
        "message digest calculation",
        when,
        say("premis.copied", files=counts.files, bytes=counts.size, algorithms=algorithms),
        [OWN],
        version=version,
    )
    yield batch_event(
        objid,
        "original",
        "format identification",
        when,
        say("premis.identified"),
        sorted(tools["identify"]),
        say(
            "premis.identified-outcome",
            agree=counts.agree,
            disagree=counts.disagree,
            guessed=counts.guessed,
            unknown=counts.unknown,
        ),
        version,
    )
    yield batch_event(
        objid,
        "original",
        "metadata extraction",
        when,
        say("premis.characterised"),
        sorted(tools["characterise"] | {OWN}),
        version=version,
    )
    if counts.renamed and version == 1:
        yield batch_event(
            objid, "original", "filename change", when, say("premis.renamed", count=counts.renamed), [OWN]
        )


class _Writer:
    """What the steps found, said to the package's writer."""

    def __init__(self, ingest: Ingest, told: Circumstances) -> None:
        self.ingest = ingest
        self.told = told
        header = Header(ingest.objid, label(ingest), told.ended, "preserve", __version__)
        self.out = PackageWriter(ingest.information_package, header, ingest.home.settings.digests)

    def representation(
        self, role: str, files: Files, counts: Counts, tools: dict[str, set[str]]
    ) -> RepresentationReference:
        """PREMIS and METS of one representation, streamed."""
        programs = sorted(set().union(*tools.values()) | {OWN})
        return self.out.representation(
            role,
            self._objects(role, files),
            self._events(role, files, counts, tools),
            [software(name) for name in programs],
            self._mets_files(role, files),
            self._stages(role, files),
        )

    def _stages(self, role: str, files: Files) -> Sequence[Division]:
        """The originals by stage (regulation Art. 3)."""
        if role != "original":
            return ()
        objid = self.ingest.objid
        named = ((identifier(objid, role, one.stored), one.path.encode("utf-8", "surrogateescape")) for one in files())
        return by_stage(self.ingest.description, named)

    def _objects(self, role: str, files: Files) -> Iterator[Object]:
        objid = self.ingest.objid
        yield Representation(
            identifier(objid, "representation", role),
            role,
            (Relationship("structural", "represents", identifier(objid, "entity", objid)),),
        )
        for file in files():
            if role == "original":
                yield original_object(objid, file)
            elif file.normalised:
                for made in file.normalised.derivatives:
                    if made.role == role:
                        yield derived_object(objid, file, made)

    def _events(self, role: str, files: Files, counts: Counts, tools: dict[str, set[str]]) -> Iterator[Event]:
        objid, told = self.ingest.objid, self.told
        if role == "original":
            yield from original_events(self.ingest, counts, tools, told.ended)
            yield self._virus_check()
            for file in files():
                if file.normalised and file.normalised.action == "failed":
                    yield failure_event(objid, file, told.ended)
            return
        for file in files():
            for made in file.normalised.derivatives if file.normalised else ():
                if made.role == role:
                    yield derivation_event(objid, file, made)

    def _virus_check(self) -> Event:
        scanned = bool(self.told.scanner)
        reason = say("premis.no-scanner") if not scanned else ""
        event = batch_event(
            self.ingest.objid,
            "original",
            "virus check",
            self.told.ended,
            say("premis.scan-passed", tool=self.told.scanner)
            if scanned
            else say("premis.scan-not-done", reason=reason),
            [OWN],
        )
        if scanned:
            return event
        return Event(event.identifier, event.kind, event.when, event.detail, "warning", "", event.agents, event.objects)

    def _mets_files(self, role: str, files: Files) -> Iterator[MetsFile]:
        objid = self.ingest.objid
        for file in files():
            if role == "original":
                yield MetsFile(
                    identifier(objid, role, file.stored),
                    "data/" + file.stored,
                    file.copied.size,
                    file.copied.digests["sha256"],
                    mime_of(file),
                    self.told.ended,
                )
            elif file.normalised:
                for made in file.normalised.derivatives:
                    if made.role == role:
                        yield MetsFile(
                            identifier(objid, role, made.stored),
                            "data/" + made.stored,
                            made.size,
                            made.digests["sha256"],
                            made.mime,
                            self.told.ended,
                        )

    def root(self, references: list[RepresentationReference], counts: Counts) -> None:
        """Descriptive metadata, documentation, schemas, root PREMIS and root METS."""
        case, out = self.ingest.description, self.out
        write_dublin_core(out.place(csip.DUBLIN_CORE), _terms(self.ingest))
        descriptive = out.note(csip.DUBLIN_CORE, "application/xml")
        out.write(csip.CASE, (case.model_dump_json(indent=1) + "\n").encode())
        documentation = [out.note(csip.CASE, "application/json")]
        if self.told.texts:
            documentation.append(out.note(csip.TEXT, "text/plain"))
        names = []
        for name, mime, data in documents(self.ingest, self.told.findings, counts.files, counts.size):
            names.append((f"documentation/{name}", mime, data))
        names += [(f"documentation/{name}", mime, data) for name, mime, data in self.told.papers]
        for name, data in self.told.submission:
            names.append((f"documentation/submission/{name}", _mime(name), data))
        for relative, mime, data in names:
            out.write(relative, data)
            documentation.append(out.note(relative, mime))
        out.close(
            descriptive=descriptive,
            documentation=documentation,
            schemas=out.schemas(),
            representations=references,
            objects=[self._entity()],
            events=self._root_events(counts),
            agents=self._agents(),
            rights=self._rights(),
        )

    def _entity(self) -> IntellectualEntity:
        case = self.ingest.description
        properties = (
            ("case type", case.case_type),
            ("archival number", case.archival_number),
            ("classification", case.strictest.value),
            ("retention", case.retention.value),
            ("long-term storage (Art. 18)", "yes" if storage_class(self.ingest) == "long-term" else "no"),
        )
        return IntellectualEntity(
            identifier(self.ingest.objid, "entity", self.ingest.objid),
            case.case_number,
            tuple((name, value) for name, value in properties if value),
        )

    def _root_events(self, counts: Counts) -> Iterable[Event]:
        told, case = self.told, self.ingest.description
        objid = self.ingest.objid

        def event(kind: str, when: str, detail: str, outcome_detail: str = "", by_person: bool = False) -> Event:
            doers = [Link(agent_identifier(OWN), "executing program")]
            if by_person:
                doers.append(Link(agent_identifier("person " + told.person), "implementer"))
            return Event(
                identifier(objid, "event-root", kind),
                kind,
                when,
                detail,
                "success",
                outcome_detail,
                tuple(doers),
                (Link(identifier(objid, "entity", objid)),),
            )

        yield event(
            "ingestion start", told.started, say("premis.ingestion-start", kind=told.source_kind), by_person=True
        )
        findings = "\n".join(f"{f.severity} {f.code} {f.where}" for f in told.findings[:500])
        yield event("validation", told.ended, say("premis.validated"), findings)
        if told.texts:
            counts_ = {"text": 0, "cut": 0, "none": 0, "failed": 0, "left-out": 0, **dict(told.texts)}
            yield event(
                "metadata extraction",
                told.ended,
                say("premis.texts", path=csip.TEXT),
                "; ".join(f"{name}: {count}" for name, count in counts_.items()),
            )
        yield event(
            "policy assignment",
            told.ended,
            say("premis.policy", retention=label_of(case.retention), long_term=storage_class(self.ingest)),
        )
        yield event("information package creation", told.ended, say("premis.packaged"))

    def _agents(self) -> list[Agent]:
        told, settings = self.told, self.ingest.home.settings
        return [
            software(OWN),
            person(told.person),
            Agent(agent_identifier("organization " + settings.institution), settings.institution, "organization"),
        ]

    def _rights(self) -> list[Rights]:
        case = self.ingest.description
        rules = read_rules(self.ingest.home.profiles)
        name = rules.regulation.zh
        entity = (Link(identifier(self.ingest.objid, "entity", self.ingest.objid)),)
        return [
            Rights(
                identifier(self.ingest.objid, "rights", "access"),
                "statute",
                "cn",
                f"{name} 第{rules.secrets.article}条、第{rules.disclosure.article}条",
                "disclose",
                f"{chinese_of(case.strictest)}: 未经行政执法机关负责人批准不得公开",
                objects=entity,
            ),
            Rights(
                identifier(self.ingest.objid, "rights", "retention"),
                "statute",
                "cn",
                f"{name} 第{rules.keeping.article}条、第{rules.destruction.article}条",
                "delete",
                f"保管期限 {chinese_of(case.retention)}",
                case.closed.isoformat(),
                objects=entity,
            ),
        ]


def label(ingest: Ingest) -> str:
    """What METS calls the package."""
    return f"{ingest.description.case_number} {ingest.description.title}"


def mime_of(file: TakenFile) -> str:
    """One MIME type; what no identifier named is a stream of bytes."""
    return file.identification.mime.partition(",")[0].strip() or "application/octet-stream"


def _mime(name: str) -> str:
    kinds = {
        "json": "application/json",
        "txt": "text/plain",
        "html": "text/html",
        "md": "text/plain",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
    return kinds.get(name.rpartition(".")[2].lower(), "application/octet-stream")


def _terms(ingest: Ingest) -> Iterator[tuple[str, str]]:
    case = ingest.description
    yield "title", case.title
    yield "identifier", ingest.objid
    yield "identifier", case.case_number
    yield "identifier", case.archival_number
    yield "creator", case.producer.name
    yield "publisher", ingest.home.settings.institution
    yield "subject", case.cause
    yield "type", read_vocabulary(ingest.home.profiles).label("case_type", case.case_type)
    yield "date", f"{case.start.isoformat()}/{case.closed.isoformat()}"
    yield "language", "zh"
    yield "rights", label_of(case.strictest)
    for officer in case.officers:
        yield "contributor", officer.name
