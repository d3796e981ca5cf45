"""What stands in the columns and lines of the forms, in the language in use; what nobody knows stays empty."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from preserve.administration.file_forms.profile import Form, Style
from preserve.administration.file_forms.volumes import Leaf, VolumeFile, page_of
from preserve.data_management.fonds import BETWEEN, FondsRow
from preserve.description.fixed_values import Retention, Stage, Volume
from preserve.description.labels import label_of
from preserve.description.legacy import closed, started
from preserve.description.schema import CaseDescription
from preserve.description.vocabulary import Vocabulary
from preserve.messages import length_for_people, listed, say

_NOTHING_SAID = frozenset(["/", "／", "无", "「无」", "-", "—", "–", "\\", "无。", "没有", "none"])
"""What stands in place of a statement on the papers: a checker of case files does not let it pass."""
_YEARS = {Retention.YEARS_10: 10, Retention.YEARS_30: 30}


@dataclass(frozen=True, slots=True)
class File:
    """A case as its forms tell of it: its description, its archival number as it is now, and its fonds where known."""

    description: CaseDescription
    archival_number: str
    fonds: FondsRow | None
    words: Vocabulary
    institution: str
    style: Style
    destroyed: bool = False

    @property
    def volume_number(self) -> str:
        """案卷号: the last part of the archival number; the number of the case where there is none."""
        return self.archival_number.rpartition(BETWEEN)[2]


def day(style: Style, when: date | None) -> str:
    """A day as the bureau writes it on its forms."""
    return when.strftime(style.day) if when else ""


def span(file: File) -> str:
    """From the day on which the case was begun to the day on which it was closed."""
    case = file.description
    known = (day(file.style, case.start) or started(case), day(file.style, case.closed) or closed(case))
    return "–".join(known) if any(known) else ""  # of an old case perhaps a year, perhaps nothing


def filed_on(case: CaseDescription) -> date | None:
    """立卷时间: when filing ended, as far as the description says."""
    stages = [one for one in case.stages if one.stage is Stage.FILING]
    return max((one.end or one.start for one in stages), default=None)


def says_nothing(text: str) -> bool:
    """Whether a statement is a stroke or 无, which is none."""
    return text.strip().casefold() in _NOTHING_SAID


def title_of(file: File, volume: Volume) -> str:
    """The title of the volume; that it is the internal one stands behind it."""
    if volume is Volume.MAIN:
        return file.description.title
    return say("forms.title-of-volume", title=file.description.title, volume=label_of(volume))


def situation(file: File, volume: VolumeFile) -> str:
    """本卷情况说明: what is known, counted, and what the description says beside it. Nothing is claimed."""
    parts = [say("forms.situation-pieces", pieces=len(volume.leaves))]
    if volume.pages:
        parts.append(say("forms.situation-pages", pages=volume.pages))
    if volume.recordings:
        parts.append(
            say("forms.situation-recordings", count=volume.recordings, length=length_for_people(volume.seconds))
        )
    if volume.unpaged:
        parts.append(say("forms.situation-unpaged", count=volume.unpaged))
    answered = len(file.description.acceptances)
    if answered and volume.volume is Volume.MAIN:
        parts.append(say("forms.situation-answered", count=answered))
    note = file.description.note
    if note and not says_nothing(note):
        parts.append(note)
    return "\n".join(parts)


def facts_of(file: File, volume: VolumeFile) -> dict[str, str]:
    """Everything that may stand once on a form of a case, by the name that the profile has for it."""
    case, fonds = file.description, file.fonds
    return {
        "fonds-name": fonds.name if fonds else file.institution,
        "fonds-number": fonds.number if fonds else "",
        "class-name": file.words.label("case_type", case.case_type),
        "title": title_of(file, volume.volume),
        "dates": span(file),
        "retention": label_of(case.retention),
        "pieces": str(len(volume.leaves)),
        "pages": str(volume.pages or ""),
        "filing-number": case.case_number,
        "archival-number": file.archival_number,
        "volume-number": file.volume_number,
        "case-number": case.case_number,
        "cause": case.cause,
        "parties": listed(party.name for party in case.parties),
        "officers": listed(officer.name for officer in case.officers),
        "outcome": file.words.label("outcome", case.outcome) if case.outcome else "",
        "producer": case.producer.name,
        "started": day(file.style, case.start) or started(case),
        "closed": day(file.style, case.closed) or closed(case),
        "volume": label_of(volume.volume),
        "situation": situation(file, volume),
        "year": closed(case)[:4],
        "handing-unit": case.producer.name,
    }


def paper_cells(file: File, volume: VolumeFile, leaf: Leaf) -> dict[str, str]:
    """Everything that may stand in the row of a piece."""
    item, case = leaf.item, file.description
    number = f"{file.archival_number}{BETWEEN}{leaf.number:03}" if file.archival_number else ""
    remark = length_for_people(leaf.seconds) if leaf.seconds is not None else ""
    if volume.volume is Volume.INNER:
        remark = "；".join(filter(None, (label_of(Volume.INNER), remark)))
    return {
        "order": str(leaf.number),
        "doc-number": item.doc_number,
        "responsible": item.responsible or item.maker,
        "title": item.title or item.kind,
        "date": day(file.style, item.date or (item.recording_start.date() if item.recording_start else None)),
        "page": page_of(file.style, volume, leaf),
        "remark": remark,
        "pages": str(leaf.pages or ""),
        "secrecy": label_of(item.classification or case.classification),
        "archival-number": number,
        "kind": item.kind,
        "case-number": case.case_number,
    }


def case_cells(file: File, volume: VolumeFile, number: int, today: date) -> dict[str, str]:
    """Everything that may stand in the row of a volume; `number` counts rows from 1."""
    case = file.description
    remarks = [label_of(Volume.INNER)] if volume.volume is Volume.INNER else []
    if file.destroyed:
        remarks.append(say("forms.destroyed"))
    elif volume.recordings:
        remarks.append(say("forms.with-recordings", length=length_for_people(volume.seconds)))
    return {
        "order": str(number),
        "volume-number": file.volume_number,
        "archival-number": file.archival_number,
        "case-number": case.case_number,
        "title": title_of(file, volume.volume),
        "dates": span(file),
        "year": closed(case)[:4],
        "pages": str(volume.pages or ""),
        "pieces": "" if file.destroyed else str(len(volume.leaves)),
        "count": "1",
        "retention": label_of(case.retention),
        "remark": "；".join(remarks),
        "secrecy": label_of(case.classification),
        "kept": _kept(case, today),
        "producer": case.producer.name,
        "closed": day(file.style, case.closed) or closed(case),
    }


def _kept(case: CaseDescription, today: date) -> str:
    """已保管期限: whole years since the year after closing."""
    if not (year := closed(case)[:4]):
        return ""  # of an old case nobody may know it
    years = max(0, today.year - int(year) - 1)
    term = _YEARS.get(case.retention)
    return say("forms.years", years=min(years, term) if term else years)


def title_of_form(form: Form) -> str:
    """What a form is called: by the bureau, else by us."""
    if form.title:
        return form.title
    return say(f"forms.form-{form.name}") if form.name in KNOWN else form.name


KNOWN = frozenset(["cover", "contents", "note", "files", "items", "handover-list", "handover", "fonds", "index"])
"""The forms that have names in both languages; one that a bureau adds brings its own."""


def heads_of(form: Form) -> tuple[str, ...]:
    """The headings of a form."""
    return tuple(column.head or say(f"forms.head-{column.name}") for column in form.columns)
