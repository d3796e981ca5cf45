"""Which files a request comes down to, and what stands against giving each of them."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from metadata.identity import Names, meant, precise
from preserve.access.requests.model import Concern, Consumer, Selected, Wanted
from preserve.access.requests.profile import Capacity
from preserve.archival_storage.packages import require_case
from preserve.data_management import cases, destroyed, object_index
from preserve.description.fixed_values import Classification, Volume
from preserve.description.matching import described, name_in
from preserve.description.schema import CaseDescription, CaseObject
from preserve.errors import NotFound
from preserve.home import Home


@dataclass(frozen=True, slots=True)
class HeldCase:
    """A case as it is asked for: its newest package, its description, its originals by the depositor's name.

    Each original has a name of its own: the description's, else the readable one (see `metadata.identity`).
    """

    objid: str
    package: str
    description: CaseDescription
    originals: dict[str, str]  # the depositor's name to the identifier
    objects: Names[CaseObject] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "objects", described(self.description))

    def about(self, name: str) -> CaseObject | None:
        """What the description says of a file."""
        return self.objects.find(name)


def read_case(home: Home, connection: Connection, name: str) -> HeldCase:
    """A case by objid, case number or archival number. Raises Refused where there is none, or it was destroyed.

    Raises NotIntact where the catalogue does not say of it what was registered.
    """
    objid = require_case(home, connection, name)
    destroyed.refuse(connection, objid)
    case = cases.read(connection, objid)
    description = case.description.model_copy(update={"archival_number": case.archival_number})
    held = HeldCase(objid, case.package, description, {})
    for original in object_index.originals(connection, objid):
        name = name_in(held.objects, original.deposited) or original.name
        held.originals[precise(original.deposited) if name in held.originals else name] = original.identifier
    return held


def resolve(connection: Connection, wanted: Wanted, case: HeldCase, apart: Collection[str] = ()) -> Iterator[Selected]:
    """The files that what is wanted comes down to. Raises Refused where it names nothing.

    Files of the names `apart` that no object of the case describes are given only where they are asked for by name.
    """
    names = list(case.originals)
    if wanted.object:
        name = meant(wanted.object, names)
        names = [name] if name is not None else []
    elif wanted.stage:
        names = [name for name in names if (about := case.about(name)) is not None and about.stage == wanted.stage]
    elif wanted.form != "package":
        names = [name for name in names if not _is_apart(case, name, apart)]
    if not names:
        raise NotFound("request.nothing-there", wanted.object or wanted.stage or wanted.case_number)
    for name in names:
        yield _selected(connection, wanted, case, name, case.originals[name])


def _selected(connection: Connection, wanted: Wanted, case: HeldCase, name: str, identifier: str) -> Selected:
    version = int(case.package.rpartition("_v")[2])  # later versions hold the same objects
    original = object_index.read(connection, identifier, version)
    chosen = original
    if wanted.form not in ("original", "package"):
        copies = object_index.made_from(connection, identifier, case.objid, version, wanted.form)
        # Where no such copy was made, because the original already is one, the original itself is given.
        chosen = copies[0] if copies else original
    return Selected(
        objid=case.objid,
        case_number=case.description.case_number,
        package=case.package,
        path=name,
        identifier=chosen.identifier,
        representation=chosen.representation,
        file=chosen.path,
        size=chosen.size,
        sha256=chosen.sha256,
        original_sha256=original.sha256,
        begin=wanted.begin,
        end=wanted.end,
    )


def is_inner(case: HeldCase, name: str) -> bool:
    """Whether a file belongs to the internal volume (副卷)."""
    about = case.about(name)
    return about is not None and about.volume is Volume.INNER


def split_volumes(
    capacity: Capacity, held: Mapping[str, HeldCase], selection: Sequence[Selected]
) -> tuple[list[Selected], list[Selected]]:
    """What may be given by its volume; and what stays, being of the internal one, which who asks may not have."""
    kept = [] if capacity.sees_inner else [one for one in selection if is_inner(held[one.objid], one.path)]
    return [one for one in selection if one not in kept], kept


def inner_concerns(kept: Sequence[Selected], whole: Collection[str]) -> Iterator[Concern]:
    """That papers of the internal volume stay here; of cases asked for as `whole` packages they cannot be left out."""
    for one in kept:
        solved = "" if one.objid in whole else "left-out"
        values = {"case": one.case_number}
        yield Concern(code="request.inner-volume", article="21", object=one.path, values=values, solved=solved)


def find_concerns(
    consumer: Consumer,
    capacity: Capacity,
    held: Sequence[HeldCase],
    selection: Sequence[Selected],
    redacted: Collection[str],
    left_out: Collection[str],
    apart: Collection[str] = (),
) -> Iterator[Concern]:
    """What stands against it (regulation Art. 20, 21): not concerned, secrets, the privacy of others.

    Files of the names `apart` that no object describes hold the identities of all parties.
    """
    by_objid = {case.objid: case for case in held}
    for case in held:
        person = consumer.represents or consumer.name
        if capacity.concerned and not any(_same(party.name, person) for party in case.description.parties):
            yield Concern(
                code="request.not-concerned",
                article="21",
                values={"person": person, "case": case.description.case_number},
            )
    for one in selection:
        case = by_objid[one.objid]
        about = case.about(one.path)
        level = (about.classification if about else None) or case.description.classification
        if _is_apart(case, one.path, apart) and Classification.PRIVACY in capacity.restricted:
            level = Classification.PRIVACY
        if level not in capacity.restricted:
            continue
        solved = "left-out" if one.path in left_out else "redacted" if one.path in redacted else ""
        if level is Classification.STATE_SECRET and solved == "redacted":
            solved = ""
        yield Concern(
            code=f"request.restricted-{level.value}",
            article="20",
            object=one.path,
            values={"case": case.description.case_number},
            solved=solved,
        )


def _is_apart(case: HeldCase, name: str, apart: Collection[str]) -> bool:
    return name.rpartition("/")[2] in apart and case.about(name) is None


def _same(one: str, other: str) -> bool:
    return unicodedata.normalize("NFKC", one).strip() == unicodedata.normalize("NFKC", other).strip()
