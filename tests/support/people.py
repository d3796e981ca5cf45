"""An archive in this process, with accounts of its staff, each by an operating-system user of the same name."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from preserve.administration.appointing import add_person
from preserve.administration.duties import FOUNDER, Role
from preserve.administration.founding import Extras, found
from preserve.administration.people import Person
from preserve.clock import now
from preserve.data_management import both_logs
from preserve.data_management.archive import Archive, open_archive
from preserve.home import acting_person
from preserve.progress import Progress, Silent
from preserve.services.session import Session, SystemUser
from preserve.settings import ObjectStore


def staffed(
    place: Path, catalogue: str = "", store: ObjectStore | None = None, *, signs: bool = False, **roles: Role
) -> Archive:
    """A new archive at `place`; each name of an account with its role. The founder is its archivist.

    `catalogue` is the address of a database that is to hold its catalogue; empty for a file.
    `store`: a bucket that is to be its store; none for a folder. `signs`: it has a certificate of a test authority.
    """
    home = found(
        place,
        institution="临江市文化和旅游局",
        policy="lossless",
        store=store,
        digests=["sha256"],
        language="zh",
        extras=Extras(catalogue=catalogue, test_authority=signs),
    )
    archive = open_archive(home.home.path)
    by = Person(acting_person(), acting_person(), FOUNDER, founder=True)
    for name, role in {"security": Role.SECURITY_ADMINISTRATOR, **roles}.items():
        add_person(
            archive.catalogue,
            name,
            person=f"某{name}",
            roles=[role.value],
            os_user=name if name != "security" else "",
            actor=by,
            moment=now(),
        )
        by = Person("security", "某security", frozenset({Role.SECURITY_ADMINISTRATOR}))
    return archive


def session(archive: Archive, user: str = "", progress: Progress | None = None) -> Session:
    """The dealings of one of them with the archive, or of the founder."""
    credentials = SystemUser(user or acting_person())
    return Session(credentials, "en", progress or Silent(), opened=archive, opened_home=archive.home)


def entries(archive: Archive, *actions: str) -> Sequence[dict[str, Any]]:
    """The entries of the ledger and the looks, of these actions or all."""
    with archive.catalogue.read() as connection:
        read = [json.loads(entry.text) for entry in both_logs.entries(connection)]
    return [entry for entry in read if not actions or entry["action"] in actions]
