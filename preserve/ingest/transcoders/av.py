"""Video and sound without loss: FFV1 and FLAC in Matroska, or FLAC alone; each with proof.

The source is decoded once: the same run encodes and takes an MD5 of every decoded frame and a SHA-256 of the
decoded sound. The result is then decoded and must give the same. Every command can be repeated with a plain ffmpeg.
"""

from __future__ import annotations

import threading
from pathlib import Path

from metadata.findings import Finding, Severity
from preserve import work
from preserve.ingest.facts import Proof, Validation
from preserve.ingest.transcoders import Made
from preserve.ingest.transcoders.av_beside import beside
from preserve.ingest.transcoders.av_changes import Changing, changes
from preserve.ingest.transcoders.av_compare import EVERY_FRAME, Comparison
from preserve.ingest.transcoders.av_losses import losses
from preserve.ingest.transcoders.av_orientation import orientation_tags
from preserve.ingest.transcoders.av_streams import (
    Streams,
    damage,
    properties,
    read_streams,
    slices,
    sound_options,
    subtitle_options,
)
from preserve.ingest.transcoders.av_times import timing
from preserve.ingest.transcoders.av_validate import validate
from preserve.programs import FFMPEG_INPUT, Pulse, ToolFailed, file_argument, find, run, shown, version
from preserve.progress import check_stop


def to_lossless(source: Path, scratch: Path, stem: str, pulse: Pulse, threads: int, name: str) -> Made:
    """FFV1 level 3 with slice checksums, sound as FLAC, in Matroska (RFC 9043, 9639, 9559). Raises ToolFailed."""
    known = read_streams(source)
    if not known.video and not known.sound:
        raise ToolFailed("no video and no sound stream")
    refuse_changes(source, known, pulse)
    result, timed = scratch / f"{stem}.mkv", timing(source, known, copied=False)
    comparison = Comparison(source, result, known, timed, scratch)
    command = [
        *(find("ffmpeg"), *FFMPEG_INPUT, *timed.inputs(source)),
        *timed.maps((*known.video, *known.sound, *known.text)),
        *("-map_metadata", str(timed.base), "-map_chapters", str(timed.base), *EVERY_FRAME, *comparison.filters),
        *("-c:v", "ffv1", "-level", "3", "-g", "1", "-slices", str(slices(known)), "-slicecrc", "1"),
        *(*comparison.encode_sound, *subtitle_options(known), *orientation_tags(known)),
        *("-threads", str(threads), "-y", file_argument(result), *comparison.of_source()),
    ]
    complaints: list[str] = []
    run(command, pulse, complaints=complaints)
    made = read_streams(result)
    proof, validation = _proof_and_judgement(comparison, result, pulse)
    return Made(
        path=result,
        suffix=".mkv" if known.video else ".mka",
        puid="fmt/569",
        format_name="Matroska",
        format_version="4",
        mime="video/x-matroska" if known.video else "audio/x-matroska",
        tool=version("ffmpeg"),
        command=shown(command, comparison.names),
        proof=proof,
        properties=properties(made),
        lost=(*timed.hidden_but_kept, *losses(known, made), *beside(source, known, copied=False)),
        findings=(*damage(complaints, name), *unproven(proof, name), *unfit(validation, name)),
        validation=validation,
    )


def _proof_and_judgement(comparison: Comparison, result: Path, pulse: Pulse) -> tuple[Proof, Validation]:
    """Both of what was made. The validator needs one processor and waits for the disk: it runs beside the decoding.

    How far it is counts for nothing, else the pulse would take each turn of the two for another program; it is ended
    with the work, and when the comparison fails. Raises what `pulse` raises, and ToolFailed.
    """
    failed = threading.Event()

    def goes_on(_: float) -> None:
        check_stop()
        if failed.is_set():
            raise ToolFailed("the comparison failed")

    with work.threads(1) as aside:
        judged = aside.submit(validate, result, goes_on)
        try:
            proof = comparison.proof(pulse)
        except BaseException:
            failed.set()
            raise
        return proof, judged.result()


def refuse_changes(source: Path, known: Streams, pulse: Pulse) -> None:
    """A stream of FFV1 or FLAC has one size or set of channels, to which the rest would be bent. Raises Changing."""
    if changing := changes(source, known, pulse):
        raise Changing(changing)


def unproven(proof: Proof, name: str) -> tuple[Finding, ...]:
    """The finding of a comparison that failed."""
    if proof.holds:
        return ()
    severity: Severity = "warning" if proof.source == proof.result else "error"  # all is there, at another time
    return (Finding("normalise.not-proven", name, severity, {"reason": proof.why}),)


def unfit(validation: Validation, name: str) -> tuple[Finding, ...]:
    """The finding of a validator that says no."""
    if validation.outcome != "fail":
        return ()
    return (Finding("normalise.not-valid", name, "warning", {"tool": validation.tool}, validation.detail),)


def to_flac(source: Path, scratch: Path, stem: str, pulse: Pulse, name: str) -> Made:
    """Sound alone as FLAC (RFC 9639), compared sample by sample. Raises ToolFailed."""
    known = read_streams(source)
    if not known.sound:
        raise ToolFailed("no sound stream")
    encode, _, _ = sound_options(known.sound)
    if "flac" not in encode or len(known.sound) > 1 or known.video:
        return to_lossless(source, scratch, stem, pulse, 0, name)
    refuse_changes(source, known, pulse)
    alone = Streams(known.said, [], known.sound, [], [*known.left, *known.text])
    result, timed = scratch / f"{stem}.flac", timing(source, alone, copied=False)
    comparison = Comparison(source, result, alone, timed, scratch)
    command = [
        *(find("ffmpeg"), *FFMPEG_INPUT, *timed.inputs(source), *timed.maps(alone.sound)),
        *("-map_metadata", str(timed.base), *encode, "-compression_level", "8"),
        *("-y", file_argument(result), *comparison.of_source()),
    ]
    complaints: list[str] = []
    run(command, pulse, complaints=complaints)
    made = read_streams(result)
    proof = comparison.proof(pulse)
    return Made(
        path=result,
        suffix=".flac",
        puid="fmt/279",
        format_name="FLAC (Free Lossless Audio Codec)",
        format_version="1.2.1",
        mime="audio/flac",
        tool=version("ffmpeg"),
        command=shown(command, comparison.names),
        proof=proof,
        properties=properties(made),
        lost=(*timed.hidden_but_kept, *losses(alone, made), *beside(source, alone, copied=False)),
        findings=(*damage(complaints, name), *unproven(proof, name)),
    )
