"""Makes what is wanted of one file, each result with its proof. A program that fails is a finding, not a loss."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Literal, assert_never

from metadata.findings import Finding
from preserve.clock import now, stamp
from preserve.ingest.facts import Derivative, Normalised
from preserve.ingest.normalise import FormatsProfile, Plan, forecast
from preserve.ingest.provenance import TakenFile
from preserve.ingest.readers.av_whole import decodes
from preserve.ingest.transcoders import Made, av, av_access, av_rewrap, image, text
from preserve.ingest.transcoders.av_changes import Changing
from preserve.programs import Pulse, ToolFailed
from preserve.work import free_space
from storage_adapters.durable import drop_file, move_in
from storage_adapters.errors import MediumFull
from storage_adapters.reading import digest_file

Role = Literal["preservation", "access"]


@dataclass(frozen=True, slots=True)
class Workshop:
    """Where derivatives are made: `target` gives the folder of a representation; `threads` are those of one program.

    `formats` is the profile by which room is forecast, the shipped one where it is None.
    """

    target: Callable[[str], Path]
    scratch: Path
    algorithms: tuple[str, ...]
    threads: int = 1
    formats: FormatsProfile | None = None


@dataclass(frozen=True, slots=True)
class _Job:
    """One file in the workshop: what is wanted of it, and a scratch folder of its own."""

    source: Path
    file: TakenFile
    wanted: Plan
    workshop: Workshop
    work: Path
    pulse: Pulse


@dataclass(slots=True)
class _Outcome:
    derivatives: list[Derivative] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def add(self, derivative: Derivative, findings: tuple[Finding, ...]) -> None:
        known = {finding.code for finding in self.findings}
        self.findings += [finding for finding in findings if finding.code not in known]
        self.derivatives.append(derivative)

    def fail(self, role: Role, path: str, error: ToolFailed) -> None:
        self.failures.append(f"{role}: {error.words}")
        if isinstance(error, Changing):
            changes = Finding("normalise.changes-inside", path, "warning", {"what": error.what}, error.words)
            self.findings.append(changes)
            return
        if isinstance(error, Undecodable):
            code = "normalise.undecodable" if role == "preservation" else "normalise.access-undecodable"
            self.findings.append(Finding(code, path, "warning", {}, error.words))
            return
        code = "normalise.failed" if role == "preservation" else "normalise.access-failed"
        self.findings.append(Finding(code, path, "warning", {"reason": _last_line(error.words)}, error.words))

    def action(self, wanted: Plan) -> Literal["keep", "rewrap", "transcode", "failed"]:
        codes = {finding.code for finding in self.findings}
        if codes & {"normalise.failed", "normalise.changes-inside", "normalise.undecodable"}:
            return "failed"
        if wanted.action == "keep":
            return "keep"
        rewrapped = wanted.action == "rewrap" and "normalise.transcoded-instead" not in codes
        return "rewrap" if rewrapped or "normalise.rewrapped-instead" in codes else "transcode"


def normalise(source: Path, file: TakenFile, number: int, wanted: Plan, workshop: Workshop, pulse: Pulse) -> Normalised:
    """Make what the plan asks for; `number` is the file's in the ingest.

    Raises ToolMissing, Stopped and the medium's errors; a program that fails leads to `failed` with its last words.
    """
    if not wanted.needs_work:
        return Normalised("keep", wanted.rule)
    scratch = workshop.scratch
    _refuse_without_room(forecast(file, wanted, workshop.formats), scratch)
    job = _Job(source, file, wanted, workshop, scratch / str(number), pulse)
    job.work.mkdir(parents=True, exist_ok=True)
    outcome = _Outcome()
    try:
        for role in _roles(wanted):
            started = stamp(now())
            try:
                result = _preserve(job) if role == "preservation" else _access(job)
            except ToolFailed as error:
                _refuse_full_medium(error, scratch)
                outcome.fail(role, file.name, _explained(error, job))
                continue
            outcome.add(_publish(job, result, role, started), result.findings)
    finally:
        for left in sorted(job.work.rglob("*"), reverse=True):
            if left.is_file():
                drop_file(left, scratch)
    return Normalised(
        outcome.action(wanted),
        wanted.rule,
        tuple(outcome.derivatives),
        tuple(outcome.findings),
        "\n".join(outcome.failures),
    )


class Undecodable(ToolFailed):
    """Not one frame and not one sample of a recording can be decoded; the words are the program's."""


def _explained(error: ToolFailed, job: _Job) -> ToolFailed:
    """What failed, in our own words where the program's do not say it: a recording of which nothing can be decoded."""
    recording = job.file.character.kind in ("video", "sound")
    if recording and not isinstance(error, Changing) and not decodes(job.source):
        return Undecodable(error.words)
    return error


def _roles(wanted: Plan) -> Iterator[Role]:
    if wanted.action != "keep":
        yield "preservation"
    if wanted.access != "none":
        yield "access"


def _refuse_without_room(needed: int, scratch: Path) -> None:
    """Rather stop before hours of encoding than when the last byte is taken. Raises MediumFull."""
    if needed and (free := free_space(scratch)) < needed:
        raise MediumFull(str(scratch), reason=f"{needed} bytes needed", free=free)


_ALWAYS_LEFT = 4 << 20


def _refuse_full_medium(error: ToolFailed, scratch: Path) -> None:
    """A program that failed because the disk is full did not fail on the file: that can be tried again."""
    free = shutil.disk_usage(scratch).free
    if "No space left on device" in error.words or free < _ALWAYS_LEFT:
        raise MediumFull(str(scratch), reason="No space left on device", free=free) from error


def _last_line(words: str) -> str:
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    return re.sub(r"\s+", " ", lines[-1])[:200] if lines else ""


def _preserve(job: _Job) -> Made:
    source, work, name = job.source, job.work, job.file.name
    match job.wanted.action:
        case "rewrap":
            return _rewrap(job)
        case "ffv1":
            return _lossless(job)
        case "flac":
            return av.to_flac(source, work, "preservation", job.pulse, name)
        case "raster":
            return image.to_raster(source, work, "preservation", name)
        case "pdfa":
            from preserve.ingest.transcoders import office  # with all that knows office files

            extension = PurePosixPath(job.file.stored).suffix.lower().lstrip(".")
            return office.to_pdfa(source, work, "preservation", extension, job.pulse, name)
        case "utf8":
            return _to_utf8(job)
        case "keep":
            raise AssertionError("nothing is made of what is kept")
        case action:
            assert_never(action)


def _lossless(job: _Job) -> Made:
    """Decoded and encoded without loss; a picture that changes its size inside only fits in as it is."""
    source, work, name = job.source, job.work, job.file.path
    try:
        return av.to_lossless(source, work, "preservation", job.pulse, job.workshop.threads, name)
    except Changing as error:
        if not error.size_only or not av_rewrap.may_rewrap(source):
            raise
        try:
            kept = av_rewrap.rewrap(source, work, "preservation", job.pulse, name)
        except ToolFailed as other:
            _refuse_full_medium(other, work)
            raise error from other
        if not kept.proof.holds:
            raise
        instead = Finding("normalise.rewrapped-instead", name, "note", {"what": error.what})
        return replace(kept, findings=(*kept.findings, instead))


def _to_utf8(job: _Job) -> Made:
    encoding = dict(job.file.character.properties).get("Encoding", "")
    if not encoding:
        raise ToolFailed("no encoding is known of it")
    suffix = PurePosixPath(job.file.stored).suffix or ".txt"
    return text.to_utf8(job.source, job.work, "preservation", suffix, encoding, job.file.name)


def _rewrap(job: _Job) -> Made:
    """The streams as they are; where the container cannot take them (raw streams without times), transcoded instead."""
    source, work, name = job.source, job.work, job.file.name
    reason = "codec"
    if av_rewrap.may_rewrap(source):
        try:
            rewrapped = av_rewrap.rewrap(source, work, "preservation", job.pulse, name)
            if rewrapped.proof.holds:
                return rewrapped
            reason = rewrapped.proof.method
        except ToolFailed as error:
            _refuse_full_medium(error, work)
            reason = _last_line(error.words)
    transcoded = av.to_lossless(source, work, "preservation", job.pulse, job.workshop.threads, name)
    instead = Finding("normalise.transcoded-instead", name, "note", {"reason": reason})
    return replace(transcoded, findings=(*transcoded.findings, instead))


def _access(job: _Job) -> Made:
    source, work = job.source, job.work
    if job.wanted.access == "mp4":
        return av_access.access_video(source, work, "access", job.pulse, job.workshop.threads, job.file.name)
    if job.wanted.access == "m4a":
        return av_access.access_sound(source, work, "access", job.pulse, job.file.name)
    return image.access_image(source, work, "access")


def _publish(job: _Job, result: Made, role: Role, started: str) -> Derivative:
    stored = derived_name(job.file.stored, result.suffix, job.source.parent)
    size, digests = digest_file(result.path, job.workshop.algorithms, from_medium=False)
    move_in(result.path, job.workshop.target(role) / stored)
    return Derivative(
        role=role,
        stored=stored,
        size=size,
        digests=digests,
        puid=result.puid,
        format_name=result.format_name,
        format_version=result.format_version,
        mime=result.mime,
        event="normalization",
        tool=result.tool,
        command=result.command,
        started=started,
        ended=stamp(now()),
        proof=result.proof,
        properties=result.properties,
        lost=result.lost,
        validation=result.validation,
    )


def derived_name(stored: str, suffix: str, beside: Path | None = None) -> str:
    """`现场/a.mp4` becomes `现场/a.mp4.mkv`: two sources that differ only in extension never share a result.

    Where the folder of the sources (`beside`) also has a source of that very name, whose own result may keep it, the
    name gets a number: all sources are in place before the first result, so that the name is always the same.
    """
    if stored.lower().endswith(suffix):
        return stored
    wanted, number = stored + suffix, 2
    while beside is not None and (beside / PurePosixPath(wanted).name).exists():
        wanted, number = f"{stored}~{number}{suffix}", number + 1
    return wanted
