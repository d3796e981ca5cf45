"""What is open to everybody (开放): entries of cases that the head opened, a finding aid, what harvesters get."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field

from preserve.access.openness import acts
from preserve.access.openness.acts import PublicEntry
from preserve.access.openness.finding_aid import finding_aid as written_aid
from preserve.access.openness.harvesting import Asked, Harvest
from preserve.administration.duties import Duty
from preserve.clock import stamp
from preserve.messages import speaking
from preserve.outputs import new_file
from preserve.services.operation import Arguments, Look, command, of_archive, query
from preserve.services.session import Session

_PATH = "/api/v1/oai"


@dataclass(frozen=True, slots=True)
class Opened:
    """A case whose entry was opened to everybody, under which title; or closed again."""

    objid: str
    open: bool
    title: str


@command("openness.open", duty=Duty.DECIDE, subject="case", confirmed=True)
def open_entry(session: Session, case: str, *, reason: str, title: str = "") -> Opened:
    """The head opens the entry of a case to everybody: number, title, producer and days, and no byte of it.

    `title` is one that names nobody, where the case's own does. Raises Refused where the case is classified.
    """
    made = acts.open_entry(session.actor, case, reason=reason, title=title)
    return Opened(made.objid, made.open, made.title)


@command("openness.close", duty=Duty.DECIDE, subject="case", confirmed=True)
def close_entry(session: Session, case: str, *, reason: str) -> Opened:
    """The head closes it again. Who harvested it has it, and is told that it is gone."""
    made = acts.close_entry(session.actor, case, reason=reason)
    return Opened(made.objid, made.open, made.title)


@dataclass(frozen=True, slots=True)
class PublicEntries:
    """Everything that is open to everybody, in the order in which it was opened."""

    entries: tuple[PublicEntry, ...]


def _public(session: Session) -> tuple[PublicEntry, ...]:
    return session.once(
        "public", lambda connection: tuple(acts.entries(connection, session.home, acts.standings(connection)))
    )


def _listed(session: Session, arguments: Arguments) -> Mapping[str, object]:
    return {"entries": len(_public(session))}


@query("openness.list", duty=(Duty.FIND, Duty.DECIDE, Duty.REPORT), look=Look("openness.viewed", _listed, of_archive))
def list_entries(session: Session) -> PublicEntries:
    """What everybody may read, as it would be given to them."""
    return PublicEntries(_public(session))


@dataclass(frozen=True, slots=True)
class FindingAid:
    """A finding aid that was written: where, and of how many cases."""

    path: Path
    cases: int


@query(
    "openness.finding_aid",
    duty=(Duty.FIND, Duty.DECIDE, Duty.REPORT),
    look=Look("openness.viewed", _listed, of_archive),
)
def finding_aid(session: Session, target: Path, *, replace: bool = False) -> FindingAid:
    """Write a finding aid (EAD3) of what is open to everybody into a new file. Raises Refused, MediumProblem."""
    home, found = session.home, _public(session)
    with speaking(home.settings.language):
        data = written_aid(home, found, stamp(session.archive.now()))
    with new_file(target.absolute(), home, replace=replace) as part:
        part.write_bytes(data)
    return FindingAid(target, len(found))


@dataclass(frozen=True, slots=True)
class Harvested:
    """The answer to a harvester."""

    name: str
    data: Annotated[bytes, Field(exclude=True)]


@query("openness.harvest", open_to_all="a harvester has no account, and gets what the head opened to everybody")
def harvest(session: Session, asked: Asked) -> Harvested:
    """Answer one request of OAI-PMH; what is wrong in it is told in the answer."""
    archive = session.archive
    web = archive.home.settings.web
    base = (f"https://{web.hosts[0]}" if web.hosts else f"http://{web.listen}") + _PATH
    with archive.catalogue.read() as connection:
        answer = Harvest(archive.home, connection, base, f"{stamp(archive.now())[:19]}Z").answer(asked)
    return Harvested("oai.xml", answer)
