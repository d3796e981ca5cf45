"""Parts of an operation's declaration: who may, what it is about, which look is recorded, what is exclusive."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from preserve.administration.duties import Duty
from preserve.errors import PreserveError
from preserve.services.session import Session

Kind = Literal["query", "command", "job"]
Arguments = Mapping[str, Any]
Subject = str | Callable[[Arguments], str]
Duties = Duty | tuple[Duty, ...] | Callable[[Arguments], tuple[Duty, ...]]


@dataclass(frozen=True, slots=True)
class Look:
    """That somebody looked: the action that stands in the log of looks, and details that are read before."""

    action: str | Callable[[Arguments], str]
    """Where it is made from the arguments and empty, nothing of anybody's is shown."""
    details: Callable[[Session, Arguments], Mapping[str, object]] = lambda session, arguments: {}
    about: Callable[[Session, Arguments], str] | None = None
    """The subject of the entry, where it is not the operation's: the objid of a case that was named by its number."""
    once: Callable[[Session, Arguments], str] | None = None
    """What is looked at, where one look is many requests: they are one entry for some minutes (`recent_looks`)."""


def anybody(arguments: Arguments) -> tuple[Duty, ...]:
    """As a duty: whoever is recognised, whatever they may do."""
    return ()


def of_archive(session: Session, arguments: Arguments) -> str:
    """As what a look is about: the archive as a whole."""
    return session.archive.home.settings.archive_id


Lock = Callable[[Session, Arguments], tuple[str, PreserveError]]
"""The name of what only one may do at a time, and what is raised while another does it."""
