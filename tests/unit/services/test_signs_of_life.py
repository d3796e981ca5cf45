"""A child that hangs is told from one that is long at work, and from a server that is away."""

from __future__ import annotations

import pytest

from preserve.data_management.archive import Archive
from preserve.errors import MediumProblem
from preserve.services.signs_of_life import HUNG, SignsOfLife
from tests.support import postgresql
from tests.support.on_postgresql import archive, server

__all__ = ["archive", "server"]


def renew(archive: Archive, until: str) -> None:
    """The lease of the job, as its process takes and renews it."""
    with archive.catalogue.aside() as connection:
        connection.exec_driver_sql("DELETE FROM leases")
        connection.exec_driver_sql(
            "INSERT INTO leases (name, holder, fence, job, attempt, until) VALUES ('work/jobs/J/lock', 'h', 1, 'J', 1, %s)",
            (until,),
        )


def test_who_renews_its_lease_lives_and_who_does_not_hangs(archive: Archive) -> None:
    moment = [0.0]
    signs = SignsOfLife(archive, lambda: moment[0])
    for round_ in range(5):
        renew(archive, f"2026-01-01T00:00:0{round_}.000000Z")
        assert signs.silent(["J"]) == []
        moment[0] += HUNG - 1
    moment[0] += 2
    assert signs.silent(["J"]) == ["J"]
    assert signs.silent([]) == []
    assert signs.silent(["J"]) == [], "the next attempt begins with its whole time"


def test_while_the_server_is_away_nobody_hangs(archive: Archive, server: postgresql.Server) -> None:
    moment = [0.0]
    signs = SignsOfLife(archive, lambda: moment[0])
    renew(archive, "2026-01-01T00:00:00.000000Z")
    assert signs.silent(["J"]) == []
    server.kill()
    moment[0] += 2 * HUNG
    with pytest.raises(MediumProblem):
        signs.silent(["J"])
    server.process = postgresql.run(server.folder, server.port)
    assert signs.silent(["J"]) == []
