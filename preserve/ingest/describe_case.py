"""What a first version says of the case as a whole: descriptive metadata, documentation, rights, the root documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from metadata import csip
from metadata.dublin_core import write_dublin_core
from metadata.entities import Agent, Event, IntellectualEntity, Link, Rights
from metadata.findings import Finding
from metadata.mets import RepresentationReference
from preserve.archival_storage.packing.documents import PackageWriter
from preserve.archival_storage.packing.identifiers import OWN, agent_identifier, identifier, person, software
from preserve.description.labels import chinese_of, label_of
from preserve.description.legacy import closed, span
from preserve.description.stored import case_json
from preserve.description.vocabulary import read_vocabulary
from preserve.ingest.context import Ingest
from preserve.ingest.documentation import documents
from preserve.ingest.foreign.look import Foreign
from preserve.ingest.handed import Accession
from preserve.ingest.rules import long_term
from preserve.ingest.rules.profile import read_rules
from preserve.ingest.survey import Survey
from preserve.messages import say

_NAMED = 500  # findings that the event of the validation names; the report names all


def storage_class(ingest: Ingest) -> str:
    """`long-term` where the rules ask for discs or dedicated drives (regulation Art. 18), else `ordinary`."""
    words = read_vocabulary(ingest.home.profiles)
    rule = read_rules(ingest.home.profiles, words).long_term
    return "long-term" if long_term.reasons(ingest.description, rule, words) else "ordinary"


def label(ingest: Ingest) -> str:
    """What METS calls the package."""
    return f"{ingest.description.case_number} {ingest.description.title}"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known beside the files. Times RFC 3339, UTC."""

    started: str
    ended: str
    person: str
    source_kind: str
    findings: tuple[Finding, ...]
    submission: Iterable[tuple[str, bytes]]  # the description as it came, a bag's own files, all else of a package
    reports: tuple[tuple[str, str, bytes], ...] = ()  # name, MIME type, bytes of what goes into documentation/
    texts: tuple[tuple[str, int], ...] = ()  # outcomes of reading the documents' text, and how many
    accession: Accession | None = None  # how it came, where it was gathered from carriers
    package: Foreign | None = None  # the package of another system that the deposit was


def write_case(out: PackageWriter, ingest: Ingest) -> None:
    """The description itself, which nothing that is found out later changes."""
    with out.place(csip.CASE).open("wb") as file:
        file.writelines(case_json(ingest.description))


class CaseDescriber:
    """Writes the root of a package, when its representations are finished."""

    def __init__(self, out: PackageWriter, ingest: Ingest, circumstances: Circumstances) -> None:
        self._out, self._ingest, self._circumstances = out, ingest, circumstances

    def write(self, references: list[RepresentationReference], survey: Survey) -> None:
        """Descriptive metadata, documentation, schemas, root PREMIS and root METS; `write_case` came before it."""
        out = self._out
        write_dublin_core(out.place(csip.DUBLIN_CORE), _terms(self._ingest))
        descriptive = [out.note(csip.DUBLIN_CORE, "application/xml"), out.note(csip.CASE, "application/json")]
        if self._circumstances.texts:
            descriptive.append(out.note(csip.TEXT, "text/plain"))
        documentation = []
        for path, mime, data in self._documents(survey):
            out.write(path, data)
            documentation.append(out.note(path, mime))
        out.close(
            descriptive=descriptive,
            documentation=documentation,
            representations=references,
            objects=[self._entity()],
            events=self._events(),
            agents=self._agents(),
            rights=self._rights(),
        )

    def _documents(self, survey: Survey) -> Iterator[tuple[str, str, bytes]]:
        circumstances = self._circumstances
        for name, mime, data in documents(self._ingest, circumstances.findings, survey.files, survey.size):
            yield f"documentation/{name}", mime, data
        for name, mime, data in circumstances.reports:
            yield f"documentation/{name}", mime, data
        for name, data in circumstances.submission:
            yield f"documentation/submission/{name}", _mime(name), data

    def _entity(self) -> IntellectualEntity:
        case = self._ingest.description
        properties = (
            ("case type", case.case_type),
            ("archival number", case.archival_number),
            ("classification", case.strictest.value),
            ("retention", case.retention.value),
            ("long-term storage (Art. 18)", "yes" if storage_class(self._ingest) == "long-term" else "no"),
        )
        return IntellectualEntity(
            identifier(self._ingest.objid, "entity", self._ingest.objid),
            case.case_number,
            tuple((name, value) for name, value in properties if value),
        )

    def _events(self) -> Iterable[Event]:
        circumstances, case = self._circumstances, self._ingest.description
        objid = self._ingest.objid

        def event(kind: str, when: str, detail: str, outcome_detail: str = "", by_person: bool = False) -> Event:
            doers = [Link(agent_identifier(OWN), "executing program")]
            if by_person:
                doers.append(Link(agent_identifier("person " + circumstances.person), "implementer"))
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

        begun = say("premis.ingestion-start", kind=circumstances.source_kind)
        yield event("ingestion start", circumstances.started, begun, by_person=True)
        if (came := circumstances.accession) is not None:
            yield event("accession", came.when, say("premis.from-carriers"), came.note)
        if (package := circumstances.package) is not None:
            files, kept = len(package.package.content), len(package.kept)
            told = say("premis.foreign", kind=package.kind, files=files, kept=kept)
            yield event("unpacking", circumstances.started, told, "\n".join(package.package.history[:_NAMED]))
        findings = "\n".join(f"{f.severity} {f.code} {f.where}" for f in circumstances.findings[:_NAMED])
        yield event("validation", circumstances.ended, say("premis.validated"), findings)
        if circumstances.texts:
            counts_ = {"text": 0, "cut": 0, "none": 0, "failed": 0, "left-out": 0, **dict(circumstances.texts)}
            yield event(
                "metadata extraction",
                circumstances.ended,
                say("premis.texts", path=csip.TEXT),
                "; ".join(f"{name}: {count}" for name, count in counts_.items()),
            )
        yield event(
            "policy assignment",
            circumstances.ended,
            say("premis.policy", retention=label_of(case.retention), long_term=storage_class(self._ingest)),
        )
        yield event("information package creation", circumstances.ended, say("premis.packaged"))

    def _agents(self) -> list[Agent]:
        circumstances, settings = self._circumstances, self._ingest.home.settings
        return [
            software(OWN),
            person(circumstances.person),
            Agent(agent_identifier("organization " + settings.institution), settings.institution, "organization"),
        ]

    def _rights(self) -> list[Rights]:
        case = self._ingest.description
        rules = read_rules(self._ingest.home.profiles)
        name = rules.regulation.zh
        entity = (Link(identifier(self._ingest.objid, "entity", self._ingest.objid)),)
        return [
            Rights(
                identifier(self._ingest.objid, "rights", "access"),
                "statute",
                "cn",
                f"{name} 第{rules.secrets.article}条、第{rules.disclosure.article}条",
                "disclose",
                f"{chinese_of(case.strictest)}: 未经行政执法机关负责人批准不得公开",
                objects=entity,
            ),
            Rights(
                identifier(self._ingest.objid, "rights", "retention"),
                "statute",
                "cn",
                f"{name} 第{rules.keeping.article}条、第{rules.destruction.article}条",
                "delete",
                f"保管期限 {chinese_of(case.retention)}",
                closed(case),
                objects=entity,
            ),
        ]


def _mime(name: str) -> str:
    kinds = {
        "json": "application/json",
        "txt": "text/plain",
        "html": "text/html",
        "md": "text/plain",
        "csv": "text/csv",
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
    yield "date", span(case)
    yield "language", "zh"
    yield "rights", label_of(case.strictest)
    for officer in case.officers:
        yield "contributor", officer.name
