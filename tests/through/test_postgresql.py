"""An archive whose catalogue lies on PostgreSQL, through the command line and the pages."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from preserve.data_management import jobs as rows
from preserve.data_management.archive import open_archive
from preserve.description.fixed_values import FIRST_YEAR, LAST_YEAR
from preserve.home import acting_person
from preserve.services import jobs
from preserve.services.session import SystemUser
from tests.support import postgresql
from tests.support.program import Archive, found, kill
from tests.support.sessions import session_of
from tests.support.tiny_case import write_case
from tests.support.web import CASE_NUMBER, staffed_home, start

pytestmark = pytest.mark.xdist_group("postgresql")
WORKER = Path(__file__).parents[2] / "deploy" / "postgresql" / "worker.sql"


@pytest.fixture(scope="module")
def server() -> Iterator[postgresql.Server]:
    running = postgresql.start()
    running.make_database("preserve")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def archive(server: postgresql.Server, tmp_path_factory: pytest.TempPathFactory) -> Archive:
    folder = tmp_path_factory.mktemp("postgresql")
    made = found(folder / "home", "--catalogue", server.url("preserve"))
    taken = made.run("ingest", str(write_case(folder / "case")))
    assert taken.returncode == 0, taken.stdout + taken.stderr
    return made


def test_a_case_goes_in_and_is_listed_found_and_proved(archive: Archive) -> None:
    (case,) = archive.json("list")["cases"]
    assert [hit["objid"] for hit in archive.json("search", "测试案")["hits"]] == [case["objid"]]
    for command in (("show", case["objid"]), ("ledger", "verify"), ("doctor",), ("copies",), ("media", "list")):
        done = archive.run(*command)
        assert done.returncode in (0, 7) and "Traceback" not in done.stderr, (command, done.stdout, done.stderr)
    assert archive.run("ledger", "verify").returncode == 0
    assert not list(archive.home.glob("catalogue.sqlite*"))


def test_a_second_deposit_of_the_case_is_refused_as_anywhere(archive: Archive, tmp_path: Path) -> None:
    again = archive.run("ingest", str(write_case(tmp_path / "case")))
    assert again.returncode == 3, again.stdout + again.stderr


def test_it_is_made_again_from_the_packages(archive: Archive) -> None:
    before = archive.json("list")["cases"]
    done = archive.run("catalogue", "rebuild")
    assert done.returncode == 0, done.stderr
    assert archive.json("list")["cases"] == before
    assert archive.run("ledger", "verify").returncode == 0


def test_a_server_that_is_away_is_a_medium_that_is_absent(server: postgresql.Server, tmp_path: Path) -> None:
    away = Archive(tmp_path / "home")
    url = f"postgresql://preserve@127.0.0.1:{postgresql.free_port()}/preserve"
    done = away.run("init", "--institution", "局", "--catalogue", url)
    assert done.returncode == 5 and "cannot be reached" in done.stderr, done.stderr
    assert not away.home.exists()


@pytest.mark.parametrize("secret", ["postgresql://preserve:geheim@db/x", "postgresql://db/x?password=geheim"])
def test_an_address_with_a_password_is_refused_and_not_repeated(secret: str, tmp_path: Path) -> None:
    done = Archive(tmp_path / "home").run("init", "--institution", "局", "--catalogue", secret)
    assert done.returncode == 2 and "geheim" not in done.stdout + done.stderr, done.stderr
    assert not (tmp_path / "home").exists()


def test_the_pages_list_and_find_the_case(
    server: postgresql.Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRESERVE_CATALOGUE", server.url("preserve"))
    home = staffed_home(tmp_path)
    assert not (home / "catalogue.sqlite").exists()
    served = start(home)
    try:
        person = served.client("archivist")
        for page in ("/", "/cases", f"/cases?q={CASE_NUMBER}"):
            shown = person.get(page)
            assert shown.status_code == 200, (page, shown.status_code, shown.text[-500:])
        assert CASE_NUMBER in shown.text
        administrator = served.client("system")
        assert administrator.get("/system").status_code == 200
    finally:
        served.stop()


def does_a_job(program: Archive) -> None:
    """Asked for, carried and done by a worker: all of it as the role that the settings name."""
    archive = open_archive(program.home)
    job = jobs.ask(session_of(archive, SystemUser(acting_person())), "copies.replicate", {}).id
    worker = program.start("worker", "--join", "--node", "a")
    try:
        until = time.monotonic() + 90
        state = "queued"
        while state in ("queued", "running") and time.monotonic() < until:
            time.sleep(0.2)
            with archive.catalogue.read() as connection:
                state = rows.read(connection, job).state
    finally:
        kill(worker)
        archive.close()
    assert state == "done"


def test_the_role_that_works_takes_cases_in_and_rewrites_nothing(
    server: postgresql.Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = server.make_database("roles")
    worked = found(tmp_path / "home", "--catalogue", url)
    named = server.ask("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'preserve%%' ORDER BY 1", "roles")
    ((schema,), (beside,)) = named
    assert beside == f"{schema}_work"
    server.ask("CREATE ROLE preserve_worker LOGIN")
    told = ["-q", "-v", f"schema={schema}", "-v", "worker=preserve_worker", "-f", str(WORKER)]
    subprocess.run([postgresql.program("psql"), url, *told], check=True, capture_output=True)
    settings = worked.home / "preserve.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("//preserve@", "//preserve_worker@"))
    taken = worked.run("ingest", str(write_case(tmp_path / "case")))
    assert taken.returncode == 0, taken.stdout + taken.stderr
    (case,) = worked.json("list")["cases"]
    assert [hit["objid"] for hit in worked.json("search", "测试案")["hits"]] == [case["objid"]]
    assert worked.run("ledger", "verify").returncode == 0
    does_a_job(worked)
    with psycopg.connect(url.replace("//preserve@", "//preserve_worker@"), autocommit=True) as connection:
        connection.execute(f"SET search_path = {schema}")
        for closed in range(FIRST_YEAR, LAST_YEAR + 1):  # a case of any year that a description takes can be found
            connection.execute("SELECT search_partition(%s)", (closed,))
        for statement in (
            "UPDATE ledger SET entry = entry WHERE number = 1",
            "DELETE FROM ledger WHERE number = 1",
            "TRUNCATE ledger",
            "UPDATE looks SET entry = entry",
            "DELETE FROM looks",
            "UPDATE checkpoints SET root = root",
            "DELETE FROM checkpoints",
            "DROP TABLE ledger",
            "ALTER TABLE ledger ADD COLUMN x text",
            "CREATE TABLE extra (x text)",
            "CREATE OR REPLACE FUNCTION ledger_append(text, text) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'",
            "UPDATE alembic_version SET version_num = '0'",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)
