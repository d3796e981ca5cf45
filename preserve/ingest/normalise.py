"""Keep, rewrap or transcode by the formats profile; each result with its proof. A failure is a finding, not a loss."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Literal

from pydantic import BaseModel, ConfigDict

from metadata.findings import Finding
from preserve.clock import now, stamp
from preserve.ingest.facts import Derivative, Normalised
from preserve.ingest.provenance import TakenFile
from preserve.ingest.transcoders import Made
from preserve.profiles import read_profile
from preserve.programs import Pulse, ToolFailed
from preserve.work import free_space
from storage_adapters.durable import drop_file, move_in
from storage_adapters.errors import MediumFull

Action = Literal["keep", "rewrap", "ffv1", "flac", "raster", "pdfa", "utf8"]
Access = Literal["mp4", "m4a", "jpeg", "none"]


class Rule(BaseModel):
    """One rule of `profiles/formats.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    kinds: tuple[str, ...] = ()
    puids: tuple[str, ...] = ()
    mimes: tuple[str, ...] = ()
    video: tuple[str, ...] = ()
    sound: tuple[str, ...] = ()
    encodings: tuple[str, ...] | None = None
    lossless: Action
    compact: Action
    access: Access


class FormatsProfile(BaseModel):
    """`profiles/formats.toml`: rules, first fit counts; and how large results grow."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rule: tuple[Rule, ...]
    estimate: dict[str, float]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done with one file."""

    rule: str
    action: Action
    access: Access

    @property
    def needs_work(self) -> bool:
        """Whether any program has to run."""
        return self.action != "keep" or self.access != "none"


@cache
def formats_profile(own: Path | None) -> FormatsProfile:
    """The formats profile: the home's own, else the shipped one. Raises Refused."""
    return read_profile("formats.toml", FormatsProfile, own)


def plan(file: TakenFile, policy: str, profile: FormatsProfile) -> Plan:
    """The first rule that fits. Files that are empty, locked or broken are kept and nothing is tried on them."""
    hopeless = {"format.empty", "format.encrypted", "format.no-streams", "format.unreadable"}
    codes = {f.code for f in (*file.identification.findings, *file.character.findings)}
    if codes & hopeless:
        return Plan("cannot be opened", "keep", "none")
    for rule in profile.rule:
        if _fits(rule, file):
            return Plan(rule.name, rule.lossless if policy == "lossless" else rule.compact, rule.access)
    return Plan("no rule", "keep", "none")


def _fits(rule: Rule, file: TakenFile) -> bool:
    if rule.kinds and file.character.kind not in rule.kinds:
        return False
    if rule.puids and file.identification.puid not in rule.puids:
        return False
    if rule.mimes and not file.identification.mime.startswith(rule.mimes):
        return False
    for kind, allowed in (("video", rule.video), ("sound", rule.sound)):
        codecs = {stream.codec for stream in file.character.streams if stream.kind == kind}
        if allowed and not codecs <= set(allowed):
            return False
    if rule.video and not any(stream.kind == "video" for stream in file.character.streams):
        return False
    if rule.encodings is not None:
        return dict(file.character.properties).get("Encoding", "") in rule.encodings
    return True


def normalise(
    source: Path,
    file: TakenFile,
    number: int,
    wanted: Plan,
    target: Callable[[str], Path],
    scratch: Path,
    algorithms: tuple[str, ...],
    pulse: Pulse,
    threads: int,
    formats: FormatsProfile | None = None,
) -> Normalised:
    """Make what the plan asks for. `target` gives the folder of a representation; `number` is the file's in the ingest.

    Raises ToolMissing, Stopped and the medium's errors; a program that fails leads to `failed` with its last words.
    """
    if not wanted.needs_work:
        return Normalised("keep", wanted.rule)
    _refuse_without_room(forecast(file, wanted, formats), scratch)
    work = scratch / str(number)
    work.mkdir(parents=True, exist_ok=True)
    made: list[Derivative] = []
    findings: list[Finding] = []
    failures: list[str] = []
    try:
        for role in ("preservation", "access"):
            if (role == "preservation" and wanted.action == "keep") or (role == "access" and wanted.access == "none"):
                continue
            started = stamp(now())
            try:
                result = (
                    _preserve(wanted.action, source, work, file, pulse, threads)
                    if role == "preservation"
                    else _access(wanted.access, source, work, file, pulse, threads)
                )
            except ToolFailed as error:
                _refuse_full_medium(error, scratch)
                failures.append(f"{role}: {error.words}")
                code = "normalise.failed" if role == "preservation" else "normalise.access-failed"
                findings.append(Finding(code, file.path, "warning", {"reason": _last_line(error.words)}, error.words))
                continue
            known = {finding.code for finding in findings}
            findings += [finding for finding in result.findings if finding.code not in known]
            made.append(_publish(result, role, source, file, target, algorithms, started))
    finally:
        for left in sorted(work.rglob("*"), reverse=True):
            if left.is_file():
                drop_file(left, scratch)
    action: Literal["keep", "rewrap", "transcode", "failed"] = "transcode"
    if any(finding.code == "normalise.failed" for finding in findings):
        action = "failed"
    elif wanted.action == "keep":
        action = "keep"
    elif wanted.action == "rewrap" and not any(f.code == "normalise.transcoded-instead" for f in findings):
        action = "rewrap"
    return Normalised(action, wanted.rule, tuple(made), tuple(findings), "\n".join(failures))


def forecast(file: TakenFile, wanted: Plan, formats: FormatsProfile | None = None) -> int:
    """Bytes that FFV1 of this recording will need, by its pixels and frames; 0 for all else, or where they are unknown.

    A quiet recording of 2 Mb/s grows forty times and a busy one of 13 Mb/s ten times: only pixels foretell it.
    """
    if wanted.action != "ffv1":
        return 0
    pixels = 0.0
    for stream in file.character.streams:
        known = dict(stream.properties)
        if stream.kind == "video":
            pixels += _number(known, "Width") * _number(known, "Height") * _number(known, "FrameCount")
    return int(pixels * (formats or formats_profile(None)).estimate["ffv1_pixel"])


def _number(known: dict[str, str], name: str) -> float:
    try:
        return max(0.0, float(known.get(name, 0)))
    except ValueError:
        return 0.0


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


def _preserve(action: str, source: Path, work: Path, file: TakenFile, pulse: Pulse, threads: int) -> Made:
    from preserve.ingest.transcoders import av, image, office, text

    extension = PurePosixPath(file.stored).suffix.lower().lstrip(".")
    if action == "rewrap":
        return _rewrap(source, work, file, pulse, threads)
    if action == "ffv1":
        return av.to_lossless(source, work, "preservation", pulse, threads, file.path)
    if action == "flac":
        return av.to_flac(source, work, "preservation", pulse, file.path)
    if action == "raster":
        return image.to_raster(source, work, "preservation", file.path)
    if action == "pdfa":
        return office.to_pdfa(source, work, "preservation", extension, pulse, file.path)
    encoding = dict(file.character.properties).get("Encoding", "")
    if not encoding:
        raise ToolFailed("no encoding is known of it")
    suffix = PurePosixPath(file.stored).suffix or ".txt"
    return text.to_utf8(source, work, "preservation", suffix, encoding, file.path)


def _rewrap(source: Path, work: Path, file: TakenFile, pulse: Pulse, threads: int) -> Made:
    """The streams as they are; where the container cannot take them (raw streams without times), transcoded instead."""
    from preserve.ingest.transcoders import av

    reason = "codec"
    if av.may_rewrap(source):
        try:
            made = av.rewrap(source, work, "preservation", pulse, file.path)
            if made.proof.holds:
                return made
            reason = made.proof.method
        except ToolFailed as error:
            _refuse_full_medium(error, work)
            reason = _last_line(error.words)
    made = av.to_lossless(source, work, "preservation", pulse, threads, file.path)
    told = Finding("normalise.transcoded-instead", file.path, "note", {"reason": reason})
    return replace(made, findings=(*made.findings, told))


def _access(access: str, source: Path, work: Path, file: TakenFile, pulse: Pulse, threads: int) -> Made:
    from preserve.ingest.transcoders import av, image

    if access == "mp4":
        return av.access_video(source, work, "access", pulse, threads, file.path)
    if access == "m4a":
        return av.access_sound(source, work, "access", pulse, file.path)
    return image.access_image(source, work, "access")


def _publish(
    result: Made,
    role: str,
    source: Path,
    file: TakenFile,
    target: Callable[[str], Path],
    algorithms: tuple[str, ...],
    started: str,
) -> Derivative:
    stored = derived_name(file.stored, result.suffix, source.parent)
    running = {name: hashlib.new(name) for name in algorithms}
    size = 0
    with result.path.open("rb") as stream:
        while block := stream.read(1 << 20):
            size += len(block)
            for digest in running.values():
                digest.update(block)
    move_in(result.path, target(role) / stored)
    return Derivative(
        role=role,  # type: ignore[arg-type]
        stored=stored,
        size=size,
        digests={name: digest.hexdigest() for name, digest in running.items()},
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
