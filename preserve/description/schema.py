"""The case description as one pydantic schema; JSON Schema of it stands in `docs/schemas/case.schema.json`."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import date as Date  # noqa: N812  a field of the schema is called date
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    WrapSerializer,
    field_validator,
)
from pydantic_core import PydanticCustomError

from preserve.description.fixed_values import (
    FIRST_YEAR,
    LAST_YEAR,
    Classification,
    LegacyFact,
    Procedure,
    Retention,
    Stage,
    Volume,
)
from preserve.description.legacy import NEEDED
from preserve.description.vocabulary import Name

MOST_SECONDS = 315_576_000
"""Ten years: a clock that is further off than that was never set."""
MOST_WORDS = 100_000
_MANY = 10_000
MOST_OBJECTS = 1_000_000
Moments = TypeVar("Moments", Date, datetime)

Text = Annotated[str, Field(min_length=1, max_length=2000)]


def _no_number(value: object) -> object:
    """pydantic reads a bare number as seconds since 1970, so that 20260312 would be a day in August of that year."""
    digits = value.strip().strip("+-. ").replace(".", "", 1) if isinstance(value, str) else ""
    if isinstance(value, (int, float)) or digits.isdigit():
        raise PydanticCustomError("date_is_number", "a bare number is no date")
    return value


def _in_our_time(value: Moments) -> Moments:
    """A year that no record of this archive can be of is a slip of the pen, and calendars end at both sides of it."""
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise PydanticCustomError("date_year", "no year of a case")
    return value


Day = Annotated[Date, BeforeValidator(_no_number), AfterValidator(_in_our_time)]
Moment = Annotated[datetime, BeforeValidator(_no_number), AfterValidator(_in_our_time)]


def _pages(value: object) -> object:
    """A whole number; a person may write the word for pages behind it."""
    if value in (None, ""):
        return None
    digits = unicodedata.normalize("NFKC", str(value)).strip().removesuffix("页").strip()
    if isinstance(value, bool) or not digits.isdecimal() or len(digits) > 6 or int(digits) < 1:
        raise PydanticCustomError("pages", "no number of pages")
    return int(digits)


Pages = Annotated[int | None, BeforeValidator(_pages)]
Words = Annotated[str, Field(max_length=MOST_WORDS)]
"""Text that may be left out, and may be long."""
PartOfDay = Annotated[
    str,
    BeforeValidator(lambda written: "" if written is None else written),
    Field(pattern=r"^((19[5-9]\d|1949|20\d\d)(-(0[1-9]|1[0-2]))?)?$"),
]
"""A year, or a year and a month; empty: not even that."""


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Party(_Record):
    """A person or organisation the case is about, or who took part."""

    name: Text
    role: Text = "当事人"
    identity: Words = Field("", description="identity or credit code")
    classification: Classification = Classification.PRIVACY


class Officer(_Record):
    """An enforcement officer."""

    name: Text
    number: Words = Field("", description="执法证号")


class Producer(_Record):
    """Who made the records: the bureau, or an organisation entrusted by it (regulation Art. 28)."""

    name: Text
    entrusted_by: Words = ""
    instrument: Words = Field("", description="委托书文号")


class StageDates(_Record):
    """When a stage began and ended."""

    stage: Stage
    start: Day
    end: Day | None = None


class MeasureTaken(_Record):
    """A measure taken, with its times where known (local time of the bureau unless it has a zone)."""

    measure: Name = Field(description="a measure of the profile (regulation Art. 9, 10)")
    start: Moment
    end: Moment | None = None
    place: Words = Field("", description="where it was taken")
    unrecorded_reason: Words = Field("", description="why there is no recording of it (regulation Art. 10)")
    note: Words = ""


class IncidentNoted(_Record):
    """An objection, refusal, obstruction or assault."""

    incident: Name = Field(description="an incident of the profile (regulation Art. 18)")
    when: Moment | None = None
    note: Words = ""


class CaseObject(_Record):
    """One file of the case."""

    file: Text = Field(description="path inside the deposit, with /")
    kind: Text = Field(description="kind of document or recording: 立案审批表, 现场录像 …")
    stage: Stage
    volume: Volume | None = Field(None, description="正卷 or 副卷, where the bureau divides its files; empty: 正卷")
    title: Words = ""
    doc_number: Words = Field("", description="文号, as the document bears it")
    responsible: Words = Field("", description="责任者: who issued or signed it")
    date: Day | None = None
    pages: Pages = Field(None, description="页数; of a recording none")
    maker: Words = ""
    place: Words = Field("", description="where it was made or recorded")
    device: Words = ""
    recording_start: Moment | None = None
    proves: Words = Field("", description="what it is to prove (regulation Art. 17)")
    evidence: bool = False
    classification: Classification | None = None
    retention: Retention | None = None
    explains: Words = Field("", description="file whose interruption this explains (regulation Art. 14)")
    spoken_explanation: Words = Field(
        "", description="time in this recording, 0:03 or 1:02:03, where the interruption before it is explained aloud"
    )
    shows: tuple[Name, ...] = Field((), max_length=_MANY, description="what the recording shows (regulation Art. 11)")
    preamble: bool | None = Field(None, description="time, place, officers and so on were said first (Art. 13)")
    device_checked: bool | None = Field(None, description="the device was checked before recording (Art. 12)")
    stored: Moment | None = Field(None, description="when it was stored in the bureau (regulation Art. 15)")
    returned: Day | None = Field(None, description="when the officers returned to the bureau (regulation Art. 15)")
    late_storing_reason: Words = Field("", description="continuous, remote or hardly reachable work (Art. 15)")
    original_carrier: Words = Field("", description="where the original carrier is (Art. 17)")
    transcript: Words = Field("", description="file of the case that holds what is said in it (Art. 17)")
    with_case: bool = Field(True, description="filed with the case, and kept as long as it (Art. 16, 19)")
    note: Words = ""


class ClockOffset(_Record):
    """By how much a device's clock was ahead (positive) or behind; it is applied visibly, never written into files."""

    device: Text
    seconds: float = Field(ge=-MOST_SECONDS, le=MOST_SECONDS, allow_inf_nan=False)
    source: Text = Field(description="how that is known")


class Acceptance(_Record):
    """A named person answers for an error: the case is taken in with it, and it is shown everywhere."""

    finding: Text = Field(description="name of the error, as `preserve check` gives it: document-missing")
    where: Words = Field("", description="file or kind of document that it is about; empty: all errors of that name")
    person: Text
    reason: Text
    document: Words = Field("", description="file of the case that explains it")


if TYPE_CHECKING:
    Objects = Sequence[CaseObject]
else:
    # Checked and written as a tuple; of a large case a table takes its place (`preserve.description.object_table`).
    Objects = Annotated[
        tuple[CaseObject, ...], WrapSerializer(lambda objects, write: write(tuple(objects)), when_used="always")
    ]


class Legacy(_Record):
    """The mark of a case from before this archive.

    `start` and `closed` say the year or month where no day is known. A fact of `not_known` that has a value all the
    same (type of case, retention, stages and kinds of files) has the usual one, and nobody vouches for it.
    """

    source: Annotated[str, Field(min_length=1, max_length=2000)] = Field(
        description="the list and its rows, or whatever else says that there was this case"
    )
    carrier: Words = Field("", description="the discs, drives or folders that its files lay on")
    not_known: tuple[LegacyFact, ...] = Field((), max_length=100)
    start: PartOfDay = ""
    closed: PartOfDay = ""
    note: Words = ""


def _needed_unless_legacy(schema: dict[str, Any]) -> None:
    """What the JSON Schema says of fields that only an old case may lack."""
    schema["anyOf"] = [{"required": list(NEEDED)}, {"required": ["legacy"]}]


class CaseDescription(_Record):
    """One closed case.

    Where it bears the mark of an old case, cause and days that the mark says are not known may be empty; else none.
    """

    model_config = ConfigDict(json_schema_extra=_needed_unless_legacy)

    case_number: Text = Field(description="案号")
    archival_number: Words = Field("", description="档号 (DA/T 13)")
    # Before the fields that rest on it, which are checked in this order. Left out where there is none, so that other
    # cases are written as they always were, and programs of before read them.
    legacy: Legacy | None = Field(None, exclude_if=lambda mark: mark is None, description="the mark of an old case")
    case_type: Name = Field(description="a type of case of the profile (regulation Art. 7)")
    procedure: Procedure = Procedure.ORDINARY
    title: Text
    cause: Annotated[str, Field(max_length=2000)] = Field("", validate_default=True, description="案由")
    parties: tuple[Party, ...] = Field((), max_length=_MANY)
    officers: tuple[Officer, ...] = Field((), max_length=_MANY)
    producer: Producer
    start: Day | None = Field(None, validate_default=True)
    closed: Day | None = Field(None, validate_default=True)
    outcome: Name | None = Field(None, description="how the case ended, by the profile; empty: what its papers show")
    stages: tuple[StageDates, ...] = Field((), max_length=_MANY)
    measures: tuple[MeasureTaken, ...] = Field((), max_length=_MANY)
    incidents: tuple[IncidentNoted, ...] = Field((), max_length=_MANY)
    clocks: tuple[ClockOffset, ...] = Field((), max_length=_MANY)
    acceptances: tuple[Acceptance, ...] = Field((), max_length=_MANY)
    classification: Classification = Classification.INTERNAL
    access: tuple[Words, ...] = Field((), max_length=_MANY, description="who may see the case")
    retention: Retention = Retention.YEARS_30
    late_filing_reason: Words = ""
    note: Words = ""
    objects: Objects = Field(max_length=MOST_OBJECTS)

    @field_validator("cause", "start", "closed")
    @classmethod
    def _known(cls, value: Date | str | None, info: ValidationInfo) -> Date | str | None:
        """Only a fact that the mark names may be missing; where the mark itself is wrong, that is told."""
        mark = info.data.get("legacy")
        if value or "legacy" not in info.data or (mark and info.field_name in mark.not_known):
            return value
        raise PydanticCustomError("string_too_short" if value == "" else "missing", "needed")

    @property
    def strictest(self) -> Classification:
        """The strictest of the case's own classification and its objects': the whole is held to be that (Art. 20)."""
        own = (self.classification, *(item.classification for item in self.objects if item.classification))
        return max(own, key=list(Classification).index)
