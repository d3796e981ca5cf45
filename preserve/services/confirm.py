"""Giving the password again before a decision: doors with sessions demand it of what is declared `confirmed`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from preserve.administration import confirming
from preserve.administration.confirming import Deed as Deed
from preserve.services.operation import anybody, command
from preserve.services.session import Session


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Proofs that the password was given for these deeds, in their order, and until when they hold (UTC)."""

    proofs: tuple[str, ...]
    until: str


@command("user.confirm", duty=anybody)
def confirm(session: Session, deeds: Sequence[Deed], password: str) -> Confirmed:
    """Give the password again for these deeds, each on one object. Raises NotPermitted where it is wrong."""
    archive = session.archive
    asker = confirming.Asker(session.person.account, session.login, session.address)
    proofs = confirming.prove(archive.catalogue, asker, password, deeds, archive.now())
    until = min(map(confirming.holds_until, proofs), default=archive.now())
    return Confirmed(proofs, until.isoformat(timespec="seconds"))


def confirmed(session: Session, password: str, *deeds: tuple[str, ...]) -> Session:
    """The session with which these deeds may be done, each the name of an operation, what it is about, and `seen`.

    For handlers: `approve(confirmed(session, password, ("request.approve", number, seen)), number, seen=seen)`.
    Raises NotPermitted where the password is wrong.
    """
    proofs = confirm(session, [Deed(*deed) for deed in deeds], password).proofs
    return replace(session, proofs=proofs)
