"""An archive that was founded in this process, the sessions of its people, and what its ledger says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from preserve.administration.appointing import add_person
from preserve.administration.duties import FOUNDER, Role
from preserve.administration.founding import found
from preserve.administration.passwords import log_in, set_password
from preserve.administration.people import Person
from preserve.clock import now
from preserve.data_management import both_logs
from preserve.data_management.archive import Archive, open_archive
from preserve.home import acting_person
from preserve.messages import Language
from preserve.services.session import Credentials, Session, SystemUser, Token

_PASSWORD = "long-enough-and-not-the-name"
_SECURITY = Person("security", "沈安全", frozenset({Role.SECURITY_ADMINISTRATOR}))


def founded(folder: Path) -> Archive:
    """An archive without a case, open; the founder is the archivist."""
    home = found(
        folder / "home",
        institution="临江市文化和旅游局",
        policy="lossless",
        store=None,
        digests=["sha256"],
        language="zh",
    )
    return open_archive(home.home.path)


def session_of(archive: Archive, credentials: Credentials, language: Language = "zh") -> Session:
    """The dealings with the archive of whoever shows this."""
    return Session(credentials, language, opened=archive, opened_home=archive.home)


def founder(archive: Archive, language: Language = "zh") -> Session:
    """The session of who founded the archive."""
    return session_of(archive, SystemUser(acting_person()), language)


def appoint(archive: Archive, name: str, role: Role) -> Session:
    """Somebody who is that and nothing else; the security administrator is appointed first, by the founder."""
    by = _SECURITY
    if role is Role.SECURITY_ADMINISTRATOR:
        by = Person(acting_person(), acting_person(), FOUNDER, founder=True)
    moment = now()
    first = add_person(
        archive.catalogue, name, person=f"某{name}", roles=[role.value], os_user="", actor=by, moment=moment
    )
    set_password(archive.catalogue, name, first, _PASSWORD, moment)
    return session_of(archive, Token(log_in(archive.catalogue, name, _PASSWORD, moment)[0]))


def staff(archive: Archive) -> dict[Role, Session]:
    """A security administrator, a system administrator, an auditor, an examiner and a depositor."""
    return {role: appoint(archive, role.value.split("-")[0], role) for role in _STAFF}


_STAFF = (Role.SECURITY_ADMINISTRATOR, Role.SYSTEM_ADMINISTRATOR, Role.AUDITOR, Role.EXAMINER, Role.DEPOSITOR)


def entries(archive: Archive) -> list[dict[str, Any]]:
    """Every entry of the ledger and every look, in the order of time."""
    with archive.catalogue.read() as connection:
        return [json.loads(entry.text) for entry in both_logs.entries(connection)]
