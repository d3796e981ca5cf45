"""The description of a deposit that waits, filled in as a form: shown, and kept with its mistakes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from metadata.identity import tidy
from preserve.description.fields import (
    Field,
    case_fields,
    file_fields,
    row_fields,
    row_sheets,
    rows_from,
    value_from,
    without_empty,
)
from preserve.description.fields import as_text as as_text
from preserve.description.fields import is_day as is_day
from preserve.description.fixed_values import Stage
from preserve.description.labels import label_of
from preserve.description.vocabulary import read_vocabulary
from preserve.description.workbook import is_recording
from preserve.errors import Conflict, NotFound
from preserve.ingest.answering import unanswered
from preserve.ingest.draft import read_drafting
from preserve.ingest.handing_in.access import Known, known, require_change
from preserve.ingest.handing_in.described import Draft, draft_of, keep
from preserve.ingest.handing_in.found import read_found
from preserve.services.deposit_files import DepositFile, Shown, files_of, opened, pages_and_text, what_is
from preserve.services.deposit_offers import OfferShown, offers_shown, waiting_by_file
from preserve.services.documents import FindingShown
from preserve.services.given_deposits import HANDING_IN
from preserve.services.operation import command, query
from preserve.services.session import Session
from preserve.services.waiting import LOOK

LARGEST_FILE = 32 << 20
Given = Mapping[str, Sequence[str]]
"""What a form gave: every value of each field, by the field's path."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of rows: its fields, and its rows as plain data."""

    name: str
    fields: tuple[Field, ...]
    rows: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class DescriptionForm:
    """The description of a deposit as a form. `version` goes back with what is saved; `findings` have paths as places.

    `unlisted` are files of the deposit that no line of the description is about, `gone` lines without a file. `offers`
    are what a machine read of the case and its people, and nobody checked; `waiting` how many of each file are so.
    """

    deposit: str
    name: str
    origin: str
    version: str
    may_change: bool
    fields: tuple[Field, ...]
    content: dict[str, Any]
    sheets: tuple[Sheet, ...]
    files: tuple[dict[str, Any], ...]
    unlisted: tuple[str, ...]
    gone: tuple[str, ...]
    findings: tuple[FindingShown, ...]
    offers: tuple[OfferShown, ...]
    waiting: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class FileForm:
    """The line of one file, the number of lines, and the file itself where it is there, with how it is shown."""

    deposit: str
    number: int
    count: int
    version: str
    may_change: bool
    fields: tuple[Field, ...]
    content: dict[str, Any]
    file: DepositFile | None
    shown: Shown
    pages: int
    text: str
    findings: tuple[FindingShown, ...]
    offers: tuple[OfferShown, ...]


@dataclass(frozen=True, slots=True)
class DraftKept:
    """A draft that was kept: its version, and what is wrong in it now."""

    deposit: str
    version: str
    findings: tuple[FindingShown, ...]


@query("deposit_description.show", duty=HANDING_IN, subject="deposit", look=LOOK)
def form(session: Session, deposit: str) -> DescriptionForm:
    """The description as it stands, with its mistakes. Raises NotFound, Conflict where it was taken in."""
    place, draft = described(session, deposit)
    words = read_vocabulary(session.home.profiles)
    objects = rows_of(draft.content, "objects")
    there = {tidy(file.name): file.name for file in files_of(session.home, place)}
    listed = {tidy(str(row.get("file", ""))): str(row.get("file", "")) for row in objects}
    return DescriptionForm(
        deposit=deposit,
        name=place.record.name,
        origin=draft.origin,
        version=draft.version,
        may_change=_may(session, place),
        fields=case_fields(words),
        content=draft.content,
        sheets=tuple(Sheet(name, row_fields(name, words), _rows(place, draft, name)) for name in row_sheets()),
        files=objects,
        unlisted=tuple(name for key, name in there.items() if key not in listed),
        gone=tuple(name for key, name in listed.items() if key not in there),
        findings=draft.findings,
        offers=offers_shown(place, draft.content, words),
        waiting=waiting_by_file(place, draft.content),
    )


def _may(session: Session, place: Known) -> bool:
    try:
        require_change(place, session.person)
    except Conflict:
        return False
    return True


def _rows(place: Known, draft: Draft, name: str) -> tuple[dict[str, Any], ...]:
    """The rows of a sheet; of that of explanations also one for each error of the last check that nobody explained."""
    rows = rows_of(draft.content, name)
    if name != "acceptances" or (found := read_found(place.room, None)) is None:
        return rows
    return (*rows, *unanswered(found.findings, rows))


def rows_of(content: Mapping[str, Any], name: str) -> tuple[dict[str, Any], ...]:
    rows = content.get(name)
    return tuple(row for row in rows if isinstance(row, dict)) if isinstance(rows, list) else ()


def described(session: Session, deposit: str) -> tuple[Known, Draft]:
    place = known(session.home, session.person, deposit)
    if place.record.state in ("uploading", "taken-in"):
        raise Conflict("deposit.taken-in" if place.record.state == "taken-in" else "deposit.not-whole", deposit)
    return place, draft_of(session.home, place)


@query("deposit_description.file", duty=HANDING_IN, subject="deposit", look=LOOK)
def file_form(session: Session, deposit: str, number: int) -> FileForm:
    """The line of one file, from 1. Raises NotFound, Conflict."""
    place, draft = described(session, deposit)
    objects = rows_of(draft.content, "objects")
    if not 1 <= number <= len(objects):
        raise NotFound("deposit.no-such-line", deposit, line=number)
    row = objects[number - 1]
    file, shown, pages, text = _beside(session, place, str(row.get("file", "")))
    here = f"objects.{number - 1}"
    return FileForm(
        deposit=deposit,
        number=number,
        count=len(objects),
        version=draft.version,
        may_change=_may(session, place),
        fields=_file_fields(session, row),
        content=row,
        file=file,
        shown=shown,
        pages=pages,
        text=text,
        findings=tuple(one for one in draft.findings if one.where == here or one.where.startswith(here + ".")),
        offers=offers_shown(place, draft.content, read_vocabulary(session.home.profiles), str(row.get("file", ""))),
    )


def _beside(session: Session, place: Known, name: str) -> tuple[DepositFile | None, Shown, int, str]:
    """The file that a line is about, how it is shown, its pages, and its words."""
    wanted = tidy(name)
    found = next((one for one in files_of(session.home, place) if tidy(one.name) == wanted), None)
    if found is None:
        return None, "none", 0, ""
    with opened(place, found.id) as (_, stream):
        shown = what_is(stream.read(64))[0]
        return (found, shown, *pages_and_text(session.home, stream, shown))


def _file_fields(session: Session, row: Mapping[str, Any]) -> tuple[Field, ...]:
    own = session.home.profiles
    recording = is_recording(row)
    divided = read_drafting(own).volumes.divide or bool(row.get("volume"))
    return file_fields(read_vocabulary(own), recording=recording, divided=divided)


@command("deposit_description.save", duty=HANDING_IN, subject="deposit")
def save(session: Session, deposit: str, given: Given, version: str) -> DraftKept:
    """Keep what a form of the case gave, mistakes or not; the lines of its files stay as they are.

    Raises NotFound, Conflict where somebody else changed it since `version`, or it is in other hands.
    """
    words = read_vocabulary(session.home.profiles)

    def filled(content: dict[str, Any]) -> dict[str, Any]:
        new = _case_content(case_fields(words), given, content)
        for sheet in row_sheets():
            new[sheet] = rows_from(sheet, row_fields(sheet, words), given)
        return {**without_empty(new), "objects": new["objects"]}

    return kept(session, deposit, version, filled)


@command("deposit_description.save_file", duty=HANDING_IN, subject="deposit")
def save_file(session: Session, deposit: str, number: int, given: Given, version: str) -> DraftKept:
    """Keep what a form gave of one file. Raises NotFound, Conflict as `save`."""

    def filled(content: dict[str, Any]) -> dict[str, Any]:
        objects = list(rows_of(content, "objects"))
        if not 1 <= number <= len(objects):
            raise NotFound("deposit.no-such-line", deposit, line=number)
        row = objects[number - 1]
        answered = {field.name: value_from(field, given.get(field.name, ())) for field in _file_fields(session, row)}
        objects[number - 1] = {"file": row.get("file", ""), **without_empty({**row, **answered, "file": ""})}
        return {**content, "objects": objects}

    return kept(session, deposit, version, filled)


@command("deposit_description.match_files", duty=HANDING_IN, subject="deposit")
def match_files(session: Session, deposit: str, version: str) -> DraftKept:
    """Add a line for each file that has none, and take away lines without a file. Raises NotFound, Conflict."""
    place = known(session.home, session.person, deposit)
    there = {tidy(file.name): file.name for file in files_of(session.home, place)}

    def filled(content: dict[str, Any]) -> dict[str, Any]:
        objects = [row for row in rows_of(content, "objects") if tidy(str(row.get("file", ""))) in there]
        listed = {tidy(str(row.get("file", ""))) for row in objects}
        objects += [{"file": name} for key, name in there.items() if key not in listed]
        return {**content, "objects": objects}

    return kept(session, deposit, version, filled)


def kept(session: Session, deposit: str, version: str, filled: Callable[[dict[str, Any]], dict[str, Any]]) -> DraftKept:
    """Keep what `filled` makes of it, unless somebody changed it since `version`. Raises NotFound, Conflict."""
    place = known(session.home, session.person, deposit)
    require_change(place, session.person)
    with place.room.held():
        if place.record.kind == "inbox":
            place.room.write(place.record)
        draft = draft_of(session.home, place)
        keep(session.home, place.room, filled(draft.content), version, draft.version)
        new = draft_of(session.home, place)
    return DraftKept(deposit, new.version, new.findings)


def _case_content(fields: Sequence[Field], given: Given, before: Mapping[str, Any]) -> dict[str, Any]:
    # The mark of an old case is asked of nobody, and stays.
    new: dict[str, Any] = {name: before[name] for name in ("legacy",) if name in before}
    new["objects"] = before.get("objects", [])
    for field in fields:
        value = value_from(field, given.get(field.name, ()))
        head, _, inner = field.name.partition(".")
        if inner:
            new.setdefault(head, {})[inner] = value or ""
        else:
            new[head] = value
    return new


def stages() -> tuple[tuple[str, str], ...]:
    """The stages with their words in the reader's language."""
    return tuple((stage.value, label_of(stage)) for stage in Stage)


def with_given(form: DescriptionForm, given: Given) -> DescriptionForm:
    """The form with what somebody gave instead of what is kept: nothing that was typed is lost to a conflict."""
    content = _case_content(form.fields, given, form.content)
    sheets = tuple(replace(one, rows=tuple(rows_from(one.name, one.fields, given))) for one in form.sheets)
    return replace(form, content=content, sheets=sheets)


def file_with_given(form: FileForm, given: Given) -> FileForm:
    """The same of one file."""
    answered = {field.name: value_from(field, given.get(field.name, ())) for field in form.fields}
    return replace(form, content={**form.content, **answered})
