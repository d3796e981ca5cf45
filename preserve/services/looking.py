"""That somebody looked: which entry of the log of looks says so, and that it stands there before anything is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from preserve.data_management.look_groups import Seen
from preserve.services.recent_looks import RECENT, of_session
from preserve.services.session import Session

Arguments = Mapping[str, Any]


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


def of_archive(session: Session, arguments: Arguments) -> str:
    """As what a look is about: the archive as a whole."""
    return session.archive.home.settings.archive_id


def record_look(session: Session, look: Look, action: str, subject: str, arguments: Arguments) -> None:
    """Record it, durably; where many requests are one look, once for them. Raises what cannot be recorded."""
    about = look.about(session, arguments) if look.about else subject

    def record() -> None:
        seen = Seen(action, about, session.person.account, look.details(session, arguments), session.archive.now())
        failed = session.archive.record_look(seen)
        if failed is not None:
            session.aside(failed)  # the look is recorded and signed in the catalogue: it stands

    if look.once is None:
        record()
    else:
        RECENT.record(of_session(session, action, about, look.once(session, arguments)), record)
