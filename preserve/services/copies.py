"""Copies of packages: what should exist and does, and what comes next. `replication` makes what is missing."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Annotated, Literal

from pydantic import PlainSerializer
from typing_extensions import TypedDict

from preserve.administration.duties import Duty
from preserve.archival_storage.opening import kind_word
from preserve.archival_storage.overview import LOOKED_AT, Overview, Part, Task, lacking, overview, part_of
from preserve.archival_storage.policy import read_policy
from preserve.data_management import holdings, standings
from preserve.data_management.cases import find_case, unknown
from preserve.messages import say
from preserve.services.operation import Arguments, Look, of_archive, query
from preserve.services.pages import FIRST, Page
from preserve.services.session import Session


class TaskDocument(TypedDict):
    """What is to be done next, with its sentence in the language in use."""

    name: str
    act: str
    kind: str
    medium: str
    place: str
    message: str


def task_sentence(task: Task) -> str:
    """What is to be done next, in the language in use."""
    kind = kind_word(task.kind) if task.kind else ""
    return say(f"cli.task-{task.act}", kind=kind, medium=task.medium, place=task.place or "—", name=task.name)


def _task_document(task: Task) -> TaskDocument:
    return {
        "name": task.name,
        "act": task.act,
        "kind": task.kind,
        "medium": task.medium,
        "place": task.place,
        "message": task_sentence(task),
    }


TaskShown = Annotated[Task, PlainSerializer(_task_document, return_type=TaskDocument)]
"""A task as a field of a result: a fact, with its sentence in the document."""


@dataclass(frozen=True, slots=True)
class CaseCopies(Overview):
    """One version of a case, its copies, whether they suffice, and what comes next."""

    next: tuple[TaskShown, ...]
    sealed: bool


@dataclass(frozen=True, slots=True)
class CopiesOverview:
    """Versions that must have copies, in the order they were made; `labels` are those of the media, by identity.

    `more` versions follow (counted up to 10,000), after the key `next`.
    """

    cases: tuple[CaseCopies, ...]
    labels: dict[str, str]
    next: str = ""
    more: int = 0


def _without_cases(shown: CopiesOverview) -> CopiesOverview:
    """Who keeps the bytes and may not find cases sees packages by their names only."""
    return replace(shown, cases=tuple(replace(case, case_number="", title="") for case in shown.cases))


def _case_or_all(session: Session, arguments: Arguments) -> str:
    """The case whose copies are looked at, or the archive where it is all of them."""
    with session.archive.catalogue.read() as connection:
        return find_case(connection, arguments["case"]) or of_archive(session, arguments)


@query(
    "copies.list",
    duty=(Duty.KEEP, Duty.REPORT, Duty.FIND),
    subject="case",
    look=Look("copies.listed", about=_case_or_all),
    hidden={Duty.FIND: _without_cases},
)
def list_copies(
    session: Session, case: str = "", page: Page = FIRST, *, missing: Literal["", "newest", "all"] = ""
) -> CopiesOverview:
    """What copies each version should have and has: of one case the whole, or of all of them a page at a time.

    With `missing` only versions that lack a copy: among the `LOOKED_AT` newest, or, from the first on, among as many
    at a time. Raises Refused for an unknown case.
    """
    home = session.archive.home
    with session.archive.catalogue.read() as connection:
        profile = read_policy(home.profiles)
        if case:
            part = Part(tuple(overview(home, connection, profile, case)), "", 0)
        elif missing:
            newest = missing == "newest" and not page.after
            after = standings.package_before_last(connection, LOOKED_AT) if newest else page.after
            part = lacking(home, connection, profile, after, page.size)
        else:
            part = part_of(home, connection, profile, page.after, page.size)
        labels = {row.id: row.label for row in holdings.all_media(connection)}
    if case and not part.versions:
        raise unknown(case)
    cases = [
        CaseCopies(
            **{part.name: getattr(version, part.name) for part in fields(version)}, sealed=version.standing.sealed
        )
        for version in part.versions
    ]
    return CopiesOverview(tuple(cases), labels, part.next, part.more)
