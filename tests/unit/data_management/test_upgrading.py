"""A catalogue on a server goes to a newer schema in one step that is asked for, and the release before works on."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from preserve.administration.duties import Role
from preserve.data_management import deliveries, jobs, ledger, search, upgrading
from preserve.data_management.archive import Archive, open_archive
from preserve.data_management.cases import Case, insert
from preserve.data_management.database import READABLE_SINCE, SCHEMA, create_catalogue, open_catalogue, place_of
from preserve.data_management.engines.postgresql import OURS, PostgresqlSchema
from preserve.data_management.moving import move
from preserve.data_management.rebuild import rebuild
from preserve.data_management.search import Passage
from preserve.data_management.upgrading import BASELINE, UPGRADED, upgrade
from preserve.errors import Busy, PreserveError, Refused
from preserve.home import Home, open_home
from tests.support import postgresql
from tests.support.older_schema import inspected, to_0021
from tests.support.people import entries, staffed
from tests.support.program import Archive as Program

DESCRIPTION = {"case_type": "penalty", "start": "2026-01-05", "closed": "2026-03-12", "classification": "internal"}
NEWER = "9998"


@pytest.fixture
def home(tmp_path: Path, postgresql_server: postgresql.Server) -> Home:
    """An archive on the server, with a case that can be found."""
    archive = staffed(tmp_path / "home", postgresql_server.url("plain"), wu=Role.ARCHIVIST)
    with archive.catalogue.begin() as connection:
        insert(connection, Case("o", "1号", "", "t", "penalty", "", "p", "internal", None, "2026-03-12", True, "{}"))
        words = search.words_of([Passage("title", "", "演出活动")], [], tokens=True)
        search.enter(connection, "o", DESCRIPTION, words)
    archive.seal()
    archive.close()
    return archive.home


@pytest.fixture
def old(home: Home) -> Home:
    """The same, as the first release with PostgreSQL had it."""
    to_0021(at(home))
    return home


def at(home: Home) -> PostgresqlSchema:
    place = place_of(home)
    assert isinstance(place, PostgresqlSchema)
    return place


@pytest.fixture
def owner(home: Home) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """Who owns the schema, at the server."""
    with psycopg.connect(at(home).url, autocommit=True) as connection:
        connection.execute(f"SET search_path TO {at(home).schema}")
        yield connection


def version(home: Home) -> object:
    with psycopg.connect(at(home).url) as connection:
        return connection.execute(f"SELECT version_num FROM {at(home).schema}.alembic_version").fetchall()[0][0]


def works(home: Home) -> Archive:
    """An open archive in which all is there."""
    archive = open_archive(home.path)
    with archive.catalogue.read() as connection:
        assert [hit.objid for hit in search.find(connection, "演出活动")] == ["o"]
    return archive


def proven(home: Home) -> None:
    """The ledger is whole and signed; of the case that was put beside it, it knows nothing."""
    said = Program(home.path).json("ledger", "verify")
    assert [finding["code"] for finding in said["findings"]] == ["ledger.contradicts-index"], said


def test_opening_an_older_one_changes_nothing_and_says_what_is_to_be_done(old: Home) -> None:
    before = inspected(at(old).url, at(old).schema)
    with pytest.raises(PreserveError, match=r"catalogue\.older"):
        open_archive(old.path)
    said = Program(old.path).run("search", "演出")
    assert said.returncode and "preserve catalogue upgrade" in said.stderr
    assert version(old) == BASELINE and inspected(at(old).url, at(old).schema) == before


def test_it_becomes_what_a_new_one_is(old: Home, tmp_path: Path) -> None:
    done = Program(old.path).json("catalogue", "upgrade")
    assert (done["before"], done["now"], done["steps"][0]) == (BASELINE, SCHEMA, "0026")
    fresh = PostgresqlSchema(at(old).url, f"t_{uuid4().hex}")
    create_catalogue(fresh).close()
    for name in (lambda schema: schema, deliveries.work_schema):
        mine, new = inspected(at(old).url, name(at(old).schema)), inspected(fresh.url, name(fresh.schema))
        partitions = {key for key in mine if "search_2" in key[1]}
        assert {key: how for key, how in mine.items() if key not in partitions} == new
    archive = works(old)
    row = jobs.JobRow("01J", "copies.replicate", "{}", "", "li", "", "zh", "work", "", "queued", 0, 0, "2026-01-01")
    with archive.catalogue.begin() as connection:
        jobs.ask(connection, row, archive.now())
        assert deliveries.waiting(connection) == {"work": 1}
    (told,) = entries(archive, UPGRADED)
    assert (told["details"]["from"], told["details"]["to"]) == (BASELINE, SCHEMA)
    archive.seal()
    archive.close()
    proven(old)


def test_what_is_done_already_is_not_done_again(old: Home) -> None:
    assert upgrade(old).steps
    assert upgrade(old).steps == ()
    archive = works(old)
    assert len(entries(archive, UPGRADED)) == 1
    archive.close()


def test_of_two_at_once_one_does_it(old: Home) -> None:
    refused = []

    def told(what: str) -> None:
        with pytest.raises(Busy, match=r"catalogue\.being-upgraded"):
            upgrade(old)
        refused.append(what)

    upgrade(old, told=told)
    assert refused[0] == "beforehand" and refused[-1] == "committed"
    archive = works(old)
    assert len(entries(archive, UPGRADED)) == 1
    archive.close()


@pytest.mark.parametrize("edge", ["beforehand", "0029", "changed", "committed"])
def test_killed_anywhere_it_is_the_old_one_or_the_new_one(old: Home, edge: str) -> None:
    script = (
        "import os, sys; from pathlib import Path; from preserve.data_management.upgrading import upgrade;"
        "from preserve.home import open_home;"
        "upgrade(open_home(Path(sys.argv[1])), told=lambda what: what == sys.argv[2] and os.kill(os.getpid(), 9))"
    )
    done = subprocess.run([sys.executable, "-c", script, old.path, edge], check=False)
    assert done.returncode == -signal.SIGKILL
    assert version(old) == (SCHEMA if edge == "committed" else BASELINE)
    with_patience(old)
    archive = works(old)
    assert len(entries(archive, UPGRADED)) == 1
    archive.close()


def with_patience(home: Home) -> None:
    """The server notices a moment later that the one before is gone."""
    for _ in range(100):
        try:
            upgrade(home)
        except Busy:
            continue
        return
    pytest.fail("the lock of the one that was killed stays")


def test_an_index_that_was_cut_off_is_made_again(old: Home, owner: psycopg.Connection[tuple[object, ...]]) -> None:
    owner.execute("CREATE INDEX copies_in_trouble ON copies (state)")
    owner.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'copies_in_trouble'::regclass")
    upgrade(old)
    ((valid, how),) = owner.execute(
        "SELECT indisvalid, pg_get_indexdef(indexrelid) FROM pg_index WHERE indexrelid = 'copies_in_trouble'::regclass"
    )
    assert valid is True and "medium" in str(how)


def test_while_a_program_works_that_could_not_go_on_nothing_is_changed(old: Home) -> None:
    place = at(old)
    with psycopg.connect(place.url, application_name=f"{OURS}{BASELINE} {place.schema}"):
        with pytest.raises(Refused, match=r"catalogue\.older-at-work"):
            upgrade(old)
        assert version(old) == BASELINE
    others = (f"{OURS}{READABLE_SINCE} {place.schema}", f"{OURS}{BASELINE} another_archive", "psql")
    with (
        psycopg.connect(place.url, application_name=others[0]),
        psycopg.connect(place.url, application_name=others[1]),
        psycopg.connect(place.url, application_name=others[2]),
    ):
        while True:
            try:
                assert upgrade(old).steps
            except Refused:  # the server has not noticed yet that the one before is gone
                continue
            break


def test_behind_a_statement_that_lasts_it_waits_not_for_long(
    old: Home, owner: psycopg.Connection[tuple[object, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upgrading, "_LOCK_TIMEOUT", "50ms")
    with owner.transaction():
        owner.execute("LOCK TABLE jobs IN ACCESS SHARE MODE")
        with pytest.raises(Busy, match=r"catalogue\.busy"):
            upgrade(old)
        assert version(old) == BASELINE
    assert upgrade(old).steps


def test_a_ledger_that_the_store_contradicts_is_not_upgraded(
    old: Home, owner: psycopg.Connection[tuple[object, ...]]
) -> None:
    owner.execute("DELETE FROM ledger WHERE number = (SELECT max(number) FROM ledger)")
    with pytest.raises(PreserveError, match=r"ledger\."):
        upgrade(old)
    assert version(old) == BASELINE


def test_one_that_is_too_old_is_left_alone(old: Home, owner: psycopg.Connection[tuple[object, ...]]) -> None:
    owner.execute("UPDATE alembic_version SET version_num = '0020'")
    with pytest.raises(PreserveError, match=r"catalogue\.too-old"):
        upgrade(old)


def test_a_program_goes_on_with_a_schema_that_only_has_more(
    home: Home, owner: psycopg.Connection[tuple[object, ...]]
) -> None:
    archive = works(home)
    owner.execute("ALTER TABLE cases ADD COLUMN more text; ALTER TABLE jobs ADD COLUMN many integer DEFAULT 1")
    owner.execute("CREATE TABLE later (a text PRIMARY KEY)")
    owner.execute(f"UPDATE alembic_version SET version_num = '{NEWER}'")
    for opened in (archive, works(home)):  # one that was at work, and one that begins now
        with opened.catalogue.begin() as connection:
            ledger.note(home, connection, "x", {})
        opened.seal()
        opened.close()
    proven(home)
    # What copies a catalogue or makes it again would leave out what is new.
    for made in (lambda: move(home, None), lambda: rebuild(home, [])):
        with pytest.raises(PreserveError, match=r"catalogue\.newer"):
            made()
    assert upgrade(home).steps == ()


@pytest.mark.parametrize("said", [f"'for programs since {NEWER}'", "NULL"])
def test_a_program_refuses_a_schema_that_lacks_something(
    home: Home, owner: psycopg.Connection[tuple[object, ...]], said: str
) -> None:
    archive = works(home)
    owner.execute(f"UPDATE alembic_version SET version_num = '{NEWER}'")
    owner.execute(f"COMMENT ON TABLE alembic_version IS {said}")
    with pytest.raises(PreserveError, match=r"catalogue\.newer"):
        open_archive(home.path)
    before = len(entries(archive))
    if said != "NULL":  # nobody changes the schema without a word
        with pytest.raises(PreserveError, match=r"catalogue\.newer"), archive.catalogue.begin() as connection:
            ledger.note(home, connection, "x", {})
    assert len(entries(archive)) == before
    archive.close()


def test_a_file_is_brought_up_to_date_by_opening_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PRESERVE_CATALOGUE", raising=False)
    archive = staffed(tmp_path / "home", wu=Role.ARCHIVIST)
    archive.close()
    assert upgrade(open_home(tmp_path / "home")).steps == ()
    open_catalogue(archive.home).close()
