"""The shape of `profiles/forms.toml`: which forms there are, and what stands in which column of each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from preserve.profiles import read_profile

NAME = "forms.toml"
About = Literal["case", "year", "fonds"]
Rows = Literal["", "papers", "cases", "fonds", "index"]
FormName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
Signer = Literal[
    "filed-by",
    "checked-by",
    "filed-on",
    "arranged-by",
    "given-by",
    "given-supervised",
    "received-by",
    "received-supervised",
    "handed-on",
]
Fact = Literal[
    "fonds-name",
    "fonds-number",
    "class-name",
    "title",
    "dates",
    "retention",
    "pieces",
    "pages",
    "filing-number",
    "archival-number",
    "volume-number",
    "case-number",
    "cause",
    "parties",
    "officers",
    "outcome",
    "producer",
    "started",
    "closed",
    "volume",
    "situation",
    "year",
    "handing-unit",
]
"""What stands once on a form."""

_PAPERS = "order doc-number responsible title date page remark pages secrecy archival-number kind case-number"
_CASES = (
    "order volume-number archival-number case-number title dates year pages pieces count retention remark secrecy kept"
    " producer closed"
)
_FONDS = "order fonds-number fonds-name fonds-class dates amount place changes remark"
_INDEX = "order group title date file sha256 remark"
COLUMNS: dict[Rows, frozenset[str]] = {
    "": frozenset(),
    "papers": frozenset(_PAPERS.split()),
    "cases": frozenset(_CASES.split()),
    "fonds": frozenset(_FONDS.split()),
    "index": frozenset(_INDEX.split()),
}
"""What may stand in the columns of a form, by what its rows are."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Part):
    """A column: what stands in it, its share of the width, and its heading where that is the bureau's own."""

    name: str
    width: Annotated[int, Field(ge=1, le=100)]
    head: Annotated[str, Field(max_length=40)] = ""


class Form(_Part):
    """One form. `evidence` says how far its source is to be trusted; `title` is the bureau's own, where it has one."""

    name: FormName
    title: Annotated[str, Field(max_length=40)] = ""
    about: About
    rows: Rows = ""
    paper: Literal["a4", "a4-wide", "cover"] = "a4"
    evidence: Literal["S", "N", "R", "2", "O"]
    source: str = ""
    facts: tuple[Fact, ...] = ()
    columns: tuple[Column, ...] = ()
    signers: tuple[Signer, ...] = ()

    @model_validator(mode="after")
    def _sound(self) -> Form:
        unknown = [column.name for column in self.columns if column.name not in COLUMNS[self.lists]]
        if unknown:
            raise ValueError(f"no such column in rows of {self.lists}: {', '.join(unknown)}")
        if (self.about == "fonds") != (self.lists in ("fonds", "index")):
            raise ValueError("a form about a fonds lists fonds, or is an index of its papers")
        if self.about == "case" and self.lists == "cases":
            raise ValueError("a form about a case lists papers")
        if not self.facts and not self.columns:
            raise ValueError("a form has facts or columns")
        return self

    @property
    def lists(self) -> Rows:
        """What its rows are."""
        usual: dict[About, Rows] = {"case": "papers", "year": "cases", "fonds": "fonds"}
        return self.rows or usual[self.about]


class Style(_Part):
    """How numbers and days are written. `rows_a_file` is how many rows a PDF may have before another begins."""

    number_by: Literal["pages", "pieces"] = "pages"
    span: Literal["first", "last", "all"] = "last"
    day: Annotated[str, Field(pattern=r"^(%[Ymd]|[-./年月日])+$")] = "%Y%m%d"
    rows_a_file: Annotated[int, Field(ge=20, le=5000)] = 2000


class FormsProfile(_Part):
    """The whole file."""

    style: Style = Style()
    form: Annotated[tuple[Form, ...], Field(min_length=1, max_length=40)]

    @model_validator(mode="after")
    def _once(self) -> FormsProfile:
        names = [form.name for form in self.form]
        if len(set(names)) != len(names):
            raise ValueError("two forms of one name")
        return self

    def about(self, about: About, names: tuple[str, ...] = ()) -> tuple[Form, ...]:
        """The forms about something, in their order; of these names alone where any are given."""
        return tuple(form for form in self.form if form.about == about and (not names or form.name in names))


def read_forms(own: Path | None) -> FormsProfile:
    """The bureau's own forms, else the shipped ones. Raises Refused with every mistake."""
    return read_profile(NAME, FormsProfile, own)


SIGNERS: tuple[str, ...] = get_args(Signer)
FACTS: tuple[str, ...] = get_args(Fact)
