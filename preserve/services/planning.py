"""Preservation planning: what is growing old, and what a formats policy would change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from preserve.administration.duties import Duty
from preserve.administration.printing import Section
from preserve.preservation_planning import preview as reckoning
from preserve.preservation_planning.policy import read_policy
from preserve.preservation_planning.risk import Facts, Superseded, gather
from preserve.preservation_planning.risk_report import write_report
from preserve.preservation_planning.risk_report.sections import problems, sections
from preserve.services.operation import command, query
from preserve.services.runs import Runs
from preserve.services.session import Session

# Shown to people, and no part of the document.
_Hidden = Field(exclude=True)


@dataclass(frozen=True, slots=True)
class TouchedFormat:
    """Originals of one kind that the policy would treat otherwise; `estimate` are the bytes of new copies, at most.

    `described` is the kind for people: format, codecs, encoding.
    """

    puid: str
    name: str
    traits: str
    has: str
    rule: str
    make: tuple[str, ...]
    leave_out: tuple[str, ...]
    files: int
    bytes: int
    estimate: int
    described: Annotated[str, _Hidden]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a formats policy would change; `rules` is the digest of the policy with its rules.

    `settled` are cases that were tried under this very policy and are left alone.
    """

    policy: str
    rules: str
    cases: int
    files: int
    bytes: int
    estimate: int
    packages: int
    settled: int
    formats: tuple[TouchedFormat, ...]


def _preview(preview: reckoning.Preview) -> Preview:
    return Preview(
        policy=preview.policy.name,
        rules=preview.policy.key,
        cases=preview.cases,
        files=preview.files,
        bytes=preview.size,
        estimate=preview.estimate,
        packages=preview.packages,
        settled=preview.settled,
        formats=tuple(map(_touched, preview.touched)),
    )


def _touched(touched: reckoning.Touched) -> TouchedFormat:
    return TouchedFormat(
        puid=touched.kind.puid,
        name=touched.kind.name,
        traits=touched.kind.traits,
        has=touched.kind.derived,
        rule=touched.wish.rule,
        make=touched.wish.make,
        leave_out=touched.wish.drop,
        files=touched.files,
        bytes=touched.size,
        estimate=touched.estimate,
        described=" · ".join(filter(None, reckoning.named(touched.kind))),
    )


@query("planning.preview", duty=(Duty.REPORT, Duty.KEEP), runs=Runs("waited"))
def preview(
    session: Session,
    *,
    policy: Literal["lossless", "compact"] | None = None,
    rules: Path | None = None,
    again: bool = False,
) -> Preview:
    """What a policy, or other rules in a file, would change; nothing is done.

    With `again` also in cases that were tried under it already. Raises Refused for wrong rules.
    """
    archive = session.archive
    wanted = read_policy(archive.home, name=policy or "", formats=rules)
    with archive.catalogue.read() as connection:
        return _preview(reckoning.preview(connection, wanted, again=again))


@dataclass(frozen=True, slots=True)
class FormatAtRisk:
    """One format in one representation of the newest versions; `why` in the reader's language, empty without a rule."""

    representation: str
    puid: str
    name: str
    version: str
    level: str
    cases: int
    files: int
    bytes: int
    why: str


@dataclass(frozen=True, slots=True)
class AgeingMedium:
    """One medium in use: years since it was added, years that its kind lasts (0: no limit), and what lies on it."""

    medium: str
    label: str
    kind: str
    added: str
    years: float
    limit: int
    state: Literal["young", "old", "over", "none"]
    copies: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Tool:
    """A program that made copies or named formats: versions with how many files, and the version installed now."""

    name: str
    recorded: Mapping[str, int]
    installed: str


@dataclass(frozen=True, slots=True)
class OldSignatures:
    """Signatures that named originals and are older than those installed."""

    signatures: str
    cases: int
    files: int


@dataclass(frozen=True, slots=True)
class Signatures:
    """The identifiers of this machine with their signatures, and what older ones named."""

    installed: str
    outdated: tuple[OldSignatures, ...]


@dataclass(frozen=True, slots=True)
class Risks:
    """What grows old. `problems`: what a person should act on; `sections`: all of it, as people read it."""

    problems: tuple[str, ...]
    formats: tuple[FormatAtRisk, ...]
    media: tuple[AgeingMedium, ...]
    tools: tuple[Tool, ...]
    signatures: Signatures
    superseded: Superseded
    preview: Preview
    sections: Annotated[tuple[Section, ...], _Hidden]


def _risks(facts: Facts) -> dict[str, Any]:
    """The fields of `Risks`, in the language in use."""
    return {
        "problems": tuple(problems(facts)),
        "formats": tuple(
            FormatAtRisk(
                row.representation,
                row.puid,
                row.name,
                row.version,
                row.level,
                row.cases,
                row.files,
                row.size,
                row.reason,
            )
            for row in facts.formats
        ),
        "media": tuple(
            AgeingMedium(
                age.row.id,
                age.row.label,
                age.row.kind,
                age.row.added,
                round(age.years, 2),
                age.limit,
                age.state,
                age.copies,
                age.size,
            )
            for age in facts.media
        ),
        "tools": tuple(Tool(tool.name, dict(tool.recorded), tool.installed) for tool in facts.tools),
        "signatures": Signatures(facts.signatures, tuple(OldSignatures(*row) for row in facts.outdated)),
        "superseded": facts.superseded,
        "preview": _preview(facts.preview),
        "sections": tuple(sections(facts)),
    }


@query("planning.risks", duty=(Duty.REPORT, Duty.KEEP))
def risks(session: Session) -> Risks:
    """Formats, media and tools, with what is at risk."""
    archive = session.archive
    return Risks(**_risks(gather(archive.home, archive.catalogue, archive.now())))


@dataclass(frozen=True, slots=True)
class RiskReport(Risks):
    """What grows old, and the files that the report was written into."""

    files: tuple[Path, ...]


@command("planning.report", duty=(Duty.REPORT, Duty.KEEP), runs=Runs(folder="target", anew=True))
def report(session: Session, target: Path, *, replace: bool = False) -> RiskReport:
    """Write the risk report as page and PDF/A in both languages; over one of the same day only with `replace`.

    Raises Refused, ToolMissing, MediumProblem.
    """
    archive = session.archive
    written = write_report(archive.home, archive.catalogue, target.absolute(), archive.now(), replace=replace)
    return RiskReport(**_risks(written.facts), files=written.files)
