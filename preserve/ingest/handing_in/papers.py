"""Letters and receipts of a deposit as PDF/A: why it went back, and that it was taken in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from metadata.findings import Finding
from preserve.administration.printing import Section
from preserve.administration.printing.paper import as_pdf
from preserve.clock import zone
from preserve.home import Home
from preserve.messages import bytes_for_people, hint, say
from preserve.visible_text import visible


@dataclass(frozen=True, slots=True)
class About:
    """What a paper is about; texts are empty where they are not known."""

    deposit: str
    name: str
    case_number: str
    title: str
    from_whom: str
    files: int
    bytes: int
    by: str


@dataclass(frozen=True, slots=True)
class TakenIn:
    """Under what identifier a case was taken in, and what the archive now answers for."""

    objid: str
    originals: int
    bytes: int
    copies_missing: int


def letter(home: Home, about: About, number: int, reasons: str, findings: Sequence[Finding], moment: datetime) -> bytes:
    """Why a deposit went back, in the archive's language; each finding with what to do. Raises ToolMissing."""
    rows = tuple(map(_row, findings))
    heads = tuple(say(f"deposit.paper-{name}") for name in ("article", "where", "what", "todo"))
    parts = [
        Section(say("deposit.paper-reasons"), words=visible(reasons, keep="\n"), bad=True),
        Section(say("deposit.paper-about"), heads=_heads(), rows=_facts(about)),
    ]
    if rows:
        parts.append(Section(say("deposit.paper-found"), heads=heads, rows=rows, widths=(2, 4, 6, 6)))
    parts.append(Section(say("deposit.paper-signed"), words=_signed(home, about, moment)))
    return as_pdf(say("deposit.letter-title", number=number), _under(about), about.by, moment, parts)


def receipt(home: Home, about: About, taken: TakenIn, moment: datetime) -> bytes:
    """That a deposit was taken in, in the archive's language. Raises ToolMissing."""
    said = say(
        "deposit.receipt-words", objid=taken.objid, originals=taken.originals, bytes=bytes_for_people(taken.bytes)
    )
    more = say("deposit.receipt-copies", count=taken.copies_missing) if taken.copies_missing else ""
    named = (say("deposit.paper-objid"), taken.objid)
    parts = [
        Section(say("deposit.receipt-taken"), words="\n".join(filter(None, (said, more)))),
        Section(say("deposit.paper-about"), heads=_heads(), rows=(*_facts(about), named)),
        Section(say("deposit.paper-signed"), words=_signed(home, about, moment)),
    ]
    return as_pdf(say("deposit.receipt-title"), _under(about), about.by, moment, parts)


def _heads() -> tuple[str, str]:
    return say("deposit.paper-item"), say("deposit.paper-value")


def _under(about: About) -> str:
    return visible(" ".join(filter(None, (about.case_number, about.title))) or about.name)


def _facts(about: About) -> tuple[tuple[str, str], ...]:
    told = {
        "number": about.case_number,
        "title": about.title,
        "deposit": about.deposit,
        "name": about.name,
        "from": about.from_whom,
        "files": str(about.files),
        "bytes": bytes_for_people(about.bytes),
    }
    return tuple((say(f"deposit.paper-{name}"), visible(value)) for name, value in told.items() if value)


def _signed(home: Home, about: About, moment: datetime) -> str:
    time = f"{moment.astimezone(zone(home.settings.time_zone)):%Y-%m-%d %H:%M}"
    return say("deposit.paper-by", institution=home.settings.institution, person=visible(about.by), time=time)


def _row(finding: Finding) -> tuple[str, str, str, str]:
    """The article, the place, what was found, and what to do."""
    values = finding.values
    article = str(values.get("article", ""))
    return article, visible(finding.where), say(finding.code, **values), hint(finding.code, **values)
