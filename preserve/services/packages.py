"""Packages anywhere, of this archive or of none: verified from what lies there alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from metadata.findings import Finding
from metadata.independent import Opinion, second_opinion
from metadata.verify import Kind, verify_package
from preserve.errors import UsageError
from preserve.services.documents import FindingShown
from preserve.services.operation import job
from preserve.services.session import Session


@dataclass(frozen=True, slots=True)
class Verified:
    """What verifying came to: status 4 where the package is not intact. Sizes are bytes of the payload."""

    status: int
    path: Path
    kind: Kind
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
    """Verify the bag or package in a folder; with `structure` without reading what its files contain.

    With `strict` a package of others that departs from a MUST of its specification is not good. With `independent` a
    bag is validated once more by a program that is not ours. Raises UsageError where nothing is there, SchemaMissing.
    """
    if not path.exists():
        raise UsageError("cli.verify-no-path", str(path))
    report = verify_package(path.absolute(), structure_only=structure, from_medium=True, progress=session.progress)
    opinion = second_opinion(path.absolute()) if independent and report.kind != "ip" else None
    findings = report.findings
    if opinion is not None and not opinion.valid:
        words = {"program": opinion.program, "words": opinion.words}
        findings = (Finding("bag.second-opinion", "", values=words), *findings)
    bad = any(finding.severity in ("refuse", "error") or (strict and _departs(finding)) for finding in findings)
    return Verified(
        status=4 if bad else 0,
        path=path,
        kind=report.kind,
        files=report.files,
        bytes=report.size,
        digests=report.digests,
        seconds=report.seconds,
        contents_read=not structure,
        findings=findings,
        second_opinion=opinion,
    )


def _departs(finding: Finding) -> bool:
    return finding.code == "csip.departs" and finding.values["level"] == "MUST"
