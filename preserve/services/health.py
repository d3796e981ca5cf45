"""What is missing or wrong on this machine and in a home, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import PlainSerializer
from typing_extensions import TypedDict

from metadata.findings import Value
from preserve import __version__
from preserve.administration import health
from preserve.administration.health import Check, State
from preserve.data_management.database import SCHEMA
from preserve.home import default_path
from preserve.messages import hint, say
from preserve.services.operation import anybody, query
from preserve.services.session import Session


class CheckDocument(TypedDict):
    """One thing looked at, with its sentence and what to do in the language in use."""

    code: str
    state: State
    values: dict[str, Value]
    message: str
    hint: str


def advice(check: Check) -> str:
    """What to do about it, in the language in use; nothing where all is well."""
    return hint(check.code, **check.values) if check.state != "good" else ""


def _document(check: Check) -> CheckDocument:
    message = say(check.code, **check.values)
    return {
        "code": check.code,
        "state": check.state,
        "values": dict(check.values),
        "message": message,
        "hint": advice(check),
    }


@dataclass(frozen=True, slots=True)
class Examined:
    """Everything that was looked at; status 7 where something is wrong."""

    status: int
    checks: tuple[Annotated[Check, PlainSerializer(_document, return_type=CheckDocument)], ...]

    @property
    def wrong(self) -> int:
        """How many things are wrong."""
        return sum(check.state == "wrong" for check in self.checks)


@query("health.examine", needs="nothing", open_to_all="it must work where nothing else does, and shows no case")
def examine(session: Session, place: Path | None = None) -> Examined:
    """Look at this machine, then at the home at `place` or at the usual one, be it damaged or missing."""
    checks = tuple(health.examine(place or default_path()))
    return Examined(7 if any(check.state == "wrong" for check in checks) else 0, checks)


@dataclass(frozen=True, slots=True)
class Alive:
    """That the archive answers, for a monitor; nothing of what is in it."""

    state: Literal["ready"]


@query("health.alive", open_to_all="a monitor has no account, and learns only that the archive answers")
def alive(session: Session) -> Alive:
    """Whether the archive answers. Raises Busy, NotIntact."""
    with session.archive.catalogue.read():
        return Alive("ready")


@dataclass(frozen=True, slots=True)
class ProgramVersion:
    """The program's version, and that of its catalogue's tables."""

    version: str
    schema: str


@query("health.version", duty=anybody)
def version(session: Session) -> ProgramVersion:
    """Which program answers."""
    return ProgramVersion(__version__, SCHEMA)
