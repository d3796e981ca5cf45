"""How a re-preservation begins, goes on after an interruption, or is given up: its row in the journal, its folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection
from ulid import ULID

from metadata.names import original_bytes
from preserve.archival_storage.aip_versions import PreviousVersion
from preserve.archival_storage.aip_versions.abandoned import give_up, is_published
from preserve.clock import now, stamp
from preserve.data_management import cases, journal, ledger, migrations_journal
from preserve.data_management.database import Catalogue
from preserve.data_management.migrations_journal import Row
from preserve.errors import Refused
from preserve.home import Home
from preserve.ingest.pipeline import boot
from preserve.preservation_planning.policy import Policy
from preserve.work import claim


@dataclass(frozen=True, slots=True)
class Began:
    """A re-preservation as the journal has it, and whether an earlier run had begun it."""

    row: Row
    resumed: bool


def begin(home: Home, catalogue: Catalogue, old: PreviousVersion, policy: Policy, actor: str) -> Began:
    """The journal's row of an earlier run under this policy, or a new one; any other is given up.

    The case must be claimed.
    """
    version = old.version + 1
    with catalogue.begin() as connection:
        known = migrations_journal.running(connection, old.objid)
        if known is not None and known.version == version and (known.policy == policy.key or is_published(home, known)):
            entry(connection, old.objid, actor, "represervation.resumed", {"version": version, "step": known.step})
            return Began(known, True)
    if known is not None:
        give_up(home, catalogue, known)
    row = Row(str(ULID()).lower(), old.objid, version, policy.key, "running", "copy", stamp(now()), None, boot())
    with catalogue.begin() as connection:
        migrations_journal.create(connection, row)
        journal.add_files(connection, row.id, _inventory(old))
        entry(
            connection,
            old.objid,
            actor,
            "represervation.started",
            {"version": version, "from": old.name, "policy": policy.name, "rules": policy.key},
        )
    return Began(row, False)


def _inventory(old: PreviousVersion) -> Iterator[tuple[int, bytes, str, int, int | None]]:
    """The originals as the old package tells them: the depositor's names, and where they lie."""
    for number, entity in enumerate(old.objects("original"), 1):
        stored = entity.path.removeprefix("data/")
        yield number, original_bytes(entity.original_name or stored), stored, entity.size, None


def give_up_others(home: Home, catalogue: Catalogue, policy: Policy) -> None:
    """What was begun under a policy that counts no more, is not published, and is not being worked on."""
    with catalogue.read() as connection:
        running = migrations_journal.all_running(connection)
        others = [row for row in running if row.policy != policy.key and not is_published(home, row)]
        names = cases.names_of(connection, (row.objid for row in others))
    for row in others:
        name = names.get(row.objid)
        with suppress(Refused), claim(home.work, name.case_number if name else row.objid):
            give_up(home, catalogue, row)


def entry(connection: Connection, objid: str, actor: str, action: str, details: dict[str, Any]) -> None:
    """Write a deed down; the moment is now."""
    ledger.append(connection, action=action, subject=objid, actor=actor, details=details, moment=now())
