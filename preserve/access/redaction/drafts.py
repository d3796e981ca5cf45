"""Redactions while they are drawn: a draft for each request, saved at every stroke, closed as a plan when examined.

A draft is no record: it lies in the working folder, and nothing that leaves the archive is made from it before an
examination has closed it as the plan that docs/redaction.md describes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from metadata.findings import Finding
from preserve.access.redaction.plan import Found, Redaction, plan_of
from preserve.access.redaction.writing import as_toml
from preserve.errors import Changed, Conflict, Refused
from preserve.home import Home
from preserve.work import hold
from storage_adapters.durable import write_file

PLAN = "redaction-plan.toml"
MOST_ROWS = 2000
"""So many redactions one request may have."""
_LONGEST = 400  # characters of one value
_WAIT = 5.0  # seconds for the other window of the same person


class Row(BaseModel):
    """One redaction as it is drawn: a row of the plan, as it was typed; `begin` and `end` are its from and to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    object: str = Field(max_length=_LONGEST * 10)
    what: str = Field("", max_length=20)
    pages: str = Field("", max_length=_LONGEST)
    lines: str = Field("", max_length=_LONGEST)
    left: str = Field("", max_length=20)
    top: str = Field("", max_length=20)
    width: str = Field("", max_length=20)
    height: str = Field("", max_length=20)
    unit: str = Field("", max_length=8)
    begin: str = Field("", max_length=20)
    end: str = Field("", max_length=20)
    reason: str = Field("", max_length=_LONGEST)
    article: str = Field("", max_length=_LONGEST)
    name: str = Field("", max_length=_LONGEST)
    found: Found | Literal[""] = ""
    """What a machine that drafted it took it for; empty where a person drew it."""
    confirmed: Literal["", "no", "yes", "changed"] = ""
    sure: bool = False
    """Whether a check digit says so; only shown."""

    @property
    def planned(self) -> dict[str, str]:
        """As the plan has it."""
        said = self.model_dump(exclude={"sure"})
        said["from"], said["to"] = said.pop("begin"), said.pop("end")
        return {key: value for key, value in said.items() if value.strip()}


class Gap(BaseModel):
    """Something that a machine's drafts of one file do not cover; in the words of `code`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    object: str
    code: str
    values: dict[str, str | int] = {}


class Draft(BaseModel):
    """Everything that is drawn for one request, and who saved it last; `revision` grows by one each time.

    `offered` are the places that a machine drafted, also those that were thrown out: none comes twice.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    revision: int = 0
    by: str = ""
    when: str = ""
    rows: tuple[Row, ...] = Field((), max_length=MOST_ROWS)
    offered: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()

    def of(self, path: str) -> tuple[Row, ...]:
        """What is drawn on one file."""
        return tuple(row for row in self.rows if row.object == path)


def read_draft(home: Home, number: str) -> Draft:
    """The draft of a request; an empty one where nobody has drawn yet, or what lies there is none."""
    try:
        return Draft.model_validate_json((_folder(home, number) / "draft.json").read_bytes())
    except (FileNotFoundError, ValidationError):
        return Draft()


def save_draft(home: Home, number: str, draft: Draft) -> None:
    """Save what follows the revision before. Raises Changed where somebody else has saved meanwhile."""
    with _held(home, number):
        if read_draft(home, number).revision != draft.revision - 1:
            raise Changed("redaction.draft-changed", number)
        folder = _folder(home, number)
        folder.mkdir(parents=True, exist_ok=True, mode=0o770)
        write_file(folder / "draft.json", draft.model_dump_json(indent=1).encode(), durable=True, mode=0o640)


def close_draft(home: Home, number: str, revision: int) -> Path | None:
    """The draft as a plan, in a file of its own; None where nothing is drawn. Raises Changed, as `save_draft`."""
    with _held(home, number):
        draft = read_draft(home, number)
        if draft.revision != revision:
            raise Changed("redaction.draft-changed", number)
        rows = [row.planned for row in draft.rows if row.what]
        if not rows:
            return None
        path = _folder(home, number) / PLAN
        write_file(path, as_toml(rows), durable=True, mode=0o640)
        return path


def redactions_of(rows: Sequence[Row]) -> tuple[Redaction, ...]:
    """What rows ask for. Raises Refused with every mistake, each at `row:key`, rows counted from 1."""
    if not rows:
        return ()
    return plan_of([dict(row.planned) for row in rows], lambda number, key: f"{number + 1}:{key}", Path(PLAN), [])


def mistakes_in(rows: Sequence[Row]) -> tuple[Finding, ...]:
    """What is wrong in rows as they are typed, or missing; each at `row:key`. Files are not looked into."""
    try:
        redactions_of(rows)
    except Refused as error:
        return error.findings
    return ()


def row_of(finding: Finding) -> tuple[int, str]:
    """The row and the key that a mistake is in; row 0 where it is of none."""
    match = re.fullmatch(r"(\d+):(\w*)", finding.where)
    return (int(match[1]), match[2]) if match else (0, "")


def _folder(home: Home, number: str) -> Path:
    return home.work / "redactions" / number


@contextmanager
def _held(home: Home, number: str) -> Iterator[None]:
    with hold(home.work / f"redactions-{number}.lock", Conflict("request.busy", number), wait=_WAIT):
        yield
