"""Packages anywhere, of this archive or of none: verified from what lies there alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from metadata.findings import Finding
from metadata.independent import Opinion, second_opinion
from metadata.verify import Kind, Report, Verdict, verify_package, verify_packed
from preserve.errors import Refused, UsageError
from preserve.ingest.opening import open_source
from preserve.services.documents import FindingShown
from preserve.services.operation import job
from preserve.services.session import Session


@dataclass(frozen=True, slots=True)
class Verified:
    """What verifying came to: status 4 where the package is not intact. Sizes are bytes of the payload.

    `verdict` stands between: `valid-with-warnings` departs from the standard without any doubt about a byte. `damaged`:
    bytes are lost or altered, so that only another copy helps.
    """

    status: int
    path: Path
    kind: Kind
    verdict: Verdict
    damaged: bool
    files: int
    bytes: int
    digests: int
    seconds: float
    contents_read: bool
    findings: tuple[FindingShown, ...]
    second_opinion: Opinion | None = None


@job("packages.verify", needs="nothing", open_to_all="needs no archive: whoever can read a package may verify it")
def verify(
    session: Session, path: Path, *, structure: bool = False, strict: bool = False, independent: bool = False
) -> Verified:
    """Verify the bag or package in a folder, zip or tar; with `structure` without reading what its files contain.

    With `strict` a package of others that departs from a MUST of its specification is not good. With `independent` a
    bag in a folder is validated once more by a program that is not ours. Raises UsageError where nothing is there,
    SchemaMissing.
    """
    if not path.exists():
        raise UsageError("cli.verify-no-path", str(path))
    report = _report(session, path.absolute(), structure)
    opinion = second_opinion(path.absolute()) if independent and path.is_dir() and report.kind != "ip" else None
    if opinion is not None and not opinion.valid:
        words = {"program": opinion.program, "words": opinion.words}
        report = replace(report, findings=(Finding("bag.second-opinion", "", values=words), *report.findings))
    departs = strict and any(_departs(finding) for finding in report.findings)
    return Verified(
        status=4 if departs or not report.intact else 0,
        path=path,
        kind=report.kind,
        verdict="not-valid" if departs else report.verdict,
        damaged=report.damaged,
        files=report.files,
        bytes=report.size,
        digests=report.digests,
        seconds=report.seconds,
        contents_read=not structure,
        findings=report.findings,
        second_opinion=opinion,
    )


def _departs(finding: Finding) -> bool:
    return finding.code == "csip.departs" and finding.values["level"] == "MUST"


def _report(session: Session, path: Path, structure: bool) -> Report:
    if path.is_symlink() or not path.is_file():
        return verify_package(path, structure_only=structure, from_medium=True, progress=session.progress)
    try:
        source = open_source(path)
    except Refused:
        return Report((Finding("bag.not-a-folder", str(path)),), 0, 0, 0, 0.0, "bag")
    try:
        return verify_packed(source, path.name, structure_only=structure, progress=session.progress)
    except Refused as error:  # the archive itself is damaged, or lies about what it holds
        finding = Finding(error.code, error.where, "error", dict(error.values), error.detail)
        return Report((finding, Finding("bag.archive-damaged", str(path))), 0, 0, 0, 0.0, "bag")
