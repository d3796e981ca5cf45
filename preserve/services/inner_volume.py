"""Papers of the internal volume (副卷): who may not see them is shown no text of them and cannot view them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar

from sqlalchemy import Connection

from preserve.administration.duties import Duty
from preserve.administration.people import Person, require
from preserve.data_management import cases
from preserve.data_management.search import Hit
from preserve.description.fixed_values import Volume

if TYPE_CHECKING:
    from preserve.description.plain import PlainDescription
    from preserve.description.schema import CaseDescription


def inner_files(description: CaseDescription) -> set[str]:
    """The files of a case that belong to the internal volume."""
    return {item.file for item in description.objects if item.volume is Volume.INNER}


def require_seen(connection: Connection, person: Person, description: CaseDescription, files: Sequence[str]) -> None:
    """Raises NotPermitted where one of these files is of the internal volume, and the person may not see it."""
    if inner_files(description) & set(files):
        require(connection, person, Duty.SEE_INNER)


def require_finder(connection: Connection, person: Person) -> None:
    """Raises NotPermitted where the person may not find cases at all: a token may be limited to internal volumes."""
    require(connection, person, Duty.FIND)


class _Described(Protocol):
    """What shows the description of a case as plain data; a frozen dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def description(self) -> PlainDescription:
        """The description."""


Shown = TypeVar("Shown", bound=_Described)


def main_volume_of(shown: Shown) -> Shown:
    """The same, its description without the papers of the internal volume."""
    return replace(shown, description=shown.description.without(Volume.INNER.value))


MAIN = {Duty.SEE_INNER: main_volume_of}
"""As what an operation hides from whom: papers of the internal volume from who may not see them."""


def without_inner(connection: Connection, person: Person, hits: Sequence[Hit]) -> list[Hit]:
    """The same cases; of a paper that the person may not see neither its name nor what was found in it."""
    if person.may(Duty.SEE_INNER) or not any(hit.place for hit in hits):
        return list(hits)
    from preserve.description.stored import divided  # a search that found nothing of a paper pays for none

    known = cases.read_many(connection, [hit.objid for hit in hits if hit.place])
    inner = {
        (objid, str(file["file"]))
        for objid, case in known.items()
        for file in divided(case.description_text)[1]  # of a large case a million: none is made an object of
        if file.get("volume") == Volume.INNER.value
    }
    return [_unsaid(hit) if (hit.objid, hit.place) in inner else hit for hit in hits]


def _unsaid(hit: Hit) -> Hit:
    """That the case was found, and not where."""
    return replace(hit, place="", shown="", marks=(), page=0, at=0.0)
