"""证据目录 as courts ask for it, and the one order and number of every file on every paper of a delivery."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

from preserve.access.dip.contents import Given
from preserve.access.requests.profile import RequestsProfile
from preserve.administration.printing import Section
from preserve.clock import parse
from preserve.description.fixed_values import Stage
from preserve.description.labels import label_of
from preserve.description.schema import CaseDescription, CaseObject
from preserve.messages import bytes_for_people, say

_STAGES = tuple(Stage)
_HEADS = "number title source proves made pages form file sha256"


def in_order(given: Sequence[Given], profile: RequestsProfile) -> list[Given]:
    """Numbered anew: evidence first, then by case, by stage of enforcement (regulation Art. 3), as the case lists it.

    The certificate, the list of evidence and the contents of the case all show this number, in this order.
    """
    told = [replace(one, evidence=is_evidence(one, profile)) for one in given]

    def key(one: Given) -> tuple[bool, str, int, int]:
        stage = one.about.stage if one.about else Stage.FILING
        return not one.evidence, one.selected.case_number, _STAGES.index(stage), one.number

    return [replace(one, number=number) for number, one in enumerate(sorted(told, key=key), 1)]


def is_evidence(one: Given, profile: RequestsProfile) -> bool:
    """Whether it proves anything: what is marked as evidence does, the file's own contents and cover do not."""
    about = one.about
    if about is None or about.evidence:
        return about is not None
    words = f"{about.kind} {about.title}"
    return about.stage is not Stage.FILING and not any(word in words for word in profile.not_evidence_kinds)


def formed(about: CaseObject | None, known: Mapping[str, str], case: CaseDescription, zone: tzinfo) -> str:
    """When it was made: as the case says, else as the recording says itself, by a clock that is set right."""
    if about is not None and about.recording_start:
        return str(about.recording_start)
    if about is not None and about.date:
        return str(about.date)
    began = known.get("recording start", "").partition(" (")[0]
    if not began:
        return ""
    try:
        moment = parse(began)
    except ValueError:
        return ""
    device = (about.device if about else "") or known.get("device", "")
    ahead = next((clock.seconds for clock in case.clocks if clock.device == device), 0.0)
    return _local(moment - timedelta(seconds=ahead), zone)


def _local(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def sections(given: Sequence[Given], cases: Mapping[str, CaseDescription]) -> list[Section]:
    """The evidence, and what else is handed over with it; `cases` by objid."""
    evidence = [one for one in given if one.evidence]
    others = [one for one in given if not one.evidence]
    parts = []
    page: int | None = 1
    for title, some in (("list", evidence), ("others", others)):
        rows = []
        for one in some:
            pages, page = _paged(one, page)
            rows.append(_row(one, cases[one.selected.objid], pages))
        if rows or title == "list":
            heads = tuple(say(f"dip.head-{name}") for name in _HEADS.split())
            words = say(f"dip.{title}-words", count=len(rows))
            widths = (3, 11, 11, 11, 9, 5, 6, 15, 17)
            parts.append(Section(say(f"dip.{title}-section"), words, heads, tuple(rows), widths=widths))
    return parts


def _paged(one: Given, page: int | None) -> tuple[str, int | None]:
    """From which page to which it lies in the bundle, as far as every file before it says how many it has."""
    if one.recorded:
        return "—", page
    if not one.pages:
        return "", None
    if page is None:
        return say("dip.pages", count=one.pages), None
    last = page + one.pages - 1
    return (str(page) if last == page else f"{page}–{last}"), last + 1


def title_of(one: Given) -> str:
    """What it is called on every paper: its title, else its kind, else its name."""
    return (one.about.title or one.about.kind) if one.about else one.selected.shown


def made(one: Given) -> str:
    """When and by whom it was made, as far as that is known."""
    return "\n".join(filter(None, (one.formed, one.about.maker if one.about else ""))) or "—"


def _row(one: Given, case: CaseDescription, pages: str) -> tuple[str, ...]:
    form = f"{say(f'dip.form-{one.representation}')}\n{bytes_for_people(one.size)}"
    proves = (one.about.proves if one.about else "") or "—"
    source = case.producer.name
    if one.about is not None:
        source += "\n" + say("dip.source", stage=label_of(one.about.stage))
    return (str(one.number), title_of(one), source, proves, made(one), pages, form, one.path, _digest(one))


def grouped(digest: str) -> str:
    """In groups of eight, so that it can be compared by eye and breaks into lines."""
    return " ".join(digest[start : start + 8] for start in range(0, len(digest), 8))


def _digest(one: Given) -> str:
    """Its own, and beside that of a copy or clip the digest of what it was made from."""
    own = grouped(one.digests["sha256"])
    if one.selected.original_sha256 == one.digests["sha256"]:
        return own
    return own + "\n" + say("dip.of-original", digest=grouped(one.selected.original_sha256))
