"""What was found out, said in PREMIS: objects, events and agents of one package."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from metadata.entities import Event, FileObject, Format, Link, Relationship
from metadata.identity import readable
from metadata.names import xml_name
from preserve.archival_storage.packing.identifiers import OWN, agent_identifier, identifier, versioned
from preserve.ingest.extraction.marks import MARK
from preserve.ingest.facts import Character, Copied, Derivative, Identification, Normalised, Proof, from_json
from preserve.messages import say
from preserve.messages.causes import cause_of


@dataclass(frozen=True, slots=True)
class TakenFile:
    """One file of the deposit with everything the steps found out about it.

    `path` is the depositor's, byte for byte; `name` what the file is called wherever it is spoken of or compared
    (see `metadata.identity`), the readable form of the path unless the description has another.
    """

    path: str
    stored: str
    copied: Copied
    identification: Identification
    character: Character
    normalised: Normalised | None
    name: str = ""

    def __post_init__(self) -> None:
        if not self.name:
            object.__setattr__(self, "name", readable(self.path))


def read_file(
    path: bytes, stored: str, copied: str, identified: str, characterised: str, normalised: str | None, name: str = ""
) -> TakenFile:
    """The file as the journal keeps it: the depositor's own bytes for its path, facts as JSON."""
    return TakenFile(
        path.decode("utf-8", "surrogateescape"),
        stored,
        from_json(Copied, copied),
        from_json(Identification, identified),
        from_json(Character, characterised),
        from_json(Normalised, normalised) if normalised else None,
        name,
    )


def mime_of(file: TakenFile) -> str:
    """One MIME type; what no identifier named is a stream of bytes."""
    return file.identification.mime.partition(",")[0].strip() or "application/octet-stream"


def original_object(objid: str, file: TakenFile) -> FileObject:
    """The deposited file."""
    identification = file.identification
    return FileObject(
        identifier=identifier(objid, "original", file.stored),
        path="data/" + file.stored,
        size=file.copied.size,
        digests=file.copied.digests,
        format=Format(
            identification.name or "unknown", identification.version, identification.puid, _format_note(identification)
        ),
        original_name=xml_name(file.path),
        properties=_properties(file.character),
    )


def _format_note(identification: Identification) -> str:
    answers = "; ".join(
        f"{a.identifier} {a.version} ({a.signatures}): {a.puid or 'unknown'} by {a.basis}"
        for a in identification.answers
    )
    flags = " DISAGREE" if identification.disagreement else ""
    return f"basis: {identification.basis}{flags}; {answers}"


def _properties(character: Character) -> tuple[tuple[str, str], ...]:
    values = [(name, value) for name, value in character.properties if name != MARK]
    if character.duration is not None:
        values.append(("duration", f"{character.duration:.3f} s"))
    if character.started is not None:
        values.append(("recording start", f"{character.started.isoformat()} ({character.started_from})"))
    if character.device:
        values.append(("device", character.device))
    for number, stream in enumerate(character.streams):
        values.append((f"stream {number}", f"{stream.kind}: {stream.codec}"))
        values += [(f"stream {number} {name}", value) for name, value in stream.properties]
    return tuple((name, value) for name, value in values if value)


def derived_object(objid: str, file: TakenFile, derivative: Derivative, version: int = 1) -> FileObject:
    """A file made from a deposited one, with its relationship to the source and to the event that made it.

    `version` is the version of the package with which it came into being.
    """
    return FileObject(
        identifier=identifier(objid, versioned(derivative.role, version), derivative.stored),
        path="data/" + derivative.stored,
        size=derivative.size,
        digests=derivative.digests,
        format=Format(derivative.format_name, derivative.format_version, derivative.puid, f"made by {derivative.tool}"),
        properties=derivative.properties,
        relationships=(
            Relationship(
                "derivation",
                "has source",
                identifier(objid, "original", file.stored),
                identifier(objid, versioned("event-" + derivative.role, version), derivative.stored),
            ),
        ),
    )


def derivation_event(objid: str, file: TakenFile, derivative: Derivative, version: int = 1) -> Event:
    """How a derivative was made and proven; an expert can repeat it with the command lines it holds."""
    proof = derivative.proof
    lines = [
        _verdict(proof),
        *(f"SOURCE {name}: {value}" for name, value in proof.source.items()),
        *(f"RESULT {name}: {value}" for name, value in proof.result.items()),
        *("$ " + _line(command) for command in proof.commands),
        *([_note(proof.note)] if proof.note else []),
        *(say("premis.lost", what=what) for what in derivative.lost),
    ]
    return Event(
        identifier=identifier(objid, versioned("event-" + derivative.role, version), derivative.stored),
        kind="normalization" if derivative.event == "normalization" else "migration",
        when=derivative.ended,
        detail=f"{derivative.tool}\n$ {_line(derivative.command)}",
        outcome="success" if proof.holds and not derivative.lost else "warning",
        outcome_detail="\n".join(lines),
        agents=(Link(agent_identifier(derivative.tool), "executing program"),),
        objects=(
            Link(identifier(objid, "original", file.stored), "source"),
            Link(identifier(objid, versioned(derivative.role, version), derivative.stored), "outcome"),
        ),
    )


def _note(note: str) -> str:
    """What the transcoder noted; of what is known in the language in use, as the other lines."""
    return say("premis.access-smaller") if cause_of(note) == "smaller" else note


_OUTCOMES: dict[str, Literal["success", "fail", "warning"]] = {"pass": "success", "fail": "fail", "not-run": "warning"}


def validation_event(objid: str, file: TakenFile, derivative: Derivative, version: int = 1) -> Event | None:
    """A validator's judgement on a derivative; None where no validator judges its format."""
    validation = derivative.validation
    if validation is None:
        return None
    role = versioned("event-validation", version)
    detail = f"{validation.tool}\n$ {_line(validation.command)}" if validation.tool else say("premis.validator-absent")
    return Event(
        identifier=identifier(objid, role, f"{derivative.role} {derivative.stored}"),
        kind="validation",
        when=derivative.ended,
        detail=detail,
        outcome=_OUTCOMES[validation.outcome],
        outcome_detail=validation.detail,
        agents=(Link(agent_identifier(validation.tool or OWN), "executing program"),),
        objects=(Link(identifier(objid, versioned(derivative.role, version), derivative.stored), "source"),),
    )


def _compared(method: str) -> str:
    """What a method compares, and so all that it proves."""
    match method:
        case "stream-digests-equal":
            return say("premis.equal-streams")
        case "decoded-frames-equal":
            return say("premis.equal-frames")
        case "decoded-samples-equal":
            return say("premis.equal-samples")
        case _:
            return say("premis.equal-content")


def _verdict(proof: Proof) -> str:
    if proof.method == "not-provable":
        return say("premis.proof-none")
    if not proof.holds:
        return say("premis.proof-fails", method=proof.method, why=proof.why or say("premis.differs"))
    return say("premis.proof-holds", method=proof.method, what=_compared(proof.method))


def _line(command: Sequence[str]) -> str:
    """An argument list as a POSIX shell line, so that it can be read and repeated."""
    return shlex.join(command)


def failure_event(objid: str, file: TakenFile, when: str, version: int = 1) -> Event:
    """A normalisation that did not succeed: recorded, and a to-do; never the loss of the ingest."""
    assert file.normalised is not None
    return Event(
        identifier=identifier(objid, versioned("event-failed", version), file.stored),
        kind="normalization",
        when=when,
        detail=file.normalised.rule,
        outcome="fail",
        outcome_detail=file.normalised.failure[-4000:],
        agents=(Link(agent_identifier(OWN), "executing program"),),
        objects=(Link(identifier(objid, "original", file.stored), "source"),),
    )


def batch_event(
    objid: str, kind: str, when: str, detail: str, tools: Sequence[str], outcome_detail: str = "", version: int = 1
) -> Event:
    """One event for what was done alike to every original, linked to the representation as a whole."""
    return Event(
        identifier=identifier(objid, versioned("event-batch", version), f"original {kind}"),
        kind=kind,
        when=when,
        detail=detail,
        outcome_detail=outcome_detail,
        agents=tuple(Link(agent_identifier(tool), "executing program") for tool in tools),
        objects=(Link(identifier(objid, "representation", "original")),),
    )
