"""The catalogue moves to a server and back; nothing is lost, and a move that is cut off leaves all as it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from preserve.administration.founding import found
from preserve.data_management import checkpoints, deliveries, jobs, ledger, nodes, reader_notes, sealer, sealing, search
from preserve.data_management.archive import open_archive
from preserve.data_management.cases import Case, insert
from preserve.data_management.database import open_catalogue, place_of
from preserve.data_management.engines.postgresql import PostgresqlSchema
from preserve.data_management.moving import MOVED, move, settings_text
from preserve.data_management.search import Passage
from preserve.data_management.successors import former_of
from preserve.errors import Busy, Conflict, NotIntact, Refused
from preserve.home import Home, open_home
from preserve.settings import CatalogueAt, read_settings
from preserve.work import hold
from tests.support.program import Archive

DESCRIPTION = {"case_type": "penalty", "start": "2026-01-05", "closed": "2026-03-12", "classification": "internal"}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """An archive with a file for a catalogue, one case that can be found, and a mark of a reader."""
    monkeypatch.delenv("PRESERVE_CATALOGUE", raising=False)
    made = found(tmp_path / "home", institution="局", policy="compact", store=None, digests=["sha256"], language="zh")
    catalogue = open_catalogue(made.home)
    with catalogue.begin() as connection:
        insert(connection, Case("o", "1号", "", "t", "penalty", "", "p", "internal", None, "2026-03-12", True, "{}"))
        words = search.words_of([Passage("title", "", "演出活动")], [Passage("text", "f", "古籍")], tokens=True)
        search.enter(connection, "o", DESCRIPTION, words)
        reader_notes.add_mark(connection, "li", "id-1", 12.5, "看这里", "2026-11-28T08:00:00Z")
    catalogue.close()
    sealing.seal(made.home)
    return made.home


@pytest.fixture
def at(schema: PostgresqlSchema) -> CatalogueAt:
    return CatalogueAt(url=schema.url, schema_name=schema.schema[:36])


def _texts(home: Home) -> list[str]:
    catalogue = open_catalogue(home)
    with catalogue.read() as connection:
        said = [entry.text for entry in ledger.entries(connection)]
        assert [hit.objid for hit in search.find(connection, "演出活动 古籍")] == ["o"]
    catalogue.close()
    return said


def test_there_and_back_again(home: Home, at: CatalogueAt) -> None:
    before = _texts(home)
    moved = move(home, at)
    there = open_home(home.path)
    assert isinstance(place_of(there), PostgresqlSchema) and moved.entries == len(before) + 1
    assert not home.catalogue.exists() and Path(moved.kept).is_file()
    assert _texts(there)[:-1] == before
    archive = open_archive(home.path)
    with archive.catalogue.begin() as connection:  # the numbers of marks go on
        reader_notes.add_mark(connection, "li", "id-1", 13.0, "", "2026-11-28T08:00:00Z")
        assert sorted(connection.execute(text("SELECT number FROM marks")).scalars()) == [1, 2]
    archive.close()
    back = move(there, None)
    here = open_home(home.path)
    assert here.settings.catalogue is None and back.kept.rpartition("#")[2] in former_of(there)
    assert _texts(here)[: len(before)] == before
    assert [ledger_entry for ledger_entry in _texts(here) if MOVED in ledger_entry][1:]
    assert sealing.seal(here) is not None


def test_jobs_can_be_asked_for_where_it_was_moved_to(home: Home, at: CatalogueAt) -> None:
    move(home, at)
    archive = open_archive(home.path)
    row = jobs.JobRow("01J", "copies.replicate", "{}", "", "li", "", "zh", "work", "", "queued", 0, 0, "2026-01-01")
    with archive.catalogue.begin() as connection:
        jobs.ask(connection, row, archive.now())
        assert deliveries.waiting(connection) == {"work": 1}
        mine = text("SELECT nspname FROM pg_namespace WHERE starts_with(nspname, :name) ORDER BY 1")
        assert list(connection.execute(mine, {"name": at.schema_name}).scalars()) == [
            at.schema_name,
            f"{at.schema_name}_work",
        ]
    archive.close()


@pytest.mark.parametrize("edge", ["held", "filled", "ready"])
@pytest.mark.parametrize("direction", ["there", "back"])
def test_one_that_is_cut_off_leaves_the_old_one_as_it_was(
    home: Home, at: CatalogueAt, edge: str, direction: str
) -> None:
    if direction == "back":
        move(home, at)
        home = open_home(home.path)
    before = _texts(home)

    def told(what: str) -> None:
        if what == edge:
            raise KeyboardInterrupt

    to = at if direction == "there" else None
    with pytest.raises(KeyboardInterrupt):
        move(home, to, told=told)
    assert open_home(home.path).settings == home.settings
    assert _texts(home) == before
    assert move(home, to).entries == len(before) + 1
    assert _texts(open_home(home.path))[:-1] == before


def test_who_worked_with_the_old_one_is_told_and_writes_nothing(home: Home, at: CatalogueAt) -> None:
    archive = open_archive(home.path)
    with archive.catalogue.begin() as connection:
        ledger.note(home, connection, "x", {})
    archive.seal()
    move(home, at)
    with pytest.raises((Busy, NotIntact)), archive.catalogue.begin() as connection:
        ledger.note(home, connection, "y", {})
    archive.close()
    move(open_home(home.path), None)


@pytest.fixture
def signed_by_one(home: Home, at: CatalogueAt) -> Home:
    """The archive on the server, where one process signs for all."""
    move(home, at)
    file = home.path / "preserve.toml"
    file.write_text(settings_text(file.read_text(), at.model_copy(update={"sealer": True})))
    return open_home(home.path)


def _write(home: Home) -> None:
    catalogue = open_catalogue(home)
    with catalogue.begin() as connection:
        ledger.note(home, connection, "x", {})
    catalogue.close()


def test_where_one_signs_for_all_the_move_signs_what_waits_and_what_it_adds(signed_by_one: Home) -> None:
    _write(signed_by_one)
    move(signed_by_one, None)
    here = open_home(signed_by_one.path)
    _write(here)  # nothing stands there that somebody else would have to have signed
    catalogue = open_catalogue(here)
    with catalogue.read() as connection:
        newest = checkpoints.newest(connection)
        assert newest is not None and newest.size == ledger.size(connection)
    catalogue.close()


def test_the_command_says_nothing_of_a_checkpoint_in_the_catalogue_that_is_no_more(signed_by_one: Home) -> None:
    _write(signed_by_one)
    done = Archive(signed_by_one.path).run("catalogue", "move", "--to", "file")
    begun, moved = done.stderr.splitlines()
    assert done.returncode == 0 and begun == "Moving the catalogue" and moved.startswith("The catalogue lies in")


def test_it_does_not_move_while_another_signs(signed_by_one: Home) -> None:
    open_catalogue(signed_by_one).close()
    with hold(signed_by_one.work / sealer.LOCK, Busy("x", ""), 0), pytest.raises(Busy, match=r"ledger\.sealer-there"):
        move(signed_by_one, None)
    _write(signed_by_one)


def test_it_does_not_move_while_a_machine_works(home: Home, at: CatalogueAt) -> None:
    move(home, at)
    there = open_home(home.path)
    catalogue = open_catalogue(there)
    node = nodes.Node("a", "01W", "", 1, "0", "", "{}")
    with catalogue.begin() as connection:
        nodes.enter(connection, node, ended=lambda _: False)
    with pytest.raises(Busy, match=r"catalogue\.machines-work"):
        move(there, None)
    with catalogue.begin() as connection:
        nodes.leave(connection, "01W")
    catalogue.close()
    move(there, None)


def test_it_does_not_move_where_it_is_or_where_another_one_is(home: Home, at: CatalogueAt, tmp_path: Path) -> None:
    with pytest.raises(Conflict, match=r"catalogue\.there-already"):
        move(home, None)
    other = found(tmp_path / "b", institution="局", policy="compact", store=None, digests=["sha256"], language="zh")
    move(other.home, at)
    with pytest.raises(Conflict, match=r"catalogue\.schema-taken"):
        move(home, at)
    _texts(home)


def test_a_text_that_the_server_does_not_keep_is_refused(home: Home, at: CatalogueAt) -> None:
    catalogue = open_catalogue(home)
    with catalogue.begin() as connection:
        connection.execute(text("UPDATE cases SET title = :t"), {"t": "a\0b"})
    catalogue.close()
    with pytest.raises(Refused, match=r"catalogue\.text-with-nul"):
        move(home, at)


def test_the_settings_stay_as_they_were_written(tmp_path: Path) -> None:
    before = '# ours\narchive_id = "a"  # an id\ninstitution = "局"\n\n[catalogue] # old\nurl = "postgresql://a/b"\n\n[web]\nlisten = "127.0.0.1:1"\n'
    at = CatalogueAt(url="postgresql://u@h/d?sslmode=require", password_file="keys/c", kept_days=7, sealer=True)
    after = settings_text(before, at)
    assert (
        after.startswith('# ours\narchive_id = "a"  # an id\n') and "[web]" in after and "postgresql://a/b" not in after
    )
    assert read_settings(after, tmp_path).catalogue == at
    without = settings_text(after, None)
    assert (
        read_settings(without, tmp_path).catalogue is None
        and read_settings(without, tmp_path).web.listen == "127.0.0.1:1"
    )


@pytest.fixture(autouse=True)
def _sealed() -> Iterator[None]:
    yield
    sealing._grown.clear()
